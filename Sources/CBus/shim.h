#pragma once
#include <dlfcn.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

// libsystemd is loaded with the first bus connection, for the same reason as in CJournal. __typeof__ ensures the
// signatures of the header. None of these functions is variadic, so Swift can call them.
#define OCEANID_BUS_FUNCTIONS(EACH)                                                          \
  EACH(open_user) EACH(close_unref) EACH(is_open) EACH(get_fd) EACH(get_events)              \
  EACH(process) EACH(call) EACH(error_free) EACH(message_unref)            \
  EACH(message_new_method_call) EACH(message_append_basic) EACH(message_open_container)      \
  EACH(message_close_container) EACH(message_read_basic) EACH(message_enter_container)       \
  EACH(message_exit_container) EACH(message_is_signal) EACH(message_get_type)

typedef struct {
#define OCEANID_POINTER(name) __typeof__(&sd_bus_##name) name;
  OCEANID_BUS_FUNCTIONS(OCEANID_POINTER)
#undef OCEANID_POINTER
} oceanid_bus;

// Loads the library, which stays loaded. Returns NULL, or an error message.
static inline const char *oceanid_bus_load(oceanid_bus *functions) {
  void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
#define OCEANID_LOAD(name)                                                       \
  functions->name = (__typeof__(&sd_bus_##name))dlsym(library, "sd_bus_" #name); \
  if (!functions->name) return "sd_bus_" #name " is missing in libsystemd.so.0";
  OCEANID_BUS_FUNCTIONS(OCEANID_LOAD)
#undef OCEANID_LOAD
  return NULL;
}
