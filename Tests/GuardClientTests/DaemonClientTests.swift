import FoundationEssentials
import Glibc
import GuardAPI
import Platform
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardTerminal

@Suite struct DaemonClientTests {
  private func client(_ path: String, timeout: Duration = .seconds(5)) -> DaemonClient {
    DaemonClient(
      socket: SocketPath(option: path, environment: { _ in nil }, exists: { _ in false }), timeout: timeout)
  }

  private func error(_ client: DaemonClient) -> ClientError? {
    do {
      _ = try client.status()
      return nil
    } catch {
      return error
    }
  }

  private func response(_ body: String, _ status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test(arguments: [1, 5, 1000])
  func decodesADocument(_ step: Int) throws {
    let text = String(decoding: try DocumentCoding.encode(Scene.healthy.status), as: UTF8.self)
    let server = try #require(SocketServer(.drip(response(text), step: step)))
    #expect(try client(server.path, timeout: .seconds(60)).status() == Scene.healthy.status)
  }

  @Test func guardMustBelongToATrustedUser() throws {
    let text = String(decoding: try DocumentCoding.encode(Scene.healthy.status), as: UTF8.self)
    let server = try #require(SocketServer(.answer(response(text))))
    var client = client(server.path)
    client.trusted = TrustedUsers(caller: geteuid(), service: nil)
    #expect(try client.status() == Scene.healthy.status)
    let error = ClientError.foreignOwner(client.socket, uid: 1001)
    #expect(error.exitStatus == 77 && !error.isTransient)
    #expect("\(error)".contains("is served by uid 1001, which is neither root, nor you"))
  }

  @Test func reportsAMissingSocket() throws {
    let found = try #require(error(client("/nonexistent/guard.sock")))
    #expect(found.exitStatus == 69)
    #expect("\(found)".contains("there is no socket at /nonexistent/guard.sock"))
    #expect(found.remedy.first?.contains("systemctl status oceanid-guard") == true)
  }

  @Test func reportsARefusalSentBeforeTheRequest() throws {
    let body = "{\"error\":{\"code\":\"too_many_connections\",\"message\":\"close some\"}}"
    let server = try #require(SocketServer(.reject(response(body, "503 Service Unavailable"))))
    // Either side may act first.
    for _ in 0..<50 {
      #expect(
        error(client(server.path))
          == .refused(status: 503, code: "too_many_connections", message: "close some"))
    }
    let mute = try #require(SocketServer(.reject("")))
    for _ in 0..<50 { #expect(error(client(mute.path))?.exitStatus == 69) }
  }

  @Test func distinguishesAPlainFileFromAStoppedGuard() throws {
    let folder = try #require(TemporaryFolder.make())
    let path = "\(folder)/guard.yaml"
    defer {
      unlink(path)
      rmdir(folder)
    }
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    for path in [path, folder] {
      let found = try #require(error(client(path)))
      #expect(found.exitStatus == 69)
      #expect("\(found)".contains("\(path) is not a socket"))
      #expect(found.remedy.first?.contains("--socket PATH") == true)
      #expect(!found.isTransient)
    }
  }

  @Test func reportsEachConfigurationError() {
    let error = ClientError.refused(
      status: 422, code: "configuration",
      message: "g.yaml:3:5: no such key \u{1B}[2J\ng.yaml:9:1: out of range")
    #expect(error.exitStatus == 78)
    #expect("\(error)".contains("stays in force"))
    #expect(error.remedy == [#"g.yaml:3:5: no such key \u{1b}[2J"#, "g.yaml:9:1: out of range"])
  }

  @Test func reportsARefusedConnection() throws {
    let folder = try #require(TemporaryFolder.make())
    let path = "\(folder)/guard.sock"
    defer {
      unlink(path)
      rmdir(folder)
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #expect(SocketServer.bindTo(path, descriptor))
    close(descriptor)
    let found = try #require(error(client(path)))
    #expect(found.exitStatus == 69)
    #expect("\(found)".contains("\(path) has no listener"))
    #expect(found.remedy.contains { $0.contains("journalctl") })
  }

  @Test func reportsMissingPermission() throws {
    let socket = SocketPath(option: "/run/x.sock", environment: { _ in nil }, exists: { _ in false })
    let found = ClientError.unreachable(
      socket, .init(operation: .connect, errno: EACCES, path: "/run/x.sock"))
    #expect(found.exitStatus == 69)
    #expect("\(found)".contains("no permission to open /run/x.sock"))
    #expect(found.remedy.contains { $0.contains("usermod -aG oceanid") })
    #expect(!found.isTransient)
  }

  @Test func timesOutWithoutAnAnswer() throws {
    let server = try #require(SocketServer(.silent))
    let found = try #require(error(client(server.path, timeout: .milliseconds(200))))
    #expect(found.exitStatus == 69)
    #expect("\(found)".contains("does not answer"))
    #expect(found.isTransient)
  }

  @Test(arguments: [
    "", "220 mail.example.org ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
  ])
  func reportsAnUndecodableDocument(_ text: String) throws {
    let server = try #require(SocketServer(.answer(text)))
    let found = try #require(error(client(server.path)))
    #expect(found.exitStatus == 69)
    guard case .unreadable = found else {
      Issue.record("\(found)")
      return
    }
  }

  @Test func refusesANewerDaemon() throws {
    let server = try #require(SocketServer(.answer(response("{\"schema\":\"oceanid.status/2\"}"))))
    let found = try #require(error(client(server.path)))
    #expect(found.exitStatus == 69)
    #expect("\(found)".contains("oceanid.status/2"))
  }

  @Test(arguments: [
    ("403 Forbidden", 77 as Int32), ("503 Service Unavailable", 69), ("422 Unprocessable", 69),
    ("400 Bad Request", 64), ("500 Internal Server Error", 69), ("302 Found", 69),
  ])
  func reportsTheGuardsRefusal(_ status: String, _ exitStatus: Int32) throws {
    let body = "{\"error\":{\"code\":\"x\",\"message\":\"guard.yaml:3:7: an unknown key\"}}"
    let server = try #require(SocketServer(.answer(response(body, status))))
    let found = try #require(error(client(server.path)))
    #expect(found.exitStatus == exitStatus)
    #expect("\(found)".contains("guard.yaml:3:7"))
  }

  @Test func reportsATooLongPath() throws {
    let found = try #require(error(client("/" + String(repeating: "x", count: 120))))
    #expect("\(found)".contains("at most 107 bytes"))
  }

  @Test func watchesLineByLine() throws {
    let status = Scene.healthy.status
    var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for line: WatchLine in [.snapshot(status), .heartbeat(Scene.now, nil)] {
      let body = String(decoding: try DocumentCoding.encode(line), as: UTF8.self) + "\n"
      text += String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n"
    }
    let server = try #require(SocketServer(.drip(text + "0\r\n\r\n", step: 700)))
    var stream = try client(server.path).watch()
    var lines: [WatchLine] = []
    reading: while true {
      switch try stream.next(within: .seconds(30)) {
      case .line(let bytes): lines.append(try DocumentCoding.decodeWatchLine(bytes))
      case .ended: break reading
      case .quiet:
        Issue.record("the stream stopped")
        break reading
      }
    }
    #expect(lines == [.snapshot(status), .heartbeat(Scene.now, nil)])
  }

  @Test func watchCanBeRefused() throws {
    let body = "{\"error\":{\"code\":\"busy\",\"message\":\"too many watchers\"}}"
    let server = try #require(SocketServer(.answer(response(body, "503 Service Unavailable"))))
    do {
      _ = try client(server.path).watch()
      Issue.record("no refusal")
    } catch {
      #expect(error == .refused(status: 503, code: "busy", message: "too many watchers"))
    }
  }
}

@Suite struct SocketPathTests {
  private func path(_ option: String?, _ environment: [String: String], own: Bool) -> SocketPath {
    SocketPath(option: option, environment: { environment[$0] }, exists: { _ in own })
  }

  @Test func socketIsFoundInOrder() {
    let all = ["OCEANID_SOCKET": "/tmp/e.sock", "XDG_RUNTIME_DIR": "/run/user/1000"]
    #expect(path("/tmp/o.sock", all, own: true).path == "/tmp/o.sock")
    #expect(path(nil, all, own: true).path == "/tmp/e.sock")
    let user = path(nil, ["XDG_RUNTIME_DIR": "/run/user/1000"], own: true)
    #expect(user.path == "/run/user/1000/oceanid/guard.sock")
    #expect(user.statusCommand == "systemctl --user status oceanid-guard")
    let system = path(nil, ["XDG_RUNTIME_DIR": "/run/user/1000", "OCEANID_SOCKET": ""], own: false)
    #expect(system.path == "/run/oceanid/guard.sock")
    #expect(system.statusCommand == "systemctl status oceanid-guard")
  }

  /// For example under su(1), cron, or `ssh host command`.
  @Test(arguments: [nil, "", "relative", "/run/user/0", "/run/user/1001"])
  func usersGuardIsFoundWithoutASession(_ runtime: String?) {
    func path(_ sockets: Set<String>) -> SocketPath {
      SocketPath(
        option: nil, environment: { $0 == "XDG_RUNTIME_DIR" ? runtime : nil }, user: 1000,
        owner: { $0 == "/run/user/0" ? 0 : $0 == "/run/user/1001" ? 1001 : nil }, exists: sockets.contains)
    }
    let own = "/run/user/1000/oceanid/guard.sock"
    // The environment may point to another user's guard, which is not used.
    let found = path([own, "\(runtime ?? "")/oceanid/guard.sock"])
    #expect(found.path == own)
    #expect(found.isUserUnit)
    #expect(
      found.statusCommand == "XDG_RUNTIME_DIR=/run/user/1000 systemctl --user status oceanid-guard")
    let none = path(["/etc/oceanid/guard.yaml"])
    #expect(none.path == "/run/oceanid/guard.sock")
    let error = ClientError.unreachable(
      none, UnixStreamError(operation: .connect, errno: ENOENT, path: none.path))
    #expect(
      "\(error)"
        == "the guard is not running: there is no socket at \(own), and none at /run/oceanid/guard.sock")
  }

  @Test func allSearchedPathsAreReported() {
    let socket = SocketPath(
      option: nil, environment: { $0 == "XDG_RUNTIME_DIR" ? "/tmp/run" : nil }, user: 1000,
      exists: { _ in false })
    #expect(socket.missing == ["/tmp/run/oceanid/guard.sock", "/run/user/1000/oceanid/guard.sock"])
    let named = SocketPath(option: "/x", environment: { _ in nil }, user: 1000, exists: { _ in false })
    #expect(named.missing == [])
  }
}
