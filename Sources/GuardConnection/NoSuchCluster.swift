import GuardAPI
import GuardTerminal

/// `--cluster` names none of the guard's clusters.
package struct NoSuchCluster: CommandError {
  let name: String
  let known: [String]

  /// - Parameter known: the clusters that the guard watches.
  package init(name: String, known: [String]) {
    self.name = name
    self.known = known
  }

  package var exitStatus: Int32 { ExitStatus.usage.rawValue }

  package var description: String {
    let name = name.isEmpty ? "''" : name
    return known.isEmpty
      ? "the guard watches no cluster, so none named \(name)"
      : "the guard watches no cluster named \(name); it watches: \(known.joined(separator: ", "))"
  }
}
