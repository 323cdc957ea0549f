# The one entry to everything. "make help" lists the targets.

# A chapter is a file of chapters/ without its ending. Their order stands in
# the title block of book.nw; "book" itself is the preface.
CHAPTERS := $(shell sed -n '/^chapters:/,/^[^- ]/s/^- //p' book.nw)
UNITS    := book $(CHAPTERS)

CC       ?= cc
CFLAGS   ?= -std=c17 -O2 -g -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror

# make's own "cc" is a default, not a choice
ifeq ($(origin CC),default)
CC := gcc
endif

nw = $(if $(filter book,$(1)),book.nw,chapters/$(1).nw)

.PHONY: help
help: ## lists the targets
	@sed -n 's/^\([a-z%A-Z-]*\):.*## /\1\t/p' Makefile | expand -t 20

.PHONY: tangle
tangle: $(UNITS:%=out/build/%.tangled) ## writes tangled/ from the chapters

out/build/%.tangled: book.nw chapters/%.nw tools/tangle
	@mkdir -p $(@D)
	@echo "tangle  $*"
	@tools/tangle $*
	@touch $@

out/build/book.tangled: book.nw tools/tangle
	@mkdir -p $(@D)
	@echo "tangle  book"
	@tools/tangle book
	@touch $@

# The programs of a chapter are known only after it is tangled: a second make
# compiles them.
.PHONY: build
build: $(UNITS:%=out/build/%.built) ## compiles every program into out/bin/

out/build/%.built: out/build/%.tangled FORCE
	@$(MAKE) --no-print-directory -s UNIT=$* programs
	@touch $@

.PHONY: programs FORCE
FORCE:
SOURCES := $(if $(UNIT),$(wildcard out/build/$(UNIT)/*.c))
programs: $(SOURCES:out/build/%.c=out/bin/%)
out/bin/%: out/build/%.c
	@mkdir -p $(@D)
	@echo "cc      $*"
	@$(CC) $(CFLAGS) -o $@ $<

.PHONY: clean
clean: ## removes out/, everything that was built
	rm -rf out
