import GuardTypes
import Testing

@testable import Health

/// Which differences between polls are changes.
@Suite struct InventoryTests {
  private static let failure = PollFailure(code: .forbidden, message: "may not list", remedy: "a rule")

  /// The changes in a sequence of polls, one per 15 s, as `subject: fact from -> to`.
  private static func changes(_ polls: (inout Snapshot) -> Void...) -> [String] {
    var inventory = Inventory()
    return polls.enumerated().flatMap { index, change in
      inventory.update(
        Fixture.snapshot(change), fluxNamespace: "flux-system", at: time(index))
      return inventory.dequeueChanges(limit: 100) { _ in true }.map(words)
    }
  }

  private static func time(_ poll: Int) -> Timestamp { Fixture.now + .seconds(15 * poll) }

  private static func words(_ change: ObservedChange) -> String {
    "\(change.names.joined(separator: ", ")): \(change.kind.rawValue) \(change.from ?? "nil") -> \(change.to ?? "nil")"
  }

  private static func same(_ snapshot: inout Snapshot) {}

  private static func nodes(_ names: String...) -> (inout Snapshot) -> Void {
    { $0.nodes = .seen(names.map { Fixture.node($0) }) }
  }

  private static func workload(
    _ name: String, _ images: String..., kind: String = "Deployment", namespace: String = "apps",
    version: String? = nil, partOf: String? = nil
  ) -> Workload {
    Workload(
      resource: Fixture.resource(kind, name, namespace: namespace), desired: 1, ready: 1, available: 1,
      updated: 1, images: images, partOf: partOf, version: version)
  }

  private static func runs(_ workloads: Workload...) -> (inout Snapshot) -> Void {
    { $0.workloads = .seen(workloads) }
  }

  private static func policy(_ image: String?) -> (inout Snapshot) -> Void {
    {
      $0.imagePolicies = .seen([
        ImagePolicy(
          resource: Fixture.resource("ImagePolicy", "web"),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "web"),
          latestImage: image)
      ])
    }
  }

  @Test func firstPollHasNoChange() {
    #expect(Self.changes(Self.same).isEmpty)
    #expect(Self.changes(Self.same, Self.same, Self.same).isEmpty)
  }

  @Test func nodeJoinsAtOnceAndIsGoneAfterTwoPolls() {
    let (two, three) = (Self.nodes("a", "b"), Self.nodes("a", "b", "c"))
    #expect(Self.changes(two, three) == ["node c: node nil -> present"])
    #expect(Self.changes(three, two).isEmpty)
    #expect(Self.changes(three, two, two) == ["node c: node present -> nil"])
    #expect(Self.changes(three, two, two, two) == ["node c: node present -> nil"])
  }

  @Test func objectThatIsMissingInOnePollDidNotChange() {
    let (two, three) = (Self.nodes("a", "b"), Self.nodes("a", "b", "c"))
    #expect(Self.changes(three, two, three, two, three).isEmpty)
    // With another version, it changed.
    let upgraded: (inout Snapshot) -> Void = {
      $0.nodes = .seen([Fixture.node("a"), Fixture.node("b"), Fixture.node("c", version: "v1.34.0")])
    }
    #expect(Self.changes(three, two, upgraded) == ["node c: kubelet v1.33.4+k3s1 -> v1.34.0"])
  }

  /// Each poll that can't be read is followed by one that can.
  @Test(
    arguments: [
      { $0.nodes = .failed(InventoryTests.failure) }, { $0.nodes = .notServed },
      { ($0.nodes, $0.isReady) = (.seen([]), false) },
      {
        $0.undecodable = [UndecodableObject(kind: "Node", name: "calypso", reason: "r")]
        $0.nodes = .seen([Fixture.node("srv712429")])
      },
      {
        $0.uncountedKinds = ["Node"]
        $0.nodes = .seen([])
      },
    ] as [@Sendable (inout Snapshot) -> Void])
  func whatCannotBeReadIsNotGone(_ unreadable: @escaping @Sendable (inout Snapshot) -> Void) {
    #expect(Self.changes(Self.same, unreadable, unreadable, unreadable, Self.same).isEmpty)
    // A refusal at the start of the guard is not a reason to take all nodes for new ones.
    #expect(Self.changes(unreadable, unreadable, Self.same).filter { !$0.hasPrefix("node ") }.isEmpty)
  }

  @Test func kindThatWasNeverReadIsNotNew() {
    let refused: (inout Snapshot) -> Void = {
      $0.nodes = .failed(InventoryTests.failure)
      $0.failedFluxKinds = ["Kustomization": InventoryTests.failure]
      $0.flux = .seen([Fixture.git()])
    }
    #expect(Self.changes(refused, refused, Self.same).isEmpty)
  }

  @Test func kindThatIsNoLongerServedIsNotGone() {
    let served = ServedKinds(served: ["GitRepository", "Kustomization"])
    let before: (inout Snapshot) -> Void = { $0.kinds = served }
    let deleted: (inout Snapshot) -> Void = {
      $0.flux = .seen([Fixture.git()])
      $0.kinds = ServedKinds(served: ["GitRepository"], absent: ["Kustomization"])
    }
    #expect(Self.changes(before, deleted, deleted, deleted, before).isEmpty)
    // The definition is back, and its objects are not.
    let empty: (inout Snapshot) -> Void = {
      $0.flux = .seen([Fixture.git()])
      $0.kinds = served
    }
    #expect(
      Self.changes(before, deleted, empty, empty) == [
        "kustomization flux-system/apps: revision main@sha1:a -> nil"
      ])
  }

  @Test func commitIsOneChangeOfAllItsObjects() {
    let moved: (inout Snapshot) -> Void = {
      $0.flux = .seen([
        Fixture.git(revision: "main@sha1:b"), Fixture.kustomization("apps", revision: "main@sha1:b"),
      ])
    }
    #expect(
      Self.changes(Self.same, moved) == [
        "gitrepository flux-system/flux-system, kustomization flux-system/apps: revision main@sha1:a -> main@sha1:b"
      ])
  }

  @Test func missingRevisionIsUnknown() {
    func chart(_ revision: String?) -> (inout Snapshot) -> Void {
      {
        $0.flux = .seen([
          FluxObject(resource: Fixture.resource("HelmRelease", "web"), revision: revision)
        ])
      }
    }
    #expect(Self.changes(chart("1.0"), chart(nil), chart(nil), chart("1.0")).isEmpty)
    #expect(
      Self.changes(chart("1.0"), chart(nil), chart("1.1"))
        == ["helmrelease flux-system/web: revision 1.0 -> 1.1"])
    #expect(
      Self.changes(chart(nil), chart("1.0")) == ["helmrelease flux-system/web: revision nil -> 1.0"])
  }

  /// It changes with every release of any chart in it.
  @Test func indexOfAChartRepositoryIsNotRecorded() {
    func index(_ revision: String) -> (inout Snapshot) -> Void {
      {
        $0.flux = .seen([
          FluxObject(resource: Fixture.resource("HelmRepository", "jetstack"), revision: revision)
        ])
      }
    }
    #expect(Self.changes(index("sha256:a"), index("sha256:b")).isEmpty)
  }

  @Test func imagesOfAWorkloadAreCompared() {
    let (one, two) = (Self.runs(Self.workload("web", "r/a:1")), Self.runs(Self.workload("web", "r/a:2")))
    #expect(Self.changes(one, two) == ["deployment apps/web: image r/a:1 -> r/a:2"])
    // A sidecar is added, removed, and the whole workload deleted.
    let sidecar = Self.runs(Self.workload("web", "r/a:1", "r/b:1"))
    #expect(Self.changes(one, sidecar) == ["deployment apps/web: image nil -> r/b:1"])
    #expect(Self.changes(sidecar, one) == ["deployment apps/web: image r/b:1 -> nil"])
    #expect(
      Self.changes(sidecar, Self.runs(), Self.runs()) == [
        "deployment apps/web: image r/a:1 -> nil", "deployment apps/web: image r/b:1 -> nil",
      ])
    #expect(
      Self.changes(one, Self.runs(Self.workload("web", "ghcr.io/r/a:1"))) == [
        "deployment apps/web: image r/a:1 -> ghcr.io/r/a:1"
      ])
    // The order of containers does not matter.
    #expect(Self.changes(sidecar, Self.runs(Self.workload("web", "r/b:1", "r/a:1"))).isEmpty)
    // Two tags of one image.
    #expect(
      Self.changes(one, Self.runs(Self.workload("web", "r/a:1", "r/a:0"))) == [
        "deployment apps/web: image r/a:1 -> r/a:0, r/a:1"
      ])
  }

  @Test func kindsOfWorkloadsFailSeparately() {
    let set = Self.workload("db", "r/db:1", kind: "StatefulSet")
    let all = Self.runs(Self.workload("web", "r/a:1"), set)
    let partly: (inout Snapshot) -> Void = {
      $0.workloads = .seen([set])
      $0.failedWorkloadKinds = ["Deployment": InventoryTests.failure]
    }
    #expect(Self.changes(all, partly, partly, partly, all).isEmpty)
  }

  @Test func imageOfAPolicyIsCompared() {
    #expect(
      Self.changes(Self.policy("r/a:1"), Self.policy("r/a:2")) == [
        "imagepolicy flux-system/web: policy r/a:1 -> r/a:2"
      ])
    #expect(Self.changes(Self.policy("r/a:1"), Self.policy(nil), Self.policy("r/a:1")).isEmpty)
  }

  @Test func versionsAreCompared() {
    let api: (inout Snapshot) -> Void = { $0.version = "v1.34.1+k3s1" }
    #expect(Self.changes(Self.same, api) == ["Kubernetes API: kubernetes v1.33.4+k3s1 -> v1.34.1+k3s1"])
    #expect(Self.changes(Self.same, { $0.version = nil }, Self.same).isEmpty)
    func controller(_ tag: String, _ version: String?, partOf: String? = nil) -> (inout Snapshot) -> Void {
      Self.runs(
        Self.workload(
          "source-controller", "ghcr.io/fluxcd/source-controller:\(tag)", namespace: "flux-system",
          version: version, partOf: partOf))
    }
    #expect(
      Self.changes(controller("v1.6.2", "v2.6.4"), controller("v1.7.0", "v2.7.0")) == [
        "deployment flux-system/source-controller: flux v2.6.4 -> v2.7.0",
        "deployment flux-system/source-controller: controller v1.6.2 -> v1.7.0",
      ])
    #expect(Self.changes(controller("v1.6.2", "v2.6.4"), controller("v1.6.2", nil)).isEmpty)
  }

  @Test func changeHasTheTimesBetweenWhichItHappened() throws {
    var inventory = Inventory()
    func poll(_ index: Int, _ change: (inout Snapshot) -> Void) -> ObservedChange? {
      inventory.update(Fixture.snapshot(change), fluxNamespace: "flux-system", at: Self.time(index))
      return inventory.dequeueChanges(limit: 9) { _ in true }.first
    }
    _ = poll(0, Self.nodes("a", "b"))
    _ = poll(1) { $0.nodes = .failed(InventoryTests.failure) }
    let joined = try #require(poll(100, Self.nodes("a", "b", "c")))
    #expect(joined.formerSeenAt == Self.time(0) && joined.seenAt == Self.time(100))
    _ = poll(101, Self.nodes("a", "b"))
    let gone = try #require(poll(102, Self.nodes("a", "b")))
    #expect(gone.formerSeenAt == Self.time(100) && gone.seenAt == Self.time(101))
  }

  /// A clock that was set back must not make a change end before it began.
  @Test func timesAreOrderedAfterTheClockWasSetBack() throws {
    var inventory = Inventory()
    inventory.update(Fixture.snapshot(Self.nodes("a")), fluxNamespace: "", at: Self.time(100))
    inventory.update(Fixture.snapshot(Self.nodes("a", "b")), fluxNamespace: "", at: Self.time(0))
    let change = try #require(inventory.dequeueChanges(limit: 1) { _ in true }.first)
    #expect(change.formerSeenAt <= change.seenAt)
  }

  /// A change that may not be written yet is merged with the next ones of the same fact.
  @Test func withheldChangesAreMerged() throws {
    var inventory = Inventory()
    func poll(_ index: Int, _ tag: String, isAllowed: Bool) -> [ObservedChange] {
      inventory.update(
        Fixture.snapshot(Self.runs(Self.workload("web", "r/a:\(tag)"))), fluxNamespace: "",
        at: Self.time(index))
      return inventory.dequeueChanges(limit: 9) { _ in isAllowed }
    }
    #expect(poll(0, "1", isAllowed: true).isEmpty)
    for (index, tag) in ["2", "3", "4"].enumerated() {
      #expect(poll(index + 1, tag, isAllowed: false).isEmpty)
    }
    let merged = try #require(poll(4, "4", isAllowed: true).first)
    #expect(Self.words(merged) == "deployment apps/web: image r/a:1 -> r/a:4")
    #expect(merged.steps == 3)
    #expect(merged.formerSeenAt == Self.time(0) && merged.seenAt == Self.time(3))
    // Back at the written value, there is nothing to write.
    #expect(poll(5, "5", isAllowed: false).isEmpty)
    #expect(poll(6, "4", isAllowed: false).isEmpty)
    #expect(inventory.waiting.isEmpty)
  }

  @Test func longValuesAreCut() {
    let long = String(repeating: "x", count: 5000)
    let changes = Self.changes(Self.same, { $0.version = long })
    #expect(changes.count == 1 && changes[0].utf8.count < 700)
  }
}
