import Testing

@testable import GuardSetup

@Suite struct KubeconfigTextTests {
  @Test(arguments: [
    "    server: https://127.0.0.1:6443\n", "    server: \"https://127.0.0.1:6443\"\n",
    "  - server: 'https://127.0.0.1:6443'   # k3s\n", "server:   https://127.0.0.1:6443\r\n",
  ])
  func onlyTheServerChanges(_ line: String) {
    let text = "a: 1\n\(line)user: https://127.0.0.1:6443\n\n# server: https://127.0.0.1:6443"
    let found = KubeconfigText(text)
    #expect(found.servers == ["https://127.0.0.1:6443"])
    let changed =
      "a: 1\n\(line.replacing("6443", with: "16443"))user: https://127.0.0.1:6443\n\n# server: https://127.0.0.1:6443"
    #expect(found.with(server: "https://127.0.0.1:16443") == changed)
  }

  @Test func contextAndSeveralServers() {
    let found = KubeconfigText(
      "current-context: \"prod\"\n server: https://a:1\n server: https://b:2\n server: https://a:1\n")
    #expect(found.context == "prod")
    #expect(found.servers == ["https://a:1", "https://b:2"])
    #expect(KubeconfigText("no kubeconfig\nserver:\n").servers == [])
  }

  @Test(arguments: [
    ("\"\"", nil), ("''", nil), ("null", nil), ("~", nil), ("", nil), ("# none", nil),
    ("my prod # x", "my prod"),
    ("my prod \r", "my prod"), ("'a: b #c'", "a: b #c"), ("arn:aws:1:a", "arn:aws:1:a"),
  ])
  func valueOfTheSelectedContext(_ value: String, _ context: String?) {
    #expect(KubeconfigText("current-context: \(value)\n").context == context, "\(value)")
  }
}

@Suite struct KubeconfigStyleTests {
  private static let compact =
    #"{"kind":"Config","clusters":[{"name":"default","cluster":{"certificate-authority-data":"Q0E=","server":"https:\/\/127.0.0.1:6443"}}],"contexts":[{"name":"default","context":{"cluster":"default","user":"server"}}],"current-context":"default"}"#

  /// kubectl reads JSON, because JSON is YAML.
  @Test(arguments: [
    (compact, true), (compact.replacing(",", with: ",\n  ").replacing("\":", with: "\": "), true),
    (
      "clusters:\n- { name: default, cluster: { server: https://127.0.0.1:6443, tls-server-name: x } }\n",
      false
    ),
    ("clusters: [{name: default, cluster: {'server': \"https://127.0.0.1:6443\"}}]\n", false),
  ])
  func serverIsFoundInEveryStyle(_ text: String, _ hasContexts: Bool) {
    let found = KubeconfigText(text)
    #expect(found.servers == ["https://127.0.0.1:6443"], "\(text)")
    #expect(found.serverOfContext == (hasContexts ? ["default": "https://127.0.0.1:6443"] : [:]))
    let changed = KubeconfigText(found.with(server: "https://127.0.0.1:16443"))
    #expect(changed.servers == ["https://127.0.0.1:16443"])
    #expect(changed.serverOfContext.count == found.serverOfContext.count)
  }

  @Test(arguments: [
    "# a, server: https://a:1", "tls-server-name: x", "--server: https://a:1", "server", "server:\nname: x",
    "my server: https://a:1", "\"server: https://a:1", "{\"servers\": \"https://a:1\"}",
  ])
  func otherKeysAreNoServers(_ text: String) { #expect(KubeconfigText(text).servers == [], "\(text)") }
}

@Suite struct GuardFileTests {
  /// kubectl cannot use a Unix socket.
  @Test func forwardWithAPortIsThatOfTheKubeconfig() throws {
    func file(_ listens: String...) throws -> GuardFile? {
      let forwards = listens.map { "{\"listen\":\"\($0)\",\"target\":\"localhost:6443\"}" }.joined(
        separator: ",")
      let text = "{\"clusters\":[{\"name\":\"a\",\"tunnel\":{\"host\":\"a\",\"forwards\":[\(forwards)]}}]}"
      return try GuardFile.clusters(inPrinted: Array(text.utf8)).first
    }
    #expect(try file("/run/x.sock", "127.0.0.1:17443")?.listen == "127.0.0.1:17443")
    #expect(try file("/run/x.sock")?.isOnlySocket == true)
  }

  @Test func minimalFileNamesOnlyWhatDiffers() {
    var file = GuardFile(cluster: "tethys", host: "tethys")
    #expect(!file.yaml.contains("kubeconfig:"))
    file.kubeconfig = "/home/a b/\"x\".yaml"
    file.context = "prod"
    file.listen = "127.0.0.1:26443"
    file.target = "127.0.0.1:6444"
    #expect(FakeGuardYAML.clusters(in: file.yaml) == [file])
  }

  @Test func forwardToTheAPIIsTakenFromSeveral() throws {
    func listen(_ forwards: String) throws -> String? {
      let json =
        #"{"control":{"socket":"/s"},"clusters":[{"name":"a","tunnel":{"host":"h","forwards":[\#(forwards)]},"#
        + #""kubernetes":{"context":"c"}}]}"#
      return try GuardFile.clusters(inPrinted: Array(json.utf8)).first?.listen
    }
    let registry = #"{"listen":"127.0.0.1:5000","target":"localhost:5000"}"#
    let api = #"{"listen":"127.0.0.1:26443","target":"10.0.0.1:6443"}"#
    #expect(try listen("\(registry),\(api)") == "127.0.0.1:26443")
    #expect(try listen(registry) == "127.0.0.1:5000")
    #expect(throws: SetupFailure.self) { try GuardFile.clusters(inPrinted: Array("clusters:\n".utf8)) }
  }

  @Test func nameOfAHostIsAllowedInGuardYAML() {
    #expect(GuardFile.name(for: "tethys") == "tethys")
    #expect(GuardFile.name(for: "k3s.example.org") == "k3s.example.org")
    #expect(GuardFile.name(for: "admin@k3s") == "admin-k3s")
    #expect(GuardFile.name(for: "192.0.2.7") == "cluster")
    #expect(GuardFile.name(for: String(repeating: "a", count: 100)).count == 63)
  }

  @Test func oneLineOfAnExistingFileChanges() {
    let text = "a: 1\n    kubernetes:\n      kubeconfig: ~/.kube/k3s-config.yaml\n# end"
    #expect(
      GuardFile.edited(text, kubeconfig: "/x.yaml")
        == "a: 1\n    kubernetes:\n      kubeconfig: /x.yaml\n# end")
    #expect(GuardFile.edited("a: 1\n", kubeconfig: "/x.yaml") == nil)
    #expect(GuardFile.edited(text + "\n kubeconfig: b\n", kubeconfig: "/x.yaml") == nil)
  }
}
