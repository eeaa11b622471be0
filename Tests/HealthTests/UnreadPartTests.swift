import GuardTypes
import Testing

@testable import Health

/// While a part of the cluster cannot be read, its last known state and its history are kept.
@Suite struct UnreadPartTests {
  private static let failure = PollFailure(code: .badResponse, message: "500", remedy: "ask")

  /// The reports about one snapshot after the other, 15 s apart.
  private static func reports(
    _ expectations: Expectations = Expectations(), _ snapshots: Snapshot...
  ) -> [ClusterReport] {
    var history = PollHistory()
    var now = Fixture.now
    return snapshots.map { snapshot in
      var snapshot = snapshot
      snapshot.serverTime = now
      let (report, next) = judge(
        Fixture.observation(snapshot, at: now, expectations), history: history, now: now)
      history = next
      now = now + .seconds(15)
      return report
    }
  }

  private static func secret(_ isPresent: Bool?, missingFromCache: Bool = false) -> SecretPresence {
    SecretPresence(
      namespace: "flux-system", name: "github-token", isPresent: isPresent,
      failure: isPresent == nil ? failure : nil, isMissingFromCache: missingFromCache)
  }

  private static func snapshot(_ secret: SecretPresence, readyFor seconds: Int64) -> Snapshot {
    Fixture.snapshot {
      $0.flux = .seen([
        FluxObject(
          resource: Fixture.resource(
            "GitRepository", "flux-system",
            [Fixture.condition("Ready", .isTrue, "Succeeded", "stored", ago: seconds)]),
          secretName: "github-token")
      ])
      $0.secrets = .seen([secret])
    }
  }

  @Test func missingSecretStaysMissingUntilALaterSuccessProvesIt() {
    let found = Self.reports(
      Expectations(), Self.snapshot(Self.secret(false), readyFor: 3600),
      Self.snapshot(Self.secret(nil), readyFor: 3600),
      Self.snapshot(Self.secret(nil), readyFor: -20))
    #expect(found.prefix(2).map(\.verdict) == [.critical, .unknown])
    #expect(!found[2].problemIDs.contains { $0.contains("secret") })
    #expect(found.map { $0.secrets.map(\.isPresent) } == [[false], [nil], [true]])
    #expect(found[1].problemIDs == ["tethys/api/secrets/bad_response"])
  }

  /// For example `unable to transform key`, if the encryption of Secrets has lost its key.
  @Test func oldSuccessProvesNothingIfTheServerCannotReadTheSecret() {
    let report = Self.reports(Expectations(), Self.snapshot(Self.secret(nil), readyFor: 3600))
    #expect(report.map { $0.secrets.map(\.isPresent) } == [[nil]])
    #expect(report.map(\.problemIDs) == [["tethys/api/secrets/bad_response"]])
  }

  @Test func secretThatOnlyTheCacheDeniesIsUnknown() {
    let report = Self.reports(
      Expectations(), Self.snapshot(Self.secret(nil, missingFromCache: true), readyFor: 3600))
    #expect(report.map { $0.secrets.map(\.isPresent) } == [[nil]])
    #expect(report.map(\.problemIDs) == [["tethys/api/secrets/bad_response"]])
  }

  @Test func workloadThatCannotBeReadStillExplainsAFailedHealthCheck() {
    let web = Workload(
      resource: Fixture.resource(
        "Deployment", "web", namespace: "apps", [Fixture.condition("Available", .isFalse, ago: 3600)]),
      desired: 1, ready: 0, available: 0, updated: 1)
    func snapshot(_ isRead: Bool) -> Snapshot {
      Fixture.snapshot {
        $0.flux = .seen([
          Fixture.kustomization("apps", waitingFor: "apps/web")
        ])
        $0.workloads = .seen(isRead ? [web] : [])
        if !isRead { $0.failedWorkloadKinds = ["Deployment": Self.failure] }
      }
    }
    var all = snapshot(false)
    all.workloads = .failed(Self.failure)
    let found = Self.reports(Expectations(), snapshot(true), snapshot(false), all)
    #expect(found[0].problemIDs == ["tethys/workload/apps/web/deployment"])
    for report in found.dropFirst() {
      #expect(!report.problemIDs.contains { $0.contains("/flux/") })
      // It explains a critical failure, and nothing says how it is now.
      #expect(report.verdict == .unknown)
    }
  }

  private static let full = Fixture.snapshot { snapshot in
    snapshot.nodes = .seen([
      Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)]), Fixture.node("srv", cordoned: true),
    ])
    snapshot.flux = .seen([Fixture.git(), Fixture.kustomization("apps", suspended: true)])
    snapshot.workloads = .seen([
      Workload(
        resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared"), desired: 1,
        ready: 1,
        available: 1, updated: 1)
    ])
    snapshot.certificates = .seen([Certificate(resource: Fixture.resource("Certificate", "web"))])
    snapshot.stacks = .seen([Stack(resource: Fixture.resource("Stack", "infra"))])
    snapshot.imagePolicies = .seen([
      ImagePolicy(
        resource: Fixture.resource("ImagePolicy", "app"),
        repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"))
    ])
  }

  private static func without(_ change: (inout Snapshot) -> Void) -> Snapshot {
    var snapshot = full
    change(&snapshot)
    return snapshot
  }

  @Test func failedListIsNotHealthier() throws {
    let reports = Self.reports(Expectations(), Self.full, Self.without { $0.nodes = .failed(Self.failure) })
    #expect(reports.map(\.verdict) == [.critical, .unknown])
    let nodes = try #require(reports.last).nodes
    #expect(nodes.map(\.node.name) == ["calypso", "srv"])
    #expect(nodes.map(\.verdict) == [.unknown, .unknown])
    #expect(nodes.map(\.status) == ["NotReady", "Ready,SchedulingDisabled"])
  }

  @Test func everyPartKeepsItsLastKnownState() throws {
    let failed = Self.without {
      $0.nodes = .failed(Self.failure)
      $0.flux = .failed(Self.failure)
      $0.workloads = .failed(Self.failure)
      $0.certificates = .failed(Self.failure)
      $0.stacks = .failed(Self.failure)
      $0.imagePolicies = .failed(Self.failure)
    }
    // Over several polls, and when the tunnel goes down afterwards.
    var history = judge(Fixture.observation(Self.full), history: PollHistory(), now: Fixture.now).history
    for state in [TunnelState.up, .up, .backoff] {
      let (report, next) = judge(
        Fixture.observation(failed, tunnel: Fixture.tunnel(state)), history: history, now: Fixture.now)
      history = next
      #expect(report.nodes.map(\.verdict) == [.unknown, .unknown])
      #expect(report.flux.map(\.verdict) == [.unknown, .unknown])
      #expect(report.flux.allSatisfy { $0.message == "last seen at \(Fixture.now)" })
      #expect(report.workloads.map(\.verdict) == [.unknown])
      #expect(report.certificates.map(\.verdict) == [.unknown])
      #expect(report.stacks.map(\.verdict) == [.unknown])
      #expect(report.policies.map(\.policy.verdict) == [.unknown])
      #expect(report.policies.map(\.isBehind) == [nil])
    }
    let gone = Self.without { $0.certificates = .notServed }
    #expect(judge(Fixture.observation(gone), history: history, now: Fixture.now).report.certificates.isEmpty)
  }

  @Test func failedFluxKindKeepsItsObjects() throws {
    let reports = Self.reports(
      Expectations(), Fixture.snapshot(),
      Fixture.snapshot {
        $0.flux = .seen([Fixture.git()])
        $0.failedFluxKinds = ["Kustomization": Self.failure]
      })
    #expect(reports.map(\.verdict) == [.healthy, .unknown])
    let flux = try #require(reports.last).flux
    #expect(flux.map(\.value.resource.name) == ["flux-system", "apps"])
    #expect(flux.map(\.verdict) == [.healthy, .unknown])
  }

  @Test func knownCriticalProblemStaysCritical() {
    let reports = Self.reports(
      Expectations(nodes: ["ghost"]), Self.full, Self.without { $0.flux = .failed(Self.failure) })
    #expect(reports.map(\.verdict) == [.critical, .critical])
  }

  @Test func hiddenCriticalProblemIsUnknown() {
    let ended = Fixture.snapshot {
      $0.certificates = .seen([
        Certificate(resource: Fixture.resource("Certificate", "web"), notAfter: Fixture.ago(60))
      ])
    }
    let unread = Fixture.snapshot { $0.certificates = .failed(Self.failure) }
    #expect(
      Self.reports(Expectations(), ended, unread, unread).map(\.verdict) == [.critical, .unknown, .unknown])
    // If nothing was wrong before, a failed list is only a warning.
    #expect(Self.reports(Expectations(), unread).map(\.verdict) == [.degraded])
  }

  @Test func sinceSurvivesAPollWithoutTheList() throws {
    let reports = Self.reports(
      Expectations(), Self.full,
      Self.without {
        $0.nodes = .failed(Self.failure)
        $0.failedFluxKinds = ["Kustomization": Self.failure]
        $0.flux = .seen([Fixture.git()])
      }, Self.full)
    for id in ["tethys/node/srv/cordoned", "tethys/flux/kustomization/flux-system/apps/suspended"] {
      #expect(try #require(reports.last).problems.first { $0.id == id }?.since == Fixture.now)
    }
  }

  @Test func endedProblemIsForgottenWithAnotherKindUnread() throws {
    let forbidden = ["Receiver": Self.failure]
    let held = Fixture.snapshot {
      $0.flux = .seen([Fixture.kustomization("apps", suspended: true)])
      $0.failedFluxKinds = forbidden
    }
    let free = Fixture.snapshot {
      $0.flux = .seen([Fixture.kustomization("apps")])
      $0.failedFluxKinds = forbidden
    }
    let last = try #require(Self.reports(Expectations(), held, free, held).last)
    #expect(
      last.problems.first { $0.id.hasSuffix("/suspended") }?.since == Fixture.now + .seconds(30))
  }

  @Test func retriedFailureSurvivesAPollWithoutTheList() {
    let failing = Fixture.kustomization("apps", [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")])
    let retrying = Fixture.kustomization(
      "apps", [Fixture.condition("Ready", .unknown, "Progressing", ago: 5)])
    let reports = Self.reports(
      Expectations(), Fixture.snapshot { $0.flux = .seen([failing]) },
      Fixture.snapshot { $0.flux = .failed(Self.failure) }, Fixture.snapshot { $0.flux = .seen([retrying]) })
    #expect(
      reports.last?.problemIDs.filter { $0.contains("/flux/") }
        == ["tethys/flux/kustomization/flux-system/apps/failed"])
  }

  @Test func unreadCauseStillHidesItsSymptoms() {
    let git = Fixture.git([Fixture.condition("Ready", .isFalse, "GitOperationFailed", "no")])
    let waiting = Fixture.kustomization(
      "apps", [Fixture.condition("Ready", .isFalse, "ArtifactFailed", "Source artifact not found")])
    let reports = Self.reports(
      Expectations(), Fixture.snapshot { $0.flux = .seen([git, waiting]) },
      Fixture.snapshot {
        $0.flux = .seen([waiting])
        $0.failedFluxKinds = ["GitRepository": Self.failure]
      })
    #expect(
      reports.map(\.problemIDs) == [
        ["tethys/flux/gitrepository/flux-system/flux-system/failed"],
        ["tethys/api/GitRepository/bad_response"],
      ])
  }

  @Test func leaseIsRememberedOverAFailedPoll() throws {
    // A kubelet whose clock is two minutes behind, and moves its Lease all the time.
    func snapshot(_ poll: Int64?) -> Snapshot {
      Fixture.snapshot { snapshot in
        snapshot.nodes = .seen([
          Fixture.node("calypso", renewed: poll.map { Fixture.now + .seconds($0 * 15 - 120) })
        ])
        if poll == nil { snapshot.gaps = ["node-leases": Self.failure] }
      }
    }
    let reports = Self.reports(Expectations(), snapshot(0), snapshot(1), snapshot(nil), snapshot(1))
    #expect(reports.last?.problemIDs == [])
  }
}
