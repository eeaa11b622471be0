import Platform
import Testing
import Tunnel

@testable import GuardConfiguration
@testable import GuardDaemon

@Suite struct ForwardSocketUnitTests {
  private func dropIn(_ text: String) throws -> String {
    ForwardSocketUnit(
      configuration: try Configuration.parse(
        text, file: "/etc/oceanid/guard.yaml",
        environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada"))
    ).dropIn
  }

  @Test(arguments: [
    "metrics: { textfile: /run/oceanid.prom }", "clusters: [{ name: a, tunnel: { host: b } }]",
  ])
  func unitMatchesTheDefault(text: String) throws {
    #expect(try dropIn(text) == "")
  }

  @Test func everyConfiguredPortIsBoundInsteadOfTheDefault() throws {
    let text = """
      clusters:
        - { name: a, tunnel: { host: a, forwards: [{ listen: "127.0.0.1:16444" }, { listen: ~/k.sock }] } }
        - { name: b, tunnel: { host: b, forwards: [{ listen: "[::1]:7000" }] } }
      """
    #expect(
      try dropIn(text) == """
        # The 'listen' addresses of /etc/oceanid/guard.yaml.
        [Socket]
        ListenStream=
        ListenStream=127.0.0.1:16444
        ListenStream=[::1]:7000

        """)
  }

  @Test func addressHasTheFormOfSystemd() throws {
    let text = """
      clusters: [{ name: a, tunnel: { host: a, forwards: [{ listen: "[0:0::1]:16451", target: "[2001:DB8:0::A]:1" }] } }]
      """
    #expect(try dropIn(text).hasSuffix("ListenStream=[::1]:16451\n"))
    let configuration = try Configuration.parse(
      text, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada"))
    #expect(configuration.yaml.contains(#"{ listen: "[::1]:16451", target: "[2001:db8::a]:1" }"#))
    // The kernel's name of the manager's socket compares equal.
    let bound = SocketAddress(numericHost: "0:0::1", port: 16451)
    #expect(
      configuration.clusters.first?.tunnel.forwards.first?.listen
        == bound.map { StreamAddress(host: $0.host, port: $0.port) })
  }

  @Test func unitIsSkippedWithoutPorts() throws {
    let text = "clusters: [{ name: a, tunnel: { host: a, forwards: [{ listen: /run/oceanid/k.sock }] } }]"
    #expect(try dropIn(text).hasSuffix("\n[Unit]\nConditionPathExists=!/\n"))
  }
}
