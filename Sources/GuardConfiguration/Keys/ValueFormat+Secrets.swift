internal import GuardTypes
internal import Health
internal import YAML

// Keys, known hosts, passphrases and kubeconfigs may be credentials of the service manager.

extension ValueFormat where Value == String {
  /// One path, or `credential:NAME`.
  static var secretFile: ValueFormat {
    ValueFormat(description: "a path or credential:NAME") { reader, node, key in
      // YAML reads `credential: NAME`, with a space, as a mapping.
      if case .mapping = node {
        reader.fail(node, "\(key): expected a path or credential:NAME, without a space, found a mapping")
        return nil
      }
      guard case .scalar(let scalar) = node, let name = SecretSource.credentialName(in: scalar.string) else {
        return reader.path(node, key)
      }
      return reader.credential(name, at: node, key).map { _ in scalar.string }
    } text: {
      YAMLText.scalar($0)
    }
  }

  /// One path, several separated by colons, or `credential:NAME`.
  static var kubeconfig: ValueFormat {
    ValueFormat(description: "a path, several with ':' between them, or credential:NAME") {
      reader, node, key in
      if case .scalar(let scalar) = node, SecretSource.credentialName(in: scalar.string) == nil {
        return reader.paths(node, key)
      }
      return ValueFormat.secretFile.read(&reader, node, key)
    } text: {
      YAMLText.scalar($0)
    }
  }
}

extension ValueFormat where Value == SecretSource {
  /// `{ credential: NAME }` or `{ file: PATH }`.
  static var secretPlace: ValueFormat {
    let shape = "{ credential: NAME } or { file: PATH }"
    return ValueFormat(description: shape) { reader, node, key in
      let keys = ["credential", "file"]
      // Do not repeat an invalid value or key, because it may be the secret itself.
      guard case .mapping(let mapping) = node,
        mapping.allSatisfy({ key, _ in key.scalar.map { keys.contains($0.string) } ?? false })
      else {
        reader.fail(node, "\(key): expected \(shape), and never the \(key) itself")
        return nil
      }
      guard let section = reader.section(node, key, keys: keys) else { return nil }
      guard section.values.count == 1 else {
        reader.fail(node, "\(key): expected \(shape), one of the two")
        return nil
      }
      if let file = section.values["file"] {
        return reader.path(file, "file", mayBeSecret: true).map { .file($0) }
      }
      guard let place = section.values["credential"],
        let name = reader.text(place, "credential", of: "the name of a credential")
      else { return nil }
      guard Credential.isName(name) else {
        reader.fail(place, "credential: \(Credential.expectation), and never the secret itself")
        return nil
      }
      return reader.credential(name, at: place, "credential").map { .credential($0) }
    } text: {
      switch $0 {
      case .credential(let name): "{ credential: \(YAMLText.scalar(name)) }"
      case .file(let path): "{ file: \(YAMLText.scalar(path)) }"
      }
    }
  }
}
