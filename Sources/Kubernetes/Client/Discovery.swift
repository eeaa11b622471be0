internal import Health

/// The known kinds that a server serves, each with its version.
struct Discovery: Sendable {
  private(set) var kinds: [ServedKind] = []
  /// Versions of groups whose resources could not be read, by `group/version`. Kinds may be in them.
  private let failures: [String: PollFailure]
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
    for kind in Kind.discovered {
      guard let group = groups.first(where: { $0.name == kind.group }) else { continue }
      let version = group.versions.first {
        kind.versions.contains($0.name) && $0.kinds?[kind.name] == kind.plural
      }
      if let version { kinds.append(ServedKind(kind, version.name)) }
    }
    self.failures = failures
  }

  /// Why it is unknown whether the server has a kind that no readable version contains; nil if it is known.
  func failure(of kind: Kind) -> PollFailure? {
    kind.versions.lazy.compactMap { failures["\(kind.group)/\($0)"] }.first
  }

  // apidiscovery.k8s.io/v2 exists since Kubernetes 1.30, v2beta1 since 1.27; plain JSON works with every version.
  static let accept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

  /// Parses the response to `GET /apis` in either format and returns the supported groups.
  static func groups(_ body: [UInt8]) throws(JSONDocument.Fault) -> [Group] {
    let document = try JSONDocument.decode(body, as: Fields.self)
    let ours = Set(Kind.discovered.map(\.group))
    switch document.text("kind") {
    case "APIGroupDiscoveryList":
      return document.shownObjects("items").compactMap { item in
        guard let name = item.shown("metadata")?.text("name"), ours.contains(name) else { return nil }
        return Group(
          name: name,
          versions: item.shownObjects("versions").compactMap { version in
            version.text("version").map {
              Group.Version(
                name: $0,
                kinds: plurals(version.shownObjects("resources"), plural: "resource") {
                  $0.shown("responseKind")?.text("kind")
                },
                isStale: version.text("freshness") == "Stale")
            }
          })
      }
    case "APIGroupList":
      return document.shownObjects("groups").compactMap { item in
        guard let name = item.text("name"), ours.contains(name) else { return nil }
        let versions = item.shownObjects("versions").compactMap { $0.text("version") }
        return Group(name: name, versions: versions.map { Group.Version(name: $0) })
      }
    case let other: throw .otherKind(other ?? "unknown")
    }
  }

  /// Parses the response to `GET /apis/GROUP/VERSION`.
  static func kinds(_ body: [UInt8]) throws(JSONDocument.Fault) -> [String: String] {
    let document = try JSONDocument.decode(body, as: Fields.self)
    guard document.text("kind") == "APIResourceList" else {
      throw .otherKind(document.text("kind") ?? "unknown")
    }
    return plurals(document.shownObjects("resources"), plural: "name") { $0.text("kind") }
  }

  // Names with a slash, such as `kustomizations/status`, are subresources.
  private static func plurals(
    _ resources: [Fields], plural: String, kind: (Fields) -> String?
  ) -> [String: String] {
    resources.reduce(into: [:]) { kinds, resource in
      guard let name = resource.text(plural), !name.contains("/"), let kind = kind(resource) else { return }
      kinds[kind] = name
    }
  }
}
