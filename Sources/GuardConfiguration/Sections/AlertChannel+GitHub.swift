package import GuardTypes

extension Configuration.AlertChannel {
  /// Opens an issue on GitHub for each incident, and closes it at the end.
  package struct GitHub: Hashable, Sendable {
    /// nil only in a section without keys.
    package var repository: RepositoryName?
    /// A token that may read and write issues of the repository.
    package var token: SecretSource
    /// The labels of the issues; at least one. The first one finds them again.
    package var labels = ["incident"]
    /// GitHub's API.
    package var url = WebAddress.gitHub
    /// A PEM file that replaces the system's certificate authorities.
    package var authorities: String?

    package init(repository: RepositoryName?, token: SecretSource) {
      self.repository = repository
      self.token = token
    }
  }
}

extension Configuration.AlertChannel.GitHub: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(repository: nil, token: .file("")) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.GitHub>] {
    [
      .init(
        "repository", optional: \.repository, .repository, missing: "'repository' is missing: owner/name",
        "The repository on GitHub in which issues are opened."),
      .init(
        "token", \.token, .secretPlace, missing: "'token' is missing: { credential: NAME } or { file: PATH }",
        "A fine-grained token for that repository with write access to Issues."),
      .init("labels", \.labels, .labels, "The labels of the issues. The first one finds them again."),
      .init("url", \.url, .apiAddress, "The address of GitHub's API."),
      .init(
        "authorities", optional: \.authorities, .path, standard: "the authorities of the machine",
        "A PEM file of certificate authorities."),
    ]
  }
}

extension ValueFormat where Value == [String] {
  /// Labels of GitHub.
  fileprivate static var labels: ValueFormat {
    let label = ValueFormat<String>.text("a label") { label in
      let isLabel =
        (1...50).contains(label.count) && !label.contains(",")
        && label.unicodeScalars.allSatisfy { !$0.properties.isWhitespace || $0 == " " }
        && label.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      return isLabel ? nil : "expected a label of at most 50 characters without ',', found \(label.quoted())"
    }
    let list = ValueFormat.list(of: "labels", label, isUnique: true)
    return ValueFormat(description: "from 1 to 10 labels") { reader, node, key in
      guard let labels = list.read(&reader, node, key) else { return nil }
      guard (1...10).contains(labels.count) else {
        reader.fail(node, "\(key): expected from 1 to 10 labels, found \(labels.count)")
        return nil
      }
      return labels
    } text: {
      list.text($0)
    }
  }
}
