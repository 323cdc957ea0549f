" A chapter begins with "#", which vim would take for a configuration file.
autocmd BufRead,BufNewFile *.nw set filetype=noweb
