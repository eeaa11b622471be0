internal import GuardTypes
internal import Health

/// The known kinds that a server serves, each with its version.
struct Discovery: Sendable {
  private(set) var kinds: [ServedKind] = []
  /// Versions of groups whose resources could not be read, by `group/version`. Kinds may be in them.
  private let failures: [String: PollFailure]
  /// Kinds that the server has, but in no supported version: the names of its versions.
  private let foreignVersions: [String: [String]]
  /// The ETag of the discovery document; nil if discovery took several requests.
  private(set) var etag: String?

  /// One API group of the server, with its versions in the server's order of preference.
  struct Group {
    let name: String
    var versions: [Version]

    struct Version {
      let name: String
      /// Plural names by kind; nil if not yet known, because `APIGroupList` does not contain them.
      var kinds: [String: String]?
      /// The server could not refresh this entry, so kinds may be missing.
      var isStale = false
    }
  }

  /// Selects for each kind the first version in the server's order that is supported.
  init(_ groups: [Group], failures: [String: PollFailure] = [:], etag: String? = nil) {
    // The value is sent back in a header line.
    self.etag = etag.flatMap {
      $0.utf8.count <= 256 && $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? $0 : nil
    }
    var foreign: [String: [String]] = [:]
    for kind in Kind.discovered {
      guard let group = groups.first(where: { $0.name == kind.group }) else { continue }
      let versions = group.versions.filter { $0.kinds?[kind.name] == kind.plural }.map(\.name)
      if let version = versions.first(where: kind.versions.contains) {
        kinds.append(ServedKind(kind, version))
      } else if !versions.isEmpty {
        foreign[kind.name] = versions
      }
    }
    self.failures = failures
    foreignVersions = foreign
  }

  /// Why the objects of a kind that no readable version contains are unknown; nil if the server does not have the kind.
  func failure(of kind: Kind) -> PollFailure? {
    if let versions = foreignVersions[kind.name] {
      return PollFailure(
        code: .badResponse,
        message: "\(kind.plural).\(kind.group) is served in \(versions.prefix(4).joined(separator: ", ")), "
          + "which this guard does not know",
        remedy: "install a newer oceanid-guard, which knows that version")
    }
    return kind.versions.compactMap { failures["\(kind.group)/\($0)"] }.first
  }

  /// The maximum number of versions per group, so that a hostile server cannot cause any number of requests.
  static let maxVersions = 8

  // apidiscovery.k8s.io/v2 exists since Kubernetes 1.30, v2beta1 since 1.27; plain JSON works with every version.
  static let accept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

  /// True if the server has the kind in other versions than the supported ones.
  func isForeign(_ kind: Kind) -> Bool { foreignVersions[kind.name] != nil }

  /// Parses the response to `GET /apis` in either format and returns the supported groups.
  static func groups(_ body: [UInt8]) throws(JSONDocument.Fault) -> [Group] {
    let document = try JSONDocument.decode(body, as: Fields.self)
    let ours = Set(Kind.discovered.map(\.group))
    switch document.word("kind") {
    case "APIGroupDiscoveryList":
      return document.shownObjects("items").compactMap { item in
        guard let name = item.shown("metadata")?.word("name"), ours.contains(name) else { return nil }
        return Group(
          name: name,
          versions: item.shownObjects("versions").compactMap { version in
            version.word("version").map {
              Group.Version(
                name: $0,
                kinds: plurals(version.shownObjects("resources"), plural: "resource") {
                  $0.shown("responseKind")?.word("kind")
                },
                isStale: version.word("freshness") == "Stale")
            }
          })
      }
    case "APIGroupList":
      return document.shownObjects("groups").compactMap { item in
        guard let name = item.word("name"), ours.contains(name) else { return nil }
        let known = Set(Kind.discovered.filter { $0.group == name }.flatMap(\.versions))
        let all = item.shownObjects("versions").compactMap { $0.word("version") }
        // Within the limit, known versions are asked for first.
        let versions = all.count > maxVersions ? all.filter(known.contains) : all
        return Group(name: name, versions: versions.map { Group.Version(name: $0) })
      }
    case let other: throw .otherKind(other ?? "unknown")
    }
  }

  /// Parses the response to `GET /apis/GROUP/VERSION`.
  static func kinds(_ body: [UInt8]) throws(JSONDocument.Fault) -> [String: String] {
    let document = try JSONDocument.decode(body, as: Fields.self)
    guard document.word("kind") == "APIResourceList" else {
      throw .otherKind(document.word("kind") ?? "unknown")
    }
    return plurals(document.shownObjects("resources"), plural: "name") { $0.word("kind") }
  }

  // Names with a slash, such as `kustomizations/status`, are subresources.
  private static func plurals(
    _ resources: [Fields], plural: String, kind: (Fields) -> String?
  ) -> [String: String] {
    resources.reduce(into: [:]) { kinds, resource in
      guard let name = resource.word(plural), !name.contains("/"), let kind = kind(resource) else { return }
      kinds[kind] = name
    }
  }
}
