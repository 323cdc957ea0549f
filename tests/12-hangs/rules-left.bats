# shellcheck disable=SC2016 # scripts of other shells
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What has a name and is left behind is told, where it is known whose it is.

# leaving BODY: ./t does BODY, in which n is a name with its number in it, and prints
# the number.
leaving() {
    { printf '#include "hang.h"\nint main(void) { char n[40];\n'
        printf 'printf("%%d\\n", (int)getpid()); snprintf(n, sizeof n, "/hang.%%d", (int)getpid());\n%s\n}\n' "$1"
    } | makes t
}

# remains COMMAND...: what the runner says that it left behind, without numbers.
remains() {
    rm -f how
    "$book_built/runner" "$@" -s how ./t > said 2> /dev/null || :
    sed -n 's/^remains //p' how | sed 's/[0-9][0-9]*/N/' | sort
}

# forget BODY: does BODY with the name n of the last ./t.
forget() {
    printf '#include "hang.h"\nint main(int c, char **v) { char n[40]; (void)c; snprintf(n, sizeof n, "/hang.%%s", v[1]); %s; }\n' \
        "$1" | makes f
    ./f "$(cat said)"
}

@test "shared memory, a semaphore, a queue, a socket" {
    says "a queue, a semaphore or shared memory outlives the program that made it"
    says "It is taken for the command's when the number of one of its processes is a part of the name"
    leaving 'must(shm_open(n, O_CREAT, 0600)); sem_open(n, O_CREAT, 0600, 0);'
    run remains
    forget 'shm_unlink(n); sem_unlink(n)'
    assert_output '/dev/shm/hang.N
/dev/shm/sem.hang.N'
    leaving 'door(SOCK_STREAM, "door");'
    run remains -n
    assert_output 'socket door'
    rm door
    run remains
    assert_output ''
}

@test "queues of POSIX" {
    needs queues shown_queues
    leaving 'must(mq_open(n, O_RDWR | O_CREAT, 0600, NULL));'
    run remains
    forget 'mq_unlink(n)'
    assert_output 'queue /hang.N'
}

@test "System V: who made it or used it last" {
    needs sysv
    says "the kernel notes the number of the process that made it or used it last"
    leaving 'struct { long type; char text[1]; } m = { 1, "" };
        must(shmget(IPC_PRIVATE, 10, 0600)); must(msgsnd(must(msgget(IPC_PRIVATE, 0600)), &m, 1, 0));
        must(semctl(must(semget(IPC_PRIVATE, 2, 0600)), 1, SETVAL, 1));'
    run remains
    sed -n 's/^remains segment /-m /p; s/^remains messages /-q /p; s/^remains semaphores /-s /p' how | xargs ipcrm
    assert_output 'messages N
segment N
semaphores N'
}

@test "what is removed is not told" {
    needs sysv
    leaving 'must(shm_open(n, O_CREAT, 0600)); must(shm_unlink(n));
        must(shmctl(must(shmget(IPC_PRIVATE, 10, 0600)), IPC_RMID, NULL));'
    run remains
    assert_output ''
}

@test "what could be anyone's is not told: a name without a number, a grandchild's" {
    says "It does not know a grandchild that its parent has waited for"
    says "What such a process leaves is not told, and neither is a name without a number"
    leaving 'snprintf(n, sizeof n, "/hang-%s", getenv("TOKEN")); must(shm_open(n, O_CREAT, 0600));'
    TOKEN=$(basename "$(mktemp -u XXXXXXXXXX | tr 0-9 a-j)")
    export TOKEN
    run remains
    rm "/dev/shm/hang-$TOKEN"
    assert_output ''
    leaving 'if (must(fork()) == 0) { snprintf(n, sizeof n, "/hang.%d", (int)getpid()); must(shm_open(n, O_CREAT, 0600));
        FILE *f = fopen("name", "w"); fprintf(f, "%s", n); fclose(f); _exit(0); } must(wait(NULL));'
    run remains
    rm "/dev/shm$(cat name)"
    assert_output ''
}

@test "an abstract name goes with its last descriptor" {
    says "An abstract name of a socket goes with its last descriptor"
    leaving '*n = 64; int s = door(SOCK_STREAM, n), copy = must(dup(s)); struct sockaddr_un a = address(n);
        int other = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(close(s));
        if (bind(other, (struct sockaddr *)&a, sizeof a) == 0) return 1;
        must(close(copy));
        must(bind(other, (struct sockaddr *)&a, sizeof a));'
    run_program ./t
    assert_success
}
