import FoundationEssentials
import GuardAPI
import Systemd
import Testing

@testable import GuardAlerts
@testable import GuardJournal
@testable import Health
@testable import IncidentTracking

@Suite struct NoticeTextTests {
  /// Titles, subjects and remedies contain text from the cluster. It cannot forge a line of the message.
  @Test(arguments: ["\n", "\r\n", "\u{2028}", "\u{85}", "\u{1b}[2J", "\u{202e}"])
  func namesCannotForgeALine(_ mark: String) throws {
    let evil = "x\(mark)ENDED: all is well"
    var incident = Incident(
      id: "a",
      of: Problem(
        .node(.condition), id: "tethys/node/a", severity: .critical, cluster: "tethys", subject: evil,
        title: evil, detail: evil,
        since: moment, step: NextStep(command: evil)))
    incident.state = .firing
    let text = NoticeText(.sample(.opened, incident, .sample("b")))
    let one = NoticeText(.sample(.opened, incident))
    let mail = MailMessage(
      .sample(.opened, incident), from: "guard@example.org", to: ["ops"], host: "h", date: moment
    ).text
    for words in [text.headline, one.headline, text.body, mail] {
      #expect(!words.contains(mark == "\n" ? "\nENDED" : mark), "\(words)")
      #expect(!words.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("ENDED") }, "\(words)")
    }
    #expect(one.body.split(whereSeparator: \.isNewline).count == 5)
  }

  /// Also after a receiver has decoded the JSON.
  @Test(arguments: [
    "\u{9B}31m", "\u{202E}", "\u{2066}", "\u{200B}", "\u{2028}", "\u{E0041}", "\u{FE0F}", "\r",
  ])
  func invisibleCharactersAreEscapedInEveryMessage(_ mark: String) throws {
    let evil = "x\(mark)y"
    let incident = Incident(
      id: "a",
      of: Problem(
        .node(.condition), id: "tethys/node/a", severity: .critical, cluster: "tethys", subject: evil,
        title: evil, detail: evil,
        since: moment, step: NextStep(command: evil)))
    let document = try JSONDecoder().decode(
      NoticeDocument.self, from: Data(NoticeCoding.bytes(.sample(.opened, incident))))
    let entry = try #require(document.entries.first).incident
    let alert = AlertmanagerChannel.alert(of: incident, at: moment, resolveAfter: .seconds(60), host: "h")
    let texts =
      [document.summary, entry.subject, entry.title, entry.detail, entry.remedy] + alert.labels.values
      + alert.annotations.values
    for text in texts {
      #expect(!text.unicodeScalars.contains { $0.isInvisible }, "\(text.debugDescription)")
    }
    for field in JournalLog.entry(LogRecord(nil, evil, subject: evil, remedy: evil)).fields {
      #expect(!field.value.unicodeScalars.contains { $0.isInvisible }, "\(field)")
    }
  }
}
