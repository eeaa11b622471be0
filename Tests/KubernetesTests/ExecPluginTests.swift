import Foundation
import GuardTypes
import Health
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

/// Real credential plugins, written as small shell scripts.
@Suite(.blocking) struct ExecPluginTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func kubeconfig(
    _ script: String, apiVersion: String = "client.authentication.k8s.io/v1", more: String = "",
    mode: String? = "Never", cluster: String = "", port: UInt16 = 6443
  ) throws -> Kubeconfig {
    try folder.write(script, to: "plugin.sh")
    let interactive = mode.map { ", interactiveMode: \($0)" } ?? ""
    return try Kubernetes.Kubeconfig.load(
      path: folder.write(
        """
        clusters: [{name: c, cluster: {server: 'https://127.0.0.1:\(port)'\(cluster)}}]
        users: [{name: u, user: {exec: {apiVersion: \(apiVersion), command: /bin/sh, args: ['\(folder.path)/plugin.sh', one]\(interactive)\(more)}}}]
        contexts: [{name: default, context: {cluster: c, user: u}}]
        current-context: default
        """, to: "config"))
  }

  private func run(_ kubeconfig: Kubeconfig, for limit: Duration = .seconds(10)) throws -> ExecCredential {
    try #require(kubeconfig.plugin).run(until: .now + limit, isCancelled: { false })
  }

  private func failure(_ kubeconfig: Kubeconfig, for limit: Duration = .seconds(10)) throws -> PollFailure {
    do {
      _ = try run(kubeconfig, for: limit)
      Issue.record("it was accepted")
      return PollFailure(code: .tunnelDown, message: "", remedy: "")
    } catch let failure as PollFailure {
      #expect(failure.code == .kubeconfig)
      #expect(failure.message.contains("/config:2:"), "\(failure)")
      return failure
    }
  }

  private func answer(
    _ status: String, kind: String = "ExecCredential", version: String = "client.authentication.k8s.io/v1"
  ) -> String {
    #"printf '%s\n' '{"kind":"\#(kind)","apiVersion":"\#(version)","status":\#(status)}'"#
  }

  @Test func returnsATokenWithItsExpiry() throws {
    let credential = try run(
      try kubeconfig(answer(#"{"token":"abc","expirationTimestamp":"2026-01-10T10:00:00Z"}"#)))
    #expect(credential.token?.value == "abc")
    #expect(credential.expiry == Timestamp(rfc3339: "2026-01-10T10:00:00Z"))
    #expect("\(credential)".contains("abc") == false)
  }

  @Test(arguments: ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"])
  func returnsACertificate(version: String) throws {
    let certificates = try TestCertificates.shared.get()
    let script = """
      c=$(awk '{printf "%s\\\\n", $0}' '\(certificates.folder)/client.crt')
      k=$(awk '{printf "%s\\\\n", $0}' '\(certificates.folder)/client.key')
      printf '{"kind":"ExecCredential","apiVersion":"\(version)","status":{"clientCertificateData":"%s","clientKeyData":"%s"}}' "$c" "$k"
      """
    let credential = try run(try kubeconfig(script, apiVersion: version))
    #expect(credential.token == nil)
    #expect(credential.identity?.certificate.value == (try certificates.read("client.crt")))
  }

  /// Another user who can write to the kubeconfig could run programs as the guard's user.
  @Test func pluginInAFileOfOthersIsNotRun() throws {
    let marker = "\(folder.path)/ran"
    let plugin = try kubeconfig("touch \(marker)\n" + answer(#"{"token":"abc"}"#))
    let file = "\(folder.path)/config"
    chmod(file, 0o666)
    #expect(try failure(plugin).message.contains("is not run, because other users can write to \(file)"))
    chmod(file, 0o600)
    if geteuid() == 0 {
      chown(file, 4242, 4242)
      #expect(try failure(plugin).message.contains("is not run, because uid 4242 can change the file"))
      chown(file, 0, 0)
    }
    #expect(access(marker, F_OK) != 0)
    #expect(try run(plugin).token?.value == "abc")
    #expect(access(marker, F_OK) == 0)
  }

  @Test func getsArgumentsVariablesAndExecInfo() throws {
    let script = """
      case $KUBERNETES_EXEC_INFO in
        *'"interactive":false'*'"server":"https:'*|*'"server":"https:'*'"interactive":false'*) ;;
        *) echo "asked: $KUBERNETES_EXEC_INFO" >&2; exit 3 ;;
      esac
      read line && exit 4
      \(answer(#"{"token":"'"$1-$PROFILE-$HOME"'"}"#))
      """
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    let credential = try run(
      try kubeconfig(script, more: ", env: [{name: PROFILE, value: ops}], provideClusterInfo: true"))
    #expect(credential.token?.value == "one-ops-\(home)")
  }

  /// Credentials are hidden before the text is shortened or its lines are joined, also in the suggested command.
  @Test(arguments: [
    "printf '%0280d GET https://hunter2SECRETtoken99@idp.example/x' 0 >&2; exit 1",
    "printf 'Authorization: Bearer ' >&2; head -c 4200 /dev/zero | tr '\\0' h >&2; echo unter2 >&2; exit 1",
    "echo 'password: hunter2' >&2; exit 1", ": --token hunter2; exit 1",
    ": https://ann:hunter2@idp.example --password=hunter2; exit 1",
  ]) func credentialsInOutputAndArgumentsAreHidden(script: String) throws {
    let failure = try failure(try kubeconfig(script), for: .seconds(20))
    #expect(!failure.message.contains("hunter2") && !failure.message.contains("hhhh"), "\(failure)")
    #expect(!failure.step.remedy.contains("hunter2"), "\(failure.step)")
  }

  @Test(arguments: [
    ("exit 7", "exited with status 7"), ("kill -9 $$", "was killed by signal 9"), (":", "printed nothing"),
    ("echo hush", "printed no JSON object"),
    ("echo '{\"kind\":\"Secret\"}'", "did not print an ExecCredential"),
    (
      "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"}'",
      "returned no status"
    ),
    (
      "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{}}'",
      "answered in client.authentication.k8s.io/v1beta1, not in client.authentication.k8s.io/v1"
    ),
    ("head -c 3000000 /dev/zero; sleep 60", "printed more than 1024 KiB"),
    ("sleep 60 & wait", "timed out and was killed"),
  ]) func failuresAreReported(script: String, words: String) throws {
    let start = ContinuousClock.now
    let failure = try failure(try kubeconfig(script), for: .seconds(words.contains("time") ? 1 : 20))
    #expect(failure.message.contains("the exec plugin /bin/sh \(words)"), "\(failure)")
    #expect(!failure.message.contains("hush"))
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(arguments: [
    ("{}", "neither a token nor a client certificate"),
    (#"{"token":"a\nb"}"#, "a token with invalid characters"),
    (#"{"clientCertificateData":"x"}"#, "without its key"),
    (#"{"clientKeyData":"x"}"#, "without its certificate"),
    (#"{"clientCertificateData":"x","clientKeyData":"y"}"#, "not PEM"),
    (#"{"token":"t","expirationTimestamp":"soon"}"#, "invalid expirationTimestamp"),
  ]) func invalidCredentialsAreReported(status: String, words: String) throws {
    let failure = try failure(try kubeconfig(answer(status)))
    #expect(failure.message.contains(words), "\(failure)")
  }

  @Test func standardErrorIsSanitizedAndBounded() throws {
    let script =
      #"printf '\033[31mno session\033[0m\nlog in: token=abc-secret https://u:pw@idp.example\n' >&2; head -c 100000 /dev/zero | tr '\0' x >/dev/null; exit 1"#
    let failure = try failure(try kubeconfig(script))
    #expect(failure.message.contains("no session"))
    #expect(failure.message.contains("log in: token=…"))
    #expect(!failure.message.contains("abc-secret") && !failure.message.contains("pw@"))
    #expect(!failure.message.unicodeScalars.contains { $0.value < 0x20 })
    #expect(failure.remedy.contains("run it as the guard's user"))
    let flood = try self.failure(try kubeconfig("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1"))
    #expect(flood.message.utf8.count < 1000)
  }

  @Test func aMissingOrForbiddenProgramIsReported() throws {
    for (command, words) in [
      ("./none", "/none can't be run: No such file"), ("no-such-plugin", "no-such-plugin can't be run"),
      ("./notes.txt", "/notes.txt can't be run: Permission denied"),
    ] {
      try folder.write("", to: "notes.txt")
      let kubeconfig = try Kubernetes.Kubeconfig.load(
        path: folder.write(
          """
          clusters: [{name: c, cluster: {server: 'https://a'}}]
          users:
          - {name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: \(command), installHint: get it}}}
          contexts: [{name: default, context: {cluster: c, user: u}}]
          current-context: default
          """, to: "config"))
      do {
        _ = try run(kubeconfig)
        Issue.record("it ran")
      } catch let failure as PollFailure {
        #expect(failure.message.contains(words), "\(failure)")
        #expect(failure.message.contains("(get it)"))
        #expect(!words.contains("Permission") || failure.remedy.contains("ExecPaths=\(folder.path)/"))
      }
    }
  }

  @Test(arguments: [
    ("{command: a}", "needs an apiVersion"),
    ("{apiVersion: client.authentication.k8s.io/v1}", "has no command"),
    ("{apiVersion: client.authentication.k8s.io/v1alpha1, command: a}", "needs an apiVersion"),
    ("{apiVersion: client.authentication.k8s.io/v1, command: a}", "has no interactiveMode"),
    (
      "{apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Always}",
      "a service has no terminal"
    ),
    (
      "{apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Perhaps}",
      "interactiveMode must"
    ),
    ("{apiVersion: client.authentication.k8s.io/v1beta1, command: a, args: x}", "args must be a list"),
    ("{apiVersion: client.authentication.k8s.io/v1beta1, command: a, env: [{value: x}]}", "needs a name"),
    ("[]", "exec must be a mapping"),
  ]) func rejectsEverythingThatKubectlRejects(exec: String, words: String) throws {
    let path = try folder.write(
      """
      clusters: [{name: c, cluster: {server: 'https://a'}}]
      users: [{name: u, user: {exec: \(exec)}}]
      contexts: [{name: default, context: {cluster: c, user: u}}]
      current-context: default
      """, to: "config")
    #expect {
      _ = try Kubernetes.Kubeconfig.load(path: path)
    } throws: {
      guard let failure = $0 as? PollFailure else { return false }
      return failure.message.contains("/config:2:") && failure.message.contains(words)
    }
  }

  /// Counts its runs in a file and returns the number as the token.
  private func counting(_ more: String = "") -> String {
    """
    echo run >> '\(folder.path)/runs'
    n=$(wc -l < '\(folder.path)/runs')
    \(answer(#"{"token":"token-'"$n"'"\#(more)}"#))
    """
  }

  private func client(
    _ script: String, accepting tokens: Set<String>, clock: @escaping @Sendable () -> Timestamp
  ) async throws -> (ClusterClient, TestServer) {
    let certificates = try TestCertificates.shared.get()
    let cluster = SmallCluster().script
    let server = try await TestServer(
      tls: certificates.server(asksForCertificate: false),
      script: { request in
        guard tokens.contains(request.headers["authorization"] ?? "") else {
          return .json(401, SmallCluster.status(401, "Unauthorized", "Unauthorized"))
        }
        return cluster(request)
      })
    let authority = ", certificate-authority-data: \(try certificates.base64("ca.crt"))"
    return (
      ClusterClient(
        kubeconfig: try kubeconfig(script, cluster: authority, port: server.port),
        dial: .tcp(host: "127.0.0.1", port: server.port), clock: clock), server
    )
  }

  private var runs: Int {
    (try? String(contentsOfFile: "\(folder.path)/runs", encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  @Test func aCredentialIsCachedUntilItExpires() async throws {
    let end = try #require(Timestamp(rfc3339: "2026-01-10T10:00:00Z"))
    let now = MutableClock(end + .seconds(-600))
    let (client, server) = try await client(
      counting(#","expirationTimestamp":"2026-01-10T10:00:00Z""#),
      accepting: ["Bearer token-1", "Bearer token-2"], clock: { now.time })
    _ = try await client.pollOnDedicatedThread().get()
    _ = try await client.pollOnDedicatedThread().get()
    #expect(runs == 1)
    now.time = end + .seconds(-5)
    _ = try await client.pollOnDedicatedThread().get()
    #expect(runs == 2)
    #expect(server.requests.last?.headers["authorization"] == "Bearer token-2")
  }

  @Test func aRejectedCredentialIsRenewedOnce() async throws {
    let (client, server) = try await client(
      counting(), accepting: ["Bearer token-1"], clock: ClusterClient.systemClock)
    _ = try await client.pollOnDedicatedThread().get()
    // The server accepts the first token until the plugin's expiry, so one run was enough.
    _ = try await client.pollOnDedicatedThread().get()
    #expect(runs == 1)
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer token-1" })
    let (other, another) = try await self.client(
      counting(), accepting: ["Bearer token-3"], clock: ClusterClient.systemClock)
    // token-2 is rejected although it is new, so the plugin is not run again.
    guard case .failure(let failure) = await other.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .unauthorized)
    #expect(runs == 2)
    #expect(try await other.pollOnDedicatedThread().get().nodes.value?.count == 2)
    #expect(runs == 3)
    #expect(another.requests.contains { $0.headers["authorization"] == "Bearer token-3" })
  }
}

private final class MutableClock: Sendable {
  private let value: Mutex<Timestamp>
  init(_ time: Timestamp) { value = Mutex(time) }
  var time: Timestamp {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
