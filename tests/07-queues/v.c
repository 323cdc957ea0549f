/* v STEP... - plays with System V message queues, one step after the other, and prints a
   line for each. Words of a step are separated by blanks:

   get [KEY] [FLAGS]        private without KEY; FLAGS: c x and the mode in octal; "ok" or the error
   use ID                   no line: what follows is about the queue ID
   id                       the number of the queue
   send TYPE TEXT | LENGTH  with IPC_NOWAIT; the result; LENGTH is a number, "wait TYPE TEXT" waits
   take SIZE TYPE [FLAGS]   with IPC_NOWAIT, FLAGS: w waits, e MSG_EXCEPT, c MSG_COPY, n MSG_NOERROR;
                            TYPE:TEXT or the error
   fill LENGTH              how many messages of LENGTH bytes go in
   set QBYTES               IPC_SET; the result
   stat                     qnum cbytes qbytes mode
   spid                     who was the last to send
   rm                       IPC_RMID; the result
   mark, hear, kill         as in q.c */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

static int id = -1;
static struct { long type; char text[70000]; } m;

static void tell(long result)
{
    if (result == -1)
        puts(strerrorname_np(errno));
    else
        printf("%ld\n", result);
}

static long put(const char *type, const char *what, int flags)
{
    char *end;
    size_t n = strtoul(what, &end, 10);
    m.type = atol(type);
    memset(m.text, 'x', sizeof m.text);
    if (*end != '\0' || *what == '\0') {
        n = strlen(what);
        memcpy(m.text, what, n);
    }
    return msgsnd(id, &m, n, flags);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        char w[5][200] = { "" };
        struct msqid_ds is;
        sscanf(argv[i], "%199s %199s %199s %199s %199s", w[0], w[1], w[2], w[3], w[4]);
        if (!strcmp(w[0], "get")) {
            int flags = strchr(w[2], 'c') ? IPC_CREAT : 0;
            flags |= strchr(w[2], 'x') ? IPC_EXCL : 0;
            flags |= (int)strtol(w[2] + strspn(w[2], "cx"), NULL, 8);
            id = msgget(*w[1] ? (key_t)strtol(w[1], NULL, 0) : IPC_PRIVATE, *w[1] ? flags : 0600);
            puts(id == -1 ? strerrorname_np(errno) : "ok");
        } else if (!strcmp(w[0], "use"))
            id = atoi(w[1]);
        else if (!strcmp(w[0], "id"))
            tell(id);
        else if (!strcmp(w[0], "send"))
            tell(put(w[1], w[2], IPC_NOWAIT));
        else if (!strcmp(w[0], "wait"))
            tell(put(w[1], w[2], 0));
        else if (!strcmp(w[0], "take")) {
            int flags = strchr(w[3], 'w') ? 0 : IPC_NOWAIT;
            flags |= (strchr(w[3], 'e') ? MSG_EXCEPT : 0) | (strchr(w[3], 'c') ? MSG_COPY : 0)
                | (strchr(w[3], 'n') ? MSG_NOERROR : 0);
            ssize_t n = msgrcv(id, &m, strtoul(w[1], NULL, 10), atol(w[2]), flags);
            if (n == -1)
                tell(-1);
            else
                printf("%ld:%.*s\n", m.type, (int)n, m.text);
        } else if (!strcmp(w[0], "fill")) {
            long n = 0;
            while (put("1", w[1], IPC_NOWAIT) == 0)
                n++;
            printf("%ld %s\n", n, strerrorname_np(errno));
        } else if (!strcmp(w[0], "set")) {
            if (msgctl(id, IPC_STAT, &is) == -1)
                return 4;
            is.msg_qbytes = strtoul(w[1], NULL, 10);
            tell(msgctl(id, IPC_SET, &is));
        } else if (!strcmp(w[0], "stat")) {
            if (msgctl(id, IPC_STAT, &is) == -1)
                tell(-1);
            else
                printf("%lu %lu %lu %o\n", is.msg_qnum, is.__msg_cbytes, is.msg_qbytes, is.msg_perm.mode);
        } else if (!strcmp(w[0], "spid")) {
            if (msgctl(id, IPC_STAT, &is) == -1)
                tell(-1);
            else
                printf("%d\n", is.msg_lspid);
        } else if (!strcmp(w[0], "rm"))
            tell(msgctl(id, IPC_RMID, NULL));
        else if (!strcmp(w[0], "mark")) {
            FILE *f = fopen("mark", "w");
            if (f == NULL || fprintf(f, "%d\n", getpid()) < 0 || fclose(f) == EOF)
                return 9;
        } else if (!strcmp(w[0], "hear")) {
            char c;
            while (read(0, &c, 1) == 1 && c != '\n')
                ;
        } else if (!strcmp(w[0], "kill"))
            kill(getpid(), SIGKILL);
        else
            return 2;
    }
    return 0;
}
