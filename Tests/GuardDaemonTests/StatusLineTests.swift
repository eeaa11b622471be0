import FoundationEssentials
import GuardAPI
import GuardConfiguration
import GuardStatus
import GuardTypes
import Health
import Testing

@testable import GuardDaemon

/// The line of `systemctl status`.
@Suite struct StatusLineTests {
  @Test func statusWithoutAClusterSaysSo() {
    let document = StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: [])
    #expect(StatusLine.text(of: document) == "no cluster is configured")
  }

  @Test func configuredClusterIsNamedBeforeItsFirstJudgment() {
    let board = StatusBoard()
    board.setConfiguration(file: nil)
    board.setOrder(["tethys", "dione"])
    #expect(StatusLine(board: board).text == "tethys, dione starting")
    #expect(board.statusDocument().verdict == .unknown)
  }

  /// `setup` does not stop a guard whose text has these words.
  @Test func tunnelsOfSeveralClustersAreCounted() throws {
    func text(_ states: [String]) throws -> String {
      let clusters = states.map {
        """
        {"name":"\($0)","tunnel":{"state":"\($0)"},"poll":{},"api":{},"flux":{},"images":{}}
        """
      }
      let json = """
        {"schema":"oceanid.status/1","generatedAt":"2026-03-01T04:24:07Z","summary":"trouble","clusters":[\(clusters.joined(separator: ","))]}
        """
      return StatusLine.text(of: try DocumentCoding.decode(StatusDocument.self, from: Data(json.utf8)))
    }
    #expect(try text(["backoff", "up"]) == "trouble; tunnel up in 1 of 2 clusters")
    #expect(try text(["backoff", "blocked"]) == "trouble")
  }

  /// `setup` may stop a guard whose text has these words.
  @Test func guardThatOnlyAPersonCanMendSaysSo() throws {
    func isUnusable(_ codes: [String], poll: String = "{}") throws -> Bool {
      let clusters = codes.map {
        """
        {"name":"\($0)","tunnel":{"state":"backoff","lastError":{"code":"\($0)"}},"poll":\(poll),"api":{},"flux":{},"images":{}}
        """
      }
      let json = """
        {"schema":"oceanid.status/1","generatedAt":"2026-03-01T04:24:07Z","summary":"trouble","clusters":[\(clusters.joined(separator: ","))]}
        """
      let document = try DocumentCoding.decode(StatusDocument.self, from: Data(json.utf8))
      return StatusLine.text(of: document).hasSuffix("; no cluster can be reached with this configuration")
    }
    for code in ["dns", "config", "no_usable_key"] { #expect(try isUnusable([code]), "\(code)") }
    #expect(try isUnusable(["dns", "config"]))
    for code in ["connect_refused", "auth_refused", "host_key_changed", "keepalive_timeout"] {
      #expect(try !isUnusable([code]), "\(code)")
    }
    #expect(try !isUnusable(["dns", "connect_refused"]))
    // It was reached before, so the network may be down.
    #expect(try !isUnusable(["dns"], poll: #"{"seenAt":"2026-03-01T04:20:07Z"}"#))
    #expect(try !isUnusable([]))
  }

  @Test func rejectedReloadComesFirstWithItsPlace() {
    let board = StatusBoard()
    board.setConfiguration(file: "/g.yaml")
    board.setOrder(["tethys"])
    board.reject(
      ConfigurationErrors([
        ConfigurationError(file: "/g.yaml", line: 3, column: 5, message: "no such key"),
        ConfigurationError(file: "/g.yaml", line: 9, column: 1, message: "and another"),
      ]))
    #expect(
      StatusLine(board: board).text
        == "reload rejected (/g.yaml:3:5: no such key); tethys starting; the configuration file has errors"
    )
  }
}
