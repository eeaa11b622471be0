internal import CLinux
internal import Glibc

/// Blocks signals and delivers them through a descriptor that a loop can wait on (signalfd(2)).
///
/// The signals stay blocked until the process ends. Use it in single-threaded processes.
package struct SignalDescriptor: ~Copyable {
  private let descriptor: Descriptor

  package init(_ signals: [Int32]) throws(SystemError) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    guard sigprocmask(SIG_BLOCK, &set, nil) == 0 else { throw .last("sigprocmask") }
    let raw = signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
    guard raw >= 0 else { throw .last("signalfd") }
    descriptor = Descriptor(owning: raw)
  }

  package var raw: Int32 { descriptor.raw }

  /// The next pending signal; nil if none is pending.
  package func next() -> Int32? {
    var signal = signalfd_siginfo()
    let outcome = withUnsafeMutableBytes(of: &signal) { descriptor.read(into: $0) }
    guard case .moved = outcome else { return nil }
    return Int32(clamping: signal.ssi_signo)
  }
}
