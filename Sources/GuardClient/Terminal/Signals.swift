import Glibc

/// Signals held back from their default action and asked for instead, so that no handler runs in the middle
/// of a redraw. Held until the process ends; meant for a process with one thread.
struct HeldSignals {
  private var set = sigset_t()

  init(_ signals: [Int32]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// The next one that has arrived, nil where none has.
  mutating func next() -> Int32? {
    var none = timespec()
    let signal = sigtimedwait(&set, nil, &none)
    return signal > 0 ? signal : nil
  }
}
