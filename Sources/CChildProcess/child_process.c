#define _GNU_SOURCE

#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Duplicates to a number above the standard descriptors, so that none is overwritten before it is copied.
static int lifted(int descriptor, int flags) {
  int raw = descriptor < 0 ? open("/dev/null", flags) : descriptor;
  return raw < 0 ? -1 : fcntl(raw, F_DUPFD, 3);
}

static int close_others(void) {
#ifdef SYS_close_range
  // Available since Linux 5.9.
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return 0;
#endif
  long limit = sysconf(_SC_OPEN_MAX);
  for (int raw = 3; raw < limit && raw < 1 << 16; raw++) close(raw);
  return 0;
}

// Runs in the child, which shares this process's memory until it executes the program (vfork(2)). It may only call
// async-signal-safe functions and must not change memory except its own stack. Returns the errno of the failed step.
static int become(const struct oceanid_program *program, pid_t parent) {
  if (!program->outlives) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
    // The parent may have exited before the parent-death signal was set.
    if (getppid() != parent) return ECANCELED;
  }
  setsid();
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  int input = lifted(program->input, O_RDONLY);
  int output = lifted(program->output, O_WRONLY);
  int errors = lifted(program->errors, O_WRONLY);
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) return errno;
  close_others();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // As in execvp(3), EACCES is reported only if no other path works.
  int denied = 0;
  for (const char *const *path = program->paths; *path != NULL; path++) {
    execve(*path, program->arguments, program->environment);
    if (errno == EACCES) {
      denied = 1;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return errno;
    }
  }
  return denied ? EACCES : ENOENT;
}

int __attribute__((noinline)) oceanid_start(const struct oceanid_program *program, pid_t *pid) {
  // A signal handler of this process must not run in the child, which shares its memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile int failure = 0;
  pid_t parent = getpid();
  pid_t child = vfork();
  if (child == 0) {
    failure = become(program, parent);
    _exit(127);
  }
  int code = child < 0 ? errno : failure;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (child < 0) return code;
  if (code != 0) {
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return code;
  }
  *pid = child;
  return 0;
}
