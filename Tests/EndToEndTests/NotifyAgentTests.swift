import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

/// `oceanid-ctl notify-agent` between a scripted guard and a desktop that records its calls.
@Suite(
  .enabled(if: Desktop.isAvailable, Comment(rawValue: Desktop.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct NotifyAgentTests {
  private let folder: TemporaryFolder
  private let guardian: ScriptedGuard
  private let desktop: Desktop

  init() throws {
    folder = try TemporaryFolder()
    guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    desktop = try Desktop(capabilities: ["body", "body-markup"])
  }

  private func agent(_ options: String...) throws -> ChildProcess {
    try ChildProcess(
      Installation.client, ["notify-agent", "--socket", guardian.path] + options,
      environment: [
        "PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": desktop.address,
        "RUNTIME_DIRECTORY": folder.path,
      ])
  }

  private func started() throws -> ChildProcess {
    try desktop.startBus()
    try desktop.startServer()
    let agent = try agent()
    try #require(eventually { guardian.watchers == 1 }, "\(agent.errors)")
    return agent
  }

  private func tell(
    _ event: String, _ subject: String, _ severity: Problem.Severity = .warning, message: String
  ) throws {
    try guardian.tell(
      ChangeDocument(
        at: Timestamp(seconds: 1_767_225_600), event: "incident_\(event)", cluster: "tethys",
        subject: subject, reason: "a < b & c", message: message, incident: "id of \(subject)",
        severity: severity, remedy: event == "ended" ? nil : "kubectl describe node calypso"))
  }

  /// The saved state, which the agent reads after a restart.
  private var kept: String { (try? folder.read("notices.json")) ?? "" }

  private func end(_ agent: ChildProcess) {
    agent.terminate()
    #expect(agent.wait() == .exited(0), "\(agent.errors)")
  }

  @Test func notificationFollowsItsIncident() throws {
    let agent = try started()
    try tell("opened", "node calypso", message: "tethys: node calypso is not ready")
    let opened = try #require(try desktop.calls(after: 1, atLeast: 1).first)
    #expect(
      opened
        == .init(
          call: "Notify", id: 1, replaces: 0, summary: "tethys: node calypso is not ready",
          body: "a &lt; b &amp; c\nNext: kubectl describe node calypso", urgency: 1, timeout: -1,
          transient: false, category: "x-oceanid.incident", desktopEntry: "oceanid-notify",
          icon: "dialog-warning"))
    try tell("worsened", "node calypso", .critical, message: "tethys: critical now: node calypso is gone")
    let worsened = try #require(try desktop.calls(after: 2, atLeast: 1).first)
    #expect(worsened.replaces == 1 && worsened.urgency == 2 && worsened.timeout == 0)
    #expect(worsened.summary == "tethys: critical now: node calypso is gone")

    // A notification that the user closed returns as a new one after a change.
    #expect(desktop.dismiss(1))
    try tell("reminder", "node calypso", .critical, message: "tethys: ongoing: node calypso is gone")
    let reminder = try #require(try desktop.calls(after: 4, atLeast: 1).first)
    #expect(reminder.replaces == 0 && reminder.id == 2)

    try tell("ended", "node calypso", .critical, message: "tethys: ended: node calypso is gone")
    let ended = try desktop.calls(after: 5, atLeast: 2)
    #expect(ended.map(\.call) == ["CloseNotification", "Notify"])
    #expect(ended[0].id == 2)
    #expect(ended[1].summary == "tethys: ended: node calypso is gone")
    #expect(ended[1].urgency == 0 && ended[1].transient == true && ended[1].timeout == 10_000)
    end(agent)
    #expect(desktop.calls.count == 7)
    #expect(agent.errors == "")
  }

  @Test func laterOrRestartedServerGetsTheOpenNotifications() throws {
    let agent = try agent()
    #expect(eventually { agent.errors.contains("no session bus") })
    try tell("opened", "node calypso", .critical, message: "tethys: node calypso is gone")
    try desktop.startBus()
    #expect(eventually { agent.errors.contains("session bus") })
    try desktop.startServer()
    #expect(try desktop.calls(after: 1, atLeast: 1).map(\.summary) == ["tethys: node calypso is gone"])
    #expect(eventually { agent.errors.contains("the notification server is available again") })
    desktop.stopServer()
    try desktop.startServer()
    let again = try desktop.calls(after: 3, atLeast: 1)
    #expect(again.map(\.replaces) == [0])
    #expect(again.map(\.summary) == ["tethys: node calypso is gone"])
    // One line when the problem begins, and one when it ends.
    #expect(agent.errors.split(separator: "\n").count == 2, "\(agent.errors)")
    end(agent)
  }

  @Test func restartedAgentRepeatsNothing() throws {
    let first = try started()
    // The incidents begin one after the other, because incidents that are shown together are sorted by severity.
    try tell("opened", "flux", message: "tethys: flux fails")
    #expect(try desktop.calls(after: 1, atLeast: 1).map(\.id) == [1])
    try tell("opened", "node calypso", .critical, message: "tethys: node calypso is gone")
    #expect(try desktop.calls(after: 2, atLeast: 1).map(\.id) == [2])
    #expect(eventually { kept.contains("node calypso") })
    #expect(desktop.dismiss(1))
    #expect(eventually { kept.contains("leftAt") })
    end(first)
    // Notifications of open incidents are not closed, and none returns.
    guardian.stands(
      IncidentsDocument(open: try ["flux", "node calypso"].map { try incident($0) }))
    let second = try agent()
    #expect(eventually { guardian.watchers == 2 })
    try tell("worsened", "node calypso", .critical, message: "tethys: critical now: node calypso is gone")
    let calls = try desktop.calls(after: 4, atLeast: 1)
    #expect(calls.map(\.replaces) == [2])
    end(second)
    // A new notification server starts without notifications.
    desktop.stopServer()
    try desktop.startServer()
    let third = try agent()
    #expect(
      Set(try desktop.calls(after: 6, atLeast: 2).map(\.summary)) == ["tethys: flux", "tethys: node calypso"])
    end(third)
  }

  private func incident(_ subject: String) throws -> IncidentDocument {
    let text = """
      {"schema":"oceanid.incidents/1","silences":[],"past":[],
       "open":[{"id":"id of \(subject)","state":"firing","severity":"critical","cluster":"tethys",
                "subject":"\(subject)","title":"\(subject)","detail":"a < b & c",
                "remedy":"kubectl describe node calypso","notices":1}]}
      """
    return try #require(try DocumentCoding.decode(IncidentsDocument.self, from: Data(text.utf8)).open.first)
  }

  @Test func reconnectsToARestartedBus() throws {
    let agent = try started()
    try tell("opened", "node calypso", message: "tethys: node calypso is not ready")
    #expect(try desktop.calls(after: 1, atLeast: 1).map(\.replaces) == [0])
    desktop.stopBus()
    #expect(eventually { agent.errors.contains("session bus") })
    try desktop.startBus()
    try desktop.startServer()
    #expect(try desktop.calls(after: 3, atLeast: 1).map(\.replaces) == [0])
    #expect(eventually { agent.errors.contains("the notification server is available again") })
    #expect(agent.errors.split(separator: "\n").count == 2, "\(agent.errors)")
    end(agent)
  }

  @Test func hangingServerShowsANotificationOnce() throws {
    let agent = try started()
    try tell("opened", "flux", message: "tethys: flux fails")
    #expect(try desktop.calls(after: 1, atLeast: 1).map(\.id) == [1])
    desktop.pauseServer()
    try tell("opened", "node calypso", message: "tethys: node calypso is not ready")
    #expect(eventually { agent.errors.contains("does not answer on the session bus") })
    desktop.resumeServer()
    #expect(eventually { agent.errors.contains("the notification server is available again") })
    // The number of calls that showed it, minus those that closed it.
    func isOnScreen(_ summary: String) -> Int {
      let calls = desktop.calls
      let closed = Set(calls.filter { $0.call == "CloseNotification" }.compactMap(\.id))
      return Set(calls.filter { $0.summary == summary }.compactMap(\.id)).subtracting(closed).count
    }
    #expect(eventually { isOnScreen("tethys: node calypso is not ready") == 1 })
    #expect(isOnScreen("tethys: flux fails") == 1)
    end(agent)
  }

  @Test func restartedGuardRepeatsNothing() throws {
    let agent = try started()
    try tell("opened", "node calypso", message: "tethys: node calypso is not ready")
    try tell("opened", "flux", message: "tethys: flux fails")
    #expect(try desktop.calls(after: 1, atLeast: 2).map(\.id) == [1, 2])
    guardian.stop()
    #expect(eventually { agent.errors.contains("the guard") })
    guardian.stands(
      try DocumentCoding.decode(
        IncidentsDocument.self,
        from:
          Data(
            """
            {"schema":"oceanid.incidents/1","silences":[],
             "open":[{"id":"id of node calypso","state":"firing","severity":"warning","cluster":"tethys",
                      "subject":"node calypso","title":"node calypso is not ready","detail":"a < b & c",
                      "remedy":"kubectl describe node calypso","notices":1}],
             "past":[{"id":"id of flux","state":"ended","severity":"warning","cluster":"tethys","subject":"flux",
                      "title":"flux fails","detail":"","remedy":"","notices":2}]}
            """.utf8)))
    try guardian.start()
    let calls = try desktop.calls(after: 3, atLeast: 2)
    #expect(calls.map(\.call) == ["CloseNotification", "Notify"])
    #expect(calls[0].id == 1)
    #expect(calls[1].summary == "tethys: ended: flux fails")
    try tell("ended", "node calypso", message: "tethys: ended: node calypso is not ready")
    #expect(try desktop.calls(after: 5, atLeast: 2).first == .init(call: "CloseNotification", id: 2))
    end(agent)
  }

  @Test func printsWithoutADesktop() throws {
    let agent = try agent("--print", "--severity", "critical")
    #expect(eventually { guardian.watchers == 1 })
    try tell("opened", "flux", message: "tethys: flux fails")
    try tell("opened", "node calypso", .critical, message: "tethys: node calypso is gone")
    #expect(eventually { agent.output.hasSuffix("calypso\n") }, "\(agent.output)")
    try tell("ended", "node calypso", .critical, message: "tethys: ended: node calypso is gone")
    #expect(eventually { agent.output.contains("ended: node") })
    #expect(
      agent.output == """
        show 1 critical tethys: node calypso is gone
          a < b & c
          Next: kubectl describe node calypso
        close 1
        show 2 low tethys: ended: node calypso is gone

        """)
    agent.signal(SIGINT)
    #expect(agent.wait() == .exited(0))
    #expect(agent.errors == "")
  }
}
