import Foundation
import Testing

@testable import GuardConfiguration

@Suite struct ConfigurationErrorTests {
  /// A cluster with one more line in its tunnel; the line is line 4.
  private func tunnel(_ line: String) -> String {
    "clusters:\n  - name: a\n    tunnel: { host: b,\n\(line)\n    }\n"
  }

  /// A secret in the place of its file's or credential's name is not repeated: errors are logged.
  @Test(arguments: [
    "{ ghp_abcdefghijklmnopqrstuvwxyz0123456789 }", "{ hunter2ghp_abc }", "{ hunter2: }", "hunter2",
    "{ file: hunter2ghp_abc }", "{ credential: ghp_abcdefghijklmnopqrstuvwxyz0123456789 }", "[hunter2]",
    "{ [hunter2]: x }", "{ credential: hunter2/x }", "{ file: /x, hunter2: y }",
  ]) func misplacedSecretsAreNotRepeated(value: String) throws {
    let errors = Sample.errors(tunnel("passphrase: \(value)"))
    #expect(errors.first?.contains("4:") == true, "\(errors)")
    #expect(!errors.contains { $0.contains("hunter2") || $0.contains("ghp_") }, "\(errors)")
  }

  @Test func unknownKeysAreShownWithoutCredentials() throws {
    let errors = Sample.errors(tunnel("ghp_abcdefghijklmnopqrstuvwxyz0123456789: 1"))
    #expect(errors.first?.contains("unknown key") == true, "\(errors)")
    #expect(!errors.contains { $0.contains("ghp_abc") }, "\(errors)")
  }

  @Test(arguments: [
    ("keepalve: {}", "4:1: tunnel: unknown key 'keepalve': did you mean 'keepalive'?"),
    (
      "zzz: 1",
      "4:1: tunnel: unknown key 'zzz': known here are host, user, port, identityFiles, passphrase, "
        + "knownHostsFiles, sshConfig, forwards, keepalive, backoff, hold, sessions, windowBudget"
    ),
    ("  port: 0", "4:9: port: 0 is out of range: expected a whole number from 1 to 65535"),
    (
      "port: !!str 22",
      "4:7: port: expected a whole number from 1 to 65535, found '22', a text: write it without quotes"
    ),
    ("user: !!int x", "4:7: the value is not of type !!int: correct it, or remove the tag"),
    ("user: !env NAME", "4:7: unknown tag: remove it, or put the value in quotes if it begins with '!'"),
    (
      "port: '22'",
      "4:7: port: expected a whole number from 1 to 65535, found '22', a text: write it without quotes"
    ),
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
      "4:21: file: expected a path that begins with / or ~/, and never the secret itself"
    ),
    (
      "passphrase: { credential: 'a b' }",
      "4:27: credential: expected the name of a credential (letters, digits, '-', '_' and '.', as in "
        + "LoadCredential=NAME:/path), and never the secret itself"
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
      "4:47: listen: /run/k.sock is already used by the forward in line 4"
    ),
    (
      "forwards: [{ listen: 16443 }]",
      "4:22: listen: expected ADDRESS:PORT, as in 127.0.0.1:16443 or [::1]:16443, or the path of a Unix socket, found '16443'"
    ),
    (
      "forwards: [{ listen: 0.0.0.0:16443 }]",
      "4:22: listen: 0.0.0.0 is not a loopback address: others could reach the cluster's API through this "
        + "machine; use 127.0.0.1 or [::1]"
    ),
    (
      "forwards: [{ listen: '[::]:16443' }]",
      "4:22: listen: :: is not a loopback address: others could reach the cluster's API through this machine; "
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
      "4:45: listen: [::1]:7 is already used by the forward in line 4"
    ),
  ])
  func aMistakeInATunnel(line: String, message: String) {
    #expect(Sample.errors(tunnel(line)) == ["guard.yaml:\(message)"])
  }

  @Test(arguments: [
    ("clusters: []", "1:11: clusters: expected at least one cluster"),
    ("clusters:", "1:10: clusters: expected at least one cluster"),
    ("clusters: 7", "1:11: clusters: expected a list of clusters, found '7'"),
    (
      "[a]", "1:1: top level: expected a mapping with control, clusters, metrics, alerts, found a list"
    ),
    ("control: { socket: run }", "1:20: socket: expected a path that begins with / or ~/, found 'run'"),
    ("clusters: [{ tunnel: { host: b } }]", "1:12: clusters: a cluster needs a name"),
    (
      "clusters: [{ name: a, tunnel: { host: b, forwards: [{ listen: /run/g.sock }] } }]\ncontrol: { socket: /run/g.sock }",
      "2:10: control.socket: /run/g.sock is already used by the forward in line 1"
    ),
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
  func aMistakeInTheFile(text: String, message: String) {
    #expect(Sample.errors(text) == ["guard.yaml:\(message)"])
  }

  @Test func aKeyThatIsGivenTwiceHidesNoOtherMistake() {
    let text = """
      color: red
      clusters:
        - name: a
          tunnel: { host: b, host: c, port: many }
          name: d
      """
    #expect(
      Sample.errors(text).map { $0.prefix { $0 != "'" } } == [
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
      Sample.errors(text) == [
        "guard.yaml:3:13: name: 'a' is the name of another cluster already, in line 2",
        "guard.yaml:3:56: listen: 127.0.0.1:16443 is already used by the forward in line 2",
        "guard.yaml:5:13: listen: 127.0.0.1:16443 is already used by the forward in line 2",
      ])
  }

  @Test func everyMistakeIsReportedInTheOrderOfTheFile() {
    let text = """
      contol: {}
      clusters:
        - name: A B
          tunnel: { host: h, hold: 1, port: x }
          expect: { nodes: [UPPER], gpu: { n: -1 }, flux: { version: 2.6 }, workloads: [x], secrets: [a/b, a/b] }
      """
    #expect(
      Sample.errors(text).map { $0.split(separator: ":").prefix(3).joined(separator: ":") } == [
        "guard.yaml:1:1", "guard.yaml:3:11", "guard.yaml:4:30", "guard.yaml:4:39", "guard.yaml:5:23",
        "guard.yaml:5:41", "guard.yaml:5:64", "guard.yaml:5:83", "guard.yaml:5:102",
      ])
  }

  @Test func controlCharactersNeverComeBackInAMessage() {
    let message = Sample.errors("clusters: [{ name: \"a\\e[2J\", tunnel: { host: b } }]").joined()
    #expect(message.contains("control characters"))
    #expect(!message.contains("\u{1B}"))
  }

  @Test(arguments: [
    "a: &x 1", "a: *x", "a: [*x]", "{*x : 1}", "- &x [1]", "\"k #\": &x 1", "é: &x 1", "a: *.example.org",
    "a: &.b",
  ])
  func anchorsAndAliasesAreRefused(text: String) {
    let messages = Sample.errors(text)
    #expect(messages.count == 1)
    #expect(messages.allSatisfy { $0.contains("anchors (&name) and aliases (*name) are not supported") })
  }

  @Test(arguments: [
    "# see *this* & that &c\nalerts: []", "alerts: [] # *note*", "control: { socket: /a&b*c }",
    "control: { socket: \"/a *b &c\" }", "control: { socket: '/a *b' }", "control:\n  socket: /a *b",
  ])
  func otherUsesOfTheirSignsAreNot(text: String) {
    #expect(Sample.errors(text) == [])
  }

  @Test(.timeLimit(.minutes(10))) func aBillionLaughsAreRefusedAtOnce() {
    var bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...9 {
      bomb +=
        "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    #expect(Sample.errors(bomb + "? *a9\n: 1\n").count == 1)
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["[", "{a: ", "- ", "? "])
  func deepNestingIsAnErrorAndNoCrash(opening: String) {
    #expect(!Sample.errors(String(repeating: opening, count: 200_000)).isEmpty)
  }
}
