import GuardTypes
import Testing

@testable import Health

/// Failures that no commit corrects have a next step of their own.
@Suite struct ControllerMessageTests {
  @Test(arguments: [
    (
      "failed to checkout: dial tcp: lookup github.com on 10.43.0.10:53: server misbehaving",
      OutsideFault.network
    ),
    ("Get \"https://ghcr.io/v2/\": net/http: TLS handshake timeout", .network),
    ("failed to save artifact: write /data/x: no space left on device", .diskFull),
    ("GET https://ghcr.io/v2/x: TOOMANYREQUESTS: retry-after: 1m", .rateLimit),
    ("Helm upgrade failed: another operation (install/upgrade/rollback) is in progress", .helmLock),
    (
      "failed calling webhook \"webhook.cert-manager.io\": dial tcp 10.43.1.2:443: connect: connection refused",
      .webhook
    ),
    (
      "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version",
      .writeConflict
    ),
    ("error: [409] Conflict: Another update is currently in progress.", .stackLock),
    ("x509: certificate signed by unknown authority", .certificate),
    ("unexpected status from HEAD request: 502 Bad Gateway", .serverError),
    ("etcdserver: request timed out", .etcd),
  ])
  func isRecognized(_ message: String, _ fault: OutsideFault) {
    #expect(OutsideFault(message) == fault)
    #expect(!fault.note.contains("Git"))
  }

  @Test(arguments: [
    "kustomize build failed: no such file or directory", "no match for kind \"Foo\" in version \"v1\"",
    "timeout waiting for: [Deployment/apps/web status: 'InProgress']", "",
    "client rate limiter Wait returned an error: context deadline exceeded", "error parsing: unexpected EOF",
  ])
  func faultOfTheFilesIsNone(_ message: String) { #expect(OutsideFault(message) == nil) }

  @Test func stepIsNotToCommit() throws {
    let message = "failed to checkout: dial tcp 140.82.121.4:443: i/o timeout"
    let failed = [Fixture.condition("Ready", .isFalse, "GitOperationFailed", message)]
    let stalled = [
      Fixture.condition("Stalled", .isTrue, "UpdateConflict", "Another update is currently in progress")
    ]
    let report = Fixture.report {
      $0.flux = .seen([Fixture.git(failed)])
      $0.imageRepositories = .seen([
        ImageRepository(resource: Fixture.resource("ImageRepository", "web", failed), image: "ghcr.io/a/web")
      ])
      $0.stacks = .seen([Stack(resource: Fixture.resource("Stack", "infra", stalled))])
    }
    let steps = Dictionary(uniqueKeysWithValues: report.problems.map { ($0.subject, $0.step) })
    #expect(steps["gitrepository flux-system/flux-system"]?.note == OutsideFault.network.note)
    #expect(steps["imagerepository flux-system/web"]?.note == OutsideFault.network.note)
    #expect(steps["stack flux-system/infra"]?.note == OutsideFault.stackLock.note)
    #expect(
      steps["stack flux-system/infra"]?.command?.hasSuffix("-n flux-system describe stacks.pulumi.com infra")
        == true)
  }
}
