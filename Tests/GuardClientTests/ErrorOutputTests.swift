import Foundation
import GuardAPI
import Health
import Platform
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection

@Suite struct ErrorOutputTests {
  @Test(arguments: [
    (["status", "--json"], true), (["status", "-o", "json"], true), (["nodes", "-ojson"], true),
    (["flux", "--output=json"], true), (["--json"], true), (["status", "-o", "yaml"], false),
    (["status"], false),
    (["run", "--", "kubectl", "--json"], false), (["run", "kubectl", "-o", "json"], false),
    (["explain", "--", "--json"], false), ([], false),
  ])
  func errorsAreJSONIfTheCommandAsksForIt(_ arguments: [String], _ isJSON: Bool) {
    #expect(ErrorOutput.isJSON(arguments) == isJSON)
  }

  /// Without a guard.yaml no unit can start.
  @Test(arguments: [
    ([], false), (["/etc/oceanid/guard.yaml"], true), (["/home/ann/.config/oceanid/guard.yaml"], true),
    (["/home/ann/oceanid/guard.yaml"], false),
  ])
  func unconfiguredGuardIsSetUp(_ files: [String], _ isConfigured: Bool) {
    let socket = SocketPath(
      option: nil, environment: { ["HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/9"][$0] },
      exists: files.contains)
    let error = ClientError.unreachable(
      socket, .init(operation: .connect, errno: ENOENT, path: socket.path))
    let remedy = error.remedy.joined(separator: "\n")
    #expect(remedy.contains("oceanid-ctl setup") != isConfigured)
    #expect(remedy.contains("systemctl") == isConfigured)
    #expect(error.step?.command == (isConfigured ? nil : "oceanid-ctl setup"))
    // A socket that was named is not part of a setup.
    let named = ClientError.unreachable(
      .resolve(option: "/x/guard.sock"), .init(operation: .connect, errno: ENOENT, path: "/x/guard.sock"))
    #expect(named.step?.command == nil)
  }

  @Test func errorDocumentHasCodeMessageAndRemedy() throws {
    let error = ClientError.unreachable(
      .resolve(option: "/x/guard.sock"), .init(operation: .connect, errno: ENOENT, path: "/x/guard.sock"))
    let document = try JSONDecoder().decode(ErrorDocument.self, from: Data(ErrorOutput(error).json.utf8))
    #expect(document.error.code == "unavailable")
    #expect(document.error.message == "\(error)")
    #expect(document.error.remedy == error.remedy && document.error.remedy?.isEmpty == false)
    let refused = ClientError.refused(status: 404, code: "cluster", message: "no such cluster")
    let other = try JSONDecoder().decode(ErrorDocument.self, from: Data(ErrorOutput(refused).json.utf8))
    #expect(other.error.code == "cluster" && other.error.remedy == nil)
  }
}
