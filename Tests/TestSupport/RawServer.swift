internal import Foundation
internal import Glibc
internal import Synchronization

/// A server on a free port of 127.0.0.1 that answers each request with given bytes.
package final class RawServer: Sendable {
  package enum Reply: Sendable {
    case bytes(String)
    /// A header, then these bytes, repeated.
    case flood(String, [UInt8], times: Int)
    /// Sends nothing and keeps the connection open.
    case silence
  }

  package let port: UInt16
  private let listener: Int32
  private let heads = Mutex<[String]>([])

  /// - Parameter reply: computed from the request's header; the connection is closed afterwards.
  package init(reply: @escaping @Sendable (String) -> Reply) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) | listen(listener, 64) | getsockname(listener, $0, &length)
      }
    }
    guard result == 0 else { throw Failure.listen(errno) }
    port = UInt16(bigEndian: address.sin_port)
    // Uses threads, because Dispatch creates new ones for blocked work slowly.
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // Only the end of the server ends the thread; a signal, or a client that is gone, does not.
          if [EINTR, ECONNABORTED, EMFILE, ENFILE].contains(errno) { continue }
          close(listener)
          return
        }
        Thread.detachNewThread { [weak self] in
          guard let head = RawServer.readHead(connection) else { return }
          self?.heads.withLock { $0.append(head) }
          RawServer.send(reply(head), to: connection)
        }
      }
    }
  }

  deinit {
    // Ends accept(2). The waiting thread closes the descriptor; if it were closed here, its number could be reused
    // too early.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// The requests so far, each from its request line to the empty line.
  package var requests: [String] { heads.withLock { $0 } }

  package enum Failure: Error {
    case listen(Int32)
  }

  private static func readHead(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else {
        close(connection)
        return nil
      }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func send(_ reply: Reply, to connection: Int32) {
    func send(_ bytes: [UInt8]) -> Bool {
      Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
    switch reply {
    case .silence: return
    case .bytes(let text): _ = send(Array(text.utf8))
    case .flood(let head, let bytes, let times):
      guard send(Array(head.utf8)) else { break }
      for _ in 0..<times where !send(bytes) { break }
    }
    shutdown(connection, Int32(SHUT_WR))
    close(connection)
  }
}
