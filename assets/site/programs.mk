# Makes every program of the book with plain tools, and holds the sessions to what
# comes out. README tells more. The rules for the kinds of program stand at the end.
CFLAGS ?= -g -Wall -Wextra

ifneq ($(shell uname -s),Linux)
$(error These programs are for Linux; elsewhere they need a container or a virtual machine (on Windows: WSL 2))
endif

PROGRAMS :=
SESSIONS := $(wildcard */*.session)
# A session that sets something of the system needs root: make check SYSTEM=yes.
SYSTEM :=

.PHONY: all check clean
.SECONDEXPANSION:
all: $$(PROGRAMS)

check: all check/runner
	@for tool in perl bash; do command -v $$tool > /dev/null || { echo "make check needs $$tool" >&2; exit 1; }; done
	@bad=0; for session in $(SESSIONS); do \
	    if test -z "$(SYSTEM)" && ! perl -ne 'exit 1 if m{/proc/sys/}' "$$session"; \
	    then echo "not run $$session (it changes a setting of the system; as root: make check SYSTEM=yes)"; \
	    elif BOOK_RUNNER="$$PWD/check/runner" perl check/lib/session check --bin "$${session%/*}" "$$session"; \
	    then echo "holds   $$session"; else echo "DIFFERS $$session"; bad=$$((bad + 1)); fi; \
	done; echo "$$bad of $(words $(SESSIONS)) sessions differ"; test $$bad = 0

check/runner: check/lib/runner.c $(wildcard */who_waits.c)
	$(CC) -O2 -Dmain=who_waits -o $@ $^

clean:
	rm -f $(PROGRAMS) check/runner
