import Health
import Testing

@testable import GuardTerminal

@Suite struct TerminalTests {
  @Test(arguments: [
    ("calypso", 7), ("", 0), ("日本語", 6), ("ｆｕｌｌ", 8), ("é", 1), ("e\u{301}", 1), ("🚀", 2),
    ("…", 1),
  ])
  func countsColumns(_ text: String, _ width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("calypso", 7, "calypso"), ("calypso", 6, "calyp…"), ("calypso", 1, "…"), ("calypso", 0, ""),
    ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
  ])
  func cuts(_ text: String, _ width: Int, _ result: String) {
    #expect(text.cut(to: width) == result)
  }

  /// A terminal without control sequences would show them as text.
  @Test(arguments: [
    ("xterm-256color", true), ("tmux", true), ("linux", true), ("dumb", false), ("", false), (nil, false),
  ])
  func onlyTerminalsWithControlSequencesGetThem(_ term: String?, _ obeys: Bool) {
    #expect(Terminal.obeysControl(term) == obeys)
  }

  @Test func wraps() {
    #expect("one two three".wrapped(to: 7) == ["one two", "three"])
    #expect("one two three".wrapped(to: 100) == ["one two three"])
    #expect("SHA256:abcdefgh x".wrapped(to: 6) == ["SHA256", ":abcde", "fgh x"])
    #expect("日本語".wrapped(to: 4) == ["日本", "語"])
    #expect("".wrapped(to: 4) == [""])
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\u{1B}[31mb", #"a\u{1b}[31mb"#), ("a\r\nb\tc", "a b c"),
    ("\u{9B}2J", #"\u{9b}2J"#),
    ("x\u{202E}y", #"x\u{202e}y"#), ("bell\u{7}", #"bell\u{7}"#), ("nul\u{0}", #"nul\u{0}"#),
  ])
  func escapesControlCharacters(_ text: String, _ result: String) {
    #expect(Span(text).text == result)
  }

  @Test func usesColorsOnlyIfSupported() {
    let page = Page(lines: [Line(Span("a"), Span("b", .bad))])
    let terminal = Terminal(width: 80, hasColor: true, now: .now)
    #expect(page.text(for: terminal) == "a\u{1B}[1;31mb\u{1B}[0m\n")
    #expect(page.text(for: Terminal(width: 80, hasColor: false, now: .now)) == "ab\n")
  }

  @Test func tableIsAligned() {
    var table = Table(columns: ["NAME", "MESSAGE"])
    table.rows = [.init(cells: [Span("日本"), Span("x")]), .init(cells: [Span("calypso"), Span("")])]
    #expect(table.lines(width: 80).map(\.text) == ["NAME      MESSAGE", "日本      x", "calypso"])
  }

  @Test func tableCutsTextOrMovesItBelow() {
    var table = Table(columns: ["NAME", "MESSAGE"], endsInProse: true)
    let long = "the quick brown fox jumps over the lazy dog again and again"
    table.rows = [.init(cells: [Span("calypso"), Span(long)])]
    #expect(
      table.lines(width: 40).map(\.text) == ["NAME      MESSAGE", "calypso   the quick brown fox jumps ove…"])
    #expect(table.lines(width: nil).last?.text == "calypso   " + long)
    #expect(
      table.lines(width: 30).map(\.text) == ["NAME", "calypso", "    the quick brown fox jumps…"])
    table.rows[0].showsAll = true
    #expect(
      table.lines(width: 40).map(\.text) == [
        "NAME      MESSAGE", "calypso", "    the quick brown fox jumps over the",
        "    lazy dog again and again",
      ])
    #expect(
      table.lines(width: 30).map(\.text) == [
        "NAME", "calypso", "    the quick brown fox jumps", "    over the lazy dog again", "    and again",
      ])
  }

  @Test func tableCutsNamesLast() {
    var table = Table(columns: ["NAMESPACE", "NAME", "REVISION", "OTHER"])
    table.names = 2
    table.elastic = 2
    table.rows = [
      .init(cells: [
        Span("flux-system"), Span("kustomization/apps"), Span("main@sha1:8f3c1a2b"), Span("value"),
      ])
    ]
    #expect(table.lines(width: 58).last?.text == "flux-system  kustomization/apps  main@sha1:8f3c1a2b  value")
    #expect(table.lines(width: 50).last?.text == "flux-system  kustomization/apps  main@sha1…  value")
    #expect(table.lines(width: 41).last?.text == "flux-system kustomization/apps mai… value")
    for width in 20..<41 {
      #expect(table.lines(width: width).allSatisfy { $0.text.displayWidth <= width })
    }
  }

  @Test func formatsTimes() throws {
    func at(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }
    let now = try at("2026-03-01T04:24:07Z")
    #expect(try at("2026-03-01T04:12:07.5Z").since(now) == "04:12:07Z (11m)")
    #expect(try at("2026-02-28T04:12:07Z").since(now) == "2026-02-28 04:12:07Z (24h)")
    #expect(try at("2026-03-01T04:24:12Z").since(now) == "04:24:12Z (0s)")
    #expect(try at("2026-03-01T04:24:12Z").relative(to: now) == "in 5s")
    #expect(now.relative(to: now) == "now")
  }

  @Test func lineIsCutAtTheWidth() {
    let line = Line(Span("12:00"), Span("  "), Span("tethys is well", .good))
    #expect(line.cut(to: 21) == line)
    #expect(line.cut(to: 20).text == "12:00  tethys is we…")
    #expect(line.cut(to: 20).spans.last?.style == .good)
    #expect("main@sha1:d3b8".cutAtStart(to: 8) == "…a1:d3b8")
    #expect("main".cutAtStart(to: 4) == "main")
    #expect(line.cut(to: 7).text == "12:00 …")
    #expect(line.cut(to: 5).text == "12:0…")
    #expect(Line(Span("双双双")).cut(to: 5).text == "双双…")
    for width in 1...20 { #expect(line.cut(to: width).text.displayWidth == width) }
  }

  @Test func shortensHashes() {
    #expect("main@sha1:8f3c1a2b00000000000000000000000000000000".withShortHashes == "main@sha1:8f3c1a2b")
    #expect("v1.18.2 and deadbeef".withShortHashes == "v1.18.2 and deadbeef")
  }
}

/// Texts of a cluster can have any length.
@Suite struct LongTextTests {
  @Test(arguments: [60, 80, 200], ["\u{FFFD}", "x", "word ", "日"])
  func longTextIsBoundedAndSaysHowToSeeTheWhole(_ width: Int, _ piece: String) {
    let text = String(repeating: piece, count: 100_000 / piece.utf8.count)
    let lines = text.wrapped(to: width, whole: "-o json")
    #expect(lines.count == 4)
    #expect(lines.allSatisfy { $0.displayWidth <= width })
    #expect(lines.last?.hasSuffix("… (whole text: -o json)") == true, "\(lines.last ?? "")")
    #expect("short".wrapped(to: width, whole: "-o json") == ["short"])
  }

  @Test func tableLeavesOutMinorColumnsInsteadOfCuttingHeadings() {
    var table = Table(columns: ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"], endsInProse: true)
    table.names = 1
    table.elastic = 1
    table.minor = [2, 1]
    table.rows = [
      .init(cells: [
        Span("kustomization/flux-system-and-more"), Span("main@sha1:d3b8a004"), Span("False"), Span("True"),
        Span("Applied"),
      ])
    ]
    let headings = { (width: Int) in
      table.lines(width: width).first?.text.split(separator: " ").map(String.init) ?? []
    }
    #expect(headings(200) == ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"])
    #expect(headings(62) == ["NAME", "REVISION", "READY"])
    #expect(headings(44) == ["NAME", "READY"])
    for width in 44...120 {
      for line in table.lines(width: width) {
        #expect(line.text.displayWidth <= width && !line.text.contains("SUS…") && !line.text.contains("…ION"))
      }
    }
  }
}
