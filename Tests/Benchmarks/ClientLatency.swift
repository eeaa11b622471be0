import Foundation
import TestSupport

/// The cost of a status query: the client compared with kubectl, as whole processes, both for a cluster behind one
/// guard.
final class ClientLatency {
  private let demo: GuardedDemo
  private let runs: Int

  /// - Parameter runs: the number of runs per sample, which is their mean.
  init(runs: Int) throws {
    self.runs = runs
    demo = try GuardedDemo(interval: 15)
    guard eventually(within: .seconds(30), { demo.seenNodes() != nil }) else {
      throw FixtureError.failed("the guard did not see its cluster: \(demo.guarding.errors)")
    }
  }

  /// Milliseconds of wall or processor time per process; nil if the program does not exist.
  func measure(_ measurement: BenchmarkMetric, _ implementation: Implementation) throws -> Double? {
    let command =
      implementation == .client
      ? [GuardedDemo.program("oceanid-ctl"), "status", "--socket", demo.socket]
      : ["kubectl", "--kubeconfig", demo.kubeconfig, "get", "nodes"]
    guard implementation == .client || FileManager.default.isExecutableFile(atPath: "/usr/bin/kubectl") else {
      return nil
    }
    let used = Self.childTime()
    let start = ContinuousClock.now
    for _ in 0..<runs {
      guard try Self.run(command) == 0 else {
        throw FixtureError.failed("\(command.joined(separator: " ")) failed")
      }
    }
    let (whole, part) = (ContinuousClock.now - start).components
    let wall = Double(whole) + Double(part) / 1e18
    return 1000 * (measurement == .asking ? wall : Self.childTime() - used) / Double(runs)
  }

  /// Runs a command, discards its output, and returns its exit status.
  static func run(_ command: [String]) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ)
    guard code == 0 else { throw FixtureError.system("starting \(command[0])", code) }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status
  }

  /// The processor time in seconds of the children that have ended (getrusage(2)).
  private static func childTime() -> Double {
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }
}
