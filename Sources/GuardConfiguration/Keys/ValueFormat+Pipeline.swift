internal import Pipeline

// Names and addresses of a pipeline.

extension ValueFormat where Value == RepositoryName {
  static var repository: ValueFormat {
    .name(of: "a repository", as: "owner/name", without: ".git", RepositoryName.init)
  }
}

extension ValueFormat where Value == StackName {
  static var stack: ValueFormat {
    .name(of: "a stack", as: "organization/project/stack", StackName.init)
  }
}

extension ValueFormat where Value: CustomStringConvertible {
  fileprivate static func name(
    of object: String, as form: String, without ending: String? = nil, _ value: @escaping (String) -> Value?
  ) -> ValueFormat {
    ValueFormat(description: form) { reader, node, key in
      guard let text = reader.text(node, key, of: form) else { return nil }
      if let ending, text.hasSuffix(ending) {
        reader.fail(node, "\(key): expected \(form) without \(ending), found \(text.quoted())")
        return nil
      }
      if let value = value(text) { return value }
      reader.fail(node, "\(key): expected the name of \(object) as \(form), found \(text.quoted())")
      return nil
    } text: {
      YAMLText.scalar($0.description)
    }
  }
}

extension ValueFormat where Value == String {
  /// The name of a branch, by the rules of git-check-ref-format(1).
  static var branch: ValueFormat {
    text("the name of a branch") { name in
      for prefix in ["refs/heads/", "refs/remotes/origin/"] where name.hasPrefix(prefix) {
        return
          "expected the name of a branch without \(prefix): \(String(name.dropFirst(prefix.count)).quoted())"
      }
      let isBranch =
        name.utf8.count <= 250 && !name.hasPrefix("-") && name != "@" && !name.contains("..")
        && !name.contains("@{")
        && !name.utf8.contains { $0 <= 0x20 || $0 == 0x7F || "~^:?*[\\".utf8.contains($0) }
        && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
          !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") && !$0.hasSuffix(".")
        }
      return isBranch ? nil : "expected the name of a branch, found \(name.quoted())"
    }
  }

  static var workflow: ValueFormat {
    text("the name of a file such as deploy.yml") { name in
      RepositoryName.isName(name) && (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
        ? nil
        : "expected the name of a file in .github/workflows, as in deploy.yml, found \(name.quoted())"
    }
  }

  /// A folder of a repository, without a slash at its ends.
  static var folder: ValueFormat {
    let format = text("a folder of the repository") { path in
      let names = path.split(separator: "/", omittingEmptySubsequences: false)
      return names.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        ? nil : "expected a folder of the repository, as in clusters/tethys, found \(path.quoted())"
    }
    return format
  }
}

extension ValueFormat where Value == WebAddress {
  /// The address of an API. It may have a path, which is not a secret.
  static var apiAddress: ValueFormat {
    ValueFormat(description: "an address that begins with https://") { reader, node, key in
      guard let text = reader.text(node, key, of: "an address") else { return nil }
      let address: WebAddress
      do throws(WebAddress.Mistake) {
        address = try WebAddress(text)
      } catch {
        reader.fail(node, "\(key): \(error.reason)")
        return nil
      }
      guard address.query.isEmpty else {
        reader.fail(node, "\(key): the address of an API has no '?'")
        return nil
      }
      guard address.isEncrypted || address.isLoopback else {
        reader.fail(
          node,
          "\(key): \(address.origin) is not encrypted, and the token would be sent to it: use https://")
        return nil
      }
      return address
    } text: {
      YAMLText.scalar($0.url)
    }
  }
}

extension ValueFormat where Value == PathFilter {
  static var pathFilter: ValueFormat {
    ValueFormat(description: "a list of patterns such as cloud/**") { reader, node, key in
      guard let nodes = reader.list(node, key, of: "patterns") else { return nil }
      var patterns: [PathPattern] = []
      for node in nodes {
        guard let text = reader.text(node, key, of: "a pattern") else { continue }
        do throws(PathPattern.Mistake) {
          patterns.append(try PathPattern(text))
        } catch {
          reader.fail(node, "\(key): \(text.quoted()) is not a pattern: \(error.reason)")
        }
      }
      guard patterns.count == nodes.count else { return nil }
      guard patterns.isEmpty || patterns.contains(where: { !$0.isExclusion }) else {
        reader.fail(node, "\(key): an exclusion (!) needs an earlier pattern without '!'")
        return nil
      }
      return PathFilter(patterns)
    } text: {
      YAMLText.list($0.patterns.map { YAMLText.scalar($0.description) })
    }
  }
}

extension WebAddress {
  /// The API of GitHub.
  static var gitHub: WebAddress { WebAddress(host: "api.github.com") }
  /// The API of Pulumi Cloud.
  static var pulumi: WebAddress { WebAddress(host: "api.pulumi.com") }
}
