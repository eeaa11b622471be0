import Health
import TestSupport
import Testing

@testable import Kubernetes

/// Names, images and revisions are judged and shown unchanged, whatever words they contain.
@Suite(.blocking) struct IdentifierTests {
  private func read(_ kind: Kind, _ item: String, version: String = "v1") throws -> Observed {
    let page = try ObjectPage(
      Array(SmallCluster.list(kind.name, [item]).utf8), of: ServedKind(kind, version))
    #expect(page.undecodable.isEmpty)
    return try #require(page.objects.first)
  }

  fileprivate static let names = [
    "auth", "token", "my-secret", "db-password", "user-credentials", "api-key", "jwt", "session-cookie",
    "bearer", "access-token", "pypi-mirror-cache-server-production", "sk-learn-inference-service-production",
    "glpat-rotator-for-the-whole-team-2", "xoxb-bridge-1234567890", "hvs.proxy.example.com",
    "npm-0123456789abcdefghij",
  ]

  /// The API server accepts any text as the reason of a condition and as a version.
  @Test func wordsThatAreTextsAreRedacted() throws {
    let secrets = [
      "token=hunter2xQ9 is wrong", "https://ann:hunter2xQ9@h/", "password hunter2xQ9 was refused",
    ]
    for secret in secrets {
      guard
        case .node(let node) = try read(
          .node,
          #"{"metadata":{"name":"a","labels":{"node-role.kubernetes.io/token=hunter2xQ9":""}},"status":{"conditions":[{"type":"Ready","status":"False","reason":"\#(secret)"}],"nodeInfo":{"kubeletVersion":"\#(secret)"}}}"#
        ),
        case .pod(let pod) = try read(
          .pod,
          #"{"metadata":{"name":"a","namespace":"b"},"status":{"phase":"Failed","reason":"\#(secret)","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"\#(secret)"}}}]}}"#
        )
      else { throw Wrong.kind }
      #expect(!"\(node)".contains("hunter2xQ9"), "\(node)")
      #expect(!"\(pod)".contains("hunter2xQ9"), "\(pod)")
      #expect(node.resource.conditions["Ready"]?.reason.isEmpty == false)
    }
  }

  @Test(arguments: IdentifierTests.names)
  func imagesCompareAsTheyAre(_ name: String) throws {
    let image = "ghcr.io/org/\(name):v1.2.3"
    let deployment = try #require(Kind.workloads.first { $0.name == "Deployment" })
    guard
      case .workload(let workload) = try read(
        deployment,
        #"{"metadata":{"name":"a","namespace":"b"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"\#(image)"}]}}}}"#
      ),
      case .imagePolicy(let policy) = try read(
        .imagePolicy,
        #"{"metadata":{"name":"a","namespace":"b"},"spec":{"imageRepositoryRef":{"name":"\#(name)"}},"status":{"latestRef":{"name":"ghcr.io/org/\#(name)","tag":"v1.2.3"}}}"#
      ),
      case .imagePolicy(let older) = try read(
        .imagePolicy,
        #"{"metadata":{"name":"a","namespace":"b"},"spec":{"imageRepositoryRef":{"name":"\#(name)"}},"status":{"latestImage":"\#(image)"}}"#
      )
    else { throw Wrong.kind }
    #expect(workload.images == [image])
    #expect(policy.latestImage == image)
    #expect(older.latestImage == image)
    #expect(policy.repository.name == name)
  }

  @Test(arguments: IdentifierTests.names)
  func referencesNameTheirObjects(_ name: String) throws {
    let kind = try #require(Kind.flux.first { $0.name == "Kustomization" })
    guard
      case .flux(let parent) = try read(
        kind, #"{"metadata":{"name":"\#(name)","namespace":"\#(name)"},"spec":{}}"#),
      case .flux(let child) = try read(
        kind,
        #"{"metadata":{"name":"c","namespace":"\#(name)"},"spec":{"path":"./\#(name)","dependsOn":[{"name":"\#(name)"}],"sourceRef":{"kind":"Bucket","name":"\#(name)"}},"status":{"lastAppliedRevision":"\#(name)@sha1:0a"}}"#
      ),
      case .pod(let pod) = try read(
        .pod,
        #"{"metadata":{"name":"p","namespace":"\#(name)","ownerReferences":[{"kind":"Job","name":"\#(name)"}]},"spec":{"nodeName":"\#(name)"},"status":{"phase":"Pending"}}"#
      )
    else { throw Wrong.kind }
    #expect(child.dependsOn == [parent.resource.reference])
    #expect(child.source?.name == name)
    #expect(child.revision == "\(name)@sha1:0a")
    #expect(child.path == "./\(name)")
    #expect(pod.owner == Reference(kind: "Job", namespace: name, name: name))
    #expect(pod.node == name)
  }

  @Test(arguments: [
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AKIAIOSFODNN7EXAMPLE", "glpat-x7Qz_4kPq9LmN2vRtY8w",
  ])
  func tokensAreHiddenEverywhere(_ token: String) throws {
    let kind = try #require(Kind.flux.first { $0.name == "GitRepository" })
    guard
      case .flux(let object) = try read(
        kind,
        #"{"metadata":{"name":"c","namespace":"d"},"spec":{"url":"https://ann:\#(token)@example.com/a","ref":{"branch":"\#(token)"}},"status":{"artifact":{"revision":"\#(token)@sha1:0a"}}}"#
      )
    else { throw Wrong.kind }
    for text in [object.git?.url, object.git?.branch, object.revision] {
      let text = try #require(text)
      #expect(!text.contains(token.suffix(12)), "\(text)")
    }
    #expect(object.revision?.hasSuffix("@sha1:0a") == true)
  }

  private enum Wrong: Error {
    case kind
  }

  // MARK: Versions of a later Flux

  @Test(arguments: [true, false])
  func kindInAnUnknownVersionIsNotDeleted(_ isAggregated: Bool) async throws {
    let group = "kustomize.toolkit.fluxcd.io"
    var before = SmallCluster()
    before.answers["/apis"] = .json(SmallCluster.aggregated)
    var cluster = before
    cluster.answers["/apis"] = .json(
      isAggregated
        ? #"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"\#(group)"},"versions":[{"version":"v9","resources":[{"resource":"kustomizations","responseKind":{"kind":"Kustomization"}}]}]}]}"#
        : #"{"kind":"APIGroupList","groups":[{"name":"\#(group)","versions":[{"version":"v9"}]}]}"#)
    cluster.answers["/apis/\(group)/v9"] = .json(
      #"{"kind":"APIResourceList","resources":[{"name":"kustomizations","kind":"Kustomization"}]}"#)
    cluster.answers["/apis/\(group)/v1/kustomizations"] = nil
    let server = try await TestServer(script: cluster.script)
    var limits = PollLimits()
    limits.discoveryLifetime = .zero
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port),
      limits: limits, kinds: ["Kustomization"])
    for _ in 1...4 {
      let snapshot = try await client.pollOnDedicatedThread().get()
      let failure = try #require(snapshot.failedFluxKinds["Kustomization"] ?? snapshot.flux.failure)
      #expect(
        failure.message
          == "kustomizations.\(group) is served in v9, which this guard does not know")
      #expect(!failure.remedy.contains("definition"))
      #expect(snapshot.kinds?.absent.contains("Kustomization") == false)
    }
  }
}
