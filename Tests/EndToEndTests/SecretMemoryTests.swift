import Foundation
import GuardAPI
import GuardTypes
import TestSupport
import Testing

/// Copies of keys in the memory of a running guard.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: OtherUser.isPossible, "only root may read the memory"), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct SecretMemoryTests {
  /// The number of copies of the bytes in the writable memory of the process.
  private static func count(_ words: [UInt8], in pid: Int32) throws -> Int {
    let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
    let memory = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { throw FixtureError.system("open /proc/\(pid)/mem", errno) }
    defer { close(memory) }
    var found = 0
    for line in maps.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 5, fields[1].hasPrefix("rw") else { continue }
      let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard ends.count == 2 else { continue }
      var (at, carried) = (ends[0], [UInt8]())
      while at < ends[1] {
        var chunk = [UInt8](repeating: 0, count: Int(min(1 << 20, ends[1] - at)))
        let got = pread(memory, &chunk, chunk.count, off_t(at))
        guard got > 0 else { break }
        let bytes = carried + chunk[..<got]
        found += occurrences(of: words, in: bytes)
        carried = Array(bytes.suffix(words.count - 1))
        at += UInt64(got)
      }
    }
    return found
  }

  private static func occurrences(of words: [UInt8], in bytes: [UInt8]) -> Int {
    let (memory, wanted) = (Data(bytes), Data(words))
    var (found, start) = (0, memory.startIndex)
    while let hit = memory.range(of: wanted, in: start..<memory.endIndex) {
      found += 1
      start = hit.upperBound
    }
    return found
  }

  /// A piece of the secret part of a PEM file.
  private static func piece(ofKey path: String) throws -> [UInt8] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    return Array(try #require(lines.dropFirst(lines.count / 2).first).utf8.prefix(40))
  }

  @Test func reconnectsLeaveNoCopiesOfKeys() throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy())
    let key = try Self.piece(ofKey: installation.server.userKey)
    for round in 1...20 {
      _ = try installation.ctl("reconnect", "--force")
      let isBack = try installation.waitFor { _, cluster in
        cluster.tunnel.reconnects >= round && cluster.tunnel.state == .up && cluster.poll.ok == true
      }
      #expect(isBack.holds, "\(isBack.testDescription)")
    }
    // After the login, the key is no longer needed.
    #expect(try Self.count(key, in: installation.daemon.pid) == 0)
    // The kubeconfig in memory contains the API's credential, and so does each running request. So retry until no poll
    // is running.
    let token = try #require(
      Self.credential(in: String(contentsOfFile: installation.kubeconfig, encoding: .utf8)))
    var copies: [Int] = []
    let isOne = try eventually(within: .seconds(60)) {
      copies.append(try Self.count(token, in: installation.daemon.pid))
      return copies.last == 1
    }
    #expect(isOne, "copies of the API's credential, look by look: \(copies)")
  }

  /// The end of the token, or of the key in base64.
  private static func credential(in kubeconfig: String) -> [UInt8]? {
    for line in kubeconfig.split(separator: "\n") {
      let words = line.split(separator: " ")
      for (index, word) in words.enumerated()
      where word.hasPrefix("token:") || word.hasPrefix("client-key-data:") {
        guard let value = words.dropFirst(index + 1).first else { continue }
        let text = value.trimmingCharacters(in: ["\"", "'", ",", "}"])
        if word.hasPrefix("token:") { return Array(text.utf8) }
        guard let data = Data(base64Encoded: text) else { continue }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        return lines.dropFirst().first.map { Array($0.utf8.prefix(40)) }
      }
    }
    return nil
  }

  @Test func reloadsLeaveOneCopyOfASecretAddress() throws {
    let folder = try TemporaryFolder()
    let secrets = ["S3CRET-of-a-webhook-0123456789", "S3CRET-of-a-ping-0123456789abc"]
    try folder.write(
      """
      control: { socket: \(folder.path)/guard.sock }
      clusters: [{ name: tethys, tunnel: { host: 127.0.0.1, forwards: [{ listen: "127.0.0.1:\(try freePort())", target: "127.0.0.1:6443" }] }, kubernetes: { kubeconfig: /nonexistent, context: default } }]
      alerts:
        - { name: hook, webhook: { url: "http://127.0.0.1:1/services/\(secrets[0])" } }
        - { name: dead-man, ping: { url: "http://127.0.0.1:1/\(secrets[1])" } }
      """, to: "guard.yaml")
    let program = try ChildProcess(
      Installation.guardProgram, ["--config", folder.file("guard.yaml")],
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
    try #require(
      eventually { FileManager.default.fileExists(atPath: folder.file("guard.sock")) }, "\(program.errors)")
    for round in 1...12 {
      kill(program.pid, SIGHUP)
      try #require(
        eventually { program.errors.split(separator: "configuration reloaded").count > round },
        "\(program.errors)")
    }
    for secret in secrets {
      // A request under way has a copy of its own.
      var copies: [Int] = []
      let isOne = try eventually(within: .seconds(60)) {
        copies.append(try Self.count(Array(secret.utf8), in: program.pid))
        return copies.last == 1
      }
      #expect(isOne, "copies, look by look: \(copies)")
    }
  }

  @Test func onlyRootCanReadTheMemoryOfAGuard() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      control: { socket: \(folder.path)/guard.sock }
      clusters: [{ name: tethys, tunnel: { host: 127.0.0.1, forwards: [{ listen: "127.0.0.1:\(try freePort())", target: "127.0.0.1:6443" }] }, kubernetes: { kubeconfig: /nonexistent, context: default } }]
      """, to: "guard.yaml")
    chmod(folder.path, 0o777)
    chmod(folder.file("guard.yaml"), 0o644)
    let uid = "65533"
    let program = try ChildProcess(
      "setpriv",
      [
        "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", Installation.guardProgram, "--config",
        folder.file("guard.yaml"),
      ],
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
    try #require(
      eventually { FileManager.default.fileExists(atPath: folder.file("guard.sock")) }, "\(program.errors)")
    var status = stat()
    #expect(stat("/proc/\(program.pid)/mem", &status) == 0)
    #expect(status.st_uid == 0)
    #expect(
      try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8).contains("Uid:\t\(uid)"))
    program.kill()
  }
}
