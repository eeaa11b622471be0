import Testing

@testable import Guard
@testable import Health

@Suite struct NoticeTextTests {
  /// Titles, subjects and remedies hold a cluster's words: none of them makes a line that looks like the guard's.
  @Test(arguments: ["\n", "\r\n", "\u{2028}", "\u{85}", "\u{1b}[2J", "\u{202e}"])
  func nobodyForgesALine(_ mark: String) throws {
    let evil = "x\(mark)OVER: all is well"
    var incident = Incident(
      id: "a",
      of: Problem(
        id: "tethys/node/a", severity: .critical, cluster: "tethys", subject: evil, title: evil, detail: evil,
        since: moment, remedy: evil))
    incident.state = .firing
    let text = NoticeText(.sample(.opened, incident, .sample("b")))
    let one = NoticeText(.sample(.opened, incident))
    let mail = MailMessage(
      .sample(.opened, incident), from: "guard@example.org", to: ["ops"], host: "h", date: moment
    ).text
    for words in [text.headline, one.headline, text.body, mail] {
      #expect(!words.contains(mark == "\n" ? "\nOVER" : mark), "\(words)")
      #expect(!words.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("OVER") }, "\(words)")
    }
    #expect(one.body.split(whereSeparator: \.isNewline).count == 5)
  }
}
