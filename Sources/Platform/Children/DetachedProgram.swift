internal import Glibc

/// Starts a program that outlives this process and is not observed, for example the desktop's opener of addresses.
package enum DetachedProgram {
  /// The program gets a session of its own, so that Ctrl-C does not reach it, and /dev/null as its descriptors.
  ///
  /// - Throws: `SystemError` if it cannot be started.
  package static func start(_ program: String, _ arguments: [String]) throws(SystemError) {
    // The kernel removes ended children that nobody waits for (waitpid(2)).
    signal(SIGCHLD, SIG_IGN)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID is 0x80 in glibc 2.26 and later (spawn.h).
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for text in argv { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, &actions, &attributes, &argv, environ)
    guard code == 0 else { throw SystemError(program, code: code) }
  }
}
