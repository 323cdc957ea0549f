#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char words[80] = "";
    if (mkfifo("gate", 0600) == -1 && errno != EEXIST)
        err(1, "mkfifo");
    int gate = open("gate", argc > 1 ? O_WRONLY : O_RDONLY);
    if (gate == -1)
        err(1, "open");
    if (argc > 1 && write(gate, argv[1], strlen(argv[1])) == -1)
        err(1, "write");
    if (argc == 1 && read(gate, words, sizeof words - 1) == -1)
        err(1, "read");
    if (argc == 1 && (puts(words) == EOF || fflush(stdout) == EOF))
        err(1, "standard output");
    return 0;
}
