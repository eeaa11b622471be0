/// Which status of a node condition is normal.
///
/// Kubernetes has no field for this: `DiskPressure` is bad if True, `EtcdIsVoter` is bad if not. The API conventions
/// only require a clear name, so the last word of the type decides. A word that only affirms, such as `Present`, leaves
/// the decision to the noun before it, and `No`, `Not` and `Free` negate a fault. An unknown word is treated as a
/// fault, because node-problem-detector and its plugins name their conditions after faults.
enum NodeConditionPolarity: Hashable {
  /// For example `EtcdIsVoter`, `ContainerRuntimeReady`, `example.com/GPUHealthy`.
  case goodWhenTrue
  /// For example `DiskPressure`, `FrequentKubeletRestart`, `NetworkUnavailable`.
  case badWhenTrue
  /// A property or planned work that is neither good nor bad, for example `SwapEnabled`, `InPlaceUpdate`.
  case informational

  private static let goodWords: Set = [
    "accepted", "accessible", "acquired", "active", "admitted", "alive", "allocated", "allowed", "applied",
    "approved", "assigned", "attached", "attestation", "attested", "authenticated", "authorized", "available",
    "balanced", "bound", "certified", "clean", "clear", "cleared", "compatible", "complete", "completed",
    "compliant", "configured", "connected", "consistent", "current", "deployed", "encrypted", "enforced",
    "enforcing", "enrolled", "established", "functional", "good", "healthy", "initialized", "inserted",
    "intact", "joined", "licensed", "listening", "live", "loaded", "matched", "member", "met", "migratable",
    "mounted", "normal", "ok", "okay", "online", "operational", "optimal", "pass", "passed", "passing",
    "programmed", "protected", "provisioned", "quorum", "reachable", "ready", "received", "reconciled",
    "recovered", "refreshed", "registered", "renewed", "resolvable", "resolved", "resolves", "responding",
    "responsive", "rotated", "running", "satisfied", "schedulable", "secure", "secured", "serving", "signed",
    "stable", "started", "succeeded", "success", "successful", "sufficient", "synced", "synchronized",
    "trusted", "up", "updated", "usable", "valid", "validated", "verified", "voter", "working", "writable",
  ]
  /// Good if no earlier word marks a fault.
  private static let goodNouns: Set = [
    "access", "bootstrapped", "connectivity", "health", "leader", "resolution", "service", "sync",
    "synchronization",
    "upgraded",
  ]
  private static let propertyWords: Set = ["enabled", "installed", "present", "supported"]
  /// Good words that only say that something is there. What it is decides.
  private static let affirmations: Set = [
    "acquired", "active", "alive", "applied", "assigned", "attached", "bound", "established", "inserted",
    "live", "loaded", "mounted", "received", "running", "started",
  ]
  private static let faultWords: Set = [
    "alarm", "alarms", "alert", "alerts", "attack", "bad", "blocked", "broken", "compromised", "conflict",
    "conflicts", "contention", "corrupt", "corrupted", "corruption", "crash", "crashed", "crashes",
    "crashing", "damage", "damaged", "dead", "deadlock", "deadlocked", "deadlocks", "defect", "defective",
    "defects", "degradation", "degraded", "denied", "disconnected", "drain", "drained", "draining", "error",
    "errors", "evicted", "eviction", "evictions", "exceeded", "exhausted", "exhaustion", "expired", "failed",
    "failing", "failure", "failures", "fault", "faults", "faulty", "fenced", "fencing", "flapping", "full",
    "hang", "hanging", "hangs", "hung", "infected", "infection", "intrusion", "invalid", "isolated", "issue",
    "issues", "leak", "leaks", "loss", "lost", "maintenance", "malware", "misconfiguration", "misconfigured",
    "mismatch", "missing", "offline", "oops", "outage", "overheated", "overheating", "overload", "overloaded",
    "panic", "panics", "preempted", "preemption", "pressure", "problem", "problems", "quarantine",
    "quarantined", "readonly", "refused", "rejected", "rootkit", "rootkits", "shutdown", "slow", "stale",
    "stalled", "starvation", "starved", "stuck", "taint", "tainted", "taints", "terminating", "termination",
    "throttled", "throttling", "timeout", "timeouts", "unauthorized", "unavailable", "unhealthy",
    "unreachable", "violated", "violation", "violations", "virus", "vulnerabilities", "vulnerability",
    "vulnerable",
  ]
  /// Nouns after which the fault is what they work against: `ErrorReporterRunning`, `LeakDetectionEnabled`.
  private static let remedyWords: Set = [
    "agent", "check", "checker", "checking", "controller", "correction", "daemon", "detection", "detector",
    "exporter", "handler", "handling", "logging", "manager", "monitor", "monitoring", "prevention",
    "protection", "recovery", "repair", "reporter", "reporting", "scanner", "scanning", "service",
    "tolerance",
  ]
  /// Work that waits or runs, although its last word alone is a good one.
  private static let pending: [[String]] = [
    ["update", "available"], ["updates", "available"], ["upgrade", "available"], ["upgrades", "available"],
    ["backup", "running"], ["upgrade", "running"], ["update", "running"], ["job", "running"],
    ["backup", "active"], ["upgrade", "active"], ["update", "active"], ["job", "active"],
  ]
  private static let denials: Set = ["no", "not", "never"]
  /// Gardener's condition for an in-place update of the node.
  private static let properties: Set = ["InPlaceUpdate"]
  /// The condition of AWS Neuron, which is True with the reasons NeuronHasError_….
  private static let faults: Set = ["NeuronHealth"]

  /// - Parameter type: with or without the prefix of a qualified name.
  init(type: String) {
    let name = type.split(separator: "/").last ?? ""
    var words = NodeConditionPolarity.words(of: name)
    for (phrase, word) in [(["up", "to", "date"], "current"), (["read", "only"], "readonly")] {
      while let start = words.indices.first(where: { words[$0...].starts(with: phrase) }) {
        words.replaceSubrange(start..<start + phrase.count, with: [word])
      }
    }
    let last = words.last ?? ""
    let before = words.dropLast()
    let isPending = Self.pending.contains { words.suffix($0.count).elementsEqual($0) }
    let isDenied = before.contains(where: NodeConditionPolarity.denials.contains) || before.last == "non"
    // The subject of the last word is a fault, unless a later word says what works against it.
    let hasFault =
      before.last {
        NodeConditionPolarity.faultWords.contains($0) || NodeConditionPolarity.remedyWords.contains($0)
      }
      .map(NodeConditionPolarity.faultWords.contains) ?? false
    if NodeConditionPolarity.properties.contains(String(name)) {
      self = .informational
    } else if NodeConditionPolarity.faults.contains(String(name)) {
      self = .badWhenTrue
    } else if isPending {
      self = isDenied ? .goodWhenTrue : .badWhenTrue
    } else if !isDenied,
      words.starts(with: ["has", "sufficient"]) || words.first == "sufficient"
        || words.suffix(2).elementsEqual(["in", "sync"])
    {
      self = .goodWhenTrue
    } else if last == "free", hasFault {
      self = .goodWhenTrue
    } else if NodeConditionPolarity.affirmations.contains(last)
      || NodeConditionPolarity.propertyWords.contains(last),
      hasFault
    {
      self = isDenied ? .goodWhenTrue : .badWhenTrue
    } else if NodeConditionPolarity.goodWords.contains(last) {
      self = isDenied ? .badWhenTrue : .goodWhenTrue
    } else if NodeConditionPolarity.goodNouns.contains(last), !before.suffix(2).elementsEqual(["out", "of"]),
      !before.contains(where: NodeConditionPolarity.faultWords.contains)
    {
      self = isDenied ? .badWhenTrue : .goodWhenTrue
    } else if NodeConditionPolarity.propertyWords.contains(last) {
      self = isDenied ? .badWhenTrue : .informational
    } else if isDenied, last == "required" || NodeConditionPolarity.faultWords.contains(last) {
      self = .goodWhenTrue
    } else {
      self = .badWhenTrue
    }
  }

  /// `GPUIsHealthy` becomes gpu, is, healthy; `network-ready` and `network_ready` become network, ready.
  private static func words(of name: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: Character = "-"
    let characters = Array(name)
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : "-"
      let isStart = character.isUppercase && (!previous.isUppercase || next.isLowercase)
      if isStart || !(character.isLetter || character.isNumber), !word.isEmpty {
        words.append(word.lowercased())
        word = ""
      }
      if character.isLetter || character.isNumber { word.append(character) }
      previous = character
    }
    if !word.isEmpty { words.append(word.lowercased()) }
    return words
  }
}

// Rules for all node conditions except Ready, which has its own rules.
extension Evaluation {
  mutating func judgeConditions(_ node: Node) {
    let isReady = node.resource.conditions["Ready"]?.status == .isTrue
    for condition in node.resource.conditions where condition.type != "Ready" {
      switch NodeConditionPolarity(type: condition.type) {
      case .badWhenTrue where condition.status == .isTrue:
        report(condition, of: node, state: condition.type)
      case .goodWhenTrue where condition.status != .isTrue:
        // The other conditions of an unreachable node are not reliable.
        guard isReady || condition.status == .isFalse, !isJoining(condition, node) else { continue }
        let status = condition.status.rawValue
        report(condition, of: node, state: "\(condition.type)=\(status)")
      case .goodWhenTrue, .badWhenTrue, .informational: break
      }
    }
  }

  private mutating func report(_ condition: Condition, of node: Node, state: String) {
    let words = [condition.reason, condition.message].filter { !$0.isEmpty }.joined(separator: ": ")
    let etcd = condition.type == "EtcdIsVoter" ? EtcdMembership(reason: condition.reason) : nil
    let reason = condition.reason.isEmpty ? "" : " (\(condition.reason))"
    report(
      NodeProblem(condition: condition.type), node.name,
      ["condition": condition.type, "state": state + reason],
      detail: [etcd?.meaning, words.isEmpty ? "it gives no reason" : words].compactMap(\.self)
        .joined(separator: "; "),
      since: condition.lastTransitionTime)
  }

  /// True if the node is a new etcd member, which is a learner until it has caught up with the leader.
  private mutating func isJoining(_ condition: Condition, _ node: Node) -> Bool {
    guard condition.type == "EtcdIsVoter", condition.reason == "MemberIsLearner" else { return false }
    let joined = elapsed(since: condition.lastTransitionTime, watching: "node/\(node.name)/learner")
    return joined < .seconds(300)
  }
}

/// The reasons that K3s and RKE2 give for EtcdIsVoter (k3s pkg/etcd).
private enum EtcdMembership: String {
  case learner = "MemberIsLearner"
  case unhealthy = "Unhealthy"
  case notAMember = "NotAMember"

  init?(reason: String) { self.init(rawValue: reason) }

  var meaning: String {
    switch self {
    case .learner: "its etcd member has not caught up with the leader and does not vote"
    case .unhealthy: "its etcd member fails its health check: one more failure may cost the quorum"
    case .notAMember: "the etcd cluster does not list this node as a member"
    }
  }
}
