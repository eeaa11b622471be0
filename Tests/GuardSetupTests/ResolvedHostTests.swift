import Testing

@testable import GuardSetup

@Suite struct ResolvedHostTests {
  @Test func addressAndFilesOfSSH() throws {
    let host = try #require(
      ResolvedHost(
        """
        user tunnel
        hostname 192.0.2.7
        port 2222
        identityfile ~/.ssh/a
        identityfile ~/.ssh/b
        proxyjump none
        userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2
        globalknownhostsfile /etc/ssh/ssh_known_hosts
        """))
    #expect(host.shown == "tunnel@192.0.2.7, port 2222")
    #expect(host.knownName == "[192.0.2.7]:2222")
    #expect(host.identityFiles == ["~/.ssh/a", "~/.ssh/b"])
    #expect(host.knownHosts == ["~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts"])
    #expect(host.proxy == nil)
  }

  @Test func hostKeyAliasIsTheNameInKnownHosts() throws {
    let host = try #require(ResolvedHost("hostname h\nuser u\nport 2222\nhostkeyalias cluster\n"))
    #expect(host.knownName == "cluster")
    #expect(ResolvedHost("user u\n") == nil)
  }
}
