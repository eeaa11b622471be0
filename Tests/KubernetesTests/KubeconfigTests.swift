import Glibc
import GuardTypes
import Health
import Testing

@testable import Kubernetes

@Suite struct KubeconfigTests {
  private static func text(cluster: String = "{server: 'https://10.0.0.1:6443'}", user: String = "{token: t}")
    -> String
  {
    """
    apiVersion: v1
    kind: Config
    clusters:
    - name: c
      cluster: \(cluster)
    users:
    - name: u
      user: \(user)
    contexts:
    - name: default
      context: {cluster: c, user: u}
    - name: other
      context: {cluster: gone, user: u}
    - name: userless
      context: {cluster: c, user: nobody}
    current-context: default

    """
  }

  private func load(_ text: String, context: String? = nil) throws -> Kubeconfig {
    let folder = try TemporaryFolder()
    return try Kubeconfig.load(path: folder.write(text, to: "config"), context: context)
  }

  private func failure(_ text: String, context: String? = nil) throws -> PollFailure {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "config")
    do throws(PollFailure) {
      _ = try Kubeconfig.load(path: path, context: context)
      Issue.record("it was accepted")
      return PollFailure(code: .tunnelDown, message: "", remedy: "")
    } catch {
      #expect(error.code == .kubeconfig)
      #expect(error.message.hasPrefix("kubeconfig \(path)"))
      #expect(!error.remedy.isEmpty)
      return error
    }
  }

  @Test func aFolderMayHaveAColonInItsName() throws {
    let folder = try TemporaryFolder()
    for name in ["a:b", "c:d"] { mkdir("\(folder.path)/\(name)", 0o755) }
    let path = try folder.write(Self.text(), to: "c:d/config")
    #expect(try Kubeconfig.load(path: path, context: nil).server.host == "10.0.0.1")
    #expect(
      try Kubeconfig.load(path: "\(folder.path)/a:b/none:\(path)", context: nil).server.host == "10.0.0.1")
  }

  @Test func tagsMeanWhatYAMLSays() throws {
    let tagged = try load(
      Self.text(cluster: "{server: !!str 'https://10.0.0.1:6443'}", user: "{token: !!str 7}"))
    #expect(tagged.server.host == "10.0.0.1")
    for user in ["{token: !hunter2 }", "{token: !secret hunter2}", "!x {token: hunter2}"] {
      let failure = try failure(Self.text(user: user))
      #expect(failure.message.contains(":8:") && failure.message.contains("unknown tag"))
      #expect(!failure.message.contains("hunter2"))
    }
  }

  @Test func readsEmbeddedCertificates() throws {
    let certificates = try TestCertificates.shared.get()
    let authority = try certificates.base64("ca.crt")
    let user =
      "{client-certificate-data: \(try certificates.base64("client.crt")), client-key-data: \(try certificates.base64("client.key"))}"
    let kubeconfig = try load(
      Self.text(
        cluster:
          "{server: 'https://127.0.0.1:16443/k8s/', certificate-authority-data: \(authority), tls-server-name: kubernetes}",
        user: user))
    #expect(kubeconfig.server.description == "https://127.0.0.1:16443/k8s")
    #expect(kubeconfig.tlsServerName == "kubernetes")
    #expect(kubeconfig.authorities == (try certificates.read("ca.crt")))
    #expect(kubeconfig.identity?.key.value == (try certificates.read("client.key")))
    #expect(kubeconfig.clientCertificateExpiry != nil)
    #expect(!kubeconfig.isInsecure)
    #expect(kubeconfig.context == "default")
  }

  @Test func readsFilesBesideTheKubeconfig() throws {
    let certificates = try TestCertificates.shared.get()
    let folder = try TemporaryFolder()
    for name in ["ca.crt", "client.crt", "client.key"] {
      try folder.write(String(decoding: certificates.read(name), as: UTF8.self), to: name)
    }
    try folder.write("  from-file\n", to: "token")
    let path = try folder.write(
      Self.text(
        cluster: "{server: 'https://[fd00::1]:6443', certificate-authority: ca.crt}",
        user:
          "{client-certificate: client.crt, client-key: \(folder.path)/client.key, tokenFile: token, token: t}"
      ),
      to: "config")
    let kubeconfig = try Kubeconfig.load(path: path)
    #expect(kubeconfig.server.host == "fd00::1")
    #expect(kubeconfig.identity?.certificate.value == (try certificates.read("client.crt")))
    #expect(try kubeconfig.token?.current() == "from-file")
    try folder.write("renewed", to: "token")
    #expect(try kubeconfig.token?.current() == "renewed")
    unlink("\(folder.path)/token")
    #expect(try kubeconfig.token?.current() == "t")
  }

  @Test func aMissingTokenFileIsReported() throws {
    let kubeconfig = try load(Self.text(user: "{tokenFile: token}"))
    #expect {
      _ = try kubeconfig.token?.current()
    } throws: {
      ($0 as? PollFailure)?.message.contains("/token does not exist") == true
    }
  }

  @Test func showsNoSecret() throws {
    let kubeconfig = try load(Self.text(user: "{token: hush-hush}"))
    var dumped = ""
    dump(kubeconfig, to: &dumped)
    for text in [dumped, "\(kubeconfig)", String(reflecting: kubeconfig)] {
      #expect(!text.contains("hush"))
    }
  }

  @Test(arguments: [
    ("other", "has no cluster named gone; there are: c"),
    ("userless", "has no user named nobody; there are: u"),
    ("missing", "has no context named missing; there are: default, other, userless"),
  ]) func errorsListTheExistingEntries(context: String, sentence: String) throws {
    #expect(try failure(Self.text(), context: context).message.contains(sentence))
  }

  @Test(arguments: [
    ("{auth-provider: {name: gcp}}", "auth-provider was removed"),
    ("{username: a, password: b}", "user name and password"),
    ("{token: t, as: admin}", "impersonation (as)"),
    ("{token: t, as-groups: [a]}", "impersonation (as-groups)"),
    ("{token: \"a\\nb\"}", "token contains invalid characters"), ("{token: [a]}", "token must be a string"),
    ("{client-certificate-data: '%%%', client-key-data: YQ==}", "client-certificate-data is not base64"),
    ("{client-certificate-data: YQ==, client-key-data: YQ==}", "client-certificate contains no PEM block"),
    ("{client-certificate: nowhere.crt, client-key-data: YQ==}", "nowhere.crt does not exist"),
    ("{client-certificate: /dev/zero, client-key-data: YQ==}", "/dev/zero is not a regular file"),
  ]) func rejectsInvalidUsers(user: String, sentence: String) throws {
    let failure = try failure(Self.text(user: user))
    #expect(failure.message.contains(sentence), "\(failure)")
    #expect(failure.message.contains(":8:"), "\(failure)")
  }

  @Test func requiresBothCertificateAndKey() throws {
    let certificates = try TestCertificates.shared.get()
    let certificate = "client-certificate-data: \(try certificates.base64("client.crt"))"
    let key = "client-key-data: \(try certificates.base64("client.key"))"
    #expect(try failure(Self.text(user: "{\(certificate)}")).message.contains("but no client-key"))
    #expect(try failure(Self.text(user: "{\(key)}")).message.contains("but no client-certificate"))
    #expect(
      try failure(Self.text(user: "{\(certificate), client-certificate: a, \(key)}")).message.contains(
        "client-certificate and client-certificate-data are both set"))
  }

  @Test(arguments: [
    ("{}", "the cluster c has no server"), ("{server: 'ftp://a'}", "server is not a URL"),
    ("{server: 'https://a:99999'}", "server is not a URL"),
    ("{server: 'https://user:pw@a'}", "server is not a URL"),
    ("{server: 'https://a b'}", "server is not a URL"), ("{server: 'https://'}", "server is not a URL"),
    ("{server: 'https://[::1'}", "server is not a URL"), ("{server: {}}", "server must be a string"),
    ("{server: 'https://a', proxy-url: 'http://b'}", "proxy-url is not supported"),
    ("{server: 'https://a', insecure-skip-tls-verify: perhaps}", "must be true or false"),
    ("{server: 'https://a', certificate-authority-data: '!'}", "certificate-authority-data is not base64"),
    ("[]", "the entry c of clusters has no cluster"),
    ("{server: 12}", "server must be a string"),
    ("{server: 'https://a', tls-server-name: 1.5}", "tls-server-name must be a string"),
  ]) func rejectsInvalidClusters(cluster: String, sentence: String) throws {
    let failure = try failure(Self.text(cluster: cluster))
    #expect(failure.message.contains(sentence), "\(failure)")
    #expect(!failure.message.contains("pw"))
  }

  /// As kubectl reads them.
  @Test(arguments: [
    ("{server: 'HTTPS://127.0.0.1:16443'}", "https://127.0.0.1:16443"),
    ("{server: 'Http://127.0.0.1:16443/'}", "http://127.0.0.1:16443"),
    ("{server: 'https://127.0.0.1:16443', proxy-url: ''}", "https://127.0.0.1:16443"),
    ("{server: '127.0.0.1:16443', insecure-skip-tls-verify: true}", "http://127.0.0.1:16443"),
    ("{server: https://127.0.0.1:16443, tls-server-name: ''}", "https://127.0.0.1:16443"),
  ]) func readsServersAsKubectlDoes(cluster: String, server: String) throws {
    #expect(try load(Self.text(cluster: cluster)).server.description == server)
  }

  @Test(arguments: [
    ("kind: Config", "kind: Secret", "kind is Secret"),
    ("apiVersion: v1", "apiVersion: v2", "apiVersion is v2"),
    ("current-context: default", "current-context: 12", "current-context must be a string"),
  ]) func documentsThatKubectlRefusesAreRefused(line: String, other: String, sentence: String) throws {
    let text = Self.text(cluster: "{server: 'https://a'}")
    try #require(text.contains(line), "\(text)")
    let failure = try failure(text.replacing(line, with: other))
    #expect(failure.message.contains(sentence), "\(failure)")
  }

  @Test func insecureAndAnAuthorityExcludeEachOther() throws {
    let authority = try TestCertificates.shared.get().base64("ca.crt")
    let text = Self.text(
      cluster:
        "{server: 'https://a', insecure-skip-tls-verify: true, certificate-authority-data: \(authority)}")
    #expect(try failure(text).message.contains("exclude each other"))
    let insecure = try load(Self.text(cluster: "{server: 'a:1', insecure-skip-tls-verify: true}"))
    #expect(insecure.isInsecure)
    #expect(insecure.server.description == "http://a:1")
  }

  @Test(arguments: [
    ("", "is empty"), ("# nothing\n", "is empty"), ("a: b: c\n", ":1:5: "), ("a: 1\na: 2\n", ":2:1: "),
    ("- a\n", "is not a mapping"), ("clusters: 5\ncontexts: {}\n", "has no current-context"),
    ("current-context: x\ncontexts: 5\n", "contexts must be a list"),
    ("current-context: x\n", "has no context named x; there are none"),
    (String(repeating: "[", count: 100_000), ":1:"), (String(repeating: "- ", count: 100_000), ":1:"),
    (String(repeating: " ", count: 2 << 20), "is larger than 1024 KiB"),
  ]) func rejectsInvalidFiles(text: String, sentence: String) throws {
    let failure = try failure(text)
    #expect(failure.message.contains(sentence), "\(failure)")
  }

  @Test func anInvalidLineIsNotQuoted() throws {
    let failure = try failure("users: [{name: u, user: {token: 'hush-hush}}]\n")
    #expect(!failure.message.contains("hush"))
  }

  @Test func missingAndUnreadableFilesAreReported() throws {
    let folder = try TemporaryFolder()
    for (path, sentence) in [
      ("\(folder.path)/none", "/none does not exist"), (folder.path, "is not a regular file"),
      ("~/\(UInt64.random(in: 0 ... .max))/none", "/none does not exist"),
    ] {
      #expect {
        _ = try Kubeconfig.load(path: path)
      } throws: {
        guard let failure = $0 as? PollFailure else { return false }
        return failure.code == .kubeconfig && failure.message.contains(sentence)
          && !failure.message.contains("~")
      }
    }
  }
}
