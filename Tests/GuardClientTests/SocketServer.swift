import Dispatch
import Glibc

/// A Unix socket in a temporary folder that sends the same bytes to each connection.
final class SocketServer: Sendable {
  /// The behavior for a connection.
  enum Manner: Sendable {
    case answer(String)
    /// The response depends on the requested path.
    case answers([String: String])
    /// Sends pieces of this many bytes.
    case drip(String, step: Int)
    /// Reads the request and does not respond.
    case silent
    /// Responds and closes before it has read anything.
    case reject(String)
  }

  let path: String
  private let folder: String
  private let listener: Int32

  init?(_ manner: Manner) {
    guard let folder = TemporaryFolder.make() else { return nil }
    self.folder = folder
    path = "\(folder)/guard.sock"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0, SocketServer.bindTo(path, listener), listen(listener, 8) == 0 else { return nil }
    let listener = listener
    Thread.start {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // The listener is closed only here: if another thread closed it, its number could be reused before accept(2)
          // is called.
          close(listener)
          return
        }
        SocketServer.serve(connection, manner)
      }
    }
  }

  deinit {
    // Wakes up the thread in accept(2), which then ends.
    shutdown(listener, Int32(SHUT_RDWR))
    unlink(path)
    rmdir(folder)
  }

  static func bindTo(_ path: String, _ descriptor: Int32) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  private static func serve(_ connection: Int32, _ manner: Manner) {
    if case .reject(let text) = manner {
      send(Array(text.utf8)[...], to: connection)
      close(connection)
      return
    }
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { break }
      request += buffer[..<count]
    }
    switch manner {
    case .answer(let text):
      send(Array(text.utf8)[...], to: connection)
    case .answers(let texts):
      let path = String(decoding: request, as: UTF8.self).split(separator: " ").dropFirst().first
      let text = path.flatMap { texts[String($0)] } ?? ""
      send(Array(text.utf8)[...], to: connection)
    case .drip(let text, let step):
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        send(rest.prefix(step), to: connection)
        rest = rest.dropFirst(step)
        sched_yield()
      }
    case .silent:
      // Wait until the client gives up.
      _ = read(connection, &buffer, buffer.count)
    case .reject: break
    }
    close(connection)
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to connection: Int32) {
    _ = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  private enum Thread {
    static func start(_ body: @escaping @Sendable () -> Void) {
      DispatchQueue(label: "socket-server").async(execute: body)
    }
  }
}

enum TemporaryFolder {
  static func make() -> String? {
    var template = Array("/tmp/oceanid-client-XXXXXX".utf8CString)
    return template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
  }
}
