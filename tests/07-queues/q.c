/* q STEP... - plays with message queues, one step after the other, and prints
   a line for each. Words of a step are separated by blanks:

   open NAME FLAGS [MODE [MAXMSG MSGSIZE]]   FLAGS: r w b, c x n; "ok" or the error
   send TEXT [PRIORITY]     the result, 0 or the error
   take [SIZE]              PRIORITY:TEXT or the error
   attr                     maxmsg msgsize curmsgs flags
   set MAXMSG FLAGS         mq_setattr; FLAGS: n or a
   unlink NAME              the result
   mark                     no line: makes the file mark, with the process id
   hear                     no line: waits for a line on standard input
   catch                    no line: SIGUSR1 and SIGUSR2 make the file caught; after SIGUSR1
                            calls are made again, after SIGUSR2 take makes its call again
   kill                     SIGKILL */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mqd_t queue = -1;

static void catch(int signal)
{
    (void)signal;
    int fd = creat("caught", 0600);
    if (write(fd, "x", 1) != 1 || close(fd) == -1)
        _exit(9);
}

static void tell(long result)
{
    if (result == -1)
        puts(strerrorname_np(errno));
    else
        printf("%ld\n", result);
}

static void open_it(const char *name, const char *how, const char *mode, const char *max, const char *size)
{
    int flags = strchr(how, 'b') ? O_RDWR : strchr(how, 'w') ? O_WRONLY : O_RDONLY;
    flags |= (strchr(how, 'c') ? O_CREAT : 0) | (strchr(how, 'x') ? O_EXCL : 0) | (strchr(how, 'n') ? O_NONBLOCK : 0);
    struct mq_attr form = { .mq_maxmsg = *max ? atol(max) : 4, .mq_msgsize = *size ? atol(size) : 32 };
    queue = mq_open(name, flags, *mode ? (mode_t)strtol(mode, NULL, 8) : 0600, *max == 'd' ? NULL : &form);
    puts(queue == -1 ? strerrorname_np(errno) : "ok");
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        char w[6][300] = { "" };
        struct mq_attr is = { .mq_flags = 0 };
        char text[20000];
        sscanf(argv[i], "%299s %299s %299s %299s %299s %299s", w[0], w[1], w[2], w[3], w[4], w[5]);
        if (!strcmp(w[0], "open"))
            open_it(w[1], w[2], w[3], w[4], w[5]);
        else if (!strcmp(w[0], "send"))
            tell(mq_send(queue, w[1], strlen(w[1]), (unsigned)strtoul(w[2], NULL, 10)));
        else if (!strcmp(w[0], "take")) {
            unsigned p;
            ssize_t n;
            do
                n = mq_receive(queue, text, *w[1] ? (size_t)atol(w[1]) : sizeof text, &p);
            while (n == -1 && errno == EINTR);
            if (n == -1)
                tell(-1);
            else
                printf("%u:%.*s\n", p, (int)n, text);
        } else if (!strcmp(w[0], "attr")) {
            if (mq_getattr(queue, &is) == -1)
                tell(-1);
            else
                printf("%ld %ld %ld %s\n", is.mq_maxmsg, is.mq_msgsize, is.mq_curmsgs, is.mq_flags & O_NONBLOCK ? "n" : "-");
        } else if (!strcmp(w[0], "set")) {
            is.mq_maxmsg = atol(w[1]);
            is.mq_flags = *w[2] == 'n' ? O_NONBLOCK : *w[2] == 'a' ? O_APPEND : 0;
            tell(mq_setattr(queue, &is, NULL));
        } else if (!strcmp(w[0], "unlink"))
            tell(mq_unlink(w[1]));
        else if (!strcmp(w[0], "mark")) {
            FILE *f = fopen("mark", "w");
            if (f == NULL || fprintf(f, "%d\n", getpid()) < 0 || fclose(f) == EOF)
                return 9;
        } else if (!strcmp(w[0], "hear")) {
            char c;
            while (read(0, &c, 1) == 1 && c != '\n')
                ;
        } else if (!strcmp(w[0], "catch")) {
            sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = catch, .sa_flags = SA_RESTART }, NULL);
            sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = catch }, NULL);
        } else if (!strcmp(w[0], "kill"))
            kill(getpid(), SIGKILL);
        else
            return 2;
    }
    return 0;
}
