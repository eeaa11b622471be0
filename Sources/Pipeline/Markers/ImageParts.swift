/// The parts of a policy's image as image automation writes them: as they stand, without a default registry or tag.
struct ImageParts: Hashable {
  let name: String
  let tag: String
  let digest: String?
  let image: String

  init(_ image: String) {
    self.image = image
    let parts = image.split(separator: "@", maxSplits: 1)
    let reference = parts.first ?? ""
    digest = parts.count > 1 ? String(parts[1]) : nil
    // A colon before the last slash belongs to the registry's port.
    let slash = reference.lastIndex(of: "/") ?? reference.startIndex
    if let colon = reference[slash...].lastIndex(of: ":") {
      name = String(reference[..<colon])
      tag = String(reference[reference.index(after: colon)...])
    } else {
      name = String(reference)
      tag = ""
    }
  }

  /// The text that image automation writes for a marker; nil if the policy has no such part.
  func value(for part: Marker.Part) -> String? {
    switch part {
    case .image: image
    case .tag: tag
    case .name: name
    case .digest: digest
    }
  }
}
