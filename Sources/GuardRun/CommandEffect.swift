/// What a command line does to a cluster, as far as its words tell.
///
/// It keeps people from a slip, not from a purpose: a script or a program that is not known is not looked into.
package enum CommandEffect: Hashable {
  /// It only looks, or it has nothing to do with a cluster.
  case none
  /// A part of it can't be looked into: which, in words.
  case unseen(String)
  /// It changes the cluster by hand: the tool and its verb, without anything that could be secret.
  ///
  /// - isScript: as far as the words of a script tell, which may be used otherwise.
  case change(String, isScript: Bool = false)

  var isChange: Bool { change != nil }

  /// The tool and its verb.
  var change: String? {
    switch self {
    case .change(let words, _): words
    case .none, .unseen: nil
    }
  }

  /// The graver of two; of equals the first.
  func or(_ other: @autoclosure () -> CommandEffect) -> CommandEffect {
    switch self {
    case .change: return self
    case .unseen:
      let other = other()
      return other.isChange ? other : self
    case .none: return other()
    }
  }
}
