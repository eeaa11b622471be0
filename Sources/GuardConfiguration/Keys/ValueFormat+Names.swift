internal import Health
internal import Tunnel
internal import YAML

extension ValueFormat where Value == String {
  /// A name that no other entry of the list has.
  ///
  /// - Parameter kind: the kind of the entries: cluster, channel.
  static func uniqueName(of kind: String) -> ValueFormat {
    let letters = "letters, digits, '-', '_' and '.', at most 63"
    return ValueFormat(description: letters) { reader, node, key in
      guard let name = reader.text(node, key, of: "a name") else { return nil }
      guard HostPort.isName(name), name.utf8.count <= 63 else {
        reader.fail(node, "\(key): expected \(letters), found \(name.quoted())")
        return nil
      }
      if let other = reader.names[kind]?.first(where: { $0.name == name }) {
        reader.fail(node, "\(key): '\(name)' is the name of another \(kind) already, in line \(other.line)")
        return nil
      }
      reader.names[kind, default: []].append((name, node.mark.line))
      return name
    } text: {
      YAMLText.scalar($0)
    }
  }

  /// The name of a Kubernetes object: an RFC 1123 subdomain.
  static func kubernetesName(of object: String) -> ValueFormat {
    text("the name of a \(object)") { name in
      isKubernetesName(name)
        ? nil
        : "expected the name of a \(object) (small letters, digits, '-' and '.'), found \(name.quoted())"
    }
  }

  fileprivate static func isKubernetesName(_ text: some StringProtocol) -> Bool {
    HostPort.isName(text) && !text.contains("_") && !text.hasSuffix("-") && !text.hasSuffix(".")
      && !text.contains { $0.isUppercase }
  }
}

extension ValueFormat where Value == Expectations.Name {
  static var namespacedName: ValueFormat {
    ValueFormat(description: "namespace/name") { reader, node, key in
      guard let text = reader.text(node, key, of: "namespace/name") else { return nil }
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ ValueFormat<String>.isKubernetesName($0) }) else {
        reader.fail(
          node,
          "\(key): expected namespace/name, as in flux-system/github-token, found \(text.quoted())")
        return nil
      }
      return Expectations.Name(namespace: String(parts[0]), name: String(parts[1]))
    } text: {
      YAMLText.scalar($0.description)
    }
  }
}

extension ValueFormat where Value == [String: Int] {
  /// The number of GPUs of each node.
  static var countsOfNodes: ValueFormat {
    let count = ValueFormat<Int>.number(0...1024)
    return ValueFormat(description: "node names, with \(count.description) each") { reader, node, key in
      if node.isNull { return [:] }
      guard case .mapping(let mapping) = node else {
        reader.fail(
          node,
          "\(key): expected node names with a number each, as in { calypso: 1 }, found \(reader.found(node))")
        return nil
      }
      let name = ValueFormat<String>.kubernetesName(of: "node")
      var counts: [String: Int] = [:]
      var isWhole = true
      for (nameNode, countNode) in mapping {
        let name = name.read(&reader, nameNode, key)
        let count = count.read(&reader, countNode, key)
        if let name, let count { counts[name] = count } else { isWhole = false }
      }
      return isWhole ? counts : nil
    } text: {
      YAMLText.mapping($0.sorted { $0.key < $1.key }.map { "\(YAMLText.scalar($0.key)): \($0.value)" })
    }
  }
}
