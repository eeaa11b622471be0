import Curl
import Health
import Testing

@testable import Kubernetes

/// Texts of a server in the message of a failed poll: without credentials, and in one line without control characters.
@Suite struct ServerTextRedactionTests {
  private static let hostile =
    "\u{1b}[2J\u{202e}\u{9b}31m\n password=hunt3rX9Q ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2"

  private func check(_ failure: PollFailure?) throws {
    let message = try #require(failure).message
    #expect(!message.contains("hunt3r") && !message.contains("a1B2"), "\(message)")
    #expect(
      message.unicodeScalars.allSatisfy {
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }, "\(message)")
    #expect(message.contains("password=…"), "\(message)")
  }

  @Test func contentTypeIsCleaned() throws {
    let kubeconfig = try kubeconfig(port: 1)
    let response = Response(status: 200, contentType: "text/\(Self.hostile)")
    try check(PollFailure(response, asking: Subject(path: "/version"), of: kubeconfig))
    let page = Response(status: 200, contentType: "text/html; charset=utf-8")
    #expect(
      PollFailure(page, asking: Subject(path: "/version"), of: kubeconfig)?.message
        .contains("returned text/html; charset=utf-8 instead of JSON") == true)
  }

  @Test func kindIsCleaned() throws {
    try check(
      PollFailure(
        .otherKind("x\(Self.hostile)"), asking: Subject(path: "/version"), of: try kubeconfig(port: 1)))
  }

  @Test(arguments: [
    CurlError.Code.connect, .closed, .timeout, .tooLarge, .invalidResponse, .closedDuringHandshake,
    .handshake, .setup,
    .serverCertificate(.nameMismatch), .serverCertificate(.other), .clientCertificateRefused,
  ]) func libcurlMessagesAreCleaned(_ code: CurlError.Code) throws {
    let error = CurlError(code: code, operation: "GET /version", detail: "subject \(Self.hostile)")
    try check(PollFailure(error, asking: Subject(path: "/version"), of: try kubeconfig(port: 1)))
  }

  @Test func namesOfFailedChecksAreCleaned() {
    let response = Response(
      status: 500,
      body: Array("[-]etcd failed: x\n[-]ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2\u{202e} failed".utf8))
    #expect(response.failedChecks.first == "etcd")
    #expect(!response.failedChecks.joined().contains("a1B2"))
    #expect(!response.failedChecks.joined().contains("\u{202e}"))
  }
}
