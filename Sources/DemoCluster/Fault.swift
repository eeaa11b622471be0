/// Something that happens to the demo's cluster or to its API. `DemoCluster.apply` takes one; so does a line on
/// the standard input of `demo-cluster` (`Fault(line:)`).
package enum Fault: Hashable, Sendable {
  // Nodes
  /// The kubelet stops: conditions Unknown, unreachable taints, the Lease stands still.
  case nodeNotReady(String)
  case nodeReady(String)
  case nodeCordoned(String)
  case nodeUncordoned(String)
  case nodeGone(String)
  case nodeBack(String)
  /// The device plugin died: `nvidia.com/gpu` 0 in allocatable, the node stays Ready.
  case gpuLost(String)
  case gpuFound(String)
  /// The Lease stands still although Ready is True.
  case leaseStopped(String)
  case leaseRenewed(String)

  // Images
  /// The policy of this name resolves to a newer tag; nothing runs it yet.
  case policyMoved(String, tag: String)
  /// The automation pushes, Flux applies, and the workload runs what the policy wants.
  case rollout(String)
  case automationStopped
  case automationResumed

  // Flux
  case kustomizationFailing(String)
  case kustomizationFixed(String)
  case sourceRefused
  case sourceAccepted
  /// The Helm upgrade failed, its retries are used up, and nothing goes on by itself.
  case helmReleaseStalled
  case helmReleaseFixed
  case suspended(kind: String, name: String)
  case resumed(kind: String, name: String)

  // The rest
  /// `namespace/name` of a Deployment, StatefulSet or DaemonSet.
  case workloadDown(String)
  case workloadUp(String)
  case secretMissing(String)
  case secretBack(String)
  /// The certificate ends within two days and was not renewed.
  case certificateEnding
  case certificateRenewed
  case stackFailed
  case stackFixed
  case groupMissing(String)
  case groupBack(String)
  /// `kubectl delete crd NAME`: the kind is gone, and its objects with it.
  case definitionDeleted(String)
  case definitionBack(String)
  /// The group's own server does not answer: it is named, marked stale and without resources.
  case groupStale(String)
  case groupFresh(String)
  /// The API server ends, and is ready again after so many seconds.
  case restarts(seconds: Int)
  /// The API server stays in this phase of its start, until it is `started`.
  case starting(Start.Phase)
  case started

  /// From now on, until it ends.
  case begins(Trouble)
  case ends(Trouble)

  /// The cluster's clock is this far ahead of the machine's; negative: behind.
  case clockAhead(seconds: Int)
  /// New connections see this certificate.
  case presents(Certificates.Server)
  /// Every answer whose path contains this text comes out wrong, until `answersRight`.
  case answersWrong(Misbehaviour, on: String)
  case answersRight
  /// All of it undone: the cluster, its clock and certificate as at the start, and right answers.
  case healed
}

/// A way for an API server, or for whatever answers in its place, to go wrong.
package enum Misbehaviour: Hashable, Sendable {
  /// 401 for everybody.
  case unauthorized
  /// 403 with the words of RBAC.
  case forbidden
  /// A Status object with this code (500, 503, 429 …).
  case status(Int)
  /// Accepts the request and never answers.
  case hangs
  /// Closes the connection without an answer.
  case closes
  /// 200 with a web page, as a captive portal gives.
  case html
  /// A whole answer that ends in the middle of its JSON.
  case truncatedJSON
  /// Fewer bytes than Content-Length promises, then the end.
  case shortBody
  /// Half of an answer, then the end of the connection without TLS's own goodbye.
  case truncatedTLS
  /// Names that are no UTF-8.
  case invalidUTF8
  /// Every page says that another one follows.
  case endlessContinue
  /// A list that goes on for this many bytes.
  case hugeBody(Int)
  /// Header lines without end.
  case endlessHeaders
  /// One byte every so many milliseconds.
  case slow(milliseconds: Int)
  /// Strings where numbers belong and objects where strings belong, in every other item.
  case wrongTypes
  /// Arrays in arrays, this deep.
  case deepNesting(Int)
  /// 302 to another address.
  case redirect(String)
  /// Every page's `continue` token is refused with 410.
  case expiredContinue
}

extension ClusterState {
  /// The cluster after a fault; faults of answers are not the cluster's affair.
  mutating func apply(_ fault: Fault, at now: Moment) {
    version += 1
    switch fault {
    case .nodeNotReady(let name): change(name) { ($0.isReady, $0.since) = (false, now) }
    case .nodeReady(let name): change(name) { ($0.isReady, $0.since) = (true, now) }
    case .nodeCordoned(let name): change(name) { $0.isCordoned = true }
    case .nodeUncordoned(let name): change(name) { $0.isCordoned = false }
    case .nodeGone(let name): change(name) { $0.isThere = false }
    case .nodeBack(let name): change(name) { $0.isThere = true }
    case .gpuLost(let name): change(name) { $0.allocatableGPUs = 0 }
    case .gpuFound(let name): change(name) { $0.allocatableGPUs = $0.gpus }
    case .leaseStopped(let name): change(name) { $0.leaseStopped = now.advanced(seconds: -120) }
    case .leaseRenewed(let name): change(name) { $0.leaseStopped = nil }
    case .policyMoved(let name, let tag):
      change(image: name) {
        ($0.previous, $0.latest, $0.moved) = ($0.latest, tag, now)
        $0.tagCount += 1
      }
    case .rollout(let name):
      commit = Commit(sha: Hash.hex("\(commit.sha) \(name)", digits: 40), at: now)
      change(image: name) {
        ($0.running, $0.rolledOut) = ($0.latest, now)
        $0.release += 1
      }
    case .automationStopped: automationStopped = now.advanced(seconds: -3600)
    case .automationResumed: automationStopped = nil
    case .kustomizationFailing(let name):
      failing[name] = Failure(
        reason: "BuildFailed",
        message:
          "kustomize build failed: accumulating resources: 'deployment.yaml': no such file or directory",
        since: now)
    case .kustomizationFixed(let name): failing[name] = nil
    case .sourceRefused: sourceRefused = now
    case .sourceAccepted: sourceRefused = nil
    case .helmReleaseStalled: helmReleaseStalled = now
    case .helmReleaseFixed: helmReleaseStalled = nil
    case .certificateEnding: isCertificateEnding = true
    case .certificateRenewed: isCertificateEnding = false
    case .stackFailed: stackFailed = now
    case .stackFixed: stackFailed = nil
    case .suspended(let kind, let name): suspended.insert("\(kind)/\(name)")
    case .resumed(let kind, let name): suspended.remove("\(kind)/\(name)")
    case .workloadDown(let name): downWorkloads[name] = now
    case .workloadUp(let name): downWorkloads[name] = nil
    case .secretMissing(let name): missingSecrets.insert(name)
    case .secretBack(let name): missingSecrets.remove(name)
    case .begins(let trouble):
      troubles[trouble] = now
      if trouble == .commitNotApplied { previousCommit = commit }
      if trouble == .commitNotApplied {
        commit = Commit(sha: Hash.hex("\(commit.sha) next", digits: 40), at: now)
      }
    case .ends(let trouble): troubles[trouble] = nil
    case .groupMissing(let group): missingGroups.insert(group)
    case .groupBack(let group): missingGroups.remove(group)
    case .definitionDeleted(let name): missingKinds.insert(name)
    case .definitionBack(let name): missingKinds.remove(name)
    case .groupStale(let group): staleGroups.insert(group)
    case .groupFresh(let group): staleGroups.remove(group)
    case .restarts(let seconds): start = Start(at: now, seconds: seconds)
    case .starting(let phase): start = Start(held: phase)
    case .started: start = nil
    case .answersWrong, .answersRight, .clockAhead, .presents: break
    case .healed:
      let next = version
      self = .oceanid(at: now)
      version = next
    }
  }

  private mutating func change(_ name: String, _ body: (inout NodeFacts) -> Void) {
    for index in nodes.indices where nodes[index].name == name { body(&nodes[index]) }
  }

  private mutating func change(image name: String, _ body: (inout ImageFacts) -> Void) {
    for index in images.indices where images[index].name == name { body(&images[index]) }
  }
}
