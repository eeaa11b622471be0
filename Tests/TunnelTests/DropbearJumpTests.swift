import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// A jump host that runs Dropbear, which has options and no sshd_config.
@Suite(
  .enabled(
    if: DropbearServer.isAvailable && SSHServer.isAvailable, Comment(rawValue: DropbearServer.reason)),
  .serialized, .blocking, .timeLimit(.minutes(5)))
struct DropbearJumpTests {
  @Test(arguments: [true, false]) func theRemedyForAForbiddenForwardNamesItsOption(_ isForbidden: Bool) throws
  {
    let server = try SSHServer()
    let jump = try DropbearServer(
      keys: server.folder.read("user_key.pub"), options: isForbidden ? ["-j"] : [])
    try server.folder.write(
      server.section("tethys", "ProxyJump jump")
        + """
        Host jump
          HostName 127.0.0.1
          Port \(jump.port)
          User \(jump.user)
          IdentityFile \(server.userKey)
          IdentitiesOnly yes
          UserKnownHostsFile \(jump.knownHosts)

        """, to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    guard isForbidden else {
      #expect(fixture.waitUntil(.up))
      return
    }
    #expect(eventually { fixture.tunnel.status.lastFailure != nil })
    let failure = try #require(fixture.tunnel.status.lastFailure?.failure)
    #expect(failure.message.contains("could not reach"), "\(failure)")
    #expect(failure.note.contains("without -j") && !failure.note.contains("AllowTcp"), "\(failure)")
  }
}
