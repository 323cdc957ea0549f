#include <stdio.h>
#include <unistd.h>

int main(void)
{
    printf("hello from process %d\n", getpid());
    if (fflush(stdout) == EOF) {
        perror("greet: standard output");
        return 1;
    }
    return 0;
}
