internal import GuardTypes
internal import Health
internal import YAML

// An alias, because Health also has a Node.
typealias YAMLNode = YAML.Node

/// One file of a kubeconfig as YAML nodes, so that every error has its line and column.
struct KubeconfigFile {
  let path: String
  /// nil if the file has no content but comments.
  private let root: YAMLNode?

  /// - Throws: `PollFailure` with code `.kubeconfig`.
  init(path: String, contents: [UInt8]) throws(PollFailure) {
    self.path = path
    do throws(YAMLError) {
      root = try Document(bytes: contents).root
    } catch {
      throw Self.syntaxFailure(error, path: path)
    }
    if let root, root.mapping == nil {
      throw KubeconfigEntry(file: path, node: root).fail("is not a mapping, so it is not a kubeconfig")
    }
    guard let root else { return }
    let entry = KubeconfigEntry(file: path, node: root)
    for (key, value) in [("kind", "Config"), ("apiVersion", "v1")] {
      guard let found = try entry.text(key), found != value else { continue }
      throw (entry[key] ?? entry).fail(
        "\(key) is \(found.limited(to: 64).escaped), and kubectl reads only a kubeconfig with \(key): \(value)"
      )
    }
  }

  private static func syntaxFailure(_ error: YAMLError, path: String) -> PollFailure {
    let problem =
      switch error {
      case .syntax(_, let problem, _): problem
      case .duplicateKeys(let keys, _): "duplicate key in one mapping (\(keys.joined(separator: ", ")))"
      case .characters, .limit, .reference, .tag, .outOfMemory: error.problem
      }
    let place = error.mark.map { "\(path):\($0)" } ?? path
    return PollFailure(
      code: .kubeconfig, message: "kubeconfig \(place): \(problem)",
      remedy: "Correct the file at that place, or copy it again \(KubeconfigAdvice.source).")
  }

  var isEmpty: Bool { root == nil }

  var currentContext: String? {
    get throws(PollFailure) {
      guard let root else { return nil }
      return try KubeconfigEntry(file: path, node: root).text("current-context")
    }
  }

  /// `clusters`, `users` or `contexts` by name. A duplicate name in one file is an error, as in kubectl.
  func entries(of list: String) throws(PollFailure) -> [String: KubeconfigEntry] {
    guard let value = root?.mapping?[list], !value.isNull else { return [:] }
    guard let elements = value.sequence else {
      throw KubeconfigEntry(file: path, node: value).fail("\(list) must be a list")
    }
    var entries: [String: KubeconfigEntry] = [:]
    for element in elements {
      let entry = KubeconfigEntry(file: path, node: element)
      guard let name = try entry.text("name") else { continue }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw entry.fail(
          "\(name) appears twice in \(list)", remedy: "Remove or rename one of the two entries.")
      }
    }
    return entries
  }
}
