internal import GuardTypes
internal import Health
internal import YAML

/// A mapping in a kubeconfig, and the file that it stands in: relative paths in it start from there.
struct KubeconfigEntry {
  let file: String
  let node: YAMLNode

  /// The value of a key that is there and not null.
  subscript(key: String) -> KubeconfigEntry? {
    guard let value = node.mapping?[key], !value.isNull else { return nil }
    return KubeconfigEntry(file: file, node: value)
  }

  /// An empty text is no text.
  func text(_ key: String) throws(PollFailure) -> String? {
    guard let value = self[key] else { return nil }
    guard let scalar = value.node.scalar else { throw value.fail("\(key) must be a text") }
    return scalar.string.isEmpty ? nil : scalar.string
  }

  func flag(_ key: String) throws(PollFailure) -> Bool {
    guard let value = self[key] else { return false }
    guard let flag = value.node.bool else { throw value.fail("\(key) must be true or false") }
    return flag
  }

  func list(_ key: String) throws(PollFailure) -> [KubeconfigEntry] {
    guard let value = self[key] else { return [] }
    guard let elements = value.node.sequence else { throw value.fail("\(key) must be a list") }
    return elements.map { KubeconfigEntry(file: file, node: $0) }
  }

  /// The path of a file, from where the kubeconfig's own file lies.
  func path(_ key: String) throws(PollFailure) -> String? {
    try text(key).map { FileContents.resolve($0, beside: file) }
  }

  /// `KEY-data` (base64) or `KEY` (a file); both at once are an error, as with kubectl.
  func certificate(_ key: String, mustHold label: (Substring) -> Bool) throws(PollFailure) -> [UInt8]? {
    let inline = try text("\(key)-data")
    let path = try path(key)
    let place = self["\(key)-data"] ?? self[key] ?? self
    if inline != nil, path != nil {
      throw place.fail("\(key) and \(key)-data are both there", remedy: "Remove one of the two.")
    }
    let pem: [UInt8]
    if let inline {
      guard let decoded = PEM.base64(inline) else { throw place.fail("\(key)-data is not base64") }
      pem = decoded
    } else if let path {
      do throws(FileContents.Failure) {
        pem = try FileContents.read(path)
      } catch {
        throw place.fail(
          "\(key): \(path) \(error.words)",
          remedy: "Put the file there, readable for the guard's user: ls -l \(path)")
      }
    } else {
      return nil
    }
    guard PEM.contains(label: label, in: pem) else {
      throw place.fail("\(key) holds no PEM block of the right kind")
    }
    return pem
  }

  /// - Parameter remedy: a step; nil: to put the line right.
  func fail(_ message: String, remedy: String? = nil) -> PollFailure {
    PollFailure(
      code: .kubeconfig, message: "kubeconfig \(file):\(node.mark): \(message)",
      remedy: remedy ?? "Put that line right, or copy the kubeconfig again from the control plane.")
  }
}
