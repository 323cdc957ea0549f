# The one entry to everything. "make help" lists the targets.

# Perl says nothing of a locale that is not installed.
export PERL_BADLANG := 0

.PHONY: help
help: ## lists the targets
	@sed -n 's/^\([a-z%A-Z-]*\):.*## /\1\t/p' Makefile | expand -t 20

# "make exercise" lists the exercises, "make exercise NAME" tries one: the words after
# "exercise" are for tools/exercise. What is tangled is renewed first where noweb is.
ifeq ($(firstword $(MAKECMDGOALS)),exercise)
WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS)) $(NAME)
.PHONY: $(MAKECMDGOALS)
exercise: ## lists the exercises; make exercise NAME tries yours, in work/
	@[ ! -x "$${NOWEB_LIB:-/usr/lib/noweb}/markup" ] || MAKEFLAGS= $(MAKE) --no-print-directory tangle
	@tools/exercise $(WORDS)
$(filter-out exercise,$(MAKECMDGOALS)): exercise ; @:
else

# Two makes at once would write the same files. So what makes files is done by a
# make of its own, under a lock; what runs programs and tests holds none.
MADE := tangle order build manual book html pdf epub
.PHONY: $(MADE) FORCE
FORCE:
ifneq ($(origin LOCKED),command line)
TOGETHER := $(filter $(MADE) out/%,$(MAKECMDGOALS))
$(TOGETHER): together ; @:
.PHONY: together
together:
	@tools/locked out/lock $(MAKE) --no-print-directory LOCKED=yes $(TOGETHER)
$(filter-out $(TOGETHER),$(MADE)):
	@tools/locked out/lock $(MAKE) --no-print-directory LOCKED=yes $@
else

# What the title block of book.nw says: the name of the book's files, the edition's
# day in seconds, the unit whose chunks are everybody's, and the chapters. A chapter is
# a file of chapters/ without its ending; "book" itself is the preface.
ifneq ($(origin TITLE),command line)
TITLE    := $(shell PERL_BADLANG=0 tools/title name epoch toolbox chapters)
ifneq ($(.SHELLSTATUS),0)
$(error something is wrong with the title block of book.nw)
endif
endif
NAME     := $(firstword $(TITLE))
CHAPTERS := $(wordlist 4,$(words $(TITLE)),$(TITLE))
SHARED   := $(patsubst chapters/book.nw,book.nw,$(patsubst %,chapters/%.nw,$(word 3,$(TITLE))))
UNITS    := book $(CHAPTERS)

CC       ?= cc
CFLAGS   ?= -std=c17 -O2 -g -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror

# make's own "cc" is a default, not a choice
ifeq ($(origin CC),default)
CC := gcc
endif
export CC CFLAGS

tangle: $(UNITS:%=out/build/%.tangled) ## writes tangled/ from the chapters

# A chapter that is listed and missing, or there and not listed, stops the build
# with a message, and so does a file of tangled/ or out/build/ that somebody edited;
# what was made of a chapter no longer listed is removed.
order:
	@tools/tangle --order
$(UNITS:%=out/build/%.tangled): | order
chapters/%.nw:
	@tools/tangle --order

out/build/%.tangled: book.nw $(SHARED) chapters/%.nw tools/tangle
	@mkdir -p $(@D)
	@echo "tangle  $*"
	@tools/tangle $*
	@touch $@

out/build/book.tangled: book.nw $(SHARED) tools/tangle
	@mkdir -p $(@D)
	@echo "tangle  book"
	@tools/tangle book
	@touch $@

# What programs are built with; when it changes, they are built anew.
ifndef UNIT
out/build/flags: FORCE
	@{ printf '%s\n' "$$CC" "$$CFLAGS"; $(CC) --version; cat kinds.tsv; } 2>&1 | tools/keep $@
endif

# What the tests run programs with: the runner, and libraries for LD_PRELOAD. The checks
# of exercises use the first of them.
CHECK_TOOLS := runner short_io.so open_files.so interrupts.so
TEST_TOOLS := $(CHECK_TOOLS:%=out/lib/%) out/lib/at_main.so out/lib/under
$(TEST_TOOLS): out/build/flags
out/lib/%.so: tests/lib/%.c
	@mkdir -p $(@D)
	@echo "cc      $(@F)"
	@$(CC) $(CFLAGS) -shared -fPIC -o $@ $<
out/lib/%.so: tests/faults/%.c
	@mkdir -p $(@D)
	@echo "cc      $(@F)"
	@$(CC) $(CFLAGS) -shared -fPIC -o $@ $<
out/lib/%: tests/conditions/%.c
	@mkdir -p $(@D)
	@echo "cc      $(@F)"
	@$(CC) $(CFLAGS) -o $@ $<
# The runner has in it the program that says why others hang, in a book with that.
WHO_WAITS := $(wildcard tangled/*/who_waits.c)
$(WHO_WAITS): tangled/%/who_waits.c: out/build/%.tangled ;
out/lib/runner: tests/lib/runner.c $(WHO_WAITS)
	@mkdir -p $(@D)
	@echo "cc      $(@F)"
	@$(CC) $(CFLAGS) -Dmain=who_waits -o $@ $< $(WHO_WAITS)
out/lib/%: tests/lib/%.c
	@mkdir -p $(@D)
	@echo "cc      $(@F)"
	@$(CC) $(CFLAGS) -o $@ $<

# The programs of a chapter are known only after it is tangled: a second make
# builds them, by the kinds of file that there are.
build: $(UNITS:%=out/build/%.built) $(TEST_TOOLS) ## builds every program into out/bin/

out/build/%.built: out/build/%.tangled out/build/flags $(CHECK_TOOLS:%=out/lib/%) FORCE
	@$(MAKE) --no-print-directory -s UNIT=$* TITLE="$(TITLE)" programs
	@touch $@

.PHONY: programs
ENDINGS := $(shell sed -n 's/^\([A-Za-z0-9]*\)\t.*/\1/p' kinds.tsv)
SOURCES := $(if $(UNIT),$(foreach ending,$(ENDINGS),$(wildcard out/build/$(UNIT)/*.$(ending) out/build/$(UNIT)/exercises/*.$(ending))))
programs: $(patsubst out/build/%,out/bin/%,$(basename $(SOURCES)))

# A check finds beside it what it runs programs with.
CHECKS := $(if $(UNIT),$(wildcard tangled/$(UNIT)/exercises/*.check tangled/$(UNIT)/exercises/*.txt))
programs: $(CHECKS:tangled/%=out/bin/%) $(if $(CHECKS),$(CHECK_TOOLS:%=out/bin/$(UNIT)/exercises/%))
out/bin/%.check: tangled/%.check
	@mkdir -p $(@D)
	@install -m 755 $< $@
out/bin/%.txt: tangled/%.txt
	@mkdir -p $(@D)
	@install -m 644 $< $@
$(CHECK_TOOLS:%=out/bin/$(UNIT)/exercises/%):
	@mkdir -p $(@D)
	@ln -sf ../../../lib/$(@F) $@
define built
out/bin/%: out/build/%.$(1) out/build/flags
	@tools/compile $$< $$@
endef
$(foreach ending,$(ENDINGS),$(eval $(call built,$(ending))))

# The web site: one pandoc process makes the pages that need it.
SOURCES_NW := book.nw $(CHAPTERS:%=chapters/%.nw)
DRAWINGS := $(patsubst assets/figures/%.pikchr,%,$(wildcard assets/figures/*.pikchr))

book: html pdf epub out/html/$(NAME).pdf out/html/$(NAME).epub ## makes the whole book in out/
html: out/html.made ## makes the web site, out/html/index.html

# The site offers the other formats when they are there or about to be.
DOWNLOADS := $(if $(filter book check,$(MAKECMDGOALS))$(wildcard out/html/$(NAME).epub),PDF=$(NAME).pdf EPUB=$(NAME).epub)
out/build/downloads: FORCE
	@echo '$(DOWNLOADS)' | tools/keep $@
out/html/$(NAME).%: out/$(NAME).%
	@mkdir -p $(@D)
	@cp $< $@

# What each line of the sessions is, as the checker reads them.
out/build/sessions.tsv: $(UNITS:%=out/build/%.tangled) $(wildcard tests/lib/session tests/lib/Session*)
	@tests/lib/session lines $$(find tangled -name '*.session' | LC_ALL=C sort) > $@.new
	@tools/keep $@ < $@.new

# The sentences of the book, and which of them the tests quote.
out/build/sentences.tsv: $(SOURCES_NW) $(wildcard weave/read/* weave/common/sentences.lua) kinds.tsv chapters/verdicts.tsv chapters/manual.tsv
	@mkdir -p $(@D)
	@weave/read/convert $(SOURCES_NW) -- -f weave/read/sentences.lua -t plain -o $@.new
	@mv $@.new $@
out/build/statements.tsv: out/build/sentences.tsv $(wildcard tests/*/*.bats) tools/statements tools/lib/Statements.pm $(UNITS:%=out/build/%.tangled)
	@tools/statements --tables $(@D)

# What the book shows of the manual pages is kept with the chapters, so that it does
# not change with what is installed.
.PHONY: manual
manual: ## takes from the installed manual pages what the book says of calls
	@mkdir -p out
	@tools/manual chapters/manual.tsv $(SOURCES_NW) | tools/keep chapters/manual.tsv

# No page is made of what lint says it would not come out on.
LINT     := tools/lint $(wildcard tools/lib/Lint/*.pm tools/lib/Lint/*/*.pm) chapters/ledger.tsv chapters/verdicts.tsv kinds.tsv
out/build/linted: $(SOURCES_NW) $(LINT)
	@mkdir -p $(@D)
	@tools/lint --unwoven --only page $(if $(filter-out chapters/%.nw,$?),,$?) >&2
	@touch $@

# Whatever the pages are made of beside the chapters.
WEAVE    := $(shell [ ! -d weave ] || find weave -type f) kinds.tsv chapters/ledger.tsv chapters/verdicts.tsv chapters/manual.tsv tests/lib/machine.tsv
FROM     := out/build/linted out/build/sessions.tsv out/build/figures/list $(SOURCES_NW) $(WEAVE)

# What stands beside the pages changes with few lines of the sources. It is gathered
# first, and moved in one go when the pages are made.
ARCHIVE_NEEDS := kinds.tsv LICENSE-CODE tools/exercise tests/lib/session tests/faults/short_io.c \
    $(wildcard tests/lib/*.c tests/lib/Session.pm tests/lib/Session/*.pm)
BESIDE   := assets/css assets/js assets/site weave/site/beside weave/site/archive weave/site/card $(wildcard package-lock.json) $(ARCHIVE_NEEDS)
out/build/beside.of: FORCE $(UNITS:%=out/build/%.tangled)
	@[ -e out/html/css ] || rm -f $@
	@mkdir -p out/build/exercises && tools/lib/exercise-texts out/build/exercises
	@{ sed '1d;/^---$$/q' book.nw; grep -h '^# ' $(SOURCES_NW); find tangled out/build/exercises $(BESIDE) -type f | LC_ALL=C sort | \
	    tr '\n' '\0' | xargs -0 cat; } | sha1sum | tools/keep $@
out/build/beside.made: out/build/beside.of
	@sample=$$(tools/title sample 2>/dev/null) || sample=; weave/site/beside out/build/beside "$${sample%% *}"
	@touch $@
REPORT := $(wildcard out/report/tests.tsv out/report/statements.tsv out/report/runs.tsv out/report/machine.tsv out/report/coverage.tsv out/report/coverage-runs.tsv out/report/elsewhere.tsv)
# what runs of the tests left; coverage-% is no way to make coverage-runs.tsv
$(REPORT): ;
export FIGURES := out/build/figures
export SESSIONS := out/build/sessions.tsv
export TESTS := out/report/tests.tsv
export COVERAGE := out/report/coverage.tsv

out/html.made: out/build/downloads out/build/beside.made $(FROM) $(DRAWINGS:%=out/build/figures/%.svg) $(REPORT) $(wildcard $(UNITS:%=tests/%/*.bats))
	@DOWNLOADS="$(DOWNLOADS)" ARCHIVE="$$(weave/site/archive --name)" weave/site/make out/html out/build/site $(SOURCES_NW)
	@cd out/build/beside && for name in *; do [ -e "$$name" ] || continue; rm -rf "../../html/$$name" && mv "$$name" ../../html/ || exit 1; done
	@touch $@

# A figure whose source is gone must not be shown any longer: this file changes
# with the list of figures.
out/build/figures/list: FORCE
	@mkdir -p $(@D)
	@echo '$(DRAWINGS)' | cmp -s - $@ || { rm -f $(@D)/*.svg $(@D)/*.pdf && echo '$(DRAWINGS)' > $@; }
$(DRAWINGS:%=out/build/figures/%.svg): | out/build/figures/list

out/build/figures/%.svg: assets/figures/%.pikchr $(wildcard assets/figures/lib/*.pikchr) weave/common/draw
	@mkdir -p $(@D)
	@echo "draw    $*"
	@weave/common/draw $< $@

# The PDF and the EPUB. Their dates are the edition's, so that two builds are
# byte-equal (SOURCE_DATE_EPOCH, see reproducible-builds.org).
export SOURCE_DATE_EPOCH := $(word 2,$(TITLE))
export FORCE_SOURCE_DATE := 1
PRINT_NEEDS = $(FROM) $(REPORT)
PRINT = weave/read/convert $(SOURCES_NW) -- -f weave/read/stream.lua -L weave/print/print.lua

# The page of the PDF: the book's own, a4 for the office printer, or tablet.
PAGE     := book
PDFS     := $(NAME) $(NAME)-a4 $(NAME)-tablet
PDF      := $(NAME)$(patsubst %,-%,$(filter-out book,$(PAGE)))
ifeq ($(filter $(PDF),$(PDFS)),)
$(error PAGE is book, a4 or tablet)
endif

pdf: out/$(PDF).pdf ## makes the PDF (also with PAGE=a4 or PAGE=tablet)
epub: out/$(NAME).epub ## makes the EPUB

$(PDFS:%=out/%.pdf): out/%.pdf: out/build/pdf/%.tex
	@echo "pdf     xelatex, up to six passes"
	@weave/print/xelatex $< $@

$(PDFS:%=out/build/pdf/%.tex): out/build/pdf/%.tex: $(PRINT_NEEDS) $(DRAWINGS:%=out/build/figures/%.pdf)
	@mkdir -p $(@D)
	@echo "pdf     pandoc"
	@$(PRINT) -t latex -V $(patsubst $(NAME)%,page%,$*) --template weave/print/book.tex --top-level-division=chapter --highlight-style=weave/print/code.theme --wrap=none -o $@.new
	@mv $@.new $@

# Its cover shows the session that the title block names as a sample, if it names one.
out/$(NAME).epub: $(PRINT_NEEDS) $(DRAWINGS:%=out/build/figures/%.svg) assets/css/epub.css assets/site/cover.svg weave/site/card
	@echo "epub    pandoc"
	@sample=$$(tools/title sample 2>/dev/null) || sample=; sample=$${sample%% *}; \
	    [ -z "$$sample" ] || weave/site/card assets/site/cover.svg "tangled/$$sample.session" out/build/cover.png; \
	    $(PRINT) -t epub3 --highlight-style=monochrome --toc --toc-depth=2 --mathml --css assets/css/epub.css \
	        $${sample:+--epub-cover-image out/build/cover.png} -o $@.new
	@weave/print/epub-repack $@.new
	@mv $@.new $@

out/build/figures/%.pdf: out/build/figures/%.svg assets/css/figure.css weave/print/figure
	@weave/print/figure $< $@

endif

.PHONY: lint absorb discard
lint: ## finds mistakes of notation in the sources
	@edits=0; tools/tangle --edits || edits=1; tools/lint && exit $$edits
absorb: ## takes what was edited in tangled/ or out/build/ into the chapters
	@tools/absorb $(ABSORB)
discard: ## throws away what was edited there
	@tools/locked out/lock tools/tangle --discard

.PHONY: fresh elsewhere power edition
fresh: ## runs the README's two commands in a fresh Debian 13 and 12 (SUITE=trixie for one)
	@tools/fresh $(SUITE:%=--suite %) $(FRESH)

elsewhere: build ## runs sessions and tests on the kernels of Debian 12 and 13 (ASK=--help)
	@tools/elsewhere $(SUITE:%=--suite %) $(ASK)
power: build ## cuts the power after map_copy has returned, and looks at the copies
	@tests/power/run $(SUITE:%=--suite %) $(POWER)
edition: ## all that is tried before an edition, and the book (hours)
	@tools/edition

.PHONY: check promote faults conditions sanitize endure situations bench coverage watch
check: build ## runs every program and all tests
	@tests/run
check-%: build ## runs the tests of one unit, as in check-03-pipes
	@tests/run $*
coverage: build ## tells which lines of the chapters no test runs
	@tools/coverage
coverage-%: build ## the same for one unit, as in coverage-03-pipes
	@tools/coverage $*
watch: ## serves the site and makes what every save changes (WATCH=--help)
	@tools/watch $(WATCH)
promote: build ## writes what sessions really print back into the chapters
	@tools/promote $(PROMOTE)
faults: build ## runs every program under injected faults
	@tests/faults/run
conditions: build ## runs every program as others might start it
	@tests/conditions/run $(CONDITIONS)
sanitize: build ## runs every program under the sanitizers and valgrind
	@tests/sanitize/run
endure: build ## runs the tests many times under load and odd conditions
	@tests/endure $(ENDURE)
situations: ## runs all tests where a container would refuse something (hours)
	@tests/situations $(SITUATIONS)
bench: ## measures the press, prints a table (BENCH=--quick for less)
	@tools/bench $(BENCH)

.PHONY: measure
measure: out/build/11-choosing.built ## runs the race of chapter 11 here, and draws its plots
	@tools/measure assets/figures/choosing.csv

.PHONY: weigh
weigh: html ## says what the pages weigh and how fast they are (WEIGH=--lighthouse)
	@tools/weigh $(WEIGH)

# What tangle wrote is still known afterwards, so that no file of tangled/ is taken
# for one that somebody edited.
.PHONY: clean
clean: ## removes everything that was built
	@tools/locked out/lock find out/ -depth -mindepth 1 ! -path out/build ! -path 'out/build/*.sums' -delete

endif
