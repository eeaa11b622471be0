import Glibc

/// Turns every end of the hook's process into a denial: an assistant runs its command if a hook fails in another way.
enum HookProtection {
  /// The exit status that denies a command.
  static let denied: Int32 = 2

  /// The whole hook must not take longer, in seconds.
  private static let longest = 4

  static func install() {
    signal(SIGPIPE, SIG_IGN)
    // The hook ends by itself within the time.
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXFSZ] { signal(number, SIG_IGN) }
    // A handler needs its own stack if the usual one is used up.
    let size = 64 << 10
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS, SIGXCPU, SIGALRM] {
      var action = sigaction()
      action.sa_flags = SA_ONSTACK
      action.__sigaction_handler.sa_handler = { _ in
        // Only functions of signal-safety(7).
        let text: StaticString =
          """
          oceanid-ctl: refused: the hook failed, so the command could not be judged.\nReport the command, or ask a \
          person to run it.\n
          """
        write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        _exit(2)
      }
      sigaction(number, &action, nil)
    }
    alarm(UInt32(longest))
  }
}
