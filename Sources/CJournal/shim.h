#pragma once
#include <dlfcn.h>
#include <stddef.h>
#include <systemd/sd-journal.h>

// libsystemd and its six dependencies slow down the start of a program that links them, so it is loaded when a
// journal is first read. __typeof__ ensures the signatures of the header.
#define OCEANID_JOURNAL_FUNCTIONS(EACH) \
  EACH(open) EACH(open_directory) EACH(close) EACH(add_match) EACH(seek_tail) \
  EACH(seek_realtime_usec) EACH(next) EACH(previous) EACH(get_realtime_usec) EACH(get_data) EACH(wait)

typedef struct {
#define OCEANID_POINTER(name) __typeof__(&sd_journal_##name) name;
  OCEANID_JOURNAL_FUNCTIONS(OCEANID_POINTER)
#undef OCEANID_POINTER
} oceanid_journal;

// Loads the library, which stays loaded. Returns NULL, or an error message.
static inline const char *oceanid_journal_load(oceanid_journal *functions) {
  void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
#define OCEANID_LOAD(name)                                                           \
  functions->name = (__typeof__(&sd_journal_##name))dlsym(library, "sd_journal_" #name); \
  if (!functions->name) return "sd_journal_" #name " is missing in libsystemd.so.0";
  OCEANID_JOURNAL_FUNCTIONS(OCEANID_LOAD)
#undef OCEANID_LOAD
  return NULL;
}
