internal import Health

// What a poll believes of the kinds that it was told of.
extension Poll {
  /// Once everything is asked: what was found out about each kind.
  mutating func settle() {
    guard hasLooked, let discovery else { return }
    let named = Dictionary(discovery.kinds.map { ($0.kind.name, $0.version) }) { first, _ in first }
    var looks: [String: KnownKinds.Look] = [:]
    for kind in Kind.discovered {
      looks[kind.name] = look(at: kind, namedIn: named[kind.name], discovery)
    }
    let isReady = tellsOfAbsence
    missing = Set(looks.filter { $0.value == .missing }.keys)
    known.take(looks, isReady: isReady)
  }

  private func look(at kind: Kind, namedIn version: String?, _ discovery: Discovery) -> KnownKinds.Look {
    if let version { return .named(version: version) }
    switch listings[kind.name]?.outcome {
    case .whole: return .listed
    case .failed where listings[kind.name]?.isLost == false: return .unclear
    case .failed, .notServed, .asking, nil: return discovery.failure(of: kind) == nil ? .missing : .unclear
    }
  }

  /// Nothing stands against believing that what is not named is not there. Where this guard may not ask `/readyz`,
  /// the second look must do.
  private var tellsOfAbsence: Bool {
    switch gaps["readiness"]?.code {
    case nil: isReady == true
    case .forbidden, .unauthorized, .badResponse: isReady != false
    case .tunnelDown, .unreachable, .tls, .timeout, .kubeconfig: false
    }
  }

  /// Kinds that the server had, and did not name in this poll: they are asked for all the same.
  func unnamedKinds(in discovery: Discovery) -> [ServedKind] {
    Kind.discovered.compactMap { kind in
      guard !discovery.kinds.contains(where: { $0.kind.name == kind.name }) else { return nil }
      return known.version(of: kind.name).map { ServedKind(kind, $0) }
    }
  }

  /// What was found out may be kept for a while.
  var isDiscoverySettled: Bool {
    hasDiscovered && !isDiscoveryOutdated && known.isSettled(Kind.discovered.map(\.name))
      && missing.allSatisfy(known.isBelievedAbsent)
  }

  /// This poll did not find it, and it is not believed to be absent.
  func isInDoubt(_ kind: Kind) -> Bool { missing.contains(kind.name) && !known.isBelievedAbsent(kind.name) }
}
