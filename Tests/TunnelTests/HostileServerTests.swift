import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// A malicious server that has the right host key and accepts the login.
@Suite(
  .enabled(if: HostileServer.isAvailable, Comment(rawValue: HostileServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct HostileServerTests {
  /// The expected result of a crossing.
  enum Expected: Sendable {
    /// The session continues, and the local connection receives the last bytes sent.
    case continues
    /// The local connection receives the bytes that it sent.
    case echoes
    /// The session continues, and the local connection is closed.
    case closes
    /// The session continues, and no data moves.
    case stalls
    case ends(TunnelErrorCode, String)
    /// Any of these results.
    case anything
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let mode: String
    let expected: Expected
    /// True if the local connection reads the data it receives.
    let isRead: Bool
    var testDescription: String { mode }

    init(_ mode: String, _ expected: Expected, isRead: Bool = true) {
      self.mode = mode
      self.expected = expected
      self.isRead = isRead
    }

    /// Proving that nothing happens takes the whole time limit.
    var limit: Duration {
      if case .stalls = expected { .seconds(1) } else { .seconds(60) }
    }
  }

  static let cases = [
    // Before a channel is opened
    Case("auth-silence", .ends(.connectTimeout, "was not up within 1.0 seconds (ConnectTimeout)")),
    Case("auth-disconnect-message", .ends(.authRefused, "Too many authentication failures")),
    Case("auth-banner", .echoes),
    Case("auth-banners", .ends(.protocolError, "unexpected packets before the session is up")),
    Case("auth-noise", .anything),
    // In the response to an open
    Case("window-0", .stalls),
    Case("packet-0", .ends(.protocolError, "maximum packet size 0")),
    Case("packet-1", .echoes),
    Case("most", .echoes),
    Case("refusal", .closes),
    Case("refusal-cut", .closes),
    Case("confirmation-cut", .ends(.protocolError, "Unexpected packet size")),
    Case("disconnect-message", .ends(.peerClosed, "it disconnected: ")),
    Case("disconnect-message-cut", .ends(.peerClosed, "it disconnected (reason 11)")),
    // After an open
    Case("window-overrun", .continues),
    Case("window-overrun", .stalls, isRead: false),
    // The data fills the window and is not read.
    Case("extended-data", .stalls),
    Case("unknown-channels", .continues),
    Case("empty-data", .continues),
    Case("channel-requests", .continues),
    Case("exit-signals", .ends(.protocolError, "too much memory")),
    Case("adjust-overflow", .continues),
    Case("ignore", .continues),
    Case("debug", .continues),
    Case("stray-replies", .ends(.protocolError, "MiB of unexpected packets")),
    Case("unknown-messages", .ends(.protocolError, "MiB of unexpected packets")),
    Case("type-zero", .anything),
    // The last open is truncated.
    Case("opens", .ends(.protocolError, "")),
    Case("global-requests", .continues),
    Case("rekeys", .continues),
    Case("noise", .anything),
    Case("noise-of-the-exchange", .anything),
  ]

  @Test func aMaliciousServerOnlyAffectsItsOwnSession() async throws {
    let keys = try SSHServer()
    // A flood of 512 MiB shows more about memory, but takes longer.
    let server = try HostileServer(keys: keys, flood: TamperingTests.isLong ? 512 : 16)
    for each in Self.cases {
      let configuration = server.configuration(each.mode)
      let limit: Duration = each.mode == "auth-silence" ? .seconds(1) : .seconds(10)
      let route = try await Route.resolved(configuration, limit: limit)
      let crossing = try Crossing(
        configuration.forwards[0].target, says: Array("hello".utf8), isRead: each.isRead)
      let outcome = try crossing.run(route, configuration, within: each.limit) { crossing in
        if case .echoes = each.expected { return crossing.answered > 0 }
        return crossing.answer.firstRange(of: Array("done".utf8)) != nil
      }
      Self.expect(each, outcome, crossing)
    }
  }

  private static func expect(_ each: Case, _ outcome: Crossing.Outcome, _ crossing: Crossing) {
    switch (each.expected, outcome) {
    case (.continues, .arrived), (.echoes, .arrived), (.closes, .closed), (.anything, _): break
    case (.stalls, .nothing): #expect(crossing.turns < 2000, "\(each.mode) keeps the thread busy")
    case (.ends(let code, let words), .failed(let failure)):
      #expect(failure.code == code, "\(each.mode): \(failure)")
      #expect(failure.message.contains(words), "\(each.mode): \(failure)")
    default: Issue.record("\(each.mode): \(outcome)")
    }
    if case .failed(let failure) = outcome {
      let text = failure.description + (crossing.refusal ?? "")
      #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
      #expect(text.count < 1000)
    }
    #expect(crossing.maxHeld < 32 << 20, "\(each.mode)")
    #expect(crossing.maxOutbound < 8 << 20, "\(each.mode)")
    // The duration of a turn is bounded, but a busy machine extends it.
    #expect(crossing.longestTurn < .seconds(10), "\(each.mode)")
  }

  @Test func aMaliciousServerDelaysNoOtherTunnelAndItsTunnelStopsAtOnce() throws {
    let keys = try SSHServer()
    let server = try HostileServer(keys: keys, flood: 64)
    let echo = try TCPServer(.echo)
    let honest = try Fixture(keys, target: echo.port)
    try #require(honest.waitUntil(.up))
    let hostile = try ["ignore", "stray-replies", "packet-1", "noise"].map { mode in
      try Fixture(keys, server.configuration(mode))
    }
    for fixture in hostile {
      try #require(fixture.waitUntil(.up))
      try fixture.connect().send([UInt8](repeating: 7, count: 100_000))
    }
    for _ in 0..<20 {
      let client = try honest.connect()
      try client.send([1, 2, 3])
      #expect(try client.receive(exactly: 3) == [1, 2, 3])
    }
    #expect(honest.tunnel.status.reconnects == 0)
    for fixture in hostile { #expect(fixture.tunnel.stop(timeout: .seconds(20))) }
  }
}
