internal import Health

/// The kinds that a server is assumed to serve, across polls.
///
/// A server that is starting up answers `/apis` with 200 but without the groups of custom resources. So a known kind
/// counts as removed only if two polls in a row do not find it in discovery and its list returns 404, and `/readyz`
/// returns 200 after each of them.
struct KnownKinds: Sendable, Equatable {
  enum State: Sendable, Equatable {
    /// Served, in the version that discovery last reported; nil if it is known from an earlier process.
    case served(version: String?)
    /// Not found in the last poll, although the server was ready.
    case missed(version: String?)
    case absent
  }

  /// By name of the kind. A missing entry means that no ready server has been checked for it yet.
  private(set) var states: [String: State] = [:]

  /// The result of one poll for a kind.
  enum Finding: Equatable {
    case named(version: String)
    /// Missing from discovery, but its list was received.
    case listed
    /// Missing from discovery, and its list returned 404 or was not requested.
    case missing
    /// Unknown: its group could not be read, or its list failed.
    case unclear
  }

  /// - Parameter earlier: kinds that the server had before this process started.
  init(earlier: Set<String> = []) {
    for name in earlier { states[name] = .served(version: nil) }
  }

  /// - Parameter isReady: `/readyz` returned 200 after discovery.
  mutating func record(_ findings: [String: Finding], isReady: Bool) {
    for (name, finding) in findings {
      switch (finding, states[name]) {
      case (.named(let version), _): states[name] = .served(version: version)
      case (.listed, .missed(let version)), (.unclear, .missed(let version)):
        states[name] = .served(version: version)
      case (.listed, _), (.unclear, _): break
      case (.missing, .missed(let version)): states[name] = isReady ? .absent : .served(version: version)
      case (.missing, .served(let version)) where isReady: states[name] = .missed(version: version)
      case (.missing, .served), (.missing, .absent): break
      case (.missing, nil): if isReady { states[name] = .absent }
      }
    }
  }

  /// The version to use for listing a kind that discovery does not report at present.
  func version(of name: String) -> String? {
    switch states[name] {
    case .served(let version), .missed(let version): version
    case .absent, nil: nil
    }
  }

  func isConfirmedAbsent(_ name: String) -> Bool { states[name] == .absent }

  /// True if the kind has been served before, regardless of the last response.
  func isKnown(_ name: String) -> Bool {
    switch states[name] {
    case .served, .missed: true
    case .absent, nil: false
    }
  }

  /// True if each kind is known to be present or absent, so that no further poll is needed to decide.
  func isSettled(_ names: some Sequence<String>) -> Bool {
    names.allSatisfy { name in
      switch states[name] {
      case .served, .absent: true
      case .missed, nil: false
      }
    }
  }

  var summary: ServedKinds {
    ServedKinds(
      served: Set(states.keys.filter(isKnown)), absent: Set(states.keys.filter(isConfirmedAbsent)))
  }
}
