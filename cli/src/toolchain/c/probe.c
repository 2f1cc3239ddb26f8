/* Uses the C library's headers and the library itself, as the C code of packages does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int wasify_probe(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    if (copy == NULL) {
        return -1;
    }
    strcpy(copy, text);
    int length = printf("%s\n", copy);
    free(copy);
    return length;
}
