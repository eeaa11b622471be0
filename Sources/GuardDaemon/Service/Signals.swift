// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency internal import Dispatch
internal import Glibc
internal import GuardAPI
internal import GuardJournal
internal import Platform

/// Handles signals: SIGTERM and SIGINT stop the guard, SIGHUP reloads its configuration.
final class Signals {
  /// Blocks the signals, so that none is lost before the handlers exist; nil after an error, which is logged.
  static func block() -> SignalDescriptor? {
    do throws(SystemError) {
      return try SignalDescriptor([SIGTERM, SIGINT, SIGHUP])
    } catch {
      let log = standardEventLog()
      log.write(
        LogRecord(
          .startFailed, "oceanid-guard can't start: \(error)", subject: "guard", reason: "\(error)"))
      log.flush(within: .seconds(1))
      return nil
    }
  }

  private let source: any DispatchSourceRead

  /// Handlers run on `queue`.
  init(
    _ descriptor: consuming SignalDescriptor, queue: DispatchQueue, stop: @escaping @Sendable () -> Void,
    reload: @escaping @Sendable () -> Void
  ) {
    // A write to a socket whose peer is gone should return an error instead of terminating the process.
    ignoreSignal(SIGPIPE)
    let owner = DescriptorOwner(descriptor)
    source = DispatchSource.makeReadSource(fileDescriptor: owner.descriptor.raw, queue: queue)
    source.setEventHandler {
      while let signal = owner.descriptor.next() {
        if signal == SIGHUP { reload() } else { stop() }
      }
    }
    source.activate()
  }

  deinit { source.cancel() }
}

/// Lets the event handler own a descriptor.
private final class DescriptorOwner: Sendable {
  let descriptor: SignalDescriptor

  init(_ descriptor: consuming SignalDescriptor) { self.descriptor = descriptor }
}
