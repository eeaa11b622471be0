import Foundation
import GuardAPI
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardState
@testable import Health
@testable import IncidentTracking

/// Programs that are handed a message: a command, and sendmail.
@Suite(.blocking) struct ProgramChannelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a line of shell as the channel's program.
  private func deliver(
    _ script: String, timeout: Duration = .seconds(10),
    _ notice: IncidentNotice = .sample(.opened, .sample("a"))
  ) -> DeliveryError? {
    let channel = CommandChannel(
      name: "page", .init(run: ["/bin/sh", "-c", script, "sh", folder.path], timeout: timeout), user: .test())
    do throws(DeliveryError) {
      try channel.deliver(notice, at: .now, isCancelled: { false })
      return nil
    } catch {
      return error
    }
  }

  @Test func commandGetsTheNoticeAndAMinimalEnvironment() throws {
    #expect(deliver("cat >$1/notice; env | sort >$1/environment; pwd >/dev/null") == nil)
    let document = try JSONDecoder().decode(NoticeDocument.self, from: Data(folder.read("notice").utf8))
    #expect(document.entries.map(\.key) == ["a.1"])
    let names = try folder.read("environment").split(separator: "\n").compactMap {
      $0.split(separator: "=").first
    }
    let expected: Set<Substring> = ["PATH", "LANG", "HOME", "USER", "LOGNAME", "OCEANID_CHANNEL"]
    let ofTheShell: Set<Substring> = ["PWD", "OLDPWD", "SHLVL", "_"]
    #expect(Set(names).subtracting(ofTheShell) == expected)
    // This process has variables that the program must not get.
    let own = Set(ProcessInfo.processInfo.environment.keys.map { Substring($0) })
    #expect(!own.subtracting(expected).subtracting(ofTheShell).isEmpty)
  }

  @Test func programThatOthersCanChangeIsNotRun() throws {
    let program = try folder.write("#!/bin/sh\n:>\(folder.file("ran"))\n", to: "page.sh")
    func refusal() -> String {
      let channel = CommandChannel(name: "page", .init(run: [program], timeout: .seconds(10)), user: .test())
      do throws(DeliveryError) {
        try channel.deliver(.sample(.opened, .sample("a")), at: .now, isCancelled: { false })
        return ""
      } catch {
        return "\(error.cause) \(error.message)"
      }
    }
    chmod(program, 0o777)
    #expect(refusal().hasPrefix("refused \(program) is not run, because another user can change it"))
    if geteuid() == 0 {
      chmod(program, 0o755)
      chown(program, 4242, 4242)
      #expect(refusal().contains("belongs to uid 4242"))
      chown(program, 0, 0)
    }
    #expect(access(folder.file("ran"), F_OK) != 0)
    chmod(program, 0o755)
    #expect(refusal() == "")
    #expect(access(folder.file("ran"), F_OK) == 0)
  }

  @Test func programOfAFileThatOthersCanChangeIsNotRun() throws {
    let program = try folder.write("#!/bin/sh\n:>\(folder.file("ran"))\n", to: "page.sh")
    chmod(program, 0o755)
    let file = try folder.write("alerts: []\n", to: "guard.yaml")
    let channel = CommandChannel(
      name: "page", .init(run: [program], timeout: .seconds(10)), from: file, user: .test())
    chmod(file, 0o666)
    let error = #expect(throws: DeliveryError.self) {
      try channel.deliver(.sample(.opened, .sample("a")), at: .now, isCancelled: { false })
    }
    #expect(error?.message.hasSuffix("another user can change \(file): \(file) has mode 0666") == true)
    #expect(error?.remedy == "sudo chmod o-w \(file)")
    #expect(access(folder.file("ran"), F_OK) != 0)
    chmod(file, 0o664)
    try channel.deliver(.sample(.opened, .sample("a")), at: .now, isCancelled: { false })
    #expect(access(folder.file("ran"), F_OK) == 0)
  }

  @Test func commandMayIgnoreItsInput() {
    let many = (0..<100).map { Incident.sample("\($0)", title: String(repeating: "x", count: 2000)) }
    let notice = IncidentNotice(at: moment, cluster: "tethys", entries: many.map { .init(.opened, $0) })
    #expect(deliver("exit 0", notice) == nil)
    #expect(deliver("wc -c >$1/count", notice) == nil)
    #expect(
      (try? folder.read("count")).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
        > 80_000)
  }

  @Test(
    arguments: [
      ("echo first >&2; echo last words >&2; exit 3", .passing, "exited with status 3: last words"),
      ("exit 75", .passing, "exited with status 75"), ("exit 65", .unfit, "exited with status 65"),
      ("exit 78", .refused, "exited with status 78"), ("kill -9 $$", .passing, "was terminated by signal 9"),
      ("printf 'a\\033[31mred' >&2; exit 1", .passing, "exited with status 1: a\\u{1b}[31mred"),
    ] as [(String, DeliveryError.Cause, String)])
  func exitStatusDecidesTheOutcome(_ script: String, _ cause: DeliveryError.Cause, _ words: String) {
    let error = deliver(script)
    #expect(error?.cause == cause)
    #expect(error?.message == "/bin/sh \(words)")
  }

  @Test func hangingCommandIsEnded() {
    let begin = ContinuousClock.now
    let error = deliver("sleep 60 & sleep 60", timeout: .seconds(1))
    #expect(error?.message == "/bin/sh timed out and was terminated")
    #expect(ContinuousClock.now - begin < .seconds(20))
  }

  @Test func missingProgramNeedsTheOperator() {
    let channel = CommandChannel(name: "page", .init(run: ["/nonexistent/page"]), user: .test())
    do throws(DeliveryError) {
      try channel.deliver(.sample(.opened, .sample("a")), at: .now, isCancelled: { false })
      Issue.record("it was run")
    } catch {
      #expect(error.cause == .refused)
      #expect(error.message == "/nonexistent/page can't be run: No such file or directory")
    }
  }

  // MARK: - Mail

  /// Reads a mail as a program that has nothing to do with us does.
  private func parse(_ path: String) throws -> [String: String] {
    let script = """
      import email, email.policy, json, sys
      m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
      assert not m.defects, m.defects
      out = {k.lower(): str(v) for k, v in m.items()}
      out["body"] = m.get_content()
      out["time"] = str(m["date"].datetime.timestamp())
      out["defects"] = str([d for h in m.values() for d in getattr(h, "defects", [])])
      print(json.dumps(out))
      """
    let answer = try run(try #require(program("python3")), ["-c", script, path])
    #expect(answer.exit == .exited(0), "\(answer.errors)")
    return try JSONDecoder().decode([String: String].self, from: Data(answer.output.utf8))
  }

  private func mail(_ notice: IncidentNotice, from: String? = "guard@example.org") throws -> [String: String]
  {
    let message = MailMessage(
      notice, from: from ?? "oceanid-guard@workstation", to: ["ops@example.org", "root"], host: "workstation",
      date: notice.at)
    try folder.write(message.text, to: "mail")
    return try parse(folder.file("mail"))
  }

  @Test func mailConformsToTheStandards() throws {
    let title =
      "Knoten „äöü“ ist nicht bereit, und das ist ein sehr langer Titel, der gefaltet werden muß — 日本語"
    let mail = try mail(.sample(.opened, .sample("a.b@1", title: title)))
    #expect(mail["subject"] == "[oceanid] CRITICAL tethys: \(title)")
    #expect(mail["from"] == "Oceanid Guard <guard@example.org>")
    #expect(mail["to"] == "ops@example.org, root@workstation")
    #expect(mail["time"].flatMap(Double.init) == Double(moment.milliseconds) / 1000)
    #expect(mail["message-id"] == "<a.b=401.1@example.org>")
    #expect(mail["references"] == "<a.b=401@example.org>")
    #expect(mail["in-reply-to"] == nil)
    #expect(mail["auto-submitted"] == "auto-generated")
    #expect(mail["body"]?.contains("CRITICAL: \(title)\n  subject: node a.b@1\n") == true)
    #expect(mail["body"]?.contains("what to do: kubectl describe node a.b@1") == true)
    let raw = try folder.read("mail")
    #expect(raw.utf8.allSatisfy { $0 == 10 || (0x20...0x7E).contains($0) })
    #expect(raw.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 || $0.hasPrefix("  ") }, "\(raw)")
  }

  @Test func remindersAndEndsFollowTheFirstMail() throws {
    let first = try mail(.sample(.opened, .sample("a")))
    let reminder = try mail(.sample(.reminder, .sample("a", notices: 2)))
    let end = try mail(.sample(.ended, .sample("a", notices: 3, endedAt: moment)))
    #expect(Set([first, reminder, end].map { $0["message-id"] }).count == 3)
    #expect(Set([first, reminder, end].map { $0["references"] }).count == 1)
    #expect(reminder["in-reply-to"] == first["references"])
    #expect(end["subject"] == "[oceanid] ENDED tethys: node a is NotReady")
    // The same news twice is one mail.
    #expect(try mail(.sample(.opened, .sample("a")))["message-id"] == first["message-id"])
  }

  @Test func changesAtOnceAreOneMail() throws {
    let mail = try mail(.sample(.opened, .sample("a"), .sample("b", .warning), .sample("c")))
    #expect(mail["subject"] == "[oceanid] CRITICAL tethys: 2 critical, 1 warning: node a is NotReady")
    for id in ["a", "b", "c"] {
      #expect(mail["body"]?.contains("subject: node \(id)\n") == true)
      #expect(mail["references"]?.contains("<\(id)@example.org>") == true)
    }
  }

  /// A title is a cluster's text.
  @Test(arguments: [
    "x\r\nBcc: evil@example.org", "x\nBcc: evil@example.org\n\nbody", "=?utf-8?B?QmNjOg==?=",
    "\u{2028}Bcc: e",
  ])
  func titleCannotInjectAHeader(_ title: String) throws {
    let mail = try mail(.sample(.opened, .sample("id\r\nBcc: x", title: title)))
    #expect(mail["bcc"] == nil)
    #expect(mail["subject"]?.hasPrefix("[oceanid] CRITICAL tethys: ") == true)
    #expect(mail["defects"] == "[]")
  }

  @Test func sendmailGetsItsRecipientsAsArguments() throws {
    let script = try folder.writeProgram(
      "#!/bin/sh\nprintf '%s\\n' \"$@\" >\(folder.path)/arguments\ncat >\(folder.path)/mail\n",
      to: "sendmail.sh")
    let channel = EmailChannel(
      name: "mail", .init(to: ["ops@example.org", "root"], from: "guard@example.org", sendmail: script),
      host: "workstation", user: .test())
    #expect(
      eventually {
        (try? channel.deliver(.sample(.opened, .sample("a")), at: moment, isCancelled: { false })) != nil
      })
    #expect(try folder.read("arguments") == "-i\n-f\nguard@example.org\n--\nops@example.org\nroot\n")
    #expect(try parse(folder.file("mail"))["subject"] == "[oceanid] CRITICAL tethys: node a is NotReady")
  }

  @Test func dates() {
    #expect(MailMessage.date(Timestamp(seconds: 0)) == "Thu, 01 Jan 1970 00:00:00 +0000")
    #expect(
      MailMessage.date(Timestamp(rfc3339: "2026-11-23T17:41:56.789Z") ?? moment)
        == "Mon, 23 Nov 2026 17:41:56 +0000")
  }
}
