internal import CLibSystemd
internal import Glibc

/// A listening socket that the service manager bound for this process.
package struct PassedSocket: Hashable, Sendable {
  /// `FileDescriptorName=` of the socket unit; `unknown` if it is not set.
  package let name: String
  /// An open descriptor with close-on-exec. The caller must close it.
  package let descriptor: Int32

  package init(name: String, descriptor: Int32) {
    self.name = name
    self.descriptor = descriptor
  }
}

/// Socket activation (sd_listen_fds_with_names(3)).
package enum SocketActivation {
  /// Takes ownership of the passed sockets, in order; empty if none was passed or if they were meant for another
  /// process.
  ///
  /// Removes `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES` from the environment, so that no child process uses the
  /// same sockets. Call it once, before the first thread starts, because the environment has no lock.
  package static func passedSockets() throws(SystemdError) -> [PassedSocket] {
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    let count = sd_listen_fds_with_names(1, &names)
    defer { free(names) }
    guard count >= 0 else {
      throw SystemdError(
        operation: "sd_listen_fds_with_names", code: -count,
        detail: "LISTEN_FDS, LISTEN_PID or LISTEN_FDNAMES can't be read")
    }
    var sockets: [PassedSocket] = []
    for index in 0..<Int(count) {
      var name = "unknown"
      if let text = names?[index] {
        name = String(cString: text)
        free(text)
      }
      sockets.append(PassedSocket(name: name, descriptor: SD_LISTEN_FDS_START + Int32(index)))
    }
    return sockets
  }
}
