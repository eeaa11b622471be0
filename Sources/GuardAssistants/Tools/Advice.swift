import GuardAPI
import GuardConnection
import GuardExplain
import GuardTypes
import Health

/// The next step of a problem, from the guard's declarations.
///
/// The declared command has placeholders, `<node>`; the same command with the names of the cluster is untrusted text. It
/// goes through `oceanid-ctl run`, which has the kubeconfig and refuses changes, so no path of a kubeconfig is handed
/// out.
struct Advice {
  /// The most specific meaning.
  let meaning: String?
  let next: JSONValue?
  /// The command with the values of this problem.
  let filled: String?

  init(code: String, id: String, command: String?, cluster: String) {
    let topics = Topic.of(code: code, id: id)
    meaning = topics.last?.meaning
    let step = topics.last { $0.step.command != nil || $0.step.note != nil }?.step
    next = step.flatMap(Advice.json)
    filled = Advice.filled(command, as: topics.compactMap(\.step.command), cluster)
  }

  /// A declared step; nil without one.
  static func json(_ step: NextStep) -> JSONValue? {
    let value = JSONValue.fields([
      "command": step.command.map { .string(guarded($0, cluster: nil)) },
      "note": step.note.map(JSONValue.string),
    ])
    return value.fields?.isEmpty == false ? value : nil
  }

  private static func guarded(_ command: String, cluster: String?) -> String {
    guard ["kubectl ", "flux "].contains(where: command.hasPrefix) else { return command }
    let choice = cluster.map { "--cluster \($0.shellWord) " } ?? ""
    return "oceanid-ctl run \(choice)-- \(command)"
  }

  /// The part of the guard's command that fills the declared one. The guard's command also names the kubeconfig and its
  /// user.
  private static func filled(_ command: String?, as declared: [String], _ cluster: String) -> String? {
    guard let command else { return nil }
    for pattern in declared {
      guard let tool = ["kubectl ", "flux "].first(where: pattern.hasPrefix) else {
        let fixed = pattern.prefix { $0 != "<" }
        if command.hasPrefix(fixed) || fixed.contains("HOST") { return command }
        continue
      }
      let fixed = pattern.dropFirst(tool.count).prefix { $0 != "<" }
      guard !fixed.isEmpty, command.contains(tool), let place = command.firstRange(of: fixed) else {
        continue
      }
      return guarded(tool + command[place.lowerBound...], cluster: cluster)
    }
    return nil
  }
}
