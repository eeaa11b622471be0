internal import Health
internal import YAML

// Keys, known hosts, passphrases and kubeconfigs that the service manager hands over (systemd.exec(5), CREDENTIALS).

/// `credential:NAME`, where a path may stand too.
enum Credential {
  private static var prefix: String { "credential:" }

  /// Nil for a path.
  static func name(in text: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }
}

extension ConfigurationReader {
  /// A list of paths and of `credential:NAME`.
  mutating func secretFiles(_ section: Section, _ key: String) -> [String]? {
    guard let nodes = list(section, key, of: "paths") else { return nil }
    return nodes.compactMap { secretFile($0, key) }
  }

  /// One path, or `credential:NAME`.
  mutating func secretFile(_ node: YAMLNode, _ key: String) -> String? {
    // YAML reads `credential: NAME`, with a space, as a mapping.
    if case .mapping = node {
      fail(node, "\(key): expected a path or credential:NAME, without a space, found a mapping")
      return nil
    }
    guard case .scalar(let scalar) = node, let name = Credential.name(in: scalar.string) else {
      return path(node, key)
    }
    guard isCredentialName(name) else {
      fail(node, "\(key): \(credentialExpectation), found '\(name.cut(to: 64).escaped)'")
      return nil
    }
    return scalar.string
  }

  /// `{ credential: NAME }` or `{ file: PATH }`.
  mutating func secretPlace(_ section: Section, _ key: String) -> Configuration.SecretPlace? {
    section.values[key].flatMap { secretPlace($0, key) }
  }

  mutating func secretPlace(_ node: YAMLNode, _ key: String) -> Configuration.SecretPlace? {
    let shape = "\(key): expected { credential: NAME } or { file: PATH }"
    // What stands here instead may be the secret itself, so it is not repeated.
    guard case .mapping = node, !node.isNull else {
      fail(node, "\(shape), and never the \(key) itself")
      return nil
    }
    guard let section = section(node, key, keys: ["credential", "file"]) else { return nil }
    guard section.values.count == 1 else {
      fail(node, "\(shape), one of the two")
      return nil
    }
    if section.values["file"] != nil { return path(section, "file").map { .file($0) } }
    guard let place = section.values["credential"],
      let name = text(place, "credential", of: "the name of a credential")
    else { return nil }
    guard isCredentialName(name) else {
      fail(place, "credential: \(credentialExpectation), found '\(name.cut(to: 64))'")
      return nil
    }
    return .credential(name)
  }

  private var credentialExpectation: String {
    "expected the name of a credential (letters, digits, '-', '_' and '.', as in LoadCredential=NAME:/path)"
  }

  /// A file's name that is nothing but one.
  private func isCredentialName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.".utf8.contains(byte)
        }
      }
  }
}
