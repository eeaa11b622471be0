// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency internal import Dispatch
internal import Glibc

/// Resets every connection to a listening socket that is not being served, so that clients fail at once instead of
/// waiting.
package final class RefusingListener: Sendable {
  private let source: any DispatchSourceRead

  /// - Parameter listener: the caller keeps its descriptor. This object uses a duplicate until it is deallocated.
  /// - Throws: `SystemError` if no descriptor is available.
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
        // No descriptor is left, and the connection stays pending: pause instead of retrying in a loop.
        source.suspend()
        queue.asyncAfter(deadline: .now() + .seconds(1)) { source.resume() }
      }
    }
    // Keeps the socket open until the source has been cancelled.
    source.setCancelHandler { withExtendedLifetime(socket) {} }
    source.activate()
  }

  deinit { source.cancel() }
}
