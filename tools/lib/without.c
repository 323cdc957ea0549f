/* without - runs a command that the kernel refuses some system calls.

     without [ptrace] [namespaces] [privileges] -- COMMAND [ARGUMENT...]

   ptrace      what strace and gdb live on
   namespaces  new namespaces, and mounts
   privileges  namespaces, and the other calls that the default profile of
               Docker and Podman keeps from root (moby/profiles, seccomp:
               default.json, and its capabilities for those who ask for none)

   They answer EPERM, and clone3 ENOSYS, so that the C library takes clone,
   whose flags a filter can see. The filter is handed on to all children. It is
   made for tests and not for safety: it knows the native calls alone. A user
   other than root also gets PR_SET_NO_NEW_PRIVS, without which there is no
   filter (seccomp(2)): sudo does not work then. Exit status: the command's; 126
   or 127 when it cannot be run, 125 when this cannot be done, with a message. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TROUBLE = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };
enum what { PTRACE = 1, NAMESPACES = 2, PRIVILEGES = 4 };

static const char *const names[] = { "ptrace", "namespaces", "privileges" };

/* Refused is the call CALL; when BITS are given, only with one of them in its
   first argument. */
struct refused {
    unsigned when;
    int call;
    int error;
    unsigned bits;
};

static const struct refused refused[] = {
    { PTRACE, SYS_ptrace, EPERM, 0 },
    { PTRACE, SYS_process_vm_readv, EPERM, 0 },
    { PTRACE, SYS_process_vm_writev, EPERM, 0 },
    { NAMESPACES, SYS_unshare, EPERM, 0 },
    { NAMESPACES, SYS_setns, EPERM, 0 },
    { NAMESPACES, SYS_clone3, ENOSYS, 0 },
    { NAMESPACES, SYS_clone, EPERM,
      CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
          CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET },
    { NAMESPACES, SYS_mount, EPERM, 0 },
    { NAMESPACES, SYS_umount2, EPERM, 0 },
    { NAMESPACES, SYS_pivot_root, EPERM, 0 },
    { NAMESPACES, SYS_fsopen, EPERM, 0 },
    { NAMESPACES, SYS_move_mount, EPERM, 0 },
    { NAMESPACES, SYS_open_tree, EPERM, 0 },
    { PRIVILEGES, SYS_kcmp, EPERM, 0 },
    { PRIVILEGES, SYS_perf_event_open, EPERM, 0 },
    { PRIVILEGES, SYS_bpf, EPERM, 0 },
    { PRIVILEGES, SYS_userfaultfd, EPERM, 0 },
    { PRIVILEGES, SYS_io_uring_setup, EPERM, 0 },
    { PRIVILEGES, SYS_keyctl, EPERM, 0 },
    { PRIVILEGES, SYS_add_key, EPERM, 0 },
    { PRIVILEGES, SYS_request_key, EPERM, 0 },
    { PRIVILEGES, SYS_open_by_handle_at, EPERM, 0 },
    { PRIVILEGES, SYS_sethostname, EPERM, 0 },
    { PRIVILEGES, SYS_setdomainname, EPERM, 0 },
    { PRIVILEGES, SYS_personality, EPERM, ADDR_NO_RANDOMIZE },
};

enum { MOST = 6 * sizeof refused / sizeof *refused + 2 };

/* make_filter: writes the filter of everything in WHEN, returns its length. */
static unsigned short make_filter(struct sock_filter *f, unsigned when)
{
    const unsigned call = offsetof(struct seccomp_data, nr);
    const unsigned first = offsetof(struct seccomp_data, args);
    unsigned short n = 0;

    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, call);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct refused *r = &refused[i];
        const unsigned answer = SECCOMP_RET_ERRNO | (unsigned)r->error;
        if ((r->when & when) == 0)
            continue;
        f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
            (unsigned)r->call, 0, r->bits == 0 ? 1 : 4);
        if (r->bits != 0) {
            f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                first);
            f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
                r->bits, 1, 0);
            f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                SECCOMP_RET_ALLOW);
        }
        f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
    }
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return n;
}

/* wanted: the words before "--" as bits; sets *COMMAND to what follows it. */
static unsigned wanted(char **word, char ***command)
{
    unsigned when = 0;
    for (; *word != NULL && strcmp(*word, "--") != 0; word++) {
        size_t i = 0;
        while (i < 3 && strcmp(*word, names[i]) != 0)
            i++;
        if (i == 3)
            errx(TROUBLE, "%s is not ptrace, namespaces or privileges", *word);
        when |= 1U << i;
    }
    if (*word == NULL || word[1] == NULL)
        errx(TROUBLE, "there is no COMMAND after --");
    *command = word + 1;
    return when & PRIVILEGES ? when | NAMESPACES : when;
}

int main(int argc, char **argv)
{
    struct sock_filter filter[MOST];
    struct sock_fprog program = { .filter = filter };
    char **command = NULL;
    const unsigned when = argc > 1 ? wanted(argv + 1, &command) : 0;

    if (command == NULL)
        errx(TROUBLE, "usage: without WHAT... -- COMMAND [ARGUMENT...]");
    program.len = make_filter(filter, when);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1 &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1))
        err(TROUBLE, "no filter of system calls");
    execvp(command[0], command);
    err(errno == ENOENT ? NOT_FOUND : CANNOT_RUN, "%s", command[0]);
}
