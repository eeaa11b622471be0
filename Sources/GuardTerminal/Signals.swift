import Glibc

/// Blocks signals and reads them synchronously, so that no handler interrupts a redraw. The signals stay blocked
/// until the process ends. Use it in single-threaded processes.
package struct HeldSignals {
  private var set = sigset_t()

  package init(_ signals: [Int32]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// The next pending signal; nil if none is pending.
  package mutating func next() -> Int32? {
    var none = timespec()
    let signal = sigtimedwait(&set, nil, &none)
    return signal > 0 ? signal : nil
  }
}
