import Systemd
import Testing
import Tunnel

@testable import GuardDaemon

/// Whether the reader of a remedy is the user of the guard.
@Suite struct ServiceAccountTests {
  private typealias Service = LocalEnvironment.Service

  @Test(arguments: [
    (OwnUnit.user("oceanid-guard.service") as OwnUnit?, 1000, "/bin/bash" as String?, ""),
    (.system("oceanid-guard.service"), 998, "/usr/sbin/nologin", "sudo -u oceanid "),
    // A unit with User= of a person.
    (.system("tethys.service"), 1000, "/bin/bash", "sudo -u oceanid "),
    // From a shell: a person, root, and unused accounts.
    (nil, 1000, "/bin/zsh", ""), (nil, 0, "/bin/bash", ""),
    (nil, 1000, "/usr/sbin/nologin", "sudo -u oceanid "),
    (nil, 998, "/bin/bash", "sudo -u oceanid "), (nil, 61_184, nil, "sudo -u oceanid "),
    (nil, 65_534, "/bin/false", "sudo -u oceanid "),
  ])
  func commandsAreForTheServicesUserWhereItIsNobodysOwn(
    _ unit: OwnUnit?, _ uid: Int, _ shell: String?, _ prefix: String
  ) {
    let environment = LocalEnvironment(
      home: "/", localUser: "oceanid", agentSocket: nil,
      service: Service(unit, uid: UInt32(uid), shell: shell))
    #expect(environment.asOwner == prefix)
  }

  @Test func restartIsThatOfTheUnit() {
    #expect(
      Service(.user("oceanid-guard.service"), uid: 1, shell: nil)?.restart
        == "systemctl --user restart oceanid-guard")
    #expect(Service(.system("x.service"), uid: 1, shell: nil)?.restart == "sudo systemctl restart x")
    #expect(Service(nil, uid: 998, shell: nil)?.restart == "sudo systemctl restart oceanid-guard")
  }
}
