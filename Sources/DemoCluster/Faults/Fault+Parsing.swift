/// Parses faults from lines of text: the name in kebab case, then its arguments.
extension Fault {
  /// Parses `node-not-ready calypso`, `policy-moved cert-manager v1.18.3`, `answers-wrong status:503 /apis` and so
  /// on.
  package init(line: String) throws(DemoError) {
    let arguments = try FaultArguments(line: line)
    switch arguments.verb {
    case "node-not-ready": self = .nodeNotReady(try arguments.word(0, "a node"))
    case "node-ready": self = .nodeReady(try arguments.word(0, "a node"))
    case "node-cordoned": self = .nodeCordoned(try arguments.word(0, "a node"))
    case "node-uncordoned": self = .nodeUncordoned(try arguments.word(0, "a node"))
    case "node-gone": self = .nodeGone(try arguments.word(0, "a node"))
    case "node-back": self = .nodeBack(try arguments.word(0, "a node"))
    case "gpu-lost": self = .gpuLost(try arguments.word(0, "a node"))
    case "gpu-found": self = .gpuFound(try arguments.word(0, "a node"))
    case "lease-stopped": self = .leaseStopped(try arguments.word(0, "a node"))
    case "lease-renewed": self = .leaseRenewed(try arguments.word(0, "a node"))
    case "policy-moved":
      self = .policyMoved(
        try arguments.word(0, "a policy"), tag: try arguments.word(1, "a tag"),
        minutes: try arguments.number(2, otherwise: 0))
    case "rollout": self = .rollout(try arguments.word(0, "a policy"))
    case "automation-stopped": self = .automationStopped
    case "automation-resumed": self = .automationResumed
    case "kustomization-failing": self = .kustomizationFailing(try arguments.word(0, "a Kustomization"))
    case "kustomization-fixed": self = .kustomizationFixed(try arguments.word(0, "a Kustomization"))
    case "committed": self = .committed(try arguments.word(0, "a commit"))
    case "source-refused": self = .sourceRefused
    case "source-accepted": self = .sourceAccepted
    case "suspended":
      self = .suspended(kind: try arguments.word(0, "a kind"), name: try arguments.word(1, "a name"))
    case "resumed":
      self = .resumed(kind: try arguments.word(0, "a kind"), name: try arguments.word(1, "a name"))
    case "workload-down": self = .workloadDown(try arguments.word(0, "namespace/name"))
    case "workload-up": self = .workloadUp(try arguments.word(0, "namespace/name"))
    case "secret-missing": self = .secretMissing(try arguments.word(0, "namespace/name"))
    case "secret-back": self = .secretBack(try arguments.word(0, "namespace/name"))
    case "helm-release-stalled": self = .helmReleaseStalled
    case "helm-release-fixed": self = .helmReleaseFixed
    case "certificate-ending": self = .certificateEnding
    case "certificate-renewed": self = .certificateRenewed
    case "stack-failed": self = .stackFailed
    case "stack-fixed": self = .stackFixed
    case "group-missing": self = .groupMissing(try arguments.word(0, "an API group"))
    case "group-back": self = .groupBack(try arguments.word(0, "an API group"))
    case "definition-deleted": self = .definitionDeleted(try arguments.word(0, "PLURAL.GROUP"))
    case "definition-back": self = .definitionBack(try arguments.word(0, "PLURAL.GROUP"))
    case "group-stale": self = .groupStale(try arguments.word(0, "an API group"))
    case "group-fresh": self = .groupFresh(try arguments.word(0, "an API group"))
    case "restarts": self = .restarts(seconds: try arguments.number(0, otherwise: 13))
    case "starting": self = .starting(try arguments.value(0, "a phase, one of"))
    case "started": self = .started
    case "clock-ahead": self = .clockAhead(seconds: try arguments.number(0))
    case "presents": self = .presents(try arguments.value(0, "a certificate, one of"))
    case "answers-wrong":
      self = .answersWrong(
        try ResponseFault(word: try arguments.word(0, "how")),
        on: arguments.words.count > 1 ? arguments.words[1] : "/")
    case "answers-right": self = .answersRight
    case "begins": self = .begins(try OngoingFault(arguments.nested))
    case "ends": self = .ends(try OngoingFault(arguments.nested))
    case "healed": self = .healed
    default: throw DemoError.unknownFault("unknown fault '\(arguments.verb)'")
    }
  }
}
