/// The effect of a command line on a cluster, as far as its words show it.
///
/// The check prevents mistakes and is no access control: unknown scripts and programs are not examined.
package enum CommandEffect: Hashable {
  /// It only reads, or it does not concern a cluster.
  case none
  /// A part of it can't be examined, with a description of that part.
  case unseen(String)
  /// It changes the cluster by hand: the tool and its verb, which contain no secrets.
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

  /// The more severe of two effects; the first if they are equal.
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
