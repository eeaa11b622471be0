import Foundation
import GuardTypes
import Health
import Testing

@testable import GuardConfiguration

private func parse(_ alerts: String) throws(ConfigurationErrors) -> Configuration {
  try Configuration.parse(
    "clusters: [{ name: tethys, tunnel: { host: tethys } }]\nalerts:\n\(alerts)\n", file: "guard.yaml",
    environment: ConfigurationEnvironment(
      isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000"))
}

/// The errors of a channel `x` with this line.
private func errors(_ line: String) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try parse("  - name: x\n    \(line)")
    return []
  } catch {
    return error.errors.map(\.description)
  }
}

@Suite struct AlertConfigurationTests {
  private static let everything = """
      - name: on-call
        webhook: { url: https://hooks.example.org/services/T0/B1?x=2, key: { credential: hook-key } }
        severity: critical
        clusters: [tethys]
        kinds: [tunnel, node]
      - name: am
        alertmanager:
          urls: [https://am-1.example.org/prefix/, "http://127.0.0.1:9093", { file: ~/am-2 }]
          user: guard
          password: { file: /etc/oceanid/am }
          authorities: ~/ca.pem
          resolveAfter: 5m
      - name: phone
        ntfy: { url: http://ntfy.lan/oceanid, token: { credential: ntfy }, insecure: true }
      - name: mail
        email: { to: [ops@example.org, root], from: guard@example.org, sendmail: /usr/bin/msmtp }
      - name: one
        email: { to: ops@example.org }
      - name: tracker
        github:
          repository: goldfish-inc/oceanid
          token: { credential: issues }
          labels: [incident, "on call"]
          url: https://github.example.org/api/v3
      - name: dead-man
        ping: { url: { credential: ping-url }, interval: 5m }
      - name: script
        command: { run: [~/page, --now, "two words"], timeout: 5s }
    """

  @Test func everyKey() throws {
    let channels = try parse(Self.everything).alerts
    #expect(
      channels.map(\.name) == ["on-call", "am", "phone", "mail", "one", "tracker", "dead-man", "script"])
    #expect(
      channels.map(\.means.word) == [
        "webhook", "alertmanager", "ntfy", "email", "email", "github", "ping", "command",
      ])
    #expect(channels[0].filter == .init(least: .critical, clusters: ["tethys"], kinds: [.tunnel, .node]))
    #expect(
      channels[0].means
        == .webhook(
          .init(
            target: .init(location: .address(try WebAddress("https://hooks.example.org/services/T0/B1?x=2"))),
            key: .credential("hook-key"))))
    guard case .alertmanager(let alertmanager) = channels[1].means else {
      Issue.record("no alertmanager")
      return
    }
    #expect(alertmanager.resolveAfter == .seconds(300))
    #expect(alertmanager.targets.map(\.location).last == .secret(.file("/home/ada/am-2")))
    #expect(
      alertmanager.targets.allSatisfy {
        $0.access.login == .password(user: "guard", .file("/etc/oceanid/am"))
          && $0.access.authorities == "/home/ada/ca.pem"
      })
    #expect(channels[2].filter == .init())
    #expect(
      channels[3].means
        == .email(
          .init(to: ["ops@example.org", "root"], from: "guard@example.org", sendmail: "/usr/bin/msmtp")))
    #expect(channels[4].means == .email(.init(to: ["ops@example.org"], from: nil)))
    var github = Configuration.AlertChannel.GitHub(
      repository: RepositoryName("goldfish-inc/oceanid"), token: .credential("issues"))
    github.labels = ["incident", "on call"]
    github.url = try WebAddress("https://github.example.org/api/v3")
    #expect(channels[5].means == .github(github))
    #expect(
      channels[7].means
        == .command(.init(run: ["/home/ada/page", "--now", "two words"], timeout: .seconds(5))))
  }

  @Test func printedConfigurationHasNoSecretAndReadsBack() throws {
    let configuration = try parse(Self.everything)
    let text = configuration.yaml
    #expect(text.contains("webhook: { url: \"https://hooks.example.org/…\", key: { credential: hook-key } }"))
    #expect(
      text.contains(
        "urls: [\"https://am-1.example.org/prefix/\", \"http://127.0.0.1:9093\", { file: /home/ada/am-2 }]"))
    #expect(!text.contains("T0"))
    #expect(!"\(configuration)".contains("T0"))
    var dump = ""
    Swift.dump(configuration, to: &dump)
    #expect(!dump.contains("T0"))
    let shown = text.replacing(
      "https://hooks.example.org/…", with: "https://hooks.example.org/services/T0/B1?x=2"
    )
    .replacing("http://ntfy.lan/…", with: "http://ntfy.lan/oceanid")
    var again = try Configuration.parse(
      shown, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: true, home: "/root"))
    again.file = configuration.file
    #expect(again == configuration)
  }

  /// The channels of the example file, behind their #.
  @Test func examplesAreValid() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../config/guard.yaml")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    let begin = try #require(lines.firstIndex(of: "alerts: []"))
    let examples = lines[(begin + 1)...].map { $0.dropFirst(2) }.joined(separator: "\n")
    let channels = try parse(examples).alerts
    #expect(
      channels.map(\.means.word) == ["webhook", "alertmanager", "ntfy", "email", "github", "ping", "command"])
    let kinds = try #require(lines.first { $0.contains("# Kinds: ") }).split(separator: "Kinds: ")[1]
    #expect(kinds.split(separator: ", ").map(String.init) == Problem.Kind.allCases.map(\.rawValue))
  }

  @Test(arguments: [
    (
      "type: webhook",
      "4:5: alerts: unknown key 'type': known here are name, webhook, alertmanager, ntfy, email, github, ping, command, severity, clusters, kinds"
    ),
    ("webhok: {}", "4:5: alerts: unknown key 'webhok': did you mean 'webhook'?"),
    (
      "severity: critical",
      "3:5: alerts: a channel needs one of webhook, alertmanager, ntfy, email, github, ping, command"
    ),
    ("webhook: {}", "4:14: webhook: 'url' is missing"),
    ("webhook: { url: hooks.example.org }", "4:21: url: an address that begins with https:// is expected"),
    (
      "webhook: { url: http://hooks.example.org/x }",
      "4:21: url: http://hooks.example.org is not encrypted: use https://, or say 'insecure: true' beside it where that network is your own"
    ),
    (
      "webhook: { url: https://ada:pw@hooks.example.org }",
      "4:21: url: an address must not contain a user or password: use the keys 'user', 'password' and 'token'"
    ),
    (
      "webhook: { url: https:///x }",
      "4:21: url: the address names no host, as in https://alerts.example.org/hook"
    ),
    (
      "webhook: { url: 'https://a b/' }",
      "4:21: url: an address has printable ASCII characters and no '#', at most 2048"
    ),
    (
      "webhook: { url: https://a, key: S3CRET }",
      "4:37: key: expected { credential: NAME } or { file: PATH }, and never the key itself"
    ),
    (
      "webhook: { url: https://a, token: S3CRET }",
      "4:39: token: expected { credential: NAME } or { file: PATH }, and never the token itself"
    ),
    (
      "command: { run: \"page --token hunter2\" }",
      "4:21: run: expected a list of a program and its arguments, found 'page --token …'"
    ),
    ("webhook: { url: https://a, insecure: maybe }", "4:42: insecure: expected true or false, found 'maybe'"),
    (
      "webhook: { url: https://a, user: ada }",
      "4:38: user: 'password' is missing: { credential: NAME } or { file: PATH }"
    ),
    ("webhook: { url: https://a, password: { file: /x } }", "4:42: password: 'user' is missing"),
    (
      "webhook: { url: https://a, token: { file: /x }, user: a, password: { file: /x } }",
      "4:39: token: expected either a token or user and password"
    ),
    (
      "webhook: { url: https://a, topic: b }",
      "4:32: webhook: unknown key 'topic': known here are url, token, user, password, authorities, insecure, key"
    ),
    (
      "alertmanager: {}",
      "4:19: alertmanager: 'urls' is missing: a list such as [https://alertmanager.example.org]"
    ),
    ("alertmanager: { urls: [] }", "4:27: urls: expected from 1 to 8 addresses, found 0"),
    (
      "alertmanager: { urls: [https://a], resolveAfter: 1m }",
      "4:54: resolveAfter: 1m is out of range: expected from 2m to 1h"
    ),
    (
      "ntfy: { url: https://ntfy.sh }",
      "4:18: url: expected the address of a topic, as in https://ntfy.sh/TOPIC"
    ),
    ("email: {}", "4:12: email: 'to' is missing: an address or a list of them"),
    (
      "email: { to: [-oQ/tmp] }", "4:19: to: expected a mail address such as ops@example.org, found '-oQ/tmp'"
    ),
    (
      "email: { to: 'a@b, c@d' }",
      "4:18: to: expected a mail address such as ops@example.org, found 'a@b, c@d'"
    ),
    ("github: { token: { file: /x } }", "4:13: github: 'repository' is missing: owner/name"),
    (
      "github: { repository: a/b }",
      "4:13: github: 'token' is missing: { credential: NAME } or { file: PATH }"
    ),
    (
      "github: { repository: a, token: { file: /x } }",
      "4:27: repository: expected the name of a repository as owner/name, found 'a'"
    ),
    (
      "github: { repository: a/b, token: { file: /x }, labels: [] }",
      "4:61: labels: expected from 1 to 10 labels, found 0"
    ),
    (
      "github: { repository: a/b, token: { file: /x }, labels: ['a,b'] }",
      "4:62: labels: expected a label of at most 50 characters without ',', found 'a,b'"
    ),
    (
      "github: { repository: a/b, token: { file: /x }, url: 'http://ghe.example.org' }",
      "4:58: url: http://ghe.example.org is not encrypted, and the token would be sent to it: use https://"
    ),
    (
      "ping: { url: https://a, interval: 1s }", "4:39: interval: 1s is out of range: expected from 10s to 24h"
    ),
    ("command: { run: [page] }", "4:22: run: expected a path that begins with / or ~/, found 'page'"),
    (
      "command: { run: [] }",
      "4:21: command: expected 'run' with a program and its arguments, as in [/usr/local/bin/page, --now]"
    ),
  ])
  func oneError(line: String, message: String) {
    #expect(errors(line) == ["guard.yaml:\(message)"])
  }

  @Test(arguments: [
    ("severity: bad", "severity: expected one of critical, warning, found 'bad'"),
    (
      "severity: warnin",
      "severity: expected one of critical, warning, found 'warnin': did you mean 'warning'?"
    ),
    ("clusters: [tehtys]", "clusters: expected one of tethys, found 'tehtys': did you mean 'tethys'?"),
    (
      "kinds: [nodes]",
      "kinds: expected one of tunnel, forward, api, node, flux, image, workload, pods, certificate, stack, secret, pipeline, configuration, alerts, state, found 'nodes': did you mean 'node'?"
    ),
  ])
  func errorInAFilter(line: String, message: String) {
    let found = errors("ping: { url: https://a }\n    \(line)")
    #expect(found.count == 1 && found.allSatisfy { $0.hasSuffix(message) }, "\(found)")
  }

  @Test func namesAreUniqueAndChannelsHaveOneType() {
    func messages(_ text: String) -> [String] {
      do throws(ConfigurationErrors) {
        _ = try parse(text)
        return []
      } catch {
        return error.errors.map(\.message)
      }
    }
    #expect(
      messages("  - { name: a, ping: { url: https://a } }\n  - { name: a, ping: { url: https://a } }")
        == ["name: 'a' is the name of another channel already, in line 3"])
    #expect(messages("  - { ping: { url: https://a } }") == ["alerts: a channel needs a name"])
    #expect(
      messages("  - { name: ../a, ping: { url: https://a } }") == [
        "name: expected letters, digits, '-', '_' and '.', at most 63, found '../a'"
      ])
    #expect(
      messages("  - { name: a, ping: { url: https://a }, webhook: { url: https://a } }")
        == [
          "alerts: a channel is one of webhook, alertmanager, ntfy, email, github, ping, command, found webhook and ping"
        ])
    let many = (0..<33).map { "  - { name: a\($0), ping: { url: https://a } }" }.joined(separator: "\n")
    #expect(messages(many) == ["alerts: expected at most 32 channels, found 33"])
  }

  @Test(arguments: [
    ("https://[::1]:9093/x", "https://[::1]:9093", true), ("http://localhost", "http://localhost", true),
    ("https://a.example.org:8443?x=1", "https://a.example.org:8443", false),
    ("http://127.9.9.9/a", "http://127.9.9.9", true),
  ])
  func addresses(text: String, origin: String, isLoopback: Bool) throws {
    let address = try WebAddress(text)
    #expect(address.url == text)
    #expect(address.origin == origin)
    #expect("\(address)" == origin)
    #expect(address.isLoopback == isLoopback)
  }

  @Test func pathsAreAppendedToAddresses() throws {
    #expect(try WebAddress("https://a/b/?q=1").appending("/fail").url == "https://a/b/fail?q=1")
    #expect(try WebAddress("https://a").appending("/api").url == "https://a/api")
    #expect(try WebAddress("https://a").leaf == nil)
    for text in [
      "https://a:99999/", "https://a:/", "https://a@b", "https://", "ftp://a", "https://a/#x",
      "https://a/\u{7f}",
    ] {
      #expect(throws: WebAddress.Mistake.self) { try WebAddress(text) }
    }
  }
}
