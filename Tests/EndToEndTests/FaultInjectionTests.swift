import DemoCluster
import Foundation
import Glibc
import GuardAPI
import GuardTypes
import Health
import Synchronization
import TestSupport
import Testing

/// Injects faults in random order. After each fault, the daemon is running, the verdict is correct in time, nothing
/// leaks, and no local connection was refused. `Tests/Faults/run` selects the seed and the number of faults.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(60)))
struct FaultInjectionTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
  }

  /// Connects to the forward's local port continuously. The guard never releases the port, so no connection
  /// is refused.
  private final class ConnectionLoop: Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let isPaused = Atomic<Bool>(false)
    private let refusals = Atomic<Int>(0)
    private let calls = Atomic<Int>(0)
    var refused: Int { refusals.load(ordering: .relaxed) }
    var made: Int { calls.load(ordering: .relaxed) }

    func start(port: Int) {
      Thread.detachNewThread { [self] in
        while !isStopped.load(ordering: .relaxed) {
          usleep(50_000)
          guard !isPaused.load(ordering: .relaxed) else { continue }
          let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
          var address = sockaddr_in()
          address.sin_family = sa_family_t(AF_INET)
          address.sin_port = in_port_t(port).bigEndian
          address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
          let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
              connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
          }
          calls.add(1, ordering: .relaxed)
          if code != 0, errno == ECONNREFUSED { refusals.add(1, ordering: .relaxed) }
          close(descriptor)
        }
      }
    }

    /// Stops connecting while the daemon's resources are counted, because the number of open connections
    /// would vary.
    func pause(_ isPaused: Bool) { self.isPaused.store(isPaused, ordering: .relaxed) }

    func stop() { isStopped.store(true, ordering: .relaxed) }
  }

  private struct ResourceUse {
    let descriptors: Int
    let threads: Int
    let kibibytes: Int

    init(pid: Int32) throws {
      descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
      threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
      kibibytes = line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
    }
  }

  @Test func randomFaultsLeaveNothingBehind() throws {
    let seed = Self.number("OCEANID_FAULT_SEED") ?? 7
    let count = Self.number("OCEANID_FAULTS").map(Int.init) ?? InjectedFault.allCases.count
    let only = ProcessInfo.processInfo.environment["OCEANID_FAULT"].flatMap(InjectedFault.init)
    var generator = SeededGenerator(seed: seed)
    let installation = try Installation(hold: "2s")
    #expect(try installation.waitUntilHealthy())
    let pid = installation.daemon.pid
    // One-time allocations have happened by now.
    installation.server.killSessions()
    #expect(try installation.waitUntilHealthy())
    let before = try ResourceUse(pid: pid)
    let connections = ConnectionLoop()
    connections.start(port: installation.port)
    defer { connections.stop() }

    var row: [InjectedFault] = []
    for step in 1...max(1, count) {
      // Every fault occurs once before any is repeated.
      if row.isEmpty { row = InjectedFault.allCases.shuffled(using: &generator) }
      let fault = only ?? row.removeFirst()
      let place = "seed \(seed), step \(step): \(fault)"
      if count > 20 || only != nil { print(place) }
      try fault.inject(into: installation)
      if let problem = fault.problem {
        // A poll that was running may have seen only a part of the fault; the next one sees only the cause.
        let isAlone = fault != .nodeDown && fault != .configurationBroken
        let seen = try installation.waitFor(within: .seconds(60)) { document, _ in
          document.problems.contains { $0.id.hasPrefix(problem) }
            && (!isAlone || document.problems.count == 1)
        }
        #expect(seen.holds, "\(place): \(seen.document.problems.map(\.id))")
      }
      try fault.revert(in: installation)
      let healed = try installation.waitFor(within: .seconds(60)) { document, _ in
        document.verdict == .healthy && document.problems.isEmpty
      }
      #expect(healed.holds, "\(place): \(healed.document.summary), \(healed.document.problems.map(\.id))")
      #expect(installation.daemon.pid == pid && kill(pid, 0) == 0, "\(place): the daemon is gone")
      #expect(connections.refused == 0, "\(place): a local connection was refused")
      connections.pause(true)
      var now = try ResourceUse(pid: pid)
      let isFlat = try eventually(within: .seconds(20), every: .milliseconds(200)) {
        now = try ResourceUse(pid: pid)
        return now.descriptors <= before.descriptors + 12 && now.threads <= before.threads + 4
      }
      #expect(
        isFlat,
        "\(place): \(before.descriptors) to \(now.descriptors) descriptors, \(before.threads) to \(now.threads) threads"
      )
      // The limit allows for the debug build and for rejected responses of some MiB.
      #expect(
        isInstrumented || now.kibibytes < before.kibibytes + 96 * 1024,
        "\(place): \(before.kibibytes) to \(now.kibibytes) KiB")
      connections.pause(false)
      if !healed.holds { break }
    }
    #expect(connections.made > count)
  }
}
