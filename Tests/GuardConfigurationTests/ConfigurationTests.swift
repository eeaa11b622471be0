import Foundation
import Health
import Testing
import Tunnel

@testable import GuardConfiguration

@Suite struct ConfigurationTests {
  @Test func exampleFileHasTheDefaults() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/guard.yaml")
    let system = ConfigurationEnvironment(isRoot: true, home: "/root")
    var example = try Configuration.load(path: path.path, environment: system)
    #expect(example.file == path.path)
    example.file = nil
    #expect(example == Configuration.builtIn(in: system))
  }

  @Test func builtInValues() {
    let built = Configuration.builtIn(in: Sample.environment)
    #expect(built.control.socket == "/run/user/1000/oceanid/guard.sock")
    #expect(built.clusters.map(\.name) == ["tethys"])
    #expect(built.clusters[0].kubernetes.kubeconfig == "/home/ada/.kube/k3s-config.yaml")
    #expect(built.clusters[0].tunnel.forwards.map(\.listen.description) == ["127.0.0.1:16443"])
    #expect(built.clusters[0].expect.gpus == ["calypso": 1])
    let system = ConfigurationEnvironment(isRoot: true, home: "/root", runtimeDirectory: "/run/user/0")
    #expect(Configuration.builtIn(in: system).control.socket == "/run/oceanid/guard.sock")
  }

  @Test func kubeconfigMayBeAListAndKUBECONFIGIsUsed() throws {
    func kubeconfig(_ value: String) throws -> String? {
      try Sample.parse("clusters: [{ name: a, tunnel: { host: b }, kubernetes: { kubeconfig: '\(value)' } }]")
        .clusters.first?.kubernetes.kubeconfig
    }
    #expect(try kubeconfig("/one::~/two") == "/one:/home/ada/two")
    // A part that begins no path continues the one before: a folder may have a colon in its name.
    #expect(try kubeconfig("/srv/a:b/one:~/two:x") == "/srv/a:b/one:/home/ada/two:x")
    #expect(throws: ConfigurationErrors.self) { try kubeconfig("one:/two") }
    var environment = Sample.environment
    environment.kubeconfig = "~/.kube/config:/etc/kube"
    #expect(
      Configuration.builtIn(in: environment).clusters.first?.kubernetes.kubeconfig
        == "/home/ada/.kube/config:/etc/kube")
    for useless in ["", "relative", "/one:two"] {
      environment.kubeconfig = useless
      #expect(
        Configuration.builtIn(in: environment).clusters.first?.kubernetes.kubeconfig
          == "/home/ada/.kube/k3s-config.yaml")
    }
  }

  @Test func aClusterNeedsNoMoreThanNameAndHost() throws {
    let configuration = try Sample.parse("clusters: [{ name: a, tunnel: { host: b } }]")
    let cluster = try #require(configuration.clusters.first)
    #expect(cluster.tunnel == Configuration.Tunnel(host: "b"))
    #expect(cluster.kubernetes == Configuration.Kubernetes(defaultsIn: Sample.environment))
    #expect(cluster.expect == Expectations())
  }

  @Test func everyKeyIsRead() throws {
    let cluster = try #require(
      Sample.parse(
        """
        control: { socket: ~/guard.sock }
        clusters:
          - name: one
            tunnel:
              host: "2001:db8::7"
              user: tunnel
              port: 2222
              identityFiles: [~/.ssh/key, /etc/key]
              knownHostsFiles: []
              sshConfig: /etc/oceanid/ssh_config
              forwards:
                - { listen: "[::1]:1", target: "[2001:db8::1]:65535" }
                - { listen: 127.0.0.2:1, target: api.example:6443 }
                - { listen: ~/k3s.sock, target: /run/k3s.sock }
              keepalive: { interval: 1s, timeout: 3s }
              backoff: { initial: 10ms, max: 1h }
              hold: 0s
              sessions: 4
              windowBudget: 1GiB
            kubernetes: { kubeconfig: /k, context: c, poll: { interval: 10m, timeout: 250ms } }
            expect:
              nodes: [n1, n2]
              gpu: { n1: 0 }
              flux: { version: v2.7.0-rc.1, namespace: flux }
              workloads: [a/b]
              secrets: [c/d]
        alerts: []
        """
      ).clusters.first)
    #expect(cluster.tunnel.host == "2001:db8::7")
    #expect(cluster.tunnel.user == "tunnel")
    #expect(cluster.tunnel.port == 2222)
    #expect(cluster.tunnel.identityFiles == ["/home/ada/.ssh/key", "/etc/key"])
    #expect(cluster.tunnel.knownHostsFiles == [])
    #expect(cluster.tunnel.sshConfig == "/etc/oceanid/ssh_config")
    #expect(
      cluster.tunnel.forwards == [
        Configuration.Forward(
          listen: StreamAddress(host: "::1", port: 1), target: StreamAddress(host: "2001:db8::1", port: 65535)
        ),
        Configuration.Forward(
          listen: StreamAddress(host: "127.0.0.2", port: 1),
          target: StreamAddress(host: "api.example", port: 6443)),
        Configuration.Forward(
          listen: .unix(path: "/home/ada/k3s.sock"), target: .unix(path: "/run/k3s.sock")),
      ])
    #expect(cluster.tunnel.sessions == 4)
    #expect(cluster.tunnel.windowBudget == 1 << 30)
    #expect(cluster.tunnel.keepalive == .init(interval: .seconds(1), timeout: .seconds(3)))
    #expect(cluster.tunnel.backoff == .init(initial: .milliseconds(10), max: .seconds(3600)))
    #expect(cluster.tunnel.hold == .zero)
    #expect(
      cluster.kubernetes
        == .init(
          kubeconfig: "/k", context: "c", poll: .init(interval: .seconds(600), timeout: .milliseconds(250))))
    #expect(
      cluster.expect
        == Expectations(
          nodes: ["n1", "n2"], gpus: ["n1": 0], fluxVersion: "v2.7.0-rc.1", fluxNamespace: "flux",
          workloads: [.init(namespace: "a", name: "b")], secrets: [.init(namespace: "c", name: "d")]))
  }

  @Test func printedConfigurationReadsBack() throws {
    let odd = """
      control: { socket: "/run/a \\"b\\" c.sock" }
      clusters:
        - name: "null"
          tunnel: { host: "::1", user: "a:b#c", forwards: [{ listen: "[::1]:7" }] }
      """
    let secrets = """
      clusters:
        - name: a
          tunnel:
            host: b
            identityFiles: [credential:key, /k]
            passphrase: { credential: pass }
            knownHostsFiles: [credential:hosts]
            keepalive: { interval: 5s }
        - { name: c, tunnel: { host: d, passphrase: { file: "~/a b" }, forwards: [{ listen: "[::1]:7" }] } }
      """
    for text in [
      odd, secrets, "clusters: [{ name: a, tunnel: { host: b, port: 7, identityFiles: [~/k] } }]",
      "alerts: []",
    ] {
      var configuration = try Sample.parse(text)
      let again = try Sample.parse(configuration.yaml)
      configuration.file = again.file
      #expect(again == configuration)
    }
    var built = Configuration.builtIn(in: Sample.environment)
    built.file = "guard.yaml"
    #expect(try Sample.parse(built.yaml) == built)
  }

  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("10m", .seconds(600)),
    ("1h", .seconds(3600)), ("0s", .zero), ("999999999h", .seconds(3_599_999_996_400)),
  ])
  func durations(text: String, duration: Duration) {
    #expect(Duration(configuration: text) == duration)
    #expect(Duration(configuration: duration.configurationText) == duration)
  }

  @Test(arguments: ["", "5", "s", "5 s", "-5s", "1.5s", "5sec", "1m30s", "1d", "9999999999s", "٣s", "5S"])
  func invalidDurations(text: String) {
    #expect(Duration(configuration: text) == nil)
  }

  @Test(arguments: [
    "", ":", "host", "host:", ":80", "host:0", "host:65536", "host:+1", "a b:1", "-o:1", "::1:80", "[::1]",
    "[::1]:", "[::1", "[host]:1", "1:2:3", "host:80 ", "h/x:1",
  ])
  func invalidEndpoints(text: String) {
    #expect(HostPort(text) == nil)
  }

  @Test func whereTheFileIsLookedFor() {
    #expect(Sample.environment.files == ["/home/ada/.config/oceanid/guard.yaml", "/etc/oceanid/guard.yaml"])
    var other = Sample.environment
    other.configHome = "/srv/config"
    #expect(other.files.first == "/srv/config/oceanid/guard.yaml")
    other.isRoot = true
    #expect(other.files == ["/etc/oceanid/guard.yaml"])
  }
}
