" Settings for chapters: no tabs, prose of 80 columns, and messages of make (lint,
" build, check-UNIT, html) that :make, :cnext and :cprevious find. Start vim in the
" folder of the project, for the messages name files from there.
if exists('b:did_ftplugin') | finish | endif
let b:did_ftplugin = 1

setlocal expandtab shiftwidth=4 softtabstop=4 textwidth=80
setlocal makeprg=make
" a compiler's line and column; our FILE:LINE: message;
" other lines are no place to go to
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m
setlocal errorformat+=weave:\ %f:%l:\ %m,%f:%l:\ %m,%-G%.%#
let b:undo_ftplugin = 'setlocal expandtab< shiftwidth< softtabstop< textwidth< makeprg< errorformat<'
