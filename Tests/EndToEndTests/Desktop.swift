import Foundation
import TestSupport
import Testing

/// A desktop session for tests: a message bus, and a notification server that records its calls.
final class Desktop {
  /// One recorded call of the server.
  struct Call: Decodable, Hashable {
    var call: String
    var id: Int?
    var replaces: Int?
    var summary: String?
    var body: String?
    var urgency: Int?
    var timeout: Int?
    var transient: Bool?
    var category: String?
    var desktopEntry: String?
    var icon: String?
  }

  private static let python = "/usr/bin/python3"
  static let isAvailable: Bool = {
    guard program("dbus-daemon") != nil,
      let result = try? run(python, ["-c", "import dbus, gi.repository.GLib"])
    else { return false }
    return result.exit == .exited(0)
  }()
  static let reason = "no dbus-daemon, python3-dbus or python3-gi here: start the tests with Tests/run"

  private let folder: TemporaryFolder
  private var bus: ChildProcess?
  private var server: ChildProcess?
  private let capabilities: [String]

  /// Writes the configuration of a bus; `startBus` and `startServer` start the processes.
  init(capabilities: [String] = ["body"]) throws {
    folder = try TemporaryFolder()
    self.capabilities = capabilities
    try folder.write(
      """
      <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
       "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
      <busconfig><type>session</type><listen>\(address)</listen><auth>EXTERNAL</auth>
      <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
      </busconfig>
      """, to: "bus.conf")
  }

  deinit {
    server?.kill()
    bus?.kill()
  }

  var address: String { "unix:path=\(folder.file("bus"))" }

  func startBus() throws {
    try? FileManager.default.removeItem(atPath: folder.file("bus"))
    bus = try ChildProcess(
      "dbus-daemon", ["--config-file=\(folder.file("bus.conf"))", "--nofork", "--nopidfile", "--nosyslog"],
      environment: ["PATH": "/usr/bin:/bin"])
    guard eventually({ FileManager.default.fileExists(atPath: folder.file("bus")) }) else {
      throw FixtureError.failed("dbus-daemon: \(bus?.errors ?? "")")
    }
  }

  func startServer() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../notification-server.py")
    let before = calls.count
    let server = try ChildProcess(
      Self.python, [script.path, address, folder.file("record")] + capabilities, takesInput: true)
    self.server = server
    guard eventually({ calls.count > before }) else { throw FixtureError.failed(server.errors) }
  }

  func stopServer() { server?.kill() }
  func pauseServer() { server?.pause() }
  func resumeServer() { server?.resume() }

  /// Ends the bus and disconnects its clients.
  func stopBus() {
    bus?.kill()
    server?.kill()
  }

  /// Closes a notification like a user.
  func dismiss(_ id: Int) -> Bool {
    server?.send("dismiss \(id)\n")
    return eventually { calls.last?.call == "dismissed" }
  }

  /// The recorded calls of all servers, oldest first, with "ready" for each start.
  var calls: [Call] {
    let text = (try? folder.read("record")) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Call.self, from: Data($0.utf8))
    }
  }

  /// The calls after the first `count`, when there are at least `wanted` of them.
  func calls(after count: Int, atLeast wanted: Int) throws -> [Call] {
    guard eventually({ calls.count >= count + wanted }) else {
      throw FixtureError.failed("\(wanted) calls did not come; after \(count): \(calls.dropFirst(count))")
    }
    return Array(calls.dropFirst(count))
  }
}
