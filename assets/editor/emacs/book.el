;;; book.el --- settings for editing chapters  -*- lexical-binding: t -*-

;; Load this from your init file: (load "/path/to/the/project/assets/editor/emacs/book.el").
;; noweb-mode comes with noweb. It switches to the mode of the chunk, or of the prose,
;; that the cursor is in, and finds chunks (M-n C-h lists its keys). What a chapter has
;; besides, sessions above all, is highlighted here. M-x compile runs make, and
;; M-g n leads to each place that lint, the compiler or a test complains of.

;;; Code:

(autoload 'noweb-mode "noweb-mode" "Minor (meta) mode for editing noweb sources." t)
(add-to-list 'auto-mode-alist '("\\.nw\\'" . noweb-mode))
(defvar noweb-doc-mode)
(defvar noweb-code-mode)
(setq noweb-doc-mode (if (locate-library "markdown-mode") 'markdown-mode 'text-mode)
      noweb-code-mode 'c-mode)

(defconst book-keywords
  '(("^<<.*>>=$" 0 'font-lock-function-name-face t)
    ("^@$" 0 'font-lock-function-name-face t)
    ("^ *<<[^<>\n]+>>$" 0 'font-lock-variable-name-face t)
    ("^[$>] .*$" 0 'font-lock-keyword-face t)
    ("^\\[\\(exit [0-9]+\\|killed by SIG[A-Z0-9]+\\|no newline at end\\|terminal [1-9]\\)\\]$"
     0 'font-lock-constant-face t)
    ("^varies: .*$" 0 'font-lock-comment-face t)
    ("^#+ .*{#[^}\n]*}$" 0 'bold t)
    ("{[^{}\n]*[.#][A-Za-z][^{}\n]*}" 0 'font-lock-type-face t))
  "What a chapter has, whatever the mode of its parts.")

(defun book-settings ()
  "Settings of a chapter; called in each of its modes."
  (setq-local indent-tabs-mode nil
              fill-column 80
              compile-command "make -k lint")
  (font-lock-add-keywords nil book-keywords 'append))

(defun book-chapter-settings ()
  "The settings, if this buffer is a chapter."
  (when (and buffer-file-name (string-match-p "\\.nw\\'" buffer-file-name))
    (book-settings)))

(add-hook 'text-mode-hook #'book-chapter-settings)
(add-hook 'c-mode-hook #'book-chapter-settings)

;; the reports of tests indent our FILE:LINE: messages
(require 'compile)
(add-to-list 'compilation-error-regexp-alist-alist
             '(book "^ +\\([^ \n:]+\\):\\([0-9]+\\): " 1 2))
(add-to-list 'compilation-error-regexp-alist 'book)

(provide 'book)
;;; book.el ends here
