import Foundation
import Glibc
import TestSupport

/// Many watchers on one thread.
final class Watchers {
  private var descriptors: [Int32] = []
  private var tails: [Int32: [UInt8]] = [:]

  init(_ count: Int, socket: String, request: [UInt8]) throws {
    for _ in 0..<count {
      let descriptor = try Self.connect(socket)
      descriptors.append(descriptor)
      _ = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
    _ = try arrivals(of: "\"type\":\"snapshot\"", within: .seconds(30))
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  /// Milliseconds from the time in a change until the last watcher has read the whole line.
  func delay(of event: String, within limit: Duration) throws -> Double {
    let (line, last) = try arrivals(of: "\"event\":\"\(event)\"", within: limit)
    guard let at = Self.time(in: line) else { throw FixtureError.failed("a change without a time: \(line)") }
    return (last.timeIntervalSince1970 - at.timeIntervalSince1970) * 1000
  }

  /// The first line that contains the text, and the time at which the last watcher had read one.
  private func arrivals(of text: String, within limit: Duration) throws -> (line: String, last: Date) {
    var waiting = Set(descriptors)
    var found = ""
    let needle = Array(text.utf8)
    let deadline = ContinuousClock.now + limit
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 262_144)
    while !waiting.isEmpty {
      guard ContinuousClock.now < deadline else {
        throw FixtureError.failed("\(waiting.count) watchers did not see \(text)")
      }
      poll(&entries, nfds_t(entries.count), 100)
      for entry in entries where entry.revents != 0 {
        let descriptor = entry.fd
        let length = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard length != 0 else { throw FixtureError.failed("a watcher was dropped") }
        guard length > 0 else { continue }
        var bytes = tails[descriptor, default: []] + buffer[..<length]
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
          if waiting.contains(descriptor), bytes[..<end].firstRange(of: needle) != nil {
            waiting.remove(descriptor)
            if found.isEmpty { found = String(decoding: bytes[..<end], as: UTF8.self) }
          }
          bytes.removeSubrange(...end)
        }
        tails[descriptor] = bytes
      }
    }
    return (found, Date())
  }

  /// The time `change.at` in the line.
  private static func time(in line: String) -> Date? {
    let document = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let text = (document?["change"] as? [String: Any])?["at"] as? String else { return nil }
    let format = ISO8601DateFormatter()
    format.formatOptions =
      text.contains(".") ? [.withInternetDateTime, .withFractionalSeconds] : [.withInternetDateTime]
    return format.date(from: text)
  }

  static func connect(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, result == 0 else { throw FixtureError.failed("no connection to \(path)") }
    return descriptor
  }
}
