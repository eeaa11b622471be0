/// A change to the demo's cluster or to its API. `DemoCluster.apply` accepts one, and so does a line on the standard
/// input of `demo-cluster` (`Fault(line:)`).
package enum Fault: Hashable, Sendable {
  // Nodes
  /// The kubelet stops: conditions become Unknown, unreachable taints appear, and the Lease is not renewed.
  case nodeNotReady(String)
  case nodeReady(String)
  case nodeCordoned(String)
  case nodeUncordoned(String)
  case nodeGone(String)
  case nodeBack(String)
  /// The device plugin has failed: `nvidia.com/gpu` is 0 in allocatable, and the node stays Ready.
  case gpuLost(String)
  case gpuFound(String)
  /// The Lease is no longer renewed, although Ready is True.
  case leaseStopped(String)
  case leaseRenewed(String)

  // Images
  /// The policy selected a newer tag this many minutes ago, and no workload runs it yet.
  case policyMoved(String, tag: String, minutes: Int = 0)
  /// The automation pushes, Flux applies, and the workload runs the tag that the policy selects.
  case rollout(String)
  case automationStopped
  case automationResumed

  // Flux
  case kustomizationFailing(String)
  case kustomizationFixed(String)
  case sourceRefused
  case sourceAccepted
  /// The Helm upgrade failed and its retries are exhausted. It does not recover by itself.
  case helmReleaseStalled
  case helmReleaseFixed
  case suspended(kind: String, name: String)
  case resumed(kind: String, name: String)

  /// Flux fetches and applies a commit that was pushed, by its name of 40 digits.
  case committed(String)

  // Others
  /// `namespace/name` of a Deployment, StatefulSet or DaemonSet.
  case workloadDown(String)
  case workloadUp(String)
  case secretMissing(String)
  case secretBack(String)
  /// The certificate expires within two days and was not renewed.
  case certificateEnding
  case certificateRenewed
  case stackFailed
  case stackFixed
  case groupMissing(String)
  case groupBack(String)
  /// `kubectl delete crd NAME`: the kind and its objects are removed.
  case definitionDeleted(String)
  case definitionBack(String)
  /// The group's own server is unavailable: discovery lists the group as stale and without resources.
  case groupStale(String)
  case groupFresh(String)
  /// The API server restarts and is ready after this many seconds.
  case restarts(seconds: Int)
  /// The API server stays in this phase of its start-up until `started`.
  case starting(Startup.Phase)
  case started

  /// The fault starts, and lasts until it is ended.
  case begins(OngoingFault)
  case ends(OngoingFault)

  /// The cluster's clock is ahead of the local clock by this much; negative: behind.
  case clockAhead(seconds: Int)
  /// New connections get this certificate.
  case presents(Certificates.Server)
  /// All responses whose path contains this text are faulty, until `answersRight`.
  case answersWrong(ResponseFault, on: String)
  case answersRight
  /// Reverts everything: cluster, clock, certificate and responses.
  case healed
}

extension ClusterState {
  /// Applies a fault to the cluster. Response faults do not change the cluster.
  mutating func apply(_ fault: Fault, at now: APITime) {
    version += 1
    switch fault {
    case .nodeNotReady(let name): change(name) { ($0.isReady, $0.since) = (false, now) }
    case .nodeReady(let name): change(name) { ($0.isReady, $0.since) = (true, now) }
    case .nodeCordoned(let name): change(name) { $0.isCordoned = true }
    case .nodeUncordoned(let name): change(name) { $0.isCordoned = false }
    case .nodeGone(let name): change(name) { $0.exists = false }
    case .nodeBack(let name): change(name) { $0.exists = true }
    case .gpuLost(let name): change(name) { $0.allocatableGPUs = 0 }
    case .gpuFound(let name): change(name) { $0.allocatableGPUs = $0.gpus }
    case .leaseStopped(let name): change(name) { $0.leaseStopped = now.advanced(seconds: -120) }
    case .leaseRenewed(let name): change(name) { $0.leaseStopped = nil }
    case .policyMoved(let name, let tag, let minutes):
      change(image: name) {
        ($0.previous, $0.latest, $0.moved) = ($0.latest, tag, now.advanced(seconds: -60 * minutes))
        $0.tagCount += 1
      }
    case .rollout(let name):
      commit = Commit(
        sha: Hash.hex("\(commit.sha) \(name)", digits: 40), at: now, before: commit.sha)
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
    case .committed(let sha): commit = Commit(sha: sha, at: now, before: commit.sha)
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
    case .begins(let fault):
      ongoingFaults[fault] = now
      if fault == .commitNotApplied {
        previousCommit = commit
        commit = Commit(sha: Hash.hex("\(commit.sha) next", digits: 40), at: now, before: commit.sha)
      }
    case .ends(let fault): ongoingFaults[fault] = nil
    case .groupMissing(let group): missingGroups.insert(group)
    case .groupBack(let group): missingGroups.remove(group)
    case .definitionDeleted(let name): missingKinds.insert(name)
    case .definitionBack(let name): missingKinds.remove(name)
    case .groupStale(let group): staleGroups.insert(group)
    case .groupFresh(let group): staleGroups.remove(group)
    case .restarts(let seconds): start = Startup(at: now, seconds: seconds)
    case .starting(let phase): start = Startup(held: phase)
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
