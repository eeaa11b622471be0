/// The effect of a command line on a cluster, according to its words.
///
/// The check prevents mistakes. It is not access control, because unknown scripts and programs are not
/// examined.
package enum CommandEffect: Hashable {
  /// It only reads, or it does not concern a cluster.
  case none
  /// A part of it can't be examined, with a description of that part.
  case unseen(String)
  /// A person may do it, an assistant may not.
  case restricted(Restriction)
  /// It changes the cluster manually. The value is the tool and its verb, which contain no secrets.
  ///
  /// - isScript: true if the words are from a text that is not understood completely and may use them
  ///   differently.
  case change(String, isScript: Bool = false)

  var isChange: Bool { change != nil }

  /// The tool and its verb.
  var change: String? {
    switch self {
    case .change(let words, _): words
    case .none, .unseen, .restricted: nil
    }
  }

  private var severity: Int {
    switch self {
    case .none: 0
    case .unseen: 1
    case .restricted: 2
    case .change: 3
    }
  }

  /// The more severe of two effects; the first if they are equal. The second is not computed if the first is a change.
  func or(_ other: @autoclosure () -> CommandEffect) -> CommandEffect {
    guard !isChange else { return self }
    let other = other()
    return other.severity > severity ? other : self
  }
}

/// An action that changes nothing declared in Git, but that only a person may decide on.
package struct Restriction: Hashable {
  package enum Kind: Hashable, Sendable, CaseIterable {
    /// It runs or writes something in a container.
    case container
    /// It shows credentials: the values of Secrets, or keys of a kubeconfig.
    case credentials
    /// It ends or replaces the guard's tunnel.
    case tunnel
    /// It reaches the API by another way than the guard's forward.
    case otherServer
    /// A plugin or a verb without a rule.
    case unknownVerb
    /// It has a part that must be replaced first: `<name>`.
    case placeholder
    /// It asks for a manual change with a reason.
    case breakGlass
  }

  package let kind: Kind
  /// The tool and its verb, which contain no secrets.
  package let words: String

  package init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = words
  }
}
