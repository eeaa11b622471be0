internal import Crypto
internal import FoundationEssentials
internal import GuardTypes
internal import Health
internal import YAML

/// A mapping in a kubeconfig with its file, to which relative paths refer.
struct KubeconfigEntry {
  let file: String
  let node: YAMLNode

  /// The value of a key; nil if absent or null.
  subscript(key: String) -> KubeconfigEntry? {
    guard let value = node.mapping?[key], !value.isNull else { return nil }
    return KubeconfigEntry(file: file, node: value)
  }

  /// nil for an empty text.
  func text(_ key: String) throws(PollFailure) -> String? {
    guard let value = self[key] else { return nil }
    guard let scalar = value.node.scalar, scalar.isString else {
      throw value.fail(
        "\(key) must be a string"
          + (value.node.scalar == nil ? "" : ": kubectl refuses a number or boolean without quotes"))
    }
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

  /// The path of a file, resolved relative to the kubeconfig's folder.
  func path(_ key: String) throws(PollFailure) -> String? {
    try text(key).map { FileContents.resolve($0, beside: file) }
  }

  /// `KEY-data` (base64) or `KEY` (a file). Both together are an error, as in kubectl.
  func certificate(_ key: String, mustHold label: (String) -> Bool) throws(PollFailure) -> [UInt8]? {
    let inline = try text("\(key)-data")
    let path = try path(key)
    let place = self["\(key)-data"] ?? self[key] ?? self
    if inline != nil, path != nil {
      throw place.fail("\(key) and \(key)-data are both set", remedy: "Remove one of the two.")
    }
    let pem: [UInt8]
    if let inline {
      let compact = inline.filter { !$0.isWhitespace }
      guard !compact.isEmpty, let decoded = Data(base64Encoded: compact) else {
        throw place.fail("\(key)-data is not base64")
      }
      pem = Array(decoded)
    } else if let path {
      do throws(FileContents.Failure) {
        pem = try FileContents.read(path)
      } catch {
        throw place.fail(
          "\(key): \(path) \(error.words)",
          remedy: "Create the file, readable for the guard's user: ls -l \(path)")
      }
    } else {
      return nil
    }
    guard PEM.blocks(in: pem).contains(where: { label($0.label) }) else {
      throw place.fail("\(key) contains no PEM block of the right kind")
    }
    return pem
  }

  /// - Parameter remedy: nil means to correct this line.
  func fail(_ message: String, remedy: String? = nil) -> PollFailure {
    PollFailure(
      code: .kubeconfig, message: "kubeconfig \(file):\(node.mark): \(message)",
      remedy: remedy ?? "Correct that line, or copy the kubeconfig again \(KubeconfigAdvice.source).")
  }
}
