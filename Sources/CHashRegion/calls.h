#ifndef CALLS_H
#define CALLS_H

#include "hash_region.h"

#include <stdint.h>

/// Makes the shared library that a function is in call these instead of mmap and munmap: both or neither.
enum hash_region_status redirect_calls(const char *function, uintptr_t mapping, uintptr_t unmapping);

#endif
