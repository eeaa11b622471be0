import GuardConfiguration
import Health
import Kubernetes
import TestSupport
import Testing

@testable import GuardCluster

/// Detects whether kubectl on this machine reaches a forward of the cluster with a kubeconfig.
@Suite struct LocalEndTests {
  private static func cluster(_ forwards: String) throws -> Configuration.Cluster {
    let text = "clusters: [{ name: a, tunnel: { host: b, forwards: [\(forwards)] } }]"
    let configuration = try Configuration.parse(
      text, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada"))
    return try #require(configuration.clusters.first)
  }

  private static func kubeconfig(_ server: String, _ more: String = "") throws -> Kubeconfig {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      clusters: [{ name: k3s, cluster: { server: "\(server)", insecure-skip-tls-verify: true\(more) } }]
      users: [{ name: u, user: { token: t } }]
      contexts: [{ name: default, context: { cluster: k3s, user: u } }]
      current-context: default
      """, to: "my config")
    return try Kubeconfig.load(path: path)
  }

  private static let usual = #"{ listen: "127.0.0.1:16443", target: "localhost:6443" }"#

  @Test(arguments: [
    ("https://127.0.0.1:16443", true), ("https://localhost:16443", true), ("https://LOCALHOST:16443", true),
    ("https://127.0.0.1:16443/prefix", true), ("http://127.0.0.1:16443", true),
    // The server as K3s writes it, and other spellings with the port on the remote side.
    ("https://127.0.0.1:6443", false), ("https://localhost:6443", false), ("https://[::1]:6443", false),
    // The right port, with an address where no forward listens.
    ("https://[::1]:16443", false), ("https://127.0.0.2:16443", false), ("https://k3s:16443", false),
    ("https://127.0.0.1", false), ("https://192.0.2.7:6443", false), ("https://k3s.example:6443", false),
    // The forward of another cluster.
    ("https://127.0.0.1:16444", false),
  ])
  func onlyTheAddressOfAForwardReachesIt(_ server: String, _ leads: Bool) throws {
    let cluster = try Self.cluster(Self.usual)
    let kubeconfig = try Self.kubeconfig(server)
    #expect(cluster.isLocalEnd(kubeconfig.server) == leads)
    let mismatch = cluster.mismatch(kubeconfig, isCredential: false)
    #expect((mismatch == nil) == leads)
    #expect((cluster.serverFlags(kubeconfig) == nil) == leads)
    #expect(leads || mismatch?.step.command?.contains("--server=https://127.0.0.1:16443") == true)
  }

  /// kubectl may try ::1 before 127.0.0.1, and would send its token to the other program.
  @Test func localhostIsTheForwardOnlyIfNoOtherProgramListensAtItsSecondAddress() throws {
    let (otherListener, port) = try LoopbackSocket.listener6()
    defer { _ = otherListener }
    let cluster = try Self.cluster("{ listen: \"127.0.0.1:\(port)\", target: \"localhost:6443\" }")
    let kubeconfig = try Self.kubeconfig("https://localhost:\(port)")
    #expect(!cluster.isLocalEnd(kubeconfig.server))
    let mismatch = try #require(cluster.mismatch(kubeconfig, isCredential: false))
    #expect(mismatch.words.contains("another program listens on [::1]:\(port)"))
    #expect(mismatch.step.command?.hasSuffix("--server=https://127.0.0.1:\(port)") == true)
    #expect(cluster.isLocalEnd(try Self.kubeconfig("https://127.0.0.1:\(port)").server))
    let both = try Self.cluster(
      "{ listen: \"127.0.0.1:\(port)\", target: \"a:1\" }, { listen: \"[::1]:\(port)\", target: \"a:1\" }")
    #expect(both.isLocalEnd(kubeconfig.server))
  }

  /// Programs that use the file as it is would reach another cluster.
  @Test func otherCurrentContextIsAMismatch() throws {
    let cluster = try Self.cluster(Self.usual)
    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      clusters: [{ name: k3s, cluster: { server: "https://127.0.0.1:16443", insecure-skip-tls-verify: true } }]
      users: [{ name: u, user: { token: t } }]
      contexts: [{ name: prod, context: { cluster: k3s, user: u } }, { name: other, context: { cluster: k3s, user: u } }]
      current-context: other
      """, to: "config")
    let kubeconfig = try Kubeconfig.load(path: path, context: "prod")
    let mismatch = try #require(cluster.contextMismatch(kubeconfig, isCredential: false))
    #expect(mismatch.words == "its current-context is other, and the guard uses context prod")
    #expect(mismatch.step.command == "kubectl --kubeconfig \(path) config use-context prod")
    #expect(cluster.contextMismatch(kubeconfig, isCredential: true)?.step.command == nil)
    #expect(cluster.contextMismatch(try Kubeconfig.load(path: path), isCredential: false) == nil)
  }

  @Test func everySpellingOfAnAddressCounts() throws {
    let cluster = try Self.cluster(#"{ listen: "[0:0::1]:16443", target: "localhost:6443" }"#)
    for server in ["https://[::1]:16443", "https://[0:0:0:0:0:0:0:1]:16443", "https://localhost:16443"] {
      #expect(cluster.isLocalEnd(try Self.kubeconfig(server).server), "\(server)")
    }
    #expect(!cluster.isLocalEnd(try Self.kubeconfig("https://127.0.0.1:16443").server))
  }

  @Test func fixNamesTheEntryTheFileAndTheForward() throws {
    let cluster = try Self.cluster(
      #"{ listen: "127.0.0.1:19090", target: "localhost:9090" }, "# + Self.usual)
    let kubeconfig = try Self.kubeconfig("https://127.0.0.1:6443")
    let mismatch = try #require(cluster.mismatch(kubeconfig, isCredential: false))
    #expect(
      mismatch.step.command
        == "kubectl --kubeconfig '\(kubeconfig.path)' config set-cluster k3s --server=https://127.0.0.1:16443"
    )
    #expect(mismatch.words.contains("the port on the remote side"))
    let credential = try #require(cluster.mismatch(kubeconfig, isCredential: true))
    #expect(credential.step.command == nil && credential.step.note?.contains("LoadCredential=") == true)
  }

  @Test func certificateOfAnotherNameIsStillVerified() throws {
    let cluster = try Self.cluster(Self.usual)
    let named = try #require(
      cluster.mismatch(try Self.kubeconfig("https://k3s.example:6443"), isCredential: false))
    #expect(named.step.command?.hasSuffix(" --tls-server-name=k3s.example") == true)
    let chosen = try Self.kubeconfig("https://k3s.example:6443", ", tls-server-name: api")
    #expect(cluster.serverFlags(chosen) == "--server https://127.0.0.1:16443 --tls-server-name api")
  }

  @Test func unixSocketOfAForwardCannotBeAServer() throws {
    let cluster = try Self.cluster(#"{ listen: "/run/a.sock", target: "localhost:6443" }"#)
    let mismatch = try #require(
      cluster.mismatch(try Self.kubeconfig("https://127.0.0.1:6443"), isCredential: false))
    #expect(mismatch.localEnd == nil && mismatch.step.note?.contains("forwards") == true)
  }
}
