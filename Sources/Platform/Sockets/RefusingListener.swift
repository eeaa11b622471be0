// Dispatch sources may be used from any thread (dispatch_source_create(3)); Linux's Dispatch does not say so.
@preconcurrency internal import Dispatch
internal import Glibc

/// A listening socket that nobody serves: whoever connects is reset at once, and does not wait for ever.
package final class RefusingListener: Sendable {
  private let source: any DispatchSourceRead

  /// - Parameter listener: stays its owner's; what is used here is a copy, and nothing is done after this object's end.
  /// - Throws: `SystemError` where there is no descriptor left.
  package init(copying listener: Int32) throws(SystemError) {
    let raw = fcntl(listener, F_DUPFD_CLOEXEC, 3)
    guard raw >= 0 else { throw .last("fcntl") }
    let socket = Socket(Descriptor(owning: raw))
    try socket.descriptor.prepareForLoop()
    let queue = DispatchQueue(label: "refused connections")
    let source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: queue)
    self.source = source
    source.setEventHandler {
      do throws(SystemError) {
        while let (raw, _) = try StreamSocket.accept(from: socket.descriptor) {
          StreamSocket.resetOnClose(Descriptor(owning: raw))
        }
      } catch {
        // No descriptor is left for the next one, who still waits: no reason to ask without a pause.
        source.suspend()
        queue.asyncAfter(deadline: .now() + .seconds(1)) { source.resume() }
      }
    }
    // It stays open until the source has let go of it.
    source.setCancelHandler { withExtendedLifetime(socket) {} }
    source.activate()
  }

  deinit { source.cancel() }
}
