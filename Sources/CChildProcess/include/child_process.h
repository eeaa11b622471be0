#pragma once

#include <sys/types.h>

// Starts programs that are killed with the thread that started them. posix_spawn(3) cannot set that.

struct oceanid_program {
  // The paths to try, in order; the last element is NULL.
  const char *const *paths;
  char *const *arguments;
  char *const *environment;
  // -1 means /dev/null.
  int input;
  int output;
  int errors;
};

// Starts the program in a new session with only these three descriptors, default signal handling, and SIGKILL as its
// parent-death signal (PR_SET_PDEATHSIG(2const)).
//
// Returns 0, or an errno if nothing was started. The caller must wait for the child.
int oceanid_start(const struct oceanid_program *program, pid_t *pid);
