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
    ("etcdserver: mvcc: database space exceeded", .etcdFull),
    (
      "failed calling webhook \"w\": Post \"https://w.svc\": x509: certificate has expired",
      .webhookCertificate
    ),
    ("failed calling webhook \"w\": service \"cert-manager-webhook\" not found", .webhookMissing),
    (
      "conversion webhook for cert-manager.io/v1, Kind=Certificate failed: service \"w\" not found",
      .webhookMissing
    ),
    (
      "conversion webhook for cert-manager.io/v1 failed: dial tcp 10.43.1.2:443: connection refused", .webhook
    ),
    ("failed to push to remote: non-fast-forward update: refs/heads/main", .writeConflict),
    ("unable to create new content in namespace apps because it is being terminated", .namespaceTerminating),
  ])
  func isRecognized(_ message: String, _ fault: OutsideFault) {
    #expect(OutsideFault(message) == fault)
    #expect(!fault.note.contains("Git"))
  }

  @Test(arguments: [
    "admission webhook \"v\" denied the request: invalid rate limit \"abc\"",
    "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no rate limit",
    "Ingress \"web\" is invalid: spec.rateLimit: Invalid value: -1: the rate limit must be positive",
    "etcdserver: request is too large",
    "kustomize build failed: no such file or directory", "no match for kind \"Foo\" in version \"v1\"",
    "timeout waiting for: [Deployment/apps/web status: 'InProgress']", "",
    "client rate limiter Wait returned an error: context deadline exceeded", "error parsing: unexpected EOF",
  ])
  func faultOfTheFilesIsNone(_ message: String) { #expect(OutsideFault(message) == nil) }

  @Test(arguments: [
    (
      "unexpected requesting \"https://github.com/o/r.git/info/refs\" status code: 503",
      OutsideFault.serverError
    ),
    ("unexpected requesting \"https://github.com/o/r.git/info/refs\" status code: 429", .rateLimit),
    ("unable to clone 'https://github.com/o/r': context deadline exceeded", .network),
    ("Get \"https://ghcr.io/v2/\": context deadline exceeded", .network),
    ("http2: server sent GOAWAY and closed the connection", .network),
    ("unexpected status code 524", .serverError),
    ("unable to clone 'https://github.com/o/r': unexpected EOF", .network),
    ("Get \"https://h/i\": EOF", .network),
    ("the server is currently unable to handle the request", .aggregatedAPI),
    ("unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale", .aggregatedAPI),
  ])
  func downloadFaultIsRecognized(_ message: String, _ fault: OutsideFault) {
    #expect(OutsideFault(message, isDownload: true) == fault)
    let isCut = message.contains("exceeded") || message.hasSuffix("EOF")
    #expect(OutsideFault(message) == (isCut ? nil : fault))
  }

  private static func failed(_ message: String, _ reason: String = "R", secret: String? = nil) -> NextStep? {
    let ready = [Fixture.condition("Ready", .isFalse, reason, message)]
    let git = FluxObject(
      resource: Fixture.resource("GitRepository", "flux-system", ready), interval: .seconds(60),
      secretName: secret)
    return Fixture.report { $0.flux = .seen([git]) }.problems.first?.step
  }

  @Test(arguments: [
    (
      "failed to get secret 'flux-system/key': secrets \"key\" not found",
      "Secret flux-system/key does not exist"
    ),
    ("GET https://ghcr.io/token?scope=x: DENIED: denied", "let the credentials in Secret flux-system/git"),
    (
      "GET https://index.docker.io/v2/x: DENIED: requested access to the resource is denied",
      "let the credentials"
    ),
    ("GET https://harbor/v2/x: FORBIDDEN: no pull access", "let the credentials in Secret flux-system/git"),
    ("failed to fetch https://h/index.yaml : 403 Forbidden", "let the credentials in Secret flux-system/git"),
    (
      "unable to clone: ssh: handshake failed: knownhosts: key mismatch",
      "known_hosts in Secret flux-system/git"
    ),
    ("GET https://ghcr.io/v2/x: UNAUTHORIZED: authentication required", "renew the credentials in Secret"),
  ])
  func refusalOfASourceHasAStepOutsideGit(_ message: String, _ note: String) throws {
    let step = try #require(Self.failed(message, secret: "git"))
    #expect(try #require(step.note).contains(note))
    #expect(note.contains("exist") == (step.command?.hasSuffix("get secret key") == true))
  }

  @Test func signatureIsComparedWithItsSigner() {
    let step = Self.failed(
      "authenticity validation failed: signature is not produced by a trusted signer", "VerificationError",
      secret: "git")
    #expect(step?.note?.contains("matchOIDCIdentity") == true)
  }

  @Test(arguments: [
    (
      "GitOperationFailed", "ssh: handshake failed: ssh: unable to authenticate",
      "renew the credentials of its"
    ),
    (
      "UpdateFailed", "yaml: line 12: found character that cannot start any token in File: a.yaml",
      "fix it in Git"
    ),
  ])
  func automationHasTheCredentialsOfItsSource(_ reason: String, _ message: String, _ note: String) {
    let ready = [Fixture.condition("Ready", .isFalse, reason, message)]
    let report = Fixture.report {
      $0.imageUpdateAutomations = .seen([
        ImageUpdateAutomation(resource: Fixture.resource("ImageUpdateAutomation", "main", ready))
      ])
    }
    #expect(report.problems.first?.step.note?.contains(note) == true)
  }

  @Test(arguments: ["", "secrets \"\" not found", "secrets x not found", "configmaps \"x\" not found"])
  func otherTextsNameNoMissingSecret(_ message: String) { #expect(message.missingSecret == nil) }

  @Test func imageRepositoryHasTheStepsOfASource() {
    let ready = [
      Fixture.condition("Ready", .isFalse, "R", "scan failed: GET https://ghcr.io/v2/: UNAUTHORIZED: no")
    ]
    let report = Fixture.report {
      $0.imageRepositories = .seen([
        ImageRepository(resource: Fixture.resource("ImageRepository", "web", ready), image: "ghcr.io/a/web")
      ])
    }
    #expect(
      report.problems.first?.step.note == "renew the credentials that its secretRef names at their source")
  }

  @Test(arguments: [
    "command error on refs/heads/main: protected branch hook declined",
    "push declined due to repository rule violations", "pre-receive hook declined",
    "unexpected requesting \"https://h/o/r.git/git-receive-pack\" status code: 403",
    "unknown error: ERROR: The key you are authenticating with has been marked as read only.",
  ])
  func refusedPushIsThatOfTheTokenOrTheBranch(_ message: String) {
    let ready = [
      Fixture.condition("Ready", .isFalse, "GitOperationFailed", "failed to push to remote: \(message)")
    ]
    let report = Fixture.report {
      $0.imageUpdateAutomations = .seen([
        ImageUpdateAutomation(resource: Fixture.resource("ImageUpdateAutomation", "main", ready))
      ])
    }
    #expect(report.problems.first?.detail.contains("the branch is protected") == true)
    #expect(report.problems.first?.step.note?.contains("push to the branch") == true)
  }

  // MARK: Artifacts

  /// - Parameter seconds: how long ago it failed.
  private static func artifactFailed(_ message: String, ago seconds: Int64) -> Problem? {
    let failed = Fixture.kustomization(
      "web", [Fixture.condition("Ready", .isFalse, "ArtifactFailed", message, ago: seconds)])
    return Fixture.report { $0.flux = .seen([Fixture.git(), failed]) }.problems.first
  }

  @Test func pathThatTheSourceLacksIsAFailureAtOnce() throws {
    let problem = try #require(
      Self.artifactFailed(
        "kustomization path not found: stat /tmp/k/aps/web: no such file or directory", ago: 10))
    #expect(problem.code == .fluxObject(.failed))
    #expect(problem.severity == .critical && problem.step.note == "fix it in Git")
  }

  @Test func artifactThatCannotBeDownloadedIsAFaultOfTheNetwork() throws {
    let message =
      "failed to download archive: dial tcp: lookup source-controller on 10.43.0.10:53: server misbehaving"
    #expect(Self.artifactFailed(message, ago: 60) == nil)
    let problem = try #require(Self.artifactFailed(message, ago: 900))
    #expect(problem.code == .fluxObject(.failed) && problem.severity == .critical)
    #expect(problem.step.note == OutsideFault.network.note)
  }

  @Test func dependantsOfADownloadFaultAreExplainedByIt() {
    let message = "failed to download archive: dial tcp: lookup source-controller: server misbehaving"
    let infra = Fixture.kustomization(
      "infra", [Fixture.condition("Ready", .isFalse, "ArtifactFailed", message, ago: 3600)])
    let leaf = Fixture.kustomization(
      "leaf",
      [
        Fixture.condition(
          "Ready", .isFalse, "DependencyNotReady", "dependency 'flux-system/infra' is not ready", ago: 3600)
      ], dependsOn: [infra.resource.reference])
    let report = Fixture.report { $0.flux = .seen([Fixture.git(), infra, leaf]) }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/infra/failed"])
  }

  @Test func artifactThatDoesNotExistYetIsAWait() throws {
    let message = "Source artifact not found, retrying in 30s"
    #expect(Self.artifactFailed(message, ago: 60) == nil)
    #expect(Self.artifactFailed(message, ago: 900)?.code == .fluxObject(.waiting))
  }

  // MARK: Health checks

  @Test(arguments: [
    ("Job/apps/migrate", "-n apps describe job migrate"),
    ("PersistentVolumeClaim/apps/data", "-n apps describe persistentvolumeclaim data"),
  ])
  func objectOfAFailedHealthCheckIsTheNextStep(_ object: String, _ command: String) {
    let failed = Fixture.kustomization(
      "apps",
      [
        Fixture.condition(
          "Ready", .isFalse, "HealthCheckFailed", "timeout waiting for: [\(object) status: 'InProgress']")
      ])
    let report = Fixture.report { $0.flux = .seen([Fixture.git(), failed]) }
    #expect(report.problems.first?.step.command?.hasSuffix(command) == true)
  }

  /// The cause of a critical failure is found ten minutes later. That is no improvement.
  @Test func causeOfAFailedHealthCheckIsAsCritical() {
    let workload = Workload(
      resource: Fixture.resource(
        "Deployment", "quota", namespace: "apps",
        [Fixture.condition("ReplicaFailure", .isTrue, "FailedCreate", "exceeded quota", ago: 3600)]),
      desired: 1, ready: 0, available: 0, updated: 0)
    func report(_ objects: [FluxObject]) -> ClusterReport {
      Fixture.report {
        $0.flux = .seen([Fixture.git()] + objects)
        $0.workloads = .seen([workload])
      }
    }
    let alone = report([])
    let checked = report([Fixture.kustomization("qk", waitingFor: "apps/quota")])
    #expect(alone.problemIDs == checked.problemIDs)
    #expect(alone.problems.map(\.severity) == [.warning] && checked.problems.map(\.severity) == [.critical])
    #expect(checked.verdict == .critical)
    #expect(checked.workloads.map(\.verdict) == [.critical])
  }

  @Test func dependantsOfASuspendedObjectAreExplainedByIt() {
    let parked = Fixture.kustomization("parked", suspended: true)
    let children = ["a", "b"].map {
      Fixture.kustomization(
        $0,
        [
          Fixture.condition(
            "Ready", .isFalse, "DependencyNotReady",
            "dependency 'flux-system/parked' revision is not up to date", ago: 3600)
        ], dependsOn: [parked.resource.reference])
    }
    let report = Fixture.report { $0.flux = .seen([Fixture.git(), parked] + children) }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/parked/suspended"])
  }

  // MARK: Stacks

  private static func stack(
    _ conditions: [Condition], message: String? = nil, page: String? = nil, state: String? = nil
  ) -> Problem? {
    let stack = Stack(
      resource: Fixture.resource("Stack", "infra", conditions), lastUpdateState: state,
      lastUpdateMessage: message, lastUpdatePage: page)
    return Fixture.report { $0.stacks = .seen([stack]) }.problems.first
  }

  @Test func stackThatIsInProgressTellsWhy() {
    let problem = Self.stack([
      Fixture.condition(
        "Ready", .isFalse, "NotReadyInProgress", "reconciliation is in progress", ago: 18_000),
      Fixture.condition(
        "Reconciling", .isTrue, "PrerequisiteNotSatisfied", "unable to find \"net\"", ago: 18_000),
    ])
    #expect(problem?.detail == "PrerequisiteNotSatisfied: unable to find \"net\"")
  }

  @Test func failedUpdateHasTheErrorOfPulumi() {
    let problem = Self.stack(
      [Fixture.condition("Ready", .isFalse, "UpdateFailed", "1 update failure(s)")],
      message: "error: quota exceeded",
      page: "https://app.pulumi.com/a/b/c/updates/7", state: "failed")
    #expect(problem?.detail.hasPrefix("error: quota exceeded") == true)
    #expect(problem?.detail.hasSuffix("its log: https://app.pulumi.com/a/b/c/updates/7") == true)
  }

  @Test func stackWithoutCredentialsIsNotFixedInGit() {
    let stalled = Fixture.condition("Stalled", .isTrue, "SourceUnavailable", "authentication required")
    #expect(Self.stack([stalled])?.step.note?.contains("renew the credentials") == true)
  }

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
    #expect(steps["stack flux-system/infra"]?.command?.hasPrefix("kubectl --kubeconfig") == true)
  }
}
