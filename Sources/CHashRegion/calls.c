#define _GNU_SOURCE
#include "calls.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A shared library calls what it imports through its global offset table: one address for each function, filled in by the
// dynamic linker (ELF gABI chapter 5, and the processor's supplement for the kinds of relocation). Two of libsodium's own
// addresses are replaced; nobody else's table is touched.
#if defined(__x86_64__)
enum { GLOBAL_DATA = R_X86_64_GLOB_DAT, JUMP_SLOT = R_X86_64_JUMP_SLOT };
#elif defined(__aarch64__)
enum { GLOBAL_DATA = R_AARCH64_GLOB_DAT, JUMP_SLOT = R_AARCH64_JUMP_SLOT };
#else
enum { GLOBAL_DATA = -1, JUMP_SLOT = -1 };
#endif

// One mapping and one unmapping function have at most a jump slot and a data slot each.
enum { SLOTS = 4 };

struct library {
    uintptr_t inside;
    uintptr_t base;
    const ElfW(Dyn) *dynamic;
    uintptr_t guarded, guarded_end;
};

struct slots {
    uintptr_t *address[SLOTS];
    int count;
};

// Finds the library that contains an address. The program itself, which comes first and has no name, is none.
static int find(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct library *library = context;
    bool contains = false;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && library->inside >= start && library->inside - start < header->p_memsz)
            contains = true;
    }
    if (!contains) return 0;
    if (info->dlpi_name == NULL || info->dlpi_name[0] == '\0') return 1;
    library->base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_DYNAMIC) library->dynamic = (const ElfW(Dyn) *)start;
        if (header->p_type == PT_GNU_RELRO) {
            uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
            library->guarded = start & ~(page - 1);
            library->guarded_end = (start + header->p_memsz) & ~(page - 1);
        }
    }
    return 1;
}

// glibc has put addresses into the dynamic section, other linkers leave offsets there.
static uintptr_t address(const struct library *library, ElfW(Sxword) tag) {
    for (const ElfW(Dyn) *item = library->dynamic; item->d_tag != DT_NULL; item++) {
        if (item->d_tag != tag) continue;
        return item->d_un.d_ptr < library->base ? library->base + item->d_un.d_ptr : item->d_un.d_ptr;
    }
    return 0;
}

static size_t length(const struct library *library, ElfW(Sxword) tag) {
    for (const ElfW(Dyn) *item = library->dynamic; item->d_tag != DT_NULL; item++)
        if (item->d_tag == tag) return item->d_un.d_val;
    return 0;
}

static void collect(const struct library *library, ElfW(Sxword) table, ElfW(Sxword) bytes, const char *const names[2],
                    struct slots *slots) {
    const ElfW(Rela) *relocation = (const ElfW(Rela) *)address(library, table);
    const ElfW(Sym) *symbols = (const ElfW(Sym) *)address(library, DT_SYMTAB);
    const char *strings = (const char *)address(library, DT_STRTAB);
    if (relocation == NULL || symbols == NULL || strings == NULL) return;
    for (size_t left = length(library, bytes) / sizeof *relocation; left > 0; left--, relocation++) {
        int kind = (int)ELF64_R_TYPE(relocation->r_info);
        if (kind != GLOBAL_DATA && kind != JUMP_SLOT) continue;
        const char *name = strings + symbols[ELF64_R_SYM(relocation->r_info)].st_name;
        if (strcmp(name, names[0]) != 0 && strcmp(name, names[1]) != 0) continue;
        if (slots->count < SLOTS) slots->address[slots->count] = (uintptr_t *)(library->base + relocation->r_offset);
        slots->count++;
    }
}

static struct slots slots_of(const struct library *library, const char *name, const char *other) {
    struct slots slots = {.count = 0};
    const char *const names[2] = {name, other};
    collect(library, DT_JMPREL, DT_PLTRELSZ, names, &slots);
    collect(library, DT_RELA, DT_RELASZ, names, &slots);
    return slots;
}

static void put(const struct slots *slots, const uintptr_t values[SLOTS]) {
    for (int i = 0; i < slots->count; i++) __atomic_store_n(slots->address[i], values[i], __ATOMIC_RELEASE);
}

static bool protect(const struct library *library, int protection) {
    size_t bytes = library->guarded_end - library->guarded;
    return bytes == 0 || mprotect((void *)library->guarded, bytes, protection) == 0;
}

enum hash_region_status redirect_calls(const char *function, uintptr_t mapping, uintptr_t unmapping) {
    if (JUMP_SLOT < 0 || sizeof(void *) != 8) return HASH_REGION_UNKNOWN_PROCESSOR;
    struct library library = {.inside = (uintptr_t)dlsym(RTLD_DEFAULT, function)};
    if (library.inside != 0) dl_iterate_phdr(find, &library);
    if (library.dynamic == NULL) return HASH_REGION_NOT_SHARED;

    // With only one of them redirected the region would be unmapped, or never come back.
    struct slots maps = slots_of(&library, "mmap", "mmap64");
    struct slots unmaps = slots_of(&library, "munmap", "munmap");
    if (maps.count < 1 || maps.count > SLOTS || unmaps.count < 1 || unmaps.count > SLOTS)
        return HASH_REGION_NO_SUCH_CALLS;

    uintptr_t old_maps[SLOTS] = {0}, old_unmaps[SLOTS] = {0}, new_maps[SLOTS], new_unmaps[SLOTS];
    for (int i = 0; i < maps.count; i++) old_maps[i] = *maps.address[i];
    for (int i = 0; i < unmaps.count; i++) old_unmaps[i] = *unmaps.address[i];
    for (int i = 0; i < SLOTS; i++) new_maps[i] = mapping, new_unmaps[i] = unmapping;

    // The dynamic linker leaves the table read-only (RELRO), so that a stray write cannot change what is called. It is
    // writable for these two stores only.
    if (!protect(&library, PROT_READ | PROT_WRITE)) return HASH_REGION_PROTECTED;
    put(&unmaps, new_unmaps);
    put(&maps, new_maps);
    if (protect(&library, PROT_READ)) return HASH_REGION_READY;
    put(&maps, old_maps);
    put(&unmaps, old_unmaps);
    return HASH_REGION_PROTECTED;
}
