/// The effect of a command line on a cluster, according to its words.
///
/// The check prevents mistakes. It is not access control, because unknown scripts and programs are not
/// examined.
package enum CommandEffect: Hashable {
  /// It only reads, or it does not concern a cluster.
  case none
  /// A part of it can't be examined, with a description of that part.
  case unseen(String)
  /// It changes the cluster manually. The value is the tool and its verb, which contain no secrets.
  ///
  /// - isScript: true if the words are from a script, which may use them differently.
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
