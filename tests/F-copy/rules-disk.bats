# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load ../05-mmap/rules
# What waits for the disk, and what smaps tells of it.

@test "after msync, and after fsync, no page of the mapping waits for the disk" {
    says "with MS_SYNC writes the dirty pages back now and waits until it is done"
    says "it follows at the kernel's leisure, or when msync(2) or fsync(2) demands it"
    needs_disk
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    const size_t size = 50 * page();
    int fd = scratch(size, 'a');
    char *p = map(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    for (int how = 0; how < 2; how++) {
        for (size_t at = 0; at < size; at += page())
            p[at] = 'd';
        printf("%s", dirty(p) >= 50 ? "dirty" : "clean");
        puts(result(how == 0 ? msync(p, size, MS_SYNC) : fsync(fd)));
        printf("%ld\n", dirty(p));
    }
}
C
    run_program ./try
    assert_success
    assert_output 'dirtydone
0
dirtydone
0'
}

@test "in memory alone msync leaves the page as it was" {
    says "there is no disk to be in step with, and all lines show the same number"
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    run_shell 'note=$(mktemp /dev/shm/note.XXXXXX) && ./map_note "$note" text
        s=$?; rm -f "$note"; exit $s'
    assert_success
    assert_equal "$(sed 's/^[^:]*: *//' stdout | sort -u)" "$(($(getconf PAGESIZE) / 1024)) kB wait"
}

@test "each mapping has a line with its addresses, and below it lines with capitals" {
    says "each mapping has a line with its address range and, below it, lines that begin with capital letters"
    run_shell 'cat /proc/self/smaps'
    assert_success
    [ "$(grep -cE '^[0-9a-f]+-[0-9a-f]+ ' stdout)" -gt 5 ]
    refute_line --regexp '^[^A-Z0-9a-f]'
    [[ $output =~ ^[0-9a-f]+-[0-9a-f]+\  ]]
    assert_equal "$(grep -c '^Shared_Dirty: ' stdout)" "$(grep -cE '^[0-9a-f]+-[0-9a-f]+ ' stdout)"
}

@test "smaps counts the pages of our page table, as shared or private by how often they are mapped" {
    says "A dirty page counts as Private_Dirty if it is mapped once and as Shared_Dirty if more often, whatever the type of the mapping, so we add the two"
    says "Only pages in our page table count"
    makes try <<'C'
#include "../05-mmap/rules.h"
/* One of the two numbers, in kB. */
static long one(const void *p, const char *format)
{
    char line[512], start[32];
    snprintf(start, sizeof start, "%08jx-", (uintmax_t)(uintptr_t)p);
    FILE *maps = fopen("/proc/self/smaps", "re");
    bool ours = false;
    long kb = -1;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (line[0] < 'A' || line[0] > 'Z')
            ours = strncmp(line, start, strlen(start)) == 0;
        else if (ours && sscanf(line, format, &kb) == 1)
            break;
    fclose(maps);
    return kb;
}
static void both(const void *p)
{
    printf("%d%d ", one(p, "Private_Dirty: %ld kB") > 0, one(p, "Shared_Dirty: %ld kB") > 0);
}
int main(void)
{
    int fd = memfd_create("counted", 0);
    write_at(fd, 0, 'a');
    char *p = map(1, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    both(p);
    p[0] = 'x';
    both(p);
    IN_A_CHILD(
        if (*(volatile char *)p != 'x') _exit(1);
        both(p));
    both(p);
    puts("");
}
C
    run_program ./try
    assert_success
    assert_output '00 10 01 10 '
}

@test "msync wants the start of a page" {
    says "Its address has to be the start of a page"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, scratch(2 * page(), 'a'));
    printf("%s ", result(msync(p + 1, 1, MS_SYNC)));
    printf("%s ", result(msync(p + page(), 1, MS_SYNC)));
    puts(result(msync(p, 1, MS_SYNC)));
}
C
    run_program ./try
    assert_success
    assert_output 'EINVAL done done'
}
