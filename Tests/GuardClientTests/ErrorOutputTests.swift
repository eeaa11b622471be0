import Foundation
import GuardAPI
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
