#pragma once

#include <sys/types.h>

// Starts programs that end with the thread that started them. posix_spawn(3) has no attribute for that.

struct oceanid_program {
  // The paths to try, in this order; the last one is NULL.
  const char *const *paths;
  char *const *arguments;
  char *const *environment;
  // -1: /dev/null.
  int input;
  int output;
  int errors;
};

// Starts the program in a session of its own, with no descriptor but these three, every signal at its default, and
// SIGKILL as its parent-death signal (PR_SET_PDEATHSIG(2const)).
//
// 0, or an errno with nothing started. The caller waits for the child.
int oceanid_start(const struct oceanid_program *program, pid_t *pid);
