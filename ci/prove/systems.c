// Systems as `cargo fa prove` finds them in any program: marks as framealloc's attributes make them, and code that holds their
// addresses. It is built by whatever compilers of C are there (ci/prove.sh), so that each format and processor is read as
// linkers write it; the names say what to expect.
#ifdef __APPLE__
// There may be no headers of that system where this is built, only a compiler and a linker.
typedef __UINT64_TYPE__ uint64_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __SIZE_TYPE__ size_t;
struct timespec {
    long seconds, nanoseconds;
};
void *malloc(size_t);
void *memset(void *, int, size_t);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
int nanosleep(const struct timespec *, struct timespec *);
#else
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#endif
#ifdef _WIN32
#include <windows.h>
static void rest(void) { Sleep(1); }
#else
#ifndef __APPLE__
#include <time.h>
#endif
static void rest(void) {
    struct timespec time = {0, 1000};
    nanosleep(&time, 0);
}
#endif

struct mark {
    char magic[16];
    const char *name;
    uint64_t name_length;
    const char *file;
    uint64_t file_length;
    uint32_t line, effects;
};
enum { NO_HEAP = 1, NO_BLOCK = 2 };
#define NEVER __attribute__((noinline))
#define SYSTEM(name, declared)                                                                                         \
    static const struct mark mark_##name = {"framealloc fx \0\1", "systems::" #name, sizeof("systems::" #name) - 1,      \
                                            "systems.c",         9,                 __LINE__,                       declared}
#define HOLD(name) __asm__ volatile("" ::"r"(&mark_##name) : "memory")

volatile int input = 3;
void *volatile sink;

typedef int (*step)(int);
static NEVER int twice(int x) { return x * 2 + input; }
static NEVER int thrice(int x) { return x * 3 - input; }
static NEVER int greedy(int x) {
    sink = malloc(x + 1);
    return x;
}
static NEVER int sleepy(int x) {
    rest();
    return x;
}
static const step CALM[] = {twice, thrice};
// No address at its beginning: a table that stands before it ends there.
static const step MIXED[] = {0, twice, greedy};
step volatile chosen = twice;

SYSTEM(keeps_arithmetic, NO_HEAP | NO_BLOCK);
NEVER int keeps_arithmetic(int x) {
    HOLD(keeps_arithmetic);
    for (int i = 0; i < input; i++) x = twice(x) ^ thrice(i);
    return x;
}

SYSTEM(keeps_bytes, NO_HEAP | NO_BLOCK);
NEVER int keeps_bytes(int x) {
    char room[256];
    HOLD(keeps_bytes);
    memset(room, x, sizeof room);
    room[x & 255] = (char)input;
    return room[input & 255];
}

SYSTEM(keeps_table, NO_HEAP | NO_BLOCK);
NEVER int keeps_table(int x) {
    HOLD(keeps_table);
    return CALM[x & 1](x);
}

static NEVER int apply(step f, int x) { return f(x) + f(x + 1); }
SYSTEM(keeps_passed, NO_HEAP | NO_BLOCK);
NEVER int keeps_passed(int x) {
    HOLD(keeps_passed);
    return apply(twice, x);
}

SYSTEM(keeps_switch, NO_HEAP | NO_BLOCK);
NEVER int keeps_switch(int x) {
    HOLD(keeps_switch);
    switch (x) {
    case 0: return twice(x);
    case 1: return input ^ 0x55;
    case 2: return thrice(x);
    case 3: return input << 3;
    case 4: return twice(x + 9);
    case 5: return -input;
    case 6: return input * 31;
    case 7: return thrice(x ^ 1);
    default: return x;
    }
}

#ifndef _WIN32
static __thread int memory;
SYSTEM(keeps_thread, NO_HEAP | NO_BLOCK);
NEVER int keeps_thread(int x) {
    HOLD(keeps_thread);
    memory = memory * 3 + x;
    return memory;
}
#define THREAD keeps_thread,
#else
#define THREAD
#endif

SYSTEM(breaks_direct, NO_HEAP);
NEVER int breaks_direct(int x) {
    HOLD(breaks_direct);
    return greedy(x) + 1;
}

SYSTEM(breaks_table, NO_HEAP);
NEVER int breaks_table(int x) {
    HOLD(breaks_table);
    return MIXED[(x & 1) + 1](x);
}

SYSTEM(breaks_passed, NO_HEAP);
NEVER int breaks_passed(int x) {
    HOLD(breaks_passed);
    return apply(greedy, x);
}

SYSTEM(breaks_switch, NO_HEAP);
NEVER int breaks_switch(int x) {
    HOLD(breaks_switch);
    switch (x) {
    case 0: return twice(x);
    case 1: return input ^ 0x55;
    case 2: return thrice(x);
    case 3: return input << 3;
    case 4: return twice(x + 9);
    case 5: return greedy(input);
    case 6: return input * 31;
    case 7: return thrice(x ^ 1);
    default: return x;
    }
}

// So many ways that every compiler makes a table of them, from a choice whose numbers are compared or cut out of others.
#define WAYS                                                                                                           \
    case 0: return twice(x);                                                                                           \
    case 1: return input ^ 0x55;                                                                                       \
    case 2: return thrice(x);                                                                                          \
    case 3: return input << 3;                                                                                         \
    case 4: return twice(x + 9);                                                                                       \
    case 5: return input - 70000;                                                                                      \
    case 6: return input * 31;                                                                                         \
    case 7: return thrice(x ^ 1);                                                                                      \
    case 8: return input / 7;                                                                                          \
    case 9: return twice(input) - x;                                                                                   \
    case 10: return input >> 2;                                                                                        \
    case 11: return thrice(input) + 5;                                                                                 \
    case 12: return ~input;                                                                                            \
    case 13: return input % 11;                                                                                        \
    case 14: return input * input

SYSTEM(keeps_wide, NO_HEAP | NO_BLOCK);
NEVER int keeps_wide(int x) {
    HOLD(keeps_wide);
    switch (x - 3) {
        WAYS;
    default: return x;
    }
}

SYSTEM(breaks_wide, NO_HEAP);
NEVER int breaks_wide(int x) {
    HOLD(breaks_wide);
    switch (x) {
        WAYS;
    case 15: return greedy(input);
    case 16: return input + 1;
    default: return x;
    }
}

SYSTEM(breaks_masked, NO_HEAP);
NEVER int breaks_masked(int x) {
    HOLD(breaks_masked);
    switch (x & 15) {
        WAYS;
    case 15: return greedy(input);
    }
    return 0;
}

SYSTEM(breaks_late, NO_HEAP);
NEVER int breaks_late(int x) {
    HOLD(breaks_late);
    if (x > 0) return breaks_late(x - 1) + 1;
    return greedy(x);
}

SYSTEM(blocks_direct, NO_BLOCK);
NEVER int blocks_direct(int x) {
    HOLD(blocks_direct);
    return sleepy(x) + 1;
}

// Waiting is not what it declares.
SYSTEM(keeps_sleep, NO_HEAP);
NEVER int keeps_sleep(int x) {
    HOLD(keeps_sleep);
    return sleepy(x) + 1;
}

SYSTEM(open_pointer, NO_HEAP);
NEVER int open_pointer(int x) {
    HOLD(open_pointer);
    return chosen(x);
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
SYSTEM(open_library, NO_HEAP);
NEVER int open_library(int x) {
    int values[4] = {x, input, 3, 1};
    HOLD(open_library);
    qsort(values, 4, sizeof *values, compare);
    return values[0];
}

int main(void) {
    step systems[] = {THREAD keeps_arithmetic, keeps_bytes, keeps_table, keeps_passed, keeps_switch, breaks_direct, breaks_table,
                      breaks_passed, breaks_switch, keeps_wide, breaks_wide, breaks_masked, breaks_late, blocks_direct,
                      keeps_sleep, open_pointer, open_library};
    int sum = 0;
    for (unsigned i = 0; i < sizeof systems / sizeof *systems; i++) sum += systems[i](input);
    return sum == 1;
}
