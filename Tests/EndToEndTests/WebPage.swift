import Foundation
import TestSupport

/// A running `oceanid-ctl web`.
final class WebPage {
  let process: ChildProcess
  /// With the token.
  let address: String
  let port: Int

  init(socket: String, _ options: [String] = []) throws {
    let process = try ChildProcess(
      Installation.client, ["web", "--no-open", "--socket", socket] + options,
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TZ": "UTC"])
    self.process = process
    guard eventually({ process.output.contains("Ctrl-C") || !process.isRunning }),
      let match = process.output.firstMatch(of: #/http://127\.0\.0\.1:(\d+)/\?token=[0-9a-f]{64}/#),
      let port = Int(match.output.1)
    else { throw FixtureError.failed("\(process.output) \(process.errors)") }
    address = String(match.output.0)
    self.port = port
  }

  /// The address without the token.
  var start: String { "http://127.0.0.1:\(port)/" }

  /// The path of the token.
  var exchange: String { String(address.dropFirst(start.utf8.count - 1)) }

  /// Sends bytes and returns everything that the server answers.
  func send(_ text: String) throws -> String {
    let socket = try LoopbackSocket(port: port)
    try socket.send(Array(text.utf8))
    return String(decoding: try socket.receiveAll(), as: UTF8.self)
  }

  /// A request with the Host of the server.
  func get(_ path: String, _ fields: String..., method: String = "GET") throws -> String {
    let all = ["Host: 127.0.0.1:\(port)"] + fields
    return try send("\(method) \(path) HTTP/1.1\r\n" + all.map { $0 + "\r\n" }.joined() + "\r\n")
  }

  /// Exchanges the token.
  ///
  /// - Returns: the field with the cookie.
  func login() throws -> String {
    let answer = try get(exchange)
    guard let match = answer.firstMatch(of: #/Set-Cookie: ([^;]+); Path=/; HttpOnly; SameSite=Strict\r\n/#)
    else {
      throw FixtureError.failed(answer)
    }
    return "Cookie: \(match.output.1)"
  }

  deinit {
    process.terminate()
    process.wait(within: .seconds(10))
  }
}
