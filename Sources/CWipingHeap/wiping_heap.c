#define _GNU_SOURCE

#include "wiping_heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// A program's own free() and realloc() take precedence over libc's in all loaded libraries (ld.so(8), "symbol lookup
// scope"). Both call glibc's internal allocator functions, so they must be disabled under a sanitizer, which replaces
// the whole allocator.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OCEANID_SANITIZED
#endif
#endif
#else
#define OCEANID_SANITIZED
#endif

#ifndef OCEANID_SANITIZED

extern void __libc_free(void *);
extern void *__libc_realloc(void *, size_t);

static void wipe(void *block, size_t size) {
  if (size <= OCEANID_WIPED_BYTES) explicit_bzero(block, size);
}

void free(void *block) {
  if (block == NULL) return;
  wipe(block, malloc_usable_size(block));
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  size_t before = malloc_usable_size(block);
  // A large block may grow in place or be moved by the kernel without a copy.
  if (before > OCEANID_WIPED_BYTES) return __libc_realloc(block, size);
  if (size == 0) {
    free(block);
    return NULL;
  }
  if (size <= before && size >= before / 2) return block;
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, before < size ? before : size);
  free(block);
  return moved;
}

#endif
