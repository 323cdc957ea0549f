# Compiles every program of the book with a plain C compiler.
# A session beside each program (NAME.session) shows what it prints.
PROGRAMS := $(basename $(wildcard */*.c))

all: $(PROGRAMS)

clean:
	rm -f $(PROGRAMS)

.PHONY: all clean
