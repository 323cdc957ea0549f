" A chapter: prose in Markdown, chunks in the language of the programs, sessions.
" CONTRIBUTING.md tells the notation. Chunks are C; in a file whose only programs are
" shell scripts, they are shell.
if exists('b:current_syntax') | finish | endif

runtime! syntax/markdown.vim
unlet! b:current_syntax
let s:shell = search('^<<.*\.sh>>=\s*$', 'cnw') && !search('^<<.*\.c>>=\s*$', 'cnw')
execute 'syntax include @nowebCode syntax/' . (s:shell ? 'sh' : 'c') . '.vim'
unlet! b:current_syntax

" prose
syntax match nowebEscape /@\(<<\|\[\[\|>>\|\]\]\)/ containedin=ALL
syntax match nowebAttributes /{[^{}]*[#.][A-Za-z][^{}]*}/
syntax match nowebReference /\[\](#[^)]*)/
syntax match nowebFence /^:::\+.*$/ contains=nowebAttributes

" chunks: the last rule that fits wins, so a session is one although it is a chunk
syntax match nowebUse /@\@1<!<<[^<>]\+>>/ contained containedin=@nowebCode
syntax region nowebChunk matchgroup=nowebDefinition start=/^<<.*>>=\s*$/
    \ matchgroup=nowebEnd end=/^@\ze\(\s\|$\)/ contains=@nowebCode,nowebUse,nowebEscape keepend
syntax region nowebSession matchgroup=nowebDefinition start=/^<<.*\.session>>=\s*$/
    \ matchgroup=nowebEnd end=/^@\ze\(\s\|$\)/
    \ contains=nowebCommand,nowebMore,nowebStatus,nowebTerminal,nowebLicence keepend
syntax match nowebCommand /^\$ .*$/ contained
syntax match nowebMore /^> .*$/ contained
syntax match nowebStatus /^\[\(exit \d\+\|killed by SIG\w\+\|no newline at end\)\]$/ contained
syntax match nowebTerminal /^\[terminal [1-9]\]$/ contained
syntax match nowebLicence /^varies: .*$/ contained

syntax sync fromstart

highlight default link nowebEscape     SpecialChar
highlight default link nowebAttributes Special
highlight default link nowebReference  Underlined
highlight default link nowebFence      PreProc
highlight default link nowebDefinition Title
highlight default link nowebEnd        Title
highlight default link nowebUse        Identifier
highlight default link nowebCommand    Statement
highlight default link nowebMore       Statement
highlight default link nowebStatus     Constant
highlight default link nowebTerminal   PreProc
highlight default link nowebLicence    Comment

let b:current_syntax = 'noweb'
