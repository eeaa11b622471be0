internal import CLinux
internal import Glibc

/// Blocks signals and delivers them through a descriptor that a loop can wait on (signalfd(2)).
///
/// A signal that arrives before the first read is pending and not lost. Create it before the process has further threads,
/// which inherit the mask.
package struct SignalDescriptor: ~Copyable {
  private let descriptor: Descriptor
  private let signals: [Int32]

  private static func set(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }

  package init(_ signals: [Int32]) throws(SystemError) {
    self.signals = signals
    var set = SignalDescriptor.set(signals)
    guard sigprocmask(SIG_BLOCK, &set, nil) == 0 else { throw .last("sigprocmask") }
    let raw = signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
    guard raw >= 0 else { throw .last("signalfd") }
    descriptor = Descriptor(owning: raw)
  }

  /// Unblocks the signals in the calling thread.
  package consuming func unblock() {
    var set = SignalDescriptor.set(signals)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  package var raw: Int32 { descriptor.raw }

  /// Performs the default action of one of the signals in this thread, for example stops the process, and blocks the
  /// signal again. The kernel discards a stop if no shell could continue the process.
  package func performDefaultAction(of signal: Int32) {
    var set = SignalDescriptor.set([signal])
    raise(signal)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The next pending signal; nil if none is pending.
  package func next() -> Int32? {
    var signal = signalfd_siginfo()
    let outcome = withUnsafeMutableBytes(of: &signal) { descriptor.read(into: $0) }
    guard case .moved = outcome else { return nil }
    return Int32(clamping: signal.ssi_signo)
  }
}
