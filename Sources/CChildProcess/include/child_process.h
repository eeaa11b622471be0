#pragma once

#include <stdbool.h>
#include <sys/types.h>

// Starts programs, also ones that are killed with the thread that started them, which posix_spawn(3) cannot set.

struct oceanid_program {
  // The paths to try, in order; the last element is NULL.
  const char *const *paths;
  char *const *arguments;
  char *const *environment;
  // -1 means /dev/null.
  int input;
  int output;
  int errors;
  // If true, the program is not killed with the thread that starts it.
  bool outlives;
};

// Starts the program in a new session with only these three descriptors and default signal handling. Unless it outlives
// its starter, SIGKILL is its parent-death signal (PR_SET_PDEATHSIG(2const)).
//
// Returns 0, or an errno if nothing was started. The caller must wait for the child.
int oceanid_start(const struct oceanid_program *program, pid_t *pid);
