import DemoCluster
import Foundation
import Glibc
import GuardAPI
import GuardTypes
import Health
import Synchronization
import TestSupport
import Testing

/// Mishaps in a random row, and what must hold after each: the daemon is up, the verdict is right in time, nothing
/// leaks, and no local connection was refused. `Tests/Faults/run` chooses seed and number.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(60)))
struct MishapTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
  }

  /// SplitMix64: the same row for the same seed.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Connects to the forward's local end all the time. The port is never given away, so nobody is refused.
  private final class Caller: Sendable {
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

    /// While it is counted what the daemon holds, nobody calls: how many calls are under way is the machine's pace.
    func pause(_ isPaused: Bool) { self.isPaused.store(isPaused, ordering: .relaxed) }

    func stop() { isStopped.store(true, ordering: .relaxed) }
  }

  private struct Use {
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
    let seed = Self.number("OCEANID_MISHAP_SEED") ?? 7
    let count = Self.number("OCEANID_MISHAPS").map(Int.init) ?? Mishap.allCases.count
    let only = ProcessInfo.processInfo.environment["OCEANID_MISHAP"].flatMap(Mishap.init)
    var dice = Dice(state: seed)
    let installation = try Installation(hold: "2s")
    #expect(try installation.waitUntilHealthy())
    let pid = installation.daemon.pid
    // What is allocated once is allocated now.
    installation.server.killSessions()
    #expect(try installation.waitUntilHealthy())
    let before = try Use(pid: pid)
    let caller = Caller()
    caller.start(port: installation.port)
    defer { caller.stop() }

    var row: [Mishap] = []
    for step in 1...max(1, count) {
      // Each kind once, then at random.
      if row.isEmpty { row = Mishap.allCases.shuffled(using: &dice) }
      let mishap = only ?? row.removeFirst()
      let place = "seed \(seed), step \(step): \(mishap)"
      if count > 20 || only != nil { print(place) }
      try mishap.happen(to: installation)
      if let problem = mishap.problem {
        // A poll that was under way may have seen a part of it: the next one sees the cause alone.
        let isAlone = mishap != .nodeDown && mishap != .configurationBroken
        let seen = try installation.waitFor(within: .seconds(60)) { document, _ in
          document.problems.contains { $0.id.hasPrefix(problem) }
            && (!isAlone || document.problems.count == 1)
        }
        #expect(seen.holds, "\(place): \(seen.document.problems.map(\.id))")
      }
      try mishap.putRight(installation)
      let healed = try installation.waitFor(within: .seconds(60)) { document, _ in
        document.verdict == .healthy && document.problems.isEmpty
      }
      #expect(healed.holds, "\(place): \(healed.document.summary), \(healed.document.problems.map(\.id))")
      #expect(installation.daemon.pid == pid && kill(pid, 0) == 0, "\(place): the daemon is gone")
      #expect(caller.refused == 0, "\(place): a local connection was refused")
      caller.pause(true)
      var now = try Use(pid: pid)
      let isFlat = try eventually(within: .seconds(20), every: .milliseconds(200)) {
        now = try Use(pid: pid)
        return now.descriptors <= before.descriptors + 12 && now.threads <= before.threads + 4
      }
      #expect(
        isFlat,
        "\(place): \(before.descriptors) to \(now.descriptors) descriptors, \(before.threads) to \(now.threads) threads"
      )
      // The debug build, and answers of some MiB that were refused.
      #expect(
        isInstrumented || now.kibibytes < before.kibibytes + 96 * 1024,
        "\(place): \(before.kibibytes) to \(now.kibibytes) KiB")
      caller.pause(false)
      if !healed.holds { break }
    }
    #expect(caller.made > count)
  }
}
