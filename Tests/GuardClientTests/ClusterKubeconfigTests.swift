import Foundation
import GuardAPI
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardRun
@testable import GuardTerminal

@Suite struct ClusterKubeconfigTests {
  private static func complaint(_ kubeconfig: String?, named: String? = nil) throws -> UnusableKubeconfig? {
    var status = Scene.healthy.status
    try #require(status.clusters.count == 1)
    status.clusters[0].kubeconfig = kubeconfig
    do throws(UnusableKubeconfig) {
      _ = try ClusterKubeconfig.path(of: status, named: named)
      return nil
    } catch {
      return error
    }
  }

  @Test func missingFileIsReported() throws {
    let guards = try #require(try Self.complaint("/nope/config"))
    #expect(
      "\(guards)"
        == "the guard's kubeconfig /nope/config does not exist; name your own with --kubeconfig FILE")
    #expect(guards.exitStatus == 69)
    let own = try #require(try Self.complaint(nil, named: "/nope/config"))
    #expect("\(own)" == "/nope/config does not exist")
    #expect(own.exitStatus == 64)
  }

  @Test func unreadableFileIsDenied() {
    let complaint = UnusableKubeconfig.unreadable("/x", EACCES, isOwn: false)
    #expect("\(complaint)".hasPrefix("the guard's kubeconfig /x is not readable for you; "))
    #expect(complaint.exitStatus == 77)
  }

  /// As in kubectl, missing files in KUBECONFIG are skipped unless all are missing.
  @Test func oneReadableFileOfAListIsEnough() throws {
    let folder = try TestSupport.TemporaryFolder()
    let file = try folder.write("", to: "config")
    #expect(try Self.complaint("/nope/config:\(file)") == nil)
    #expect(try Self.complaint("/nope/a:/nope/b") == .unreadable("/nope/a", ENOENT, isOwn: false))
  }
}
