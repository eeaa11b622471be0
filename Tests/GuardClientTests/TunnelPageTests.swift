import GuardAPI
import GuardHistory
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardTerminal

@Suite struct TunnelPageTests {
  private func terminal(_ width: Int?, blocks: Bool = false) -> Terminal {
    Terminal(width: width, hasColor: false, drawsBlocks: blocks, now: Scene.now)
  }

  @Test func tunnelPageShowsTrafficAndHistory() {
    let view = terminal(80, blocks: true)
    #expect(
      TunnelPage.page(Scene.healthy.status, view).text(for: view) == """
        State       up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
        Host        tethys
        Peer        192.0.2.7:22
        User        root
        Host key    SHA256:2b8fQ6Yc1mZkq0cXl1yB3n7Wv9t5s4r3q2p1o0NmLkJ
        Cipher      aes128-ctr
        Round trip  41 ms
        Reconnects  3
        Forward     127.0.0.1:16443 -> localhost:6443, listening
        History     1 outage in 6 h, 3 min 2 s in all
                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                    2026-02-28 22:24:07Z          each 6 min           04:24:07Z
                    down 01:12:09Z to 01:15:11Z, 3 min 2 s, keepalive_timeout

        FORWARD           OPEN   TOTAL   REFUSED   RECEIVED   RATE       SENT     RATE
        127.0.0.1:16443   2      91      0         1.5 MiB    12 KiB/s   40 KiB   0 B/s

        Last connections
        FROM              AGE     LASTED   RECEIVED   SENT      END
        127.0.0.1:51302   12s     open     800 KiB    2.0 KiB
        127.0.0.1:51298   2m5s    87ms     34 KiB     1.9 KiB   closed by client
        127.0.0.1:51001   3h18m   6m57s    684 KiB    29 KiB    tunnel lost
        127.0.0.1:50998   3h19m   4ms      0 B        0 B
            refused: connect failed: Connection refused by localhost port 6443

        """)
  }

  @Test func figuresAreNotCut() {
    let text = TunnelPage.page(Scene.healthy.status, terminal(60)).text(for: terminal(60))
    // The least important columns are left out.
    #expect(text.contains(/FORWARD +OPEN +TOTAL +REFUSED +RECEIVED +SENT\n/))
    #expect(text.contains(/127\.0\.0\.1:16443 +2 +91 +0 +1\.5 MiB +40 KiB\n/))
  }

  @Test func theHistoryIsASCIIInAPipe() {
    let text = TunnelPage.page(Scene.healthy.status, terminal(nil)).text(for: terminal(nil))
    #expect(text.contains("\n            ............................+...............................\n"))
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [(60, 36), (80, 60), (120, 90), (200, 180)])
  func theHistoryUsesTheWidth(_ width: Int, _ cells: Int) throws {
    let strip = HistoryStrip(history: Scene.history, range: .seconds(6 * 3600), now: Scene.now)
    let lines = strip.lines(margin: 12, terminal(width))
    let line = try #require(lines.first { $0.text.contains("....") })
    #expect(line.text.count == 12 + cells)
  }

  @Test(arguments: [
    ("10m", 600, "10 s", 60), ("1m", 60, "1 s", 60), ("24h", 86_400, "30 min", 48),
    ("30d", 2_592_000, "12 h", 60),
  ])
  func theHistoryHasTheRequestedLength(_ name: String, _ seconds: Int, _ cell: String, _ count: Int) throws {
    let history = [StateSpanDocument(state: .up, since: at("2025-02-26T01:12:44Z"))]
    let lines = HistoryStrip(history: history, range: .seconds(seconds), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(
      lines[1].text == String(repeating: " ", count: 12) + String(repeating: ".", count: count), "\(name)")
    #expect(lines[2].text.contains("each \(cell)"))
  }

  @Test func theTimesOfAnOutageAndItsLengthAgree() throws {
    let history = [
      StateSpanDocument(
        state: .down, since: at("2026-03-01T04:00:00.900Z"), until: at("2026-03-01T04:00:16.100Z"),
        code: "peer_closed")
    ]
    let lines = HistoryStrip(history: history, range: .seconds(3600), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.last?.text.hasSuffix("down 04:00:00Z to 04:00:16Z, 16 s, peer_closed") == true)
  }

  @Test func anOngoingOutageIsCountedUpToNow() {
    let history = [
      StateSpanDocument(state: .up, since: at("2026-03-01T04:00:00Z"), until: at("2026-03-01T04:12:07Z")),
      StateSpanDocument(state: .blocked, since: at("2026-03-01T04:12:07Z"), code: "host_key_changed"),
    ]
    let lines = HistoryStrip(history: history, range: .seconds(3600), now: Scene.now).lines(
      margin: 12, terminal(80))
    let blank = String(repeating: " ", count: 12)
    let cells = String(repeating: " ", count: 35) + String(repeating: ".", count: 13)
    #expect(lines.count == 4)
    #expect(
      lines[0].text == "History     1 outage in 1 h, 12 min in all, known since 04:00:00Z")
    #expect(lines[1].text == blank + cells + String(repeating: "#", count: 12))
    #expect(lines[3].text == blank + "blocked since 04:12:07Z, 12 min, host_key_changed")
  }

  @Test func tunnelThatIsDownAndThenBlockedIsOneOutage() {
    let history = [
      StateSpanDocument(state: .up, since: at("2026-03-01T04:00:00Z"), until: at("2026-03-01T04:12:07Z")),
      StateSpanDocument(
        state: .down, since: at("2026-03-01T04:12:07Z"), until: at("2026-03-01T04:13:00Z"),
        code: "peer_closed"),
      StateSpanDocument(
        state: .blocked, since: at("2026-03-01T04:13:00Z"), until: at("2026-03-01T04:14:07Z"),
        code: "auth_refused"),
      StateSpanDocument(state: .up, since: at("2026-03-01T04:14:07Z"), until: at("2026-03-01T04:15:00Z")),
      StateSpanDocument(
        state: .down, since: at("2026-03-01T04:15:00Z"), until: at("2026-03-01T04:15:20Z"),
        code: "peer_closed"),
      StateSpanDocument(state: .up, since: at("2026-03-01T04:15:20Z")),
    ]
    let lines = HistoryStrip(history: history, range: .seconds(3600), now: Scene.now).lines(
      margin: 12, terminal(200)
    ).map(\.text)
    #expect(lines.first?.contains("2 outages in 1 h, 2 min 20 s in all") == true)
    #expect(
      lines.last?.hasSuffix("blocked 04:12:07Z to 04:14:07Z, 2 min, peer_closed, then auth_refused") == true)
  }

  @Test func healthyIsCalmInTheHistoryToo() {
    let history = [StateSpanDocument(state: .up, since: at("2026-02-26T01:12:44Z"))]
    let lines = HistoryStrip(history: history, range: .seconds(86_400), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.first?.text == "History     no outage in 1 d")
    #expect(lines.count == 3)
    #expect(
      HistoryStrip(history: [], range: .seconds(60), now: Scene.now).lines(margin: 12, terminal(80)).isEmpty)
  }

  @Test func aFlappingTunnelListsItsLastOutagesOnly() {
    var history: [StateSpanDocument] = []
    for index in 0..<40 {
      let since = Scene.now - .seconds(4000 - index * 100)
      let state: TunnelAvailability = index.isMultiple(of: 2) ? .up : .down
      history.append(
        StateSpanDocument(
          state: state, since: since, until: index == 39 ? nil : since + .seconds(100), code: "peer_closed"))
    }
    let lines = HistoryStrip(history: history, range: .seconds(21_600), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.last?.text.hasSuffix("and 10 earlier ones") == true)
    #expect(lines.count == 14)
  }
}
