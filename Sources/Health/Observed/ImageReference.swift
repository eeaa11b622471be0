/// The parts of a container image's name, for example `ghcr.io/org/app:v1@sha256:…`.
public struct ImageReference: Hashable, Sendable {
  /// Includes the registry: `docker.io/library/nginx` for `nginx`.
  public let repository: String
  public let tag: String?
  public let digest: String?

  public init(_ text: String) {
    var rest = text[...]
    if let at = rest.firstIndex(of: "@") {
      digest = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    } else {
      digest = nil
    }
    // A colon before the last slash belongs to the registry's port.
    let slash = rest.lastIndex(of: "/") ?? rest.startIndex
    if let colon = rest[slash...].lastIndex(of: ":") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    } else {
      tag = nil
    }
    repository = ImageReference.normalized(rest)
  }

  /// The tag that is pulled: `latest` if there is neither a tag nor a digest; nil for a digest alone, whose tag is
  /// unknown.
  var pulledTag: String? { tag ?? (digest == nil ? "latest" : nil) }

  /// Whether both have the same repository and tag, and the same digest if both have one; nil if a digest alone would
  /// have to be compared with a tag.
  public static func isSame(_ image: String, _ other: String) -> Bool? {
    let (a, b) = (ImageReference(image), ImageReference(other))
    guard a.repository == b.repository else { return false }
    if let digest = a.digest, let wanted = b.digest { return digest == wanted }
    guard let tag = a.pulledTag, let wanted = b.pulledTag else { return nil }
    return tag == wanted
  }

  private static func normalized(_ name: Substring) -> String {
    let first = name.split(separator: "/", maxSplits: 1).first ?? name
    let hasRegistry =
      name.contains("/") && (first.contains(".") || first.contains(":") || first == "localhost")
    if hasRegistry {
      // `index.docker.io` is the host name of the Docker registry API, and `docker.io/nginx` lacks `library/`.
      let path = name.dropFirst(first.utf8.count + 1)
      guard first == "docker.io" || first == "index.docker.io" else { return String(name) }
      return path.contains("/") ? "docker.io/\(path)" : "docker.io/library/\(path)"
    }
    return name.contains("/") ? "docker.io/\(name)" : "docker.io/library/\(name)"
  }
}
