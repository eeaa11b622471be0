internal import Health

/// Which kinds a server is believed to serve, from one look at it to the next.
///
/// A server that is starting answers `/apis` with 200 and without the groups of custom resources. So a kind that was
/// there is believed to be gone only when it was not named, and its list not found, in two polls in a row, and
/// `/readyz` answered 200 after each of these looks.
struct KnownKinds: Sendable, Equatable {
  enum Belief: Sendable, Equatable {
    /// In the version that it was last named in; nil: known from before this process.
    case served(version: String?)
    /// A ready server did not have it at the last look.
    case missed(version: String?)
    case absent
  }

  /// By the kind's name; a kind that is not here was never looked for at a server that is ready.
  private(set) var beliefs: [String: Belief] = [:]

  /// What one look showed of a kind.
  enum Look: Equatable {
    case named(version: String)
    /// Not named, and its list came home all the same.
    case listed
    /// Not named; its list was not found or not asked for.
    case missing
    /// Its group could not be looked into, or its list failed.
    case unclear
  }

  /// - Parameter earlier: kinds that the server had before this process began.
  init(earlier: Set<String> = []) {
    for name in earlier { beliefs[name] = .served(version: nil) }
  }

  /// - Parameter isReady: `/readyz` answered 200 after the look.
  mutating func take(_ looks: [String: Look], isReady: Bool) {
    for (name, look) in looks {
      switch (look, beliefs[name]) {
      case (.named(let version), _): beliefs[name] = .served(version: version)
      case (.listed, .missed(let version)), (.unclear, .missed(let version)):
        beliefs[name] = .served(version: version)
      case (.listed, _), (.unclear, _): break
      case (.missing, .missed(let version)): beliefs[name] = isReady ? .absent : .served(version: version)
      case (.missing, .served(let version)) where isReady: beliefs[name] = .missed(version: version)
      case (.missing, .served), (.missing, .absent): break
      case (.missing, nil): if isReady { beliefs[name] = .absent }
      }
    }
  }

  /// The version to list a kind in that is not named just now.
  func version(of name: String) -> String? {
    switch beliefs[name] {
    case .served(let version), .missed(let version): version
    case .absent, nil: nil
    }
  }

  func isBelievedAbsent(_ name: String) -> Bool { beliefs[name] == .absent }

  /// It was served, whatever the last answer says.
  func isKnown(_ name: String) -> Bool {
    switch beliefs[name] {
    case .served, .missed: true
    case .absent, nil: false
    }
  }

  /// Every kind is believed to be there or not: nothing waits for another look.
  func isSettled(_ names: some Sequence<String>) -> Bool {
    names.allSatisfy { name in
      switch beliefs[name] {
      case .served, .absent: true
      case .missed, nil: false
      }
    }
  }

  var summary: ServedKinds {
    ServedKinds(
      served: Set(beliefs.keys.filter(isKnown)), absent: Set(beliefs.keys.filter(isBelievedAbsent)))
  }
}
