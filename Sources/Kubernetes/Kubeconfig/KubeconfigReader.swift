internal import Health
internal import Yams

// Health has a Node too.
typealias YAMLNode = Yams.Node

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
    do {
      guard let node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) else {
        throw PollFailure(
          code: .kubeconfig, message: "kubeconfig \(path) is empty",
          remedy: "Copy the cluster's kubeconfig there: on k3s it is /etc/rancher/k3s/k3s.yaml.")
      }
      root = node
    } catch let failure as PollFailure {
      throw failure
    } catch {
      throw Self.syntaxFailure(error, path: path)
    }
    guard root.mapping != nil else { throw fail("is not a mapping, so no kubeconfig", at: root) }
  }

  private static func syntaxFailure(_ error: any Error, path: String) -> PollFailure {
    var place = path
    var problem = "not YAML"
    // Never the error's own description: it quotes the line, and the line may be a key.
    if let error = error as? YamlError {
      switch error {
      case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _),
        .composer(_, let text, let mark, _):
        place = "\(path):\(mark.line):\(mark.column)"
        problem = text
      case .duplicatedKeysInMapping(let duplicates, let context):
        place = "\(path):\(context.mark.line):\(context.mark.column)"
        problem = "a key stands twice in one mapping (\(duplicates.joined(separator: ", ")))"
      case .reader(let text, _, _, _): problem = text
      default: break
      }
    }
    return PollFailure(
      code: .kubeconfig, message: "kubeconfig \(place): \(problem)",
      remedy: "Put the file right there, or copy it again from the control plane.")
  }

  // MARK: Entries

  func text(_ key: String, of node: YAMLNode) throws(PollFailure) -> String? {
    guard let value = node.mapping?[key], value.null == nil else { return nil }
    guard let scalar = value.scalar else { throw fail("\(key) must be a text", at: value) }
    return scalar.string.isEmpty ? nil : scalar.string
  }

  func flag(_ key: String, of node: YAMLNode) throws(PollFailure) -> Bool {
    guard let value = node.mapping?[key], value.null == nil else { return false }
    guard let flag = value.bool else { throw fail("\(key) must be true or false", at: value) }
    return flag
  }

  var currentContext: String? {
    get throws(PollFailure) { try text("current-context", of: root) }
  }

  /// The entry of `clusters`, `users` or `contexts` with this name: the mapping under `cluster`, `user`, `context`.
  func entry(_ name: String, in list: String, under key: String) throws(PollFailure) -> YAMLNode {
    var names: [String] = []
    if let value = root.mapping?[list], value.null == nil {
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
    let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
    return PollFailure(
      code: .kubeconfig, message: "kubeconfig \(path)\(place): \(message)",
      remedy: remedy ?? "Put that line right, or copy the kubeconfig again from the control plane.")
  }
}
