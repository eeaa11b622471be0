import GuardTypes
import Health
import Testing

@testable import GuardAPI

/// A cluster with thousands of objects of any kind: the document stays small, contains what is wrong, and counts the
/// rest.
@Suite struct OmittedRowsTests {
  private static let now = Timestamp(seconds: 1_772_339_047)
  private static let count = 6000

  /// The lists of a cluster, each with many objects.
  enum List: CaseIterable {
    case nodes, flux, policies, repositories, automations, workloads, certificates, stacks
  }

  private static func name(_ index: Int, long: Bool) -> String {
    let name = "object-\(index)-"
    return name + String(repeating: "x", count: long ? 253 - name.utf8.count : 0)
  }

  private static func resource(_ kind: String, _ index: Int, long: Bool) -> Resource {
    let text = String(repeating: "é", count: 500)
    return Resource(
      kind: kind, namespace: kind == "Node" ? "" : "apps", name: name(index, long: long),
      conditions: (kind == "Node" ? ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] : ["Ready"])
        .map {
          Condition(
            type: $0, status: .isFalse, reason: "KubeletNotReady", message: long ? "\(index) \(text)" : "")
        })
  }

  /// - Parameter verdict: of each object by its index.
  private static func report(
    _ lists: [List], count: Int = count, long: Bool, problems: [Problem] = [], _ verdict: (Int) -> Verdict
  ) -> ClusterReport {
    let indices = 0..<count
    let text = long ? String(repeating: "m", count: 1000) : ""
    func judged<Value>(_ list: List, _ value: (Int) -> Value) -> [Judged<Value>] {
      lists.contains(list)
        ? indices.map { Judged(value: value($0), verdict: verdict($0), message: "\($0) \(text)") } : []
    }
    let policies = judged(.policies) {
      ImagePolicy(
        resource: resource("ImagePolicy", $0, long: long),
        repository: Reference(kind: "ImageRepository", namespace: "apps", name: "a"))
    }
    return ClusterReport(
      name: "tethys", verdict: .critical, summary: "much",
      nodes: lists.contains(.nodes)
        ? indices.map {
          NodeReport(
            node: Node(resource: resource("Node", $0, long: long)), verdict: verdict($0),
            status: verdict($0) == .critical ? "NotReady" : "Ready", isExpected: true)
        } : [],
      flux: judged(.flux) { FluxObject(resource: resource("Kustomization", $0, long: long)) },
      policies: policies.map { policy in
        let running = (0..<150).map {
          ImagePolicyReport.Running(image: "registry.example/app:v\($0)", workload: "deployment apps/\($0)")
        }
        return ImagePolicyReport(
          policy: policy, running: running, isBehind: policy.verdict == .healthy ? false : true)
      },
      repositories: judged(.repositories) {
        ImageRepository(resource: resource("ImageRepository", $0, long: long), image: "registry.example/app")
      },
      automations: judged(.automations) {
        ImageUpdateAutomation(resource: resource("ImageUpdateAutomation", $0, long: long))
      },
      workloads: judged(.workloads) {
        Workload(
          resource: resource("Deployment", $0, long: long), desired: 1, ready: 1, available: 1, updated: 1,
          images: long ? [String](repeating: "registry.example/app:v1", count: 40) : [])
      },
      certificates: judged(.certificates) { Certificate(resource: resource("Certificate", $0, long: long)) },
      stacks: judged(.stacks) { Stack(resource: resource("Stack", $0, long: long)) },
      problems: problems)
  }

  private static func document(_ report: ClusterReport, clusters: Int = 1) -> StatusDocument {
    let cluster = ClusterDocument(
      report: report, tunnel: TunnelDocument(state: .up, since: now, host: "tethys"),
      poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: now), api: APIDocument(),
      rowBytes: ClusterDocument.rowBytes(clusters: clusters), now: now)
    return StatusDocument(
      generatedAt: now, clusters: Array(repeating: cluster, count: clusters), problems: report.problems)
  }

  private static func rows(_ list: List, _ cluster: ClusterDocument) -> [(name: String, verdict: Verdict)] {
    switch list {
    case .nodes: cluster.nodes.map { ($0.name, $0.verdict) }
    case .flux: cluster.flux.objects.map { ($0.name, $0.verdict) }
    case .policies: cluster.images.policies.map { ($0.name, $0.verdict) }
    case .repositories: cluster.images.repositories.map { ($0.name, $0.verdict) }
    case .automations: cluster.images.automations.map { ($0.name, $0.verdict) }
    case .workloads: cluster.workloads.map { ($0.name, $0.verdict) }
    case .certificates: cluster.certificates.map { ($0.name, $0.verdict) }
    case .stacks: cluster.stacks.map { ($0.name, $0.verdict) }
    }
  }

  private static func omitted(_ list: List, _ cluster: ClusterDocument) -> OmittedRowsDocument? {
    switch list {
    case .nodes: cluster.omitted?.nodes
    case .flux: cluster.omitted?.flux
    case .policies: cluster.omitted?.policies
    case .repositories: cluster.omitted?.repositories
    case .automations: cluster.omitted?.automations
    case .workloads: cluster.omitted?.workloads
    case .certificates: cluster.omitted?.certificates
    case .stacks: cluster.omitted?.stacks
    }
  }

  @Test(arguments: List.allCases) func failingObjectsOfOneKindFit(list: List) throws {
    let document = Self.document(Self.report([list], long: true) { _ in .critical })
    #expect(try DocumentCoding.encode(document).count < 2 << 20)
    let cluster = try #require(document.clusters.first)
    let omitted = try #require(Self.omitted(list, cluster))
    let rows = Self.rows(list, cluster)
    #expect(rows.count > 50)
    #expect(rows.count + omitted.count == Self.count && omitted.total == Self.count)
    #expect(omitted.critical == omitted.count)
    for other in List.allCases where other != list { #expect(Self.omitted(other, cluster) == nil) }
  }

  @Test func listsShareTheirSize() throws {
    let document = Self.document(Self.report(List.allCases, count: 2000, long: true) { _ in .critical })
    #expect(try DocumentCoding.encode(document).count < 2 << 20)
    let cluster = try #require(document.clusters.first)
    for list in List.allCases {
      let rows = Self.rows(list, cluster)
      #expect(rows.count > 20, "\(list)")
      #expect(rows.count + (Self.omitted(list, cluster)?.count ?? 0) == 2000)
    }
  }

  @Test func healthyObjectsAreOmittedFirst() throws {
    // Every hundredth object is not healthy, the last one is the worst, and the order of the list stays.
    let cluster = try #require(
      Self.document(
        Self.report(List.allCases, long: false) {
          $0 == Self.count - 1 ? .critical : $0 % 100 == 0 ? .degraded : $0 % 100 == 1 ? .unknown : .healthy
        }
      ).clusters.first)
    for list in List.allCases {
      let rows = Self.rows(list, cluster)
      let omitted = try #require(Self.omitted(list, cluster))
      #expect(rows.count { $0.verdict == .degraded } == 60, "\(list)")
      #expect(rows.count { $0.verdict == .unknown } == 60, "\(list)")
      #expect(rows.last?.name == Self.name(Self.count - 1, long: false), "\(list)")
      #expect(omitted.healthy == omitted.count, "\(list)")
      let numbers = rows.compactMap { $0.name.split(separator: "-").dropFirst().first.flatMap { Int($0) } }
      #expect(numbers == numbers.sorted() && numbers.count == rows.count)
    }
  }

  @Test func subjectsOfProblemsStayInTheirOrder() throws {
    // All are critical. The causes, which come first among the problems, are at the end of the list.
    let causes = (Self.count - 40..<Self.count).map { index in
      Problem(
        .fluxObject(.failed), id: "tethys/flux/\(index)", severity: .critical, cluster: "tethys",
        subject: "kustomization apps/\(Self.name(index, long: true))", title: "fails", detail: "",
        since: Self.now,
        step: NextStep())
    }
    let cluster = try #require(
      Self.document(Self.report([.flux], long: true, problems: causes) { _ in .critical }).clusters.first)
    #expect(
      cluster.flux.objects.suffix(40).map(\.name)
        == (Self.count - 40..<Self.count).map {
          Self.name($0, long: true)
        })
  }

  @Test func completeListsHaveNoCounts() throws {
    let cluster = try #require(
      Self.document(Self.report(List.allCases, count: 20, long: false) { _ in .healthy }).clusters.first)
    #expect(cluster.omitted == nil)
    for list in List.allCases { #expect(Self.rows(list, cluster).count == 20) }
  }

  @Test(arguments: [2, 10, 200]) func clustersShareTheSizeOfTheDocument(clusters: Int) throws {
    let document = Self.document(
      Self.report(List.allCases, count: 300, long: true) { _ in .critical }, clusters: clusters)
    #expect(try DocumentCoding.encode(document).count < max(5 << 20, clusters * 48 << 10))
    for cluster in document.clusters.prefix(2) {
      for list in List.allCases { #expect(!Self.rows(list, cluster).isEmpty) }
    }
  }

  @Test func countsAreThoseOfTheClientsPages() throws {
    var omitted: [List: OmittedRowsDocument] = [:]
    let cluster = try #require(
      Self.document(
        Self.report(List.allCases, long: true) {
          [.healthy, .degraded, .critical, .unknown][$0 % 4]
        }
      ).clusters.first)
    for list in List.allCases {
      let rows = try #require(Self.omitted(list, cluster))
      omitted[list] = rows
      #expect(rows.healthy + rows.degraded + rows.critical + rows.unknown == rows.count)
      let seen = Self.rows(list, cluster)
      #expect(seen.count { $0.verdict == .healthy } + rows.healthy == Self.count / 4)
      #expect(seen.count { $0.verdict == .critical } + rows.critical == Self.count / 4)
    }
    #expect(omitted[.nodes].map { $0.ready == $0.count - $0.critical } == true)
    #expect(omitted[.policies].map { $0.current == $0.healthy && $0.behind == $0.count - $0.healthy } == true)
    #expect(omitted[.workloads].map { $0.wrong == $0.critical + $0.degraded } == true)
  }

  @Test func runningImagesOfAPolicyAreLimited() throws {
    let policy = try #require(
      Self.document(Self.report([.policies], count: 1, long: false) { _ in .healthy }).clusters.first?.images
        .policies.first)
    #expect(policy.running?.count == 20)
    #expect(policy.omittedRunning == 130)
  }
}
