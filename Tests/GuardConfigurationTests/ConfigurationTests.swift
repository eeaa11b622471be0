import Foundation
import Health
import Testing
import Tunnel

@testable import GuardConfiguration

private let person = ConfigurationEnvironment(
  isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000")

private func parse(_ text: String) throws(ConfigurationErrors) -> Configuration {
  try Configuration.parse(text, file: "guard.yaml", environment: person)
}

/// What `text` is refused with, a line each.
private func errors(_ text: String) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try parse(text)
    return []
  } catch {
    return error.errors.map(\.description)
  }
}

@Suite struct ConfigurationTests {
  @Test func exampleFileHasTheDefaults() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/guard.yaml")
    let system = ConfigurationEnvironment(isRoot: true, home: "/root")
    var example = try Configuration.load(path: path.path, environment: system)
    #expect(example.file == path.path)
    example.file = nil
    #expect(example == Configuration.builtIn(in: system))
  }

  @Test func defaults() {
    let built = Configuration.builtIn(in: person)
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
      try parse("clusters: [{ name: a, tunnel: { host: b }, kubernetes: { kubeconfig: '\(value)' } }]")
        .clusters.first?.kubernetes.kubeconfig
    }
    #expect(try kubeconfig("/one::~/two") == "/one:/home/ada/two")
    #expect(throws: ConfigurationErrors.self) { try kubeconfig("/one:two") }
    var environment = person
    environment.kubeconfig = "~/.kube/config:/etc/kube"
    #expect(
      Configuration.builtIn(in: environment).clusters.first?.kubernetes.kubeconfig
        == "/home/ada/.kube/config:/etc/kube")
    for useless in ["", "relative"] {
      environment.kubeconfig = useless
      #expect(
        Configuration.builtIn(in: environment).clusters.first?.kubernetes.kubeconfig
          == "/home/ada/.kube/k3s-config.yaml")
    }
  }

  @Test func clusterNeedsOnlyNameAndHost() throws {
    let configuration = try parse("clusters: [{ name: a, tunnel: { host: b } }]")
    let cluster = try #require(configuration.clusters.first)
    #expect(cluster.tunnel == Configuration.Tunnel(host: "b"))
    #expect(cluster.kubernetes == Configuration.Kubernetes(defaultsIn: person))
    #expect(cluster.expect == Expectations())
  }

  @Test func everyKeyIsRead() throws {
    let cluster = try #require(
      parse(
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
      odd, secrets, "clusters: [{ name: a, tunnel: { host: b, port: 7, identityFiles: [~/k] } }]", "",
    ] {
      var configuration = try parse(text)
      let again = try parse(configuration.yaml)
      configuration.file = again.file
      #expect(again == configuration)
    }
    var built = Configuration.builtIn(in: person)
    built.file = "guard.yaml"
    #expect(try parse(built.yaml) == built)
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

  @Test func searchPathOfTheFile() {
    #expect(person.files == ["/home/ada/.config/oceanid/guard.yaml", "/etc/oceanid/guard.yaml"])
    var other = person
    other.configHome = "/srv/config"
    #expect(other.files.first == "/srv/config/oceanid/guard.yaml")
    other.isRoot = true
    #expect(other.files == ["/etc/oceanid/guard.yaml"])
  }
}

@Suite struct ConfigurationErrorTests {
  /// A cluster with one more line in its tunnel; the line is line 4.
  private func tunnel(_ line: String) -> String {
    "clusters:\n  - name: a\n    tunnel: { host: b,\n\(line)\n    }\n"
  }

  @Test(arguments: [
    ("keepalve: {}", "4:1: tunnel: unknown key 'keepalve': did you mean 'keepalive'?"),
    (
      "zzz: 1",
      "4:1: tunnel: unknown key 'zzz': known here are host, user, port, identityFiles, passphrase, "
        + "knownHostsFiles, sshConfig, forwards, keepalive, backoff, hold, sessions, windowBudget"
    ),
    ("  port: 0", "4:9: port: 0 is out of range: expected a whole number from 1 to 65535"),
    ("port: '22'", "4:7: port: expected a whole number from 1 to 65535, found '22'"),
    ("port: [22]", "4:7: port: expected a whole number from 1 to 65535, found a list"),
    ("hold: soon", "4:7: hold: expected a duration such as 250ms, 5s, 10m or 1h, found 'soon'"),
    ("hold: 6m", "4:7: hold: 6m is out of range: expected from 0s to 5m"),
    ("user: {}", "4:7: user: expected a user name, found a mapping"),
    ("user: -x", "4:7: user: expected a user name without spaces, found '-x'"),
    (
      "identityFiles: key",
      "4:16: identityFiles: expected a list of paths, found 'key'"
    ),
    (
      "identityFiles: [key]",
      "4:17: identityFiles: expected a path that begins with / or ~/, found 'key'"
    ),
    (
      "identityFiles: ['credential:../x']",
      "4:17: identityFiles: expected the name of a credential (letters, digits, '-', '_' and '.', as in "
        + "LoadCredential=NAME:/path), found '../x'"
    ),
    (
      "knownHostsFiles: [credential: hosts]",
      "4:19: knownHostsFiles: expected a path or credential:NAME, without a space, found a mapping"
    ),
    (
      "passphrase: hunter2",
      "4:13: passphrase: expected { credential: NAME } or { file: PATH }, and never the passphrase itself"
    ),
    (
      "passphrase: { credential: a, file: /b }",
      "4:13: passphrase: expected { credential: NAME } or { file: PATH }, one of the two"
    ),
    (
      "passphrase: { file: secret }",
      "4:21: file: expected a path that begins with / or ~/, found 'secret'"
    ),
    (
      "passphrase: { credential: 'a b' }",
      "4:27: credential: expected the name of a credential (letters, digits, '-', '_' and '.', as in "
        + "LoadCredential=NAME:/path), found 'a b'"
    ),
    (
      "keepalive: { interval: 20s }",
      "4:24: keepalive: timeout (15s) is shorter than interval (20s): three intervals are a good timeout"
    ),
    ("backoff: { initial: 2s, max: 1s }", "4:30: backoff: max (1s) is shorter than initial (2s)"),
    (
      "forwards: []",
      "4:11: forwards: expected from 1 to 32 of { listen: 127.0.0.1:16443, target: localhost:6443 }"
    ),
    (
      "forwards: [{ listen: /run/k.sock }, { listen: /run/k.sock }]",
      "4:47: listen: /run/k.sock is listened on already, by the forward in line 4"
    ),
    (
      "forwards: [{ listen: 16443 }]",
      "4:22: listen: expected ADDRESS:PORT, as in 127.0.0.1:16443 or [::1]:16443, or the path of a Unix socket, found '16443'"
    ),
    (
      "forwards: [{ listen: 0.0.0.0:16443 }]",
      "4:22: listen: 0.0.0.0 is no loopback address: others could reach the cluster's API through this "
        + "machine; use 127.0.0.1 or [::1]"
    ),
    (
      "forwards: [{ listen: '[::]:16443' }]",
      "4:22: listen: :: is no loopback address: others could reach the cluster's API through this machine; "
        + "use 127.0.0.1 or [::1]"
    ),
    (
      "forwards: [{ target: api }]",
      "4:22: target: expected HOST:PORT, as in localhost:6443, or the path of a Unix socket there, found 'api'"
    ),
    (
      "forwards: [{ target: /run/ }]",
      "4:22: target: expected the path of a Unix socket, at most 107 bytes, found '/run/'"
    ),
    ("sessions: 0", "4:11: sessions: 0 is out of range: expected a whole number from 1 to 16"),
    ("windowBudget: 64", "4:15: windowBudget: expected from 1MiB to 4GiB, as in 64MiB, found '64'"),
    ("windowBudget: 9GiB", "4:15: windowBudget: expected from 1MiB to 4GiB, as in 64MiB, found '9GiB'"),
    (
      "forwards: [{ listen: '[::1]:7' }, { listen: '[0:0::1]:7' }]",
      "4:45: listen: [::1]:7 is listened on already, by the forward in line 4"
    ),
  ])
  func errorInATunnel(line: String, message: String) {
    #expect(errors(tunnel(line)) == ["guard.yaml:\(message)"])
  }

  @Test(arguments: [
    ("clusters: []", "1:11: clusters: expected from 1 to 32 clusters, found none"),
    ("clusters:", "1:10: clusters: expected from 1 to 32 clusters, found none"),
    ("clusters: 7", "1:11: clusters: expected a list of clusters, found '7'"),
    (
      "[a]", "1:1: top level: expected a mapping with control, clusters, metrics, alerts, found a list"
    ),
    ("control: { socket: run }", "1:20: socket: expected a path that begins with / or ~/, found 'run'"),
    ("clusters: [{ tunnel: { host: b } }]", "1:12: clusters: a cluster needs a name"),
    (
      "clusters: [{ nmae: a, tunnel: { host: b } }]",
      "1:14: clusters: unknown key 'nmae': did you mean 'name'?"
    ),
    ("clusters: [{ name: a }]", "1:12: clusters: a cluster needs 'tunnel' with a 'host'"),
    (
      "clusters: [{ name: a, tunnel: { user: u } }]",
      "1:31: tunnel: 'host' is missing: an alias of ssh_config or a host name"
    ),
    (
      "clusters: [{ name: a, tunnel: { host: -oProxyCommand=x } }]",
      "1:39: host: expected an alias of ssh_config or a host name, found '-oProxyCommand=x' (user and port "
        + "have keys of their own)"
    ),
    ("control: {}\ncontrol: {}", "2:1: 'control' is given more than once"),
    ("a: [", "2:1: not valid YAML: while parsing a flow node: did not find expected node content"),
    (
      "control: {}\n---\ncontrol: {}\n",
      "2:1: not valid YAML: expected a single document in the stream: but found another document"
    ),
  ])
  func errorInTheFile(text: String, message: String) {
    #expect(errors(text) == ["guard.yaml:\(message)"])
  }

  @Test func duplicateKeyHidesNoOtherError() {
    let text = """
      colour: red
      clusters:
        - name: a
          tunnel: { host: b, host: c, port: many }
          name: d
      """
    #expect(
      errors(text).map { $0.prefix { $0 != "'" } } == [
        "guard.yaml:1:1: top level: unknown key ", "guard.yaml:4:24: ",
        "guard.yaml:4:39: port: expected a whole number from 1 to 65535, found ", "guard.yaml:5:5: ",
      ])
  }

  @Test func namesAndListenersAreUnique() {
    let text = """
      clusters:
        - { name: a, tunnel: { host: b } }
        - { name: a, tunnel: { host: c, forwards: [{ listen: 127.0.0.1:16443 }] } }
        - name: d
          tunnel: { host: e }
      """
    #expect(
      errors(text) == [
        "guard.yaml:3:13: name: 'a' is the name of another cluster already, in line 2",
        "guard.yaml:3:56: listen: 127.0.0.1:16443 is listened on already, by the forward in line 2",
        "guard.yaml:5:13: listen: 127.0.0.1:16443 is listened on already, by the forward in line 2",
      ])
  }

  @Test func everyErrorIsReportedInTheOrderOfTheFile() {
    let text = """
      contol: {}
      clusters:
        - name: A B
          tunnel: { host: h, hold: 1, port: x }
          expect: { nodes: [UPPER], gpu: { n: -1 }, flux: { version: 2.6 }, workloads: [x], secrets: [a/b, a/b] }
      """
    #expect(
      errors(text).map { $0.split(separator: ":").prefix(3).joined(separator: ":") } == [
        "guard.yaml:1:1", "guard.yaml:3:11", "guard.yaml:4:30", "guard.yaml:4:39", "guard.yaml:5:23",
        "guard.yaml:5:41", "guard.yaml:5:64", "guard.yaml:5:83", "guard.yaml:5:102",
      ])
  }

  @Test func messagesContainNoControlCharacters() {
    let message = errors("clusters: [{ name: \"a\\e[2J\", tunnel: { host: b } }]").joined()
    #expect(message.contains("control characters"))
    #expect(!message.contains("\u{1B}"))
  }

  @Test(arguments: [
    "a: &x 1", "a: *x", "a: [*x]", "{*x : 1}", "- &x [1]", "\"k #\": &x 1", "é: &x 1", "a: *.example.org",
    "a: &.b",
  ])
  func anchorsAndAliasesAreRefused(text: String) {
    let messages = errors(text)
    #expect(messages.count == 1)
    #expect(messages.allSatisfy { $0.contains("anchors (&name) and aliases (*name) are not supported") })
  }

  @Test(arguments: [
    "# see *this* & that &c\nalerts: []", "alerts: [] # *note*", "control: { socket: /a&b*c }",
    "control: { socket: \"/a *b &c\" }", "control: { socket: '/a *b' }", "control:\n  socket: /a *b",
  ])
  func otherUsesOfTheirCharactersAreAccepted(text: String) {
    #expect(errors(text) == [])
  }

  @Test(.timeLimit(.minutes(10))) func entityExpansionIsRefusedAtOnce() {
    var bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...9 {
      bomb +=
        "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    #expect(errors(bomb + "? *a9\n: 1\n").count == 1)
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["[", "{a: ", "- ", "? "])
  func deepNestingIsAnError(opening: String) {
    #expect(!errors(String(repeating: opening, count: 200_000)).isEmpty)
  }
}

@Suite struct HostileConfigurationTests {
  /// A small, seeded generator, so that a failure can be repeated.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      // xorshift64*
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: UInt64(1)...8)
  func damagedFileNeverCrashes(seed: UInt64) {
    var generator = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15)
    let whole = Array(Configuration.builtIn(in: person).yaml.utf8)
    let pieces = [
      "{", "}", "[", "]", ": ", "- ", "\n", "\"", "'", "#", "|", ">", "!!int ", "%", "\t", "é", "9",
    ]
    for _ in 0..<100 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let piece = pieces.randomElement(using: &generator) ?? ""
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &generator))
        bytes.replaceSubrange(place..<end, with: Array(piece.utf8))
      }
      for message in errors(String(decoding: bytes, as: UTF8.self)) {
        #expect(message.wholeMatch(of: /guard\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\n]+/) != nil, "\(message)")
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func hugeInputIsRefusedQuickly() {
    let names = (0..<100_000).map { "n\($0)" }
    let keys = names.map { "\($0): 1" }.joined(separator: "\n")
    #expect(errors(keys).count == 100)
    let nodes =
      "clusters: [{ name: a, tunnel: { host: b }, expect: { nodes: [\(names.joined(separator: ","))] } }]"
    #expect(errors(nodes) == ["guard.yaml:1:61: nodes: expected at most 1000 node names, found 100000"])
  }

  @Test func byteOrderMarkAndWindowsLineEndsAreAccepted() throws {
    let text = "\u{FEFF}clusters:\r\n  - name: a\r\n    tunnel: { host: b }\r\n"
    #expect(try parse(text).clusters.map(\.name) == ["a"])
  }
}

@Suite struct ConfigurationFileTests {
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "guard-\(UUID().uuidString).yaml").path
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func message(_ path: String) -> String {
    do throws(ConfigurationErrors) {
      _ = try Configuration.load(path: path, environment: person)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func missingNamedFileIsAnError() {
    #expect(
      message("/nonexistent/g.yaml") == "/nonexistent/g.yaml:1:1: can't be opened: No such file or directory")
    #expect(message("/tmp") == "/tmp:1:1: is not a regular file")
  }

  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/etc/oceanid"), "a configuration is installed"))
  func defaultsApplyWithoutAFile() throws {
    var nobody = person
    nobody.configHome = "/nonexistent"
    #expect(try Configuration.load(path: nil, environment: nobody) == Configuration.builtIn(in: nobody))
  }

  @Test func largeFileIsRefused() throws {
    try withFile([UInt8](repeating: UInt8(ascii: "#"), count: (1 << 20) + 1)) { path in
      #expect(message(path) == "\(path):1:1: is larger than 1 MiB: this is no configuration of the guard")
    }
  }

  @Test func otherEncodingsAreRefused() throws {
    try withFile([0x61, 0x3A, 0xFF, 0xFE]) { path in
      #expect(message(path) == "\(path):1:3: is not UTF-8 text")
    }
    try withFile([0xEF, 0xBB, 0xBF] + Array("# é\na: é".utf8) + [0xE9, 0x0A]) { path in
      #expect(message(path) == "\(path):2:5: is not UTF-8 text")
    }
  }

  @Test func zerosAndOtherControlCharactersAreRefused() throws {
    try withFile(Array("alerts: []\n\u{0}\u{1}x".utf8)) { path in
      #expect(message(path).hasPrefix("\(path):2:1: not valid YAML"))
    }
  }
}
