internal import GuardTypes
internal import Health

// The kinds that the server serves, derived from one poll.
extension Poll {
  /// Call when all requests have ended: records the result for each kind.
  mutating func settle() {
    guard hasReadDiscovery, let discovery else { return }
    let named = Dictionary(discovery.kinds.map { ($0.kind.name, $0.version) }) { first, _ in first }
    var findings: [String: KnownKinds.Finding] = [:]
    for kind in Kind.discovered {
      findings[kind.name] = finding(for: kind, namedIn: named[kind.name], discovery)
    }
    let isReady = canConfirmAbsence
    missing = Set(findings.filter { $0.value == .missing }.keys)
    known.record(findings, isReady: isReady)
  }

  private func finding(for kind: Kind, namedIn version: String?, _ discovery: Discovery) -> KnownKinds.Finding
  {
    if let version { return .named(version: version) }
    switch listings[kind.name]?.outcome {
    case .whole: return .listed
    case .failed where listings[kind.name]?.isLost == false: return .unclear
    case .failed, .notServed, .asking, nil: return discovery.failure(of: kind) == nil ? .missing : .unclear
    }
  }

  /// True if a kind that is missing from discovery may be recorded as missing. If `/readyz` cannot be
  /// read, a second poll without the kind is sufficient.
  private var canConfirmAbsence: Bool {
    switch gaps["readiness"]?.code {
    case nil: isReady == true
    case .forbidden, .unauthorized, .badResponse: isReady != false
    case .tunnelDown, .unreachable, .tls, .timeout, .kubeconfig: false
    }
  }

  /// Kinds that were served before and are missing from discovery: their lists are requested nevertheless.
  func unnamedKinds(in discovery: Discovery) -> [ServedKind] {
    Kind.discovered.compactMap { kind in
      guard !discovery.kinds.contains(where: { $0.kind.name == kind.name }), !discovery.isForeign(kind) else {
        return nil
      }
      return known.version(of: kind.name).map { ServedKind(kind, $0) }
    }
  }

  /// True if the discovery result may be cached.
  var isDiscoverySettled: Bool {
    hasDiscovered && !isDiscoveryOutdated && known.isSettled(Kind.discovered.map(\.name))
      && missing.allSatisfy(known.isConfirmedAbsent)
  }

  /// True if this poll did not find the kind and it is not confirmed to be absent.
  func isUnconfirmed(_ kind: Kind) -> Bool {
    missing.contains(kind.name) && !known.isConfirmedAbsent(kind.name)
  }
}
