import Testing

@testable import GuardClient

@Suite struct MetricsTextTests {
  /// The text is the guard's, or that of another program on its socket.
  @Test func controlCharactersAreEscapedAndMetricsStayAsTheyAre() {
    let valid: [Substring] = [
      "# HELP oceanid_nodes_ready Nodes  that are ready.\\n",
      "oceanid_up{cluster=\"a\\\"b\\\\c\"} 1 1700000000000", "# EOF",
    ]
    #expect(MetricsCommand.shown(valid) == valid.map { $0 + "\n" }.joined())
    let hostile = MetricsCommand.shown(["a{x=\"\u{1b}[2J\u{9b}31m\u{202e}\u{7}\"} 1"])
    #expect(
      !hostile.unicodeScalars.contains { scalar in
        scalar != "\n" && [.control, .format].contains(scalar.properties.generalCategory)
      })
    #expect(hostile.contains("[2J"))
  }
}
