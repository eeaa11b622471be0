import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

/// The guard sees clock changes while it runs. They are simulated; the real clock does not change.
@Suite(
  .enabled(if: SSHServer.isAvailable && ShiftedClock.isAvailable, "needs an sshd and a C compiler"),
  .blocking, .timeLimit(.minutes(10)))
struct ClockTests {
  @Test func guardKeepsWatchingAfterAClockJump() throws {
    let clock = try ShiftedClock()
    let installation = try Installation(environment: clock.environment)
    #expect(try installation.waitUntilHealthy())

    // Six hours ahead: polls continue, and neither rows nor the connection become stale.
    try clock.shift(by: 6 * 3600)
    try expectNextPoll(installation, at: 6 * 3600)
    #expect(try installation.waitUntilHealthy())

    // An hour back: the cluster's certificates are not valid yet, and the guard reports that.
    try clock.shift(by: -3600)
    let refused = try installation.waitFor(within: .seconds(30)) { _, cluster in
      cluster.poll.error?.code == "tls"
    }
    #expect(refused.holds, "\(refused.cluster.poll)")
    #expect(refused.cluster.poll.error?.message.contains("not valid yet") == true)

    try clock.shift(by: 0)
    try expectNextPoll(installation, at: 0)
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
  }

  /// Waits for a poll whose time is shifted, which proves that polling continues.
  private func expectNextPoll(_ installation: Installation, at shift: Int) throws {
    let seen = try installation.waitFor(within: .seconds(30)) { _, cluster in
      guard let at = cluster.poll.at else { return false }
      return abs(Double(at.milliseconds) / 1000 - Date().timeIntervalSince1970 - Double(shift)) < 10
    }
    #expect(seen.holds, "\(seen.cluster.poll)")
  }
}
