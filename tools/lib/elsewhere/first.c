/* first - the first process of the machine that tools/elsewhere boots.
 *
 * It is /init of the initial RAM disk: loads the modules that /modules/order
 * names, if there are any, mounts the root (/dev/vda) and the disk of the project
 * (/dev/vdb, on its /home/reader/book), and becomes the project's
 * tools/lib/elsewhere/inside, by bash. When something fails it says so and
 * switches the machine off. What a kernel has built in needs no module, so one
 * that cannot be loaded is passed over. With the argument "try" it only says that
 * the machine works, and switches it off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PROJECT "/root/home/reader/book"

static void switch_off(void)
{
    fflush(stdout);
    sync();
    reboot(LINUX_REBOOT_CMD_POWER_OFF);
    _exit(1);
}

static void give_up(const char *what)
{
    printf("elsewhere: %s: %s\n", what, strerror(errno));
    switch_off();
}

static void load_modules(void)
{
    FILE *order = fopen("/modules/order", "r");
    char name[200], path[250];
    while (order != NULL && fscanf(order, "%199s", name) == 1) {
        snprintf(path, sizeof path, "/modules/%s", name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd != -1) {
            (void)syscall(SYS_finit_module, fd, "", 0);
            close(fd);
        }
    }
    if (order != NULL)
        fclose(order);
}

/* A disk is found some time after its module was loaded. */
static void mount_disk(const char *disk, const char *where)
{
    struct timespec moment = { .tv_nsec = 10000000 };
    for (int i = 0; i < 3000 && access(disk, F_OK) == -1; i++)
        nanosleep(&moment, NULL);
    if (mount(disk, where, "ext4", 0, NULL) == -1)
        give_up(disk);
}

int main(int argc, char *argv[])
{
    mkdir("/dev", 0755);
    mkdir("/root", 0755);
    if (mount("dev", "/dev", "devtmpfs", 0, NULL) == -1)
        give_up("/dev");
    int console = open("/dev/console", O_RDWR);
    if (console != -1)
        for (int fd = 0; fd < 3; fd++)
            dup2(console, fd);
    if (console > 2)
        close(console);
    if (argc > 1 && strcmp(argv[1], "try") == 0) {
        printf("elsewhere: it works\n");
        switch_off();
    }
    load_modules();
    mount_disk("/dev/vda", "/root");
    mount_disk("/dev/vdb", PROJECT);
    if (mount("/dev", "/root/dev", NULL, MS_MOVE, NULL) == -1)
        give_up("/root/dev");
    if (chdir("/root") == -1 || mount("/root", "/", NULL, MS_MOVE, NULL) == -1
            || chroot(".") == -1 || chdir("/home/reader/book") == -1)
        give_up("/root");
    execl("/bin/bash", "bash", "tools/lib/elsewhere/inside", (char *)NULL);
    give_up("/bin/bash");
}
