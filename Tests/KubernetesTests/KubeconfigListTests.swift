import Health
import Testing

@testable import Kubernetes

/// Several files, as listed in KUBECONFIG.
@Suite struct KubeconfigListTests {
  private static func file(
    cluster: String? = nil, user: String? = nil, context: String? = nil, current: String? = nil
  ) -> String {
    var lines: [String] = []
    if let cluster { lines.append("clusters: [{name: c, cluster: \(cluster)}]") }
    if let user { lines.append("users: [{name: u, user: \(user)}]") }
    if let context { lines.append("contexts: [{name: \(context), context: {cluster: c, user: u}}]") }
    if let current { lines.append("current-context: \(current)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func load(_ folder: TemporaryFolder, _ names: String..., context: String? = nil) throws
    -> Kubeconfig
  {
    try Kubeconfig.load(
      path: names.map { "\(folder.path)/\($0)" }.joined(separator: ":"), context: context)
  }

  @Test func entriesMayBeInDifferentFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.file(cluster: "{server: 'https://a:1'}"), to: "clusters")
    try folder.write(Self.file(user: "{token: t}"), to: "users")
    try folder.write(Self.file(context: "x", current: "x"), to: "contexts")
    let kubeconfig = try load(folder, "clusters", "users", "contexts")
    #expect(kubeconfig.server.description == "https://a:1")
    #expect(try kubeconfig.token?.current() == "t")
    #expect(kubeconfig.context == "x")
    #expect(kubeconfig.kubectl("version").hasPrefix("KUBECONFIG=\(folder.path)/clusters:"))
  }

  @Test func theFirstFileProvidesTheWholeEntry() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Self.file(cluster: "{server: 'https://a:1'}", context: "x", current: "''"), to: "one")
    try folder.write(
      Self.file(
        cluster: "{server: 'https://b:2', tls-server-name: b}", user: "{token: t}", context: "x", current: "x"
      ),
      to: "two")
    let kubeconfig = try load(folder, "one", "two")
    #expect(kubeconfig.server.description == "https://a:1")
    // Fields of the second file's cluster are not merged into the first one.
    #expect(kubeconfig.tlsServerName == nil)
    // An empty current-context is ignored.
    #expect(kubeconfig.context == "x")
    #expect(try load(folder, "two", "one").server.description == "https://b:2")
  }

  @Test func pathsAreRelativeToTheirFile() throws {
    let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
    try two.write("from-two", to: "token")
    try one.write("from-one", to: "token")
    try one.write(Self.file(cluster: "{server: 'https://a:1'}", context: "x", current: "x"), to: "config")
    try two.write(Self.file(user: "{tokenFile: token}"), to: "config")
    let kubeconfig = try Kubeconfig.load(path: "\(one.path)/config:\(two.path)/config")
    #expect(try kubeconfig.token?.current() == "from-two")
  }

  @Test func missingFilesAreSkippedUnlessAllAre() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Self.file(cluster: "{server: 'https://a:1'}", user: "{token: t}", context: "x", current: "x"), to: "one"
    )
    let kubeconfig = try load(folder, "none", "one", "one")
    #expect(kubeconfig.server.host == "a")
    // If a missing file is created, the kubeconfig must be read again.
    #expect(kubeconfig.sources == ["\(folder.path)/none", "\(folder.path)/one"])
    #expect { try load(folder, "none", "neither") } throws: {
      ($0 as? PollFailure)?.message.contains("none of these files exists") == true
    }
  }

  @Test func anInvalidFileOfTheListIsReported() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Self.file(cluster: "{server: 'https://a:1'}", user: "{token: t}", context: "x", current: "x"), to: "one"
    )
    try folder.write("clusters: [\n", to: "two")
    #expect { try load(folder, "one", "two") } throws: {
      ($0 as? PollFailure)?.message.hasPrefix("kubeconfig \(folder.path)/two:") == true
    }
  }

  @Test func duplicateNamesInOneFileAreAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      clusters: [{name: c, cluster: {server: 'https://a:1'}}, {name: c, cluster: {server: 'https://b:1'}}]
      contexts: [{name: x, context: {cluster: c}}]
      current-context: x
      """, to: "one")
    #expect { try load(folder, "one") } throws: {
      ($0 as? PollFailure)?.message.contains(":1:57: c appears twice in clusters") == true
    }
  }

  @Test func sourcesContainEveryFile() throws {
    let certificates = try TestCertificates.shared.get()
    let folder = try TemporaryFolder()
    for name in ["ca.crt", "client.crt", "client.key"] {
      try folder.write(String(decoding: certificates.read(name), as: UTF8.self), to: name)
    }
    try folder.write(
      Self.file(
        cluster: "{server: 'https://a:1', certificate-authority: ca.crt}",
        user: "{client-certificate: client.crt, client-key: client.key}", context: "x", current: "x"),
      to: "one")
    let kubeconfig = try load(folder, "one")
    #expect(
      kubeconfig.sources == ["one", "ca.crt", "client.crt", "client.key"].map { "\(folder.path)/\($0)" })
    #expect(kubeconfig.authorityExpiry != nil)
  }
}
