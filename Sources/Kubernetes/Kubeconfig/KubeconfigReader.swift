internal import Health
internal import YAML

// Health has a Node too.
typealias YAMLNode = YAML.Node

/// Walks the YAML nodes of one kubeconfig, so that every error has its line and column.
struct KubeconfigReader {
  let path: String
  private let root: YAMLNode

  /// - Throws: `PollFailure` with code `.kubeconfig`.
  init(path: String) throws(PollFailure) {
    self.path = path
    let bytes: [UInt8]
    do throws(FileContents.Failure) {
      bytes = try FileContents.read(path)
    } catch {
      let remedy =
        switch error {
        case .missing: "Copy the cluster's kubeconfig to \(path), or name another with kubernetes.kubeconfig."
        case .unreadable: "Let the guard's user read it: ls -l \(path)"
        case .notAFile, .tooLarge:
          "Name the kubeconfig file itself with kubernetes.kubeconfig: ls -lL \(path)"
        }
      throw PollFailure(code: .kubeconfig, message: "kubeconfig \(path) \(error.words)", remedy: remedy)
    }
    let document: Document
    do throws(YAMLError) {
      document = try Document(bytes: bytes)
    } catch {
      throw Self.syntaxFailure(error, path: path)
    }
    guard let node = document.root else {
      throw PollFailure(
        code: .kubeconfig, message: "kubeconfig \(path) is empty",
        remedy: "Copy the cluster's kubeconfig there: on k3s it is /etc/rancher/k3s/k3s.yaml.")
    }
    root = node
    guard root.mapping != nil else { throw fail("is not a mapping, so no kubeconfig", at: root) }
  }

  private static func syntaxFailure(_ error: YAMLError, path: String) -> PollFailure {
    let problem =
      switch error {
      case .syntax(_, let problem, _): problem
      case .duplicateKeys(let keys, _): "a key stands twice in one mapping (\(keys.joined(separator: ", ")))"
      default: error.problem
      }
    let place = error.mark.map { "\(path):\($0)" } ?? path
    return PollFailure(
      code: .kubeconfig, message: "kubeconfig \(place): \(problem)",
      remedy: "Put the file right there, or copy it again from the control plane.")
  }

  // MARK: Entries

  func text(_ key: String, of node: YAMLNode) throws(PollFailure) -> String? {
    guard let value = node.mapping?[key], !value.isNull else { return nil }
    guard let scalar = value.scalar else { throw fail("\(key) must be a text", at: value) }
    return scalar.string.isEmpty ? nil : scalar.string
  }

  func flag(_ key: String, of node: YAMLNode) throws(PollFailure) -> Bool {
    guard let value = node.mapping?[key], !value.isNull else { return false }
    guard let flag = value.bool else { throw fail("\(key) must be true or false", at: value) }
    return flag
  }

  var currentContext: String? {
    get throws(PollFailure) { try text("current-context", of: root) }
  }

  /// The entry of `clusters`, `users` or `contexts` with this name: the mapping under `cluster`, `user`, `context`.
  func entry(_ name: String, in list: String, under key: String) throws(PollFailure) -> YAMLNode {
    var names: [String] = []
    if let value = root.mapping?[list], !value.isNull {
      guard let entries = value.sequence else { throw fail("\(list) must be a list", at: value) }
      for entry in entries {
        guard let found = try text("name", of: entry) else { continue }
        names.append(found)
        guard found == name else { continue }
        guard let content = entry.mapping?[key], content.mapping != nil else {
          throw fail("the entry \(name) of \(list) has no \(key)", at: entry)
        }
        return content
      }
    }
    let known = names.isEmpty ? "there are none" : "there are: \(names.sorted().joined(separator: ", "))"
    throw PollFailure(
      code: .kubeconfig, message: "kubeconfig \(path) has no \(key) named \(name); \(known)",
      remedy: key == "context"
        ? "Set kubernetes.context to one of these: kubectl --kubeconfig \(path) config get-contexts"
        : "Put it right: kubectl --kubeconfig \(path) config view")
  }

  /// - Parameter remedy: a step; nil: to put the line right.
  func fail(_ message: String, at node: YAMLNode, remedy: String? = nil) -> PollFailure {
    PollFailure(
      code: .kubeconfig, message: "kubeconfig \(path):\(node.mark): \(message)",
      remedy: remedy ?? "Put that line right, or copy the kubeconfig again from the control plane.")
  }
}
