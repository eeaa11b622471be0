/// Parses faults from lines of text: the name in kebab case, then its arguments.
extension Fault {
  /// Parses `node-not-ready calypso`, `policy-moved cert-manager v1.18.3`, `answers-wrong status:503 /apis` and so
  /// on.
  package init(line: String) throws(DemoError) {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { throw DemoError.unknownFault("the line is empty") }
    let arguments = Array(words.dropFirst())
    func argument(_ index: Int, _ what: String) throws(DemoError) -> String {
      guard index < arguments.count else { throw DemoError.unknownFault("\(verb): \(what) is missing") }
      return arguments[index]
    }
    func number(_ text: String) throws(DemoError) -> Int {
      guard let number = Int(text) else {
        throw DemoError.unknownFault("\(verb): '\(text)' is not a number")
      }
      return number
    }
    switch verb {
    case "node-not-ready": self = .nodeNotReady(try argument(0, "a node"))
    case "node-ready": self = .nodeReady(try argument(0, "a node"))
    case "node-cordoned": self = .nodeCordoned(try argument(0, "a node"))
    case "node-uncordoned": self = .nodeUncordoned(try argument(0, "a node"))
    case "node-gone": self = .nodeGone(try argument(0, "a node"))
    case "node-back": self = .nodeBack(try argument(0, "a node"))
    case "gpu-lost": self = .gpuLost(try argument(0, "a node"))
    case "gpu-found": self = .gpuFound(try argument(0, "a node"))
    case "lease-stopped": self = .leaseStopped(try argument(0, "a node"))
    case "lease-renewed": self = .leaseRenewed(try argument(0, "a node"))
    case "policy-moved":
      self = .policyMoved(
        try argument(0, "a policy"), tag: try argument(1, "a tag"),
        minutes: arguments.count > 2 ? try number(arguments[2]) : 0)
    case "rollout": self = .rollout(try argument(0, "a policy"))
    case "automation-stopped": self = .automationStopped
    case "automation-resumed": self = .automationResumed
    case "kustomization-failing": self = .kustomizationFailing(try argument(0, "a Kustomization"))
    case "kustomization-fixed": self = .kustomizationFixed(try argument(0, "a Kustomization"))
    case "committed": self = .committed(try argument(0, "a commit"))
    case "source-refused": self = .sourceRefused
    case "source-accepted": self = .sourceAccepted
    case "suspended":
      self = .suspended(kind: try argument(0, "a kind"), name: try argument(1, "a name"))
    case "resumed": self = .resumed(kind: try argument(0, "a kind"), name: try argument(1, "a name"))
    case "workload-down": self = .workloadDown(try argument(0, "namespace/name"))
    case "workload-up": self = .workloadUp(try argument(0, "namespace/name"))
    case "secret-missing": self = .secretMissing(try argument(0, "namespace/name"))
    case "secret-back": self = .secretBack(try argument(0, "namespace/name"))
    case "helm-release-stalled": self = .helmReleaseStalled
    case "helm-release-fixed": self = .helmReleaseFixed
    case "certificate-ending": self = .certificateEnding
    case "certificate-renewed": self = .certificateRenewed
    case "stack-failed": self = .stackFailed
    case "stack-fixed": self = .stackFixed
    case "group-missing": self = .groupMissing(try argument(0, "an API group"))
    case "group-back": self = .groupBack(try argument(0, "an API group"))
    case "definition-deleted": self = .definitionDeleted(try argument(0, "PLURAL.GROUP"))
    case "definition-back": self = .definitionBack(try argument(0, "PLURAL.GROUP"))
    case "group-stale": self = .groupStale(try argument(0, "an API group"))
    case "group-fresh": self = .groupFresh(try argument(0, "an API group"))
    case "restarts":
      self = .restarts(seconds: try number(arguments.first ?? "13"))
    case "starting":
      let phases = Startup.Phase.allCases.map(\.rawValue).joined(separator: ", ")
      let text = try argument(0, "a phase, one of \(phases)")
      guard let phase = Startup.Phase(rawValue: text) else {
        throw DemoError.unknownFault("\(verb): '\(text)' is not one of \(phases)")
      }
      self = .starting(phase)
    case "started": self = .started
    case "clock-ahead":
      self = .clockAhead(seconds: try number(try argument(0, "seconds")))
    case "presents":
      let servers = Certificates.Server.allCases.map(\.rawValue).joined(separator: ", ")
      let text = try argument(0, "a certificate, one of \(servers)")
      guard let server = Certificates.Server(rawValue: text) else {
        throw DemoError.unknownFault("\(verb): '\(text)' is not one of \(servers)")
      }
      self = .presents(server)
    case "answers-wrong":
      self = .answersWrong(
        try ResponseFault(word: try argument(0, "how")), on: arguments.count > 1 ? arguments[1] : "/")
    case "answers-right": self = .answersRight
    case "begins": self = .begins(try OngoingFault(words: arguments))
    case "ends": self = .ends(try OngoingFault(words: arguments))
    case "healed": self = .healed
    default: throw DemoError.unknownFault("unknown fault '\(verb)'")
    }
  }
}
