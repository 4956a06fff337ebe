#define _GNU_SOURCE
#include "calls.h"
#include "hash_region.h"

#include <sys/mman.h>

static _Thread_local struct hash_region *offered;

void hash_region_offer(struct hash_region *region) { offered = region; }

const struct hash_region *hash_region_offered(void) { return offered; }

// Only what is asked for like fresh memory of one's own comes from the region: anywhere, readable and writable, of no file.
// Unlike fresh memory it need not be zero. Argon2 writes every block before it reads it (RFC 9106 section 3.2); whether the
// library at hand does is tried at start.
static void *redirected_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    struct hash_region *region = offered;
    if (region == NULL || region->is_lent || address != NULL || length == 0 || length > region->capacity
        || protection != (PROT_READ | PROT_WRITE) || (flags & ~MAP_POPULATE) != (MAP_PRIVATE | MAP_ANONYMOUS))
        return mmap(address, length, protection, flags, file, offset);
    region->is_lent = true;
    if (length > region->taken) region->taken = length;
    return region->base;
}

static int redirected_munmap(void *address, size_t length) {
    struct hash_region *region = offered;
    if (region == NULL || !region->is_lent || address != region->base) return munmap(address, length);
    region->is_lent = false;
    return 0;
}

enum hash_region_status hash_region_redirect(const char *function) {
    return redirect_calls(function, (uintptr_t)redirected_mmap, (uintptr_t)redirected_munmap);
}
