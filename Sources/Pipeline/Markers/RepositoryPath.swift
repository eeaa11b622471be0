/// Paths of files in a repository, without a leading slash.
package enum RepositoryPath {
  /// `./clusters//tethys/` as `clusters/tethys`; the whole repository is the empty path. Steps above the repository's
  /// folder stay in it, as in Flux (filepath-securejoin).
  package static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// The path to which a symbolic link points; nil for one that is not relative.
  package static func target(ofLink path: String, _ target: String) -> String? {
    guard !target.hasPrefix("/") else { return nil }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    return normalized("\(folder)/\(target)")
  }

  /// True if the path is `folder`, or is in it.
  package static func isUnder(_ folder: String, _ path: String) -> Bool {
    folder.isEmpty || path == folder || path.hasPrefix(folder + "/")
  }

  /// True if image automation reads a file of this name (image-automation-controller 0.41, pkg/update/filereader.go).
  package static func isMarkedFile(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name == "Kustomization"
  }
}
