import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

/// The machine's clock is changed while the guard runs. The real clock is not touched:
@Suite(
  .enabled(if: SSHServer.isAvailable && ShiftedClock.isAvailable, "needs an sshd and a C compiler"),
  .blocking, .timeLimit(.minutes(10)))
struct ClockTests {
  @Test func guardKeepsWatchingAfterAClockJump() throws {
    let clock = try ShiftedClock()
    let installation = try Installation(environment: clock.environment)
    #expect(try installation.waitUntilHealthy())

    // Six hours ahead: no poll is missing for that, no row is stale, nothing waits.
    try clock.shift(by: 6 * 3600)
    try expectNextPoll(installation, at: 6 * 3600)
    #expect(try installation.waitUntilHealthy())

    // An hour back: the certificates of the cluster are not valid yet, and the guard says so.
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

  /// A poll that is told with the new time: the rhythm went on.
  private func expectNextPoll(_ installation: Installation, at shift: Int) throws {
    let seen = try installation.waitFor(within: .seconds(30)) { _, cluster in
      guard let at = cluster.poll.at else { return false }
      return abs(Double(at.milliseconds) / 1000 - Date().timeIntervalSince1970 - Double(shift)) < 10
    }
    #expect(seen.holds, "\(seen.cluster.poll)")
  }
}
