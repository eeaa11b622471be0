import Foundation
import GuardAPI
import Health
import Synchronization
import TestSupport

/// A guard with scripted responses to `/v1/incidents`, `/v1/history`, `/v1/watch` and `/v1/status` only.
final class ScriptedGuard: Sendable {
  private struct State {
    var listener: Int32 = -1
    var watchers: [Int32] = []
    var incidents: IncidentsDocument
    var status: Data?
    var history: [ChangeDocument] = []
  }

  let path: String
  private let state = Mutex(State(incidents: IncidentsDocument(open: [])))

  init(path: String) throws {
    self.path = path
    try start()
  }

  deinit { stop() }

  var watchers: Int { state.withLock { $0.watchers.count } }

  func answers(_ status: StatusDocument) throws {
    let bytes = try DocumentCoding.encode(status)
    state.withLock { $0.status = bytes }
  }

  func stands(_ incidents: IncidentsDocument) { state.withLock { $0.incidents = incidents } }

  func recalls(_ changes: [ChangeDocument]) { state.withLock { $0.history = changes } }

  func tell(_ change: ChangeDocument) throws {
    send(try DocumentCoding.encode(WatchLine.change(change, nil)))
  }

  /// Sends a status to all watchers.
  func show(_ status: StatusDocument) throws { send(try DocumentCoding.encode(WatchLine.snapshot(status))) }

  func start() throws {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, listen(listener, 8) == 0 else { throw FixtureError.system("bind \(path)", errno) }
    state.withLock { $0.listener = listener }
    DispatchQueue(label: "scripted guard").async { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          close(listener)
          return
        }
        self?.answer(connection)
      }
    }
  }

  /// Closes all connections and accepts no more.
  func stop() {
    state.withLock { state in
      if state.listener >= 0 { shutdown(state.listener, Int32(SHUT_RDWR)) }
      state.listener = -1
      for watcher in state.watchers { close(watcher) }
      state.watchers = []
    }
    unlink(path)
  }

  private func answer(_ connection: Int32) {
    var request = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else {
        close(connection)
        return
      }
      request += String(decoding: buffer[..<count], as: UTF8.self)
    }
    if request.hasPrefix("GET /v1/watch ") {
      Self.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", connection)
      state.withLock { $0.watchers.append(connection) }
    } else {
      let (incidents, status, history) = state.withLock { ($0.incidents, $0.status, $0.history) }
      let route = request.split(separator: " ").dropFirst().first?.split(separator: "?").first
      let bytes: Data? =
        switch route {
        case "/v1/status": status
        case "/v1/incidents": try? DocumentCoding.encode(incidents)
        case "/v1/history":
          try? DocumentCoding.encode(HistoryDocument(source: .memory, truncated: false, events: history))
        default: nil
        }
      let body = bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
      let isKnown = bytes != nil
      Self.write(
        "HTTP/1.1 \(isKnown ? 200 : 404) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", connection)
      close(connection)
    }
  }

  private func send(_ line: Data) {
    let chunk = "\(String(line.count + 1, radix: 16))\r\n\(String(decoding: line, as: UTF8.self))\n\r\n"
    for watcher in state.withLock({ $0.watchers }) { Self.write(chunk, watcher) }
  }

  private static func write(_ text: String, _ connection: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }
}
