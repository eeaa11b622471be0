import GuardAPI
import Health
import Testing

@testable import GuardClientDoctor
@testable import GuardConnection
@testable import GuardTerminal

@Suite struct DoctorPageTests {
  private static let findings = [
    FindingDocument("configuration", .ok, "/etc/oceanid/guard.yaml: tethys"),
    FindingDocument("ssh_config", of: "tethys", .ok, "tethys is ops@192.0.2.7, port 22"),
    FindingDocument(
      "host key", of: "tethys", .failed, "the host key of tethys is not the one in known_hosts",
      next: NextStep(command: "ssh-keygen -R tethys", note: "ask the owner of the host first")),
    FindingDocument("login", of: "tethys", .skipped, "not tried"),
    FindingDocument(
      "clock", of: "tethys", .warning, "2 min ahead\u{1B}[2J", next: NextStep(command: "timedatectl status")),
    FindingDocument(
      "guard's socket", .failed, "there is no socket", next: NextStep(note: "systemctl start oceanid-guard")),
  ]

  @Test func firstFailedStepIsHighlighted() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    #expect(
      DoctorPage.page(DoctorDocument(Self.findings), terminal).text(for: terminal) == """
          ok    configuration   /etc/oceanid/guard.yaml: tethys

        tethys
          ok    ssh_config      tethys is ops@192.0.2.7, port 22
          FAIL  host key        the host key of tethys is not the one in known_hosts
          -     login           not tried
          warn  clock           2 min ahead\\u{1b}[2J
                                next timedatectl status

          FAIL  guard's socket  there is no socket

        Failed: tethys, host key: the host key of tethys is not the one in known_hosts
          next ssh-keygen -R tethys
          note ask the owner of the host first
        Also failed: guard's socket
          next systemctl start oceanid-guard

        """)
  }

  @Test func noProblemAndOneWarning() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    func last(_ findings: [FindingDocument]) -> String? {
      DoctorPage.page(DoctorDocument(findings), terminal).lines.last?.text
    }
    #expect(last([Self.findings[0]]) == "Connection works.")
    #expect(last([Self.findings[0], Self.findings[4]]) == "Connection works; 1 warning.")
    #expect(DoctorDocument(Self.findings).outcome == .failed)
    #expect(DoctorDocument([Self.findings[3]]).outcome == .ok)
  }

  @Test(arguments: [
    (Scene.healthy, FindingOutcome.ok, "tunnel up; healthy: 3 nodes Ready, Flux v2.6.4, 2 image policies"),
    (.nodeDown, .failed, "tunnel up; critical: node calypso is not ready"),
    (.unread, .warning, "tunnel up; unknown: Kustomization can't be read; 3 more problems"),
    (.backoff, .failed, "tunnel backoff; critical: the tunnel to tethys is down: connect_refused"),
  ])
  func guardsViewFollowsItsVerdict(_ scene: Scene, _ outcome: FindingOutcome, _ found: String) {
    let socket = SocketPath(option: "/run/x.sock", environment: { _ in nil }, exists: { _ in false })
    let view = ClientFindings.socket(socket, .success(scene.status)).last
    #expect(view?.step == "guard's view" && view?.outcome == outcome && view?.found == found)
    #expect(view?.remedy == (outcome == .ok ? nil : "oceanid-ctl status"))
  }

  @Test(arguments: [60, 80, 200]) func pageFitsTheWidth(_ width: Int) {
    let terminal = Terminal(width: width, hasColor: false, now: Scene.now)
    let long = FindingDocument("rights", of: "tethys", .ok, String(repeating: "words and ", count: 40))
    for line in DoctorPage.page(DoctorDocument(Self.findings + [long]), terminal).lines {
      #expect(line.text.displayWidth <= width, "\(line.text)")
    }
  }
}
