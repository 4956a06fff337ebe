#ifndef HASH_REGION_H
#define HASH_REGION_H

#include <stdbool.h>
#include <stddef.h>

// libsodium maps, populates and unmaps the memory of every Argon2 hash, and has no hook for an allocator. Here its own calls
// of mmap(2) and munmap(2), and nobody else's, are redirected to functions that answer from a region its thread keeps, while
// that thread offers one; in every other case they call mmap(2) and munmap(2) as before.

/// What a thread offers for the next hash. Only that thread uses it.
struct hash_region {
    /// Aligned to a page, readable and writable.
    void *base;
    /// Bytes from there on.
    size_t capacity;
    /// The most bytes that were lent since it was offered; 0 when it was not needed, or too small.
    size_t taken;
    /// Whether it is in use: mapped and not unmapped yet.
    bool is_lent;
};

/// Why calls could be redirected or not.
enum hash_region_status {
    HASH_REGION_READY,
    /// The relocations of this processor are not known here.
    HASH_REGION_UNKNOWN_PROCESSOR,
    /// The function is not there, or part of the program itself, whose calls are not one library's alone.
    HASH_REGION_NOT_SHARED,
    /// The library does not call both mmap and munmap of another one.
    HASH_REGION_NO_SUCH_CALLS,
    /// The addresses of what the library calls could not be changed, or not be protected again. They are as they were.
    HASH_REGION_PROTECTED,
};

/// Redirects the calls of the shared library that a function is in, for the rest of the process's life. To be called once,
/// before other threads offer anything.
enum hash_region_status hash_region_redirect(const char *function);

/// Offers a region to the calls of the calling thread; NULL ends that. It has to stay where it is until then.
void hash_region_offer(struct hash_region *region);

/// What the calling thread offers at the moment, or NULL.
const struct hash_region *hash_region_offered(void);

#endif
