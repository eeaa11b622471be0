import Foundation
import GuardAPI
import GuardTypes
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardState
@testable import Health
@testable import IncidentTracking

/// The channels that send HTTP requests, against a server in Python.
@Suite(.blocking) struct WebChannelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sender(
    _ url: String, login: WebAccess.Login? = nil, authorities: String? = nil
  ) throws -> HTTPSender {
    HTTPSender(
      target: .init(
        location: .address(try WebAddress(url)), access: .init(login: login, authorities: authorities)),
      channel: "on-call", means: "webhook", secretReader: SecretReader(environment: .test()))
  }

  private func post(_ sender: HTTPSender, _ notice: IncidentNotice = .sample(.opened, .sample("a")))
    -> DeliveryError?
  {
    do throws(DeliveryError) {
      try WebhookChannel(sender: sender, key: nil).deliver(notice, at: .now, isCancelled: { false })
      return nil
    } catch {
      return error
    }
  }

  @Test func receiverVerifiesTheSignature() throws {
    let receiver = try WebReceiver(key: "s3cret")
    let key = try folder.write("s3cret\n", to: "key")
    let token = try folder.write("t0ken", to: "token")
    let sender = try sender("http://127.0.0.1:\(receiver.port)/hook?x=1", login: .token(.file(token)))
    let channel = WebhookChannel(sender: sender, key: .file(key))
    let notice = IncidentNotice.sample(.opened, .sample("a", title: "ä node, \"quoted\""))
    try channel.deliver(notice, at: .now, isCancelled: { false })
    let request = try #require(receiver.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/hook?x=1")
    #expect(request.signed == true)
    #expect(request.headers["Idempotency-Key"] == "a.1")
    #expect(request.headers["Content-Type"] == "application/json")
    #expect(request.headers["Authorization"] == "Bearer t0ken")
    let document = try JSONDecoder().decode(NoticeDocument.self, from: Data(request.body.utf8))
    #expect(document.schema == "oceanid.notice/1")
    #expect(document.summary == "CRITICAL tethys: ä node, \"quoted\"")
    #expect(document.entries.map(\.key) == ["a.1"])
    #expect(document.entries.first?.incident.remedy == "kubectl describe node a")
    // A key that was changed is used at once.
    try folder.write("another", to: "key")
    try channel.deliver(notice, at: .now, isCancelled: { false })
    try channel.deliver(notice, at: .now - .seconds(600), isCancelled: { false })
    #expect(receiver.requests.map(\.signed) == [true, false, false])
  }

  @Test func idempotencyKeyDoesNotDependOnTheOrder() {
    let (a, b) = (Incident.sample("a"), Incident.sample("b"))
    let key = NoticeCoding.key(of: .sample(.opened, a, b))
    #expect(key == NoticeCoding.key(of: .sample(.opened, b, a)))
    #expect(key != NoticeCoding.key(of: .sample(.opened, a, .sample("b", notices: 2))))
    #expect(key.hasPrefix("2-") && key.utf8.count == 34)
    // A header never contains a character that could end its line.
    let odd = NoticeCoding.key(of: .sample(.opened, .sample("a\r\nX-Evil: 1")))
    #expect(odd.allSatisfy { $0.isHexDigit || $0 == "-" })
  }

  @Test(
    arguments: [
      ("status/500", .passing, nil), ("status/503", .passing, nil), ("status/408", .passing, nil),
      ("later/7", .passing, 7), ("status/400", .unfit, nil), ("status/422", .unfit, nil),
      ("status/401", .refused, nil), ("status/404", .refused, nil), ("status/410", .refused, nil),
      ("elsewhere", .refused, nil),
    ] as [(String, DeliveryError.Cause, Int?)])
  func statusDecidesTheOutcome(_ path: String, _ cause: DeliveryError.Cause, _ retryAfter: Int?) throws {
    let receiver = try WebReceiver()
    let error = try #require(post(try sender("http://127.0.0.1:\(receiver.port)/\(path)")))
    #expect(error.cause == cause)
    #expect(error.retryAfter == retryAfter.map { .seconds($0) })
    #expect(error.message.hasPrefix("http://127.0.0.1:\(receiver.port) answered HTTP "))
    #expect(!error.remedy.isEmpty)
    // A redirect is not followed.
    #expect(receiver.requests.count == 1)
  }

  /// Error responses often contain parts of the request.
  @Test func errorsContainNoSecret() throws {
    let receiver = try WebReceiver()
    let token = try folder.write("t0ken-of-mine", to: "token")
    let error = try #require(
      post(
        try sender(
          "http://127.0.0.1:\(receiver.port)/echo/services/T0/S3CRET?key=K3Y", login: .token(.file(token)))))
    #expect(error.message.contains("HTTP 403"))
    for secret in ["t0ken-of-mine", "S3CRET", "K3Y"] {
      #expect(!"\(error)\(error.remedy)".contains(secret), "\(error)")
    }
    let password = try #require(
      post(
        try sender(
          "http://127.0.0.1:\(receiver.port)/status/401", login: .password(user: "ada", .file(token)))))
    #expect(password.cause == .refused)
    #expect(
      receiver.requests.last?.headers["Authorization"] == "Basic "
        + Data("ada:t0ken-of-mine".utf8).base64EncodedString())
    let nobody = try #require(post(try sender("http://127.0.0.1:1/S3CRET")))
    #expect(nobody.cause == .passing)
    #expect(!"\(nobody)\(nobody.remedy)".contains("S3CRET"))
  }

  /// Neither in its encoded nor in its decoded form.
  @Test func errorsContainNoEncodedCredential() throws {
    let receiver = try WebReceiver()
    let password = try folder.write("p4ss-of-mine", to: "password")
    let error = try #require(
      post(
        try sender(
          "http://127.0.0.1:\(receiver.port)/echo/T0P%2FSECRET?key=K3Y-VALUE",
          login: .password(user: "ada", .file(password)))))
    let code = Data("ada:p4ss-of-mine".utf8).base64EncodedString()
    for secret in [code, String(code.dropLast(4)), "p4ss-of-mine", "T0P", "SECRET", "K3Y-VALUE"] {
      #expect(!"\(error)\(error.remedy)".contains(secret), "\(error)")
    }
    // Texts are cut after the redaction.
    let long = try #require(
      post(
        try sender(
          "http://127.0.0.1:\(receiver.port)/echo/" + String(repeating: "x", count: 160) + "/"
            + "S3CRET-S3CRET",
          login: .password(user: "ada", .file(password)))))
    #expect(!"\(long)".contains("S3C") && !"\(long)".contains(code.prefix(6)), "\(long)")
  }

  /// ntfy's topic is a password, and is in the message, not in the address that is posted to.
  @Test(arguments: ["status/400", "echo"]) func errorsContainNoTopic(_ path: String) throws {
    let receiver = try WebReceiver()
    let channel = NtfyChannel(sender: try sender("http://127.0.0.1:\(receiver.port)/\(path)/t0pic-7f3a"))
    #expect {
      try channel.deliver(.sample(.opened, .sample("a")), at: .now, isCancelled: { false })
    } throws: { error in
      !"\(error)".contains("t0pic-7f3a")
    }
    let sender = try sender("http://127.0.0.1:\(receiver.port)/t0pic-7f3a")
    #expect(!sender.hidingSecrets("no topic t0pic-7f3a", try WebAddress("http://h/")).contains("t0pic"))
  }

  @Test func endlessResponseCountsAsDelivered() throws {
    let receiver = try WebReceiver()
    #expect(post(try sender("http://127.0.0.1:\(receiver.port)/flood")) == nil)
  }

  @Test func cancellationEndsAHangingRequest() throws {
    let receiver = try WebReceiver()
    let channel = WebhookChannel(sender: try sender("http://127.0.0.1:\(receiver.port)/hang"), key: nil)
    let begin = ContinuousClock.now
    #expect(throws: DeliveryError.self) {
      try channel.deliver(
        .sample(.opened, .sample("a")), at: .now,
        isCancelled: { ContinuousClock.now - begin > .milliseconds(300) })
    }
    #expect(ContinuousClock.now - begin < HTTPSender.timeout)
  }

  /// The guard connects to no host but those in its configuration.
  @Test func proxyVariablesAreIgnored() async {
    // In a process of its own, because a change of the environment disturbs all programs that other tests start.
    await #expect(processExitsWith: .success) {
      let (receiver, proxy) = (try WebReceiver(), try WebReceiver())
      for name in ["http_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:\(proxy.port)", 1) }
      let tests = try WebChannelTests()
      #expect(tests.post(try tests.sender("http://127.0.0.1:\(receiver.port)/")) == nil)
      #expect(receiver.requests.count == 1)
      #expect(proxy.requests.isEmpty)
    }
  }

  @Test func certificateOfTheServerIsVerified() throws {
    let openssl = try #require(program("openssl"))
    let (key, certificate) = (folder.file("key.pem"), folder.file("certificate.pem"))
    _ = try run(
      openssl,
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
        certificate,
      ])
    try folder.write(
      String(contentsOfFile: key, encoding: .utf8) + String(contentsOfFile: certificate, encoding: .utf8),
      to: "both.pem")
    let receiver = try WebReceiver(certificate: folder.file("both.pem"))
    let untrusted = try #require(post(try sender("https://localhost:\(receiver.port)/S3CRET")))
    #expect(untrusted.cause == .passing)
    #expect(untrusted.message.contains("certificate"))
    #expect(untrusted.remedy.contains("authorities"))
    #expect(post(try sender("https://localhost:\(receiver.port)/", authorities: certificate)) == nil)
    // The certificate does not have this name.
    #expect(post(try sender("https://127.0.0.1:\(receiver.port)/", authorities: certificate)) != nil)
    #expect(receiver.requests.map(\.path) == ["/"])
    #expect(post(try sender("https://localhost/", authorities: folder.file("none")))?.cause == .refused)
  }

  @Test func secretFileMustBeOneLineAndPrivate() throws {
    let secrets = SecretReader(environment: .test(credentials: folder.path))
    func error(_ place: SecretSource) -> String {
      do throws(DeliveryError) {
        return try secrets.text(place)
      } catch {
        return "\(error.cause) \(error.message)"
      }
    }
    let path = try folder.write("abc\r\n", to: "token")
    #expect(error(.file(path)) == "abc")
    #expect(error(.credential("token")) == "abc")
    #expect(error(.credential("none")).contains("credential none"))
    chmod(path, 0o644)
    #expect(error(.file(path)).contains("can be read by others"))
    if geteuid() == 0 {
      chown(path, 4242, 4242)
      for (mode, verb) in [(0o606, "written"), (0o604, "read")] as [(mode_t, String)] {
        chmod(path, mode)
        let words = error(.file(path))
        #expect(words.contains("can be \(verb) by all users (mode 0\(String(mode, radix: 8)))"), "\(words)")
      }
      // Read access of the group is allowed.
      chmod(path, 0o640)
      #expect(error(.file(path)) == "abc")
      chown(path, 0, 0)
    }
    for text in ["", "\n", "two\nlines", "caf\u{e9}", "a\u{0}b"] {
      let file = try folder.write(text, to: "odd")
      #expect(error(.file(file)) == "refused \(file) does not hold one line of printable text")
    }
    #expect(error(.file(folder.file("none"))).hasPrefix("refused"))
  }

  @Test func ntfyReceivesStartAndEnd() throws {
    struct Message: Decodable, Equatable {
      let topic: String
      let title: String
      let message: String
      let priority: Int
      let tags: [String]
    }
    let receiver = try WebReceiver()
    let channel = NtfyChannel(sender: try sender("http://127.0.0.1:\(receiver.port)/push/oceanid-7f3a"))
    for notice in [
      IncidentNotice.sample(.opened, .sample("a")), .sample(.opened, .sample("b", .warning)),
      .sample(.reminder, .sample("a", notices: 2)),
      .sample(.ended, .sample("a", notices: 3, endedAt: moment)),
      .sample(.opened, .sample("c", .warning), .sample("d")),
    ] {
      try channel.deliver(notice, at: .now, isCancelled: { false })
    }
    let messages = try receiver.requests.map {
      try JSONDecoder().decode(Message.self, from: Data($0.body.utf8))
    }
    #expect(receiver.requests.allSatisfy { $0.path == "/push" })
    #expect(messages.allSatisfy { $0.topic == "oceanid-7f3a" && $0.message.utf8.count <= 4096 })
    #expect(messages.map(\.priority) == [5, 3, 4, 2, 5])
    #expect(
      messages.map { $0.tags.joined() } == [
        "rotating_light", "warning", "rotating_light", "white_check_mark", "rotating_light",
      ])
    #expect(messages[0].title == "CRITICAL tethys: node a is NotReady")
    #expect(messages[0].message.contains("what to do: kubectl describe node a"))
    #expect(messages[3].title == "ENDED tethys: node a is NotReady")
    #expect(messages[4].title == "CRITICAL tethys: 1 critical, 1 warning: node c is NotReady")
  }

  @Test func pingIsSentWhileHealthy() throws {
    let receiver = try WebReceiver()
    let channel = PingChannel(
      sender: try sender("http://127.0.0.1:\(receiver.port)/ping/uuid"), interval: .seconds(60))
    try channel.renew([], at: .now, isCancelled: { false })
    try channel.renew([.sample("a")], at: .now, isCancelled: { false })
    #expect(receiver.requests.map(\.path) == ["/ping/uuid", "/ping/uuid/fail"])
    #expect(
      receiver.requests.map(\.body) == ["no incident is firing\n", "critical tethys node a is NotReady\n"])
  }

  /// From the configuration to the wire, with an address that is a secret as a whole.
  @Test func incidentReachesTheReceiver() throws {
    let receiver = try WebReceiver(key: "k")
    let log = LogMemory()
    try folder.write("http://127.0.0.1:\(receiver.port)/services/S3CRET", to: "hook-url")
    try folder.write("k", to: "hook-key")
    let configuration = try Configuration.parse(
      """
      clusters: [{ name: tethys, tunnel: { host: tethys } }]
      alerts:
        - name: on-call
          webhook: { url: { credential: hook-url }, key: { credential: hook-key } }
        - name: pings
          ping: { url: "http://127.0.0.1:\(receiver.port)/ping", interval: 10s }
        - name: broken
          webhook: { url: "http://127.0.0.1:\(receiver.port)/status/401" }
      """, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: true, home: "/root"))
    let delivery = AlertDelivery(
      configuration.alerts, from: nil, folder: nil, environment: .test(credentials: folder.path), log: log)
    delivery.refresh(firing: [])
    delivery.send(.sample(.opened, .sample("a")))
    #expect(
      eventually { Set(receiver.requests.map(\.path)) == ["/services/S3CRET", "/ping", "/status/401"] })
    #expect(receiver.requests.first { $0.path == "/services/S3CRET" }?.signed == true)
    #expect(eventually { delivery.failures.map(\.subject) == ["alerts broken"] })
    #expect(eventually { delivery.figures.map(\.waiting) == [0, 0, 1] })
    let figures = delivery.figures
    #expect(figures.map(\.channel) == ["on-call", "pings", "broken"])
    #expect(figures.map(\.means) == ["webhook", "ping", "webhook"])
    #expect(!log.text.contains("S3CRET"))
    #expect(!configuration.yaml.contains("S3CRET"))
    delivery.stop(timeout: .seconds(2))
  }
}
