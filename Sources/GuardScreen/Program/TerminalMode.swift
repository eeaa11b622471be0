import Glibc
import GuardTerminal
import Synchronization

/// The terminal as a program with a whole screen needs it: alternate screen, no cursor, no line wrap, mouse reports,
/// bracketed paste, and keys without echo and line editing. `leave`, deinit and a crash restore it.
///
/// We use no terminal library. The only well-kept one in Debian is ncurses. It would be the client's only dependency at
/// run time, and it needs a terminfo entry on the machine, keeps its state in global variables, reads the keyboard
/// itself and has C varargs functions and macros that Swift does not import. Our lines are already measured and free of
/// control characters, so the rest is a fixed list of sequences that every terminal since xterm has.
struct TerminalMode: ~Copyable {
  /// The attributes before the start; nil if standard input is not a terminal.
  private let original: termios?
  private var isEntered = false

  /// Modes that another program may have changed while this one was stopped. 7: line wrap, off because a character that
  /// the terminal draws wider than we measure must not move the lines below. 1000 and 1006: buttons and wheel, as
  /// SGR reports. 2004: bracketed paste.
  private static let modes = "\u{1B}[?25l\u{1B}[?7l\u{1B}[?1000h\u{1B}[?1006h\u{1B}[?2004h"
  private static let entry = "\u{1B}[?1049h" + modes + "\u{1B}[2J"
  fileprivate static let exit: StaticString =
    "\u{1B}[?2004l\u{1B}[?1006l\u{1B}[?1000l\u{1B}[?7h\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

  init() {
    var attributes = termios()
    original = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &attributes) == 0 ? attributes : nil
    CrashHandler.install(original)
    enter()
  }

  deinit {
    if isEntered { TerminalMode.restore(original) }
  }

  /// True if keys can be read.
  var hasKeys: Bool { original != nil }

  /// Prepares the terminal, also after another program has used it.
  mutating func enter() {
    CrashHandler.isArmed.store(true, ordering: .sequentiallyConsistent)
    if var attributes = original {
      // ISIG stays on: Ctrl-C and Ctrl-Z reach the whole process group, as a script around this program expects.
      attributes.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
      attributes.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON)
      // Each byte can be read at once.
      withUnsafeMutableBytes(of: &attributes.c_cc) { characters in
        characters[Int(VMIN)] = 1
        characters[Int(VTIME)] = 0
      }
      tcsetattr(STDIN_FILENO, TCSADRAIN, &attributes)
    }
    StandardOutput.write(isEntered ? TerminalMode.modes : TerminalMode.entry)
    isEntered = true
  }

  /// Restores the terminal.
  mutating func leave() {
    guard isEntered else { return }
    isEntered = false
    TerminalMode.restore(original)
  }

  private static func restore(_ original: termios?) {
    StandardOutput.write("\(exit)")
    // Typed keys must not reach the shell.
    if var original { tcsetattr(STDIN_FILENO, TCSAFLUSH, &original) }
    CrashHandler.isArmed.store(false, ordering: .sequentiallyConsistent)
  }
}

/// Restores the terminal when this process crashes. Only functions that are safe in a signal handler run in it
/// (signal-safety(7)).
private enum CrashHandler {
  /// True while the terminal is not in its original state.
  static let isArmed = Atomic<Bool>(false)
  /// The address of the original attributes; 0 if there are none.
  private static let original = Atomic<UInt>(0)

  private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

  static func install(_ attributes: termios?) {
    if let attributes {
      // Kept until the end of the process, because a crash may happen at any time.
      let copy = UnsafeMutablePointer<termios>.allocate(capacity: 1)
      copy.initialize(to: attributes)
      original.store(UInt(bitPattern: copy), ordering: .sequentiallyConsistent)
    }
    // Initialize it here and not in the handler.
    isArmed.store(false, ordering: .sequentiallyConsistent)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      if CrashHandler.isArmed.load(ordering: .sequentiallyConsistent) {
        write(STDOUT_FILENO, TerminalMode.exit.utf8Start, TerminalMode.exit.utf8CodeUnitCount)
        let address = CrashHandler.original.load(ordering: .sequentiallyConsistent)
        if let attributes = UnsafePointer<termios>(bitPattern: address) {
          tcsetattr(STDIN_FILENO, TCSANOW, attributes)
        }
      }
      // SA_RESETHAND has restored the default action, which ends the process after this handler.
      raise(number)
    }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    for signal in signals { sigaction(signal, &action, nil) }
  }
}
