/// A marker that writes another part of an image than its value has, so that the next image that the policy selects
/// breaks the manifest.
struct WrongKind: Hashable {
  /// The part of an image that the value is, and that the marker should write.
  let form: Marker.Part
  /// The part that the marker writes.
  let part: Marker.Part
  /// True if the policy reflects no digest, so that the marker writes nothing.
  let lacksDigest: Bool

  /// nil for a marker of the right kind, and if the value can be of several kinds.
  init?(of marker: Marker, latest: ImageParts) {
    guard let part = marker.part else { return nil }
    if part == .digest, latest.digest == nil {
      self.init(form: WrongKind.form(of: marker, latest) ?? .tag, part: part, lacksDigest: true)
      return
    }
    guard !marker.value.isEmpty, let form = WrongKind.form(of: marker, latest), form != part else {
      return nil
    }
    // An image without a tag gets one.
    if part == .image, form == .name, !WrongKind.isKeyOfName(marker.key) { return nil }
    self.init(form: form, part: part, lacksDigest: false)
  }

  private init(form: Marker.Part, part: Marker.Part, lacksDigest: Bool) {
    // Of a digest that does not exist, the tag is left.
    self.form = lacksDigest && form == .digest ? .tag : form
    self.part = part
    self.lacksDigest = lacksDigest
  }

  /// As the object of "writes".
  var words: String {
    lacksDigest
      ? "no digest, because the policy reflects none,"
      : "\(WrongKind.words(part)) where \(WrongKind.words(form)) is"
  }

  private static func words(_ part: Marker.Part) -> String {
    part == .image ? "a whole image" : "a \(part.rawValue)"
  }

  // MARK: - The part that a value is

  /// nil if unknown.
  private static func form(of marker: Marker, _ latest: ImageParts) -> Marker.Part? {
    let value = marker.value
    if ["sha256:", "sha512:"].contains(where: value.hasPrefix) { return .digest }
    let parts = ImageParts(value)
    if !parts.tag.isEmpty || parts.digest != nil && parts.name.contains("/") { return .image }
    if isKeyOfTag(marker.key) { return .tag }
    if value.contains("/") || value == latest.name || isKeyOfName(marker.key) { return .name }
    if parts.name == latest.tag || isVersion(value) { return .tag }
    // A bare marker is for a key such as `image`; elsewhere, one word is a tag such as `latest`.
    return marker.part == .image && marker.key?.lowercased() != "image" ? .tag : nil
  }

  /// `repository`, `newName` and `imageName`, as charts and Kustomizations have them. A key `name` alone may be
  /// anything.
  private static func isKeyOfName(_ key: String?) -> Bool {
    guard let key = key?.lowercased() else { return false }
    return key.hasSuffix("repository") || key == "newname" || key == "imagename"
  }

  /// `tag`, `newTag`, `imageTag`
  private static func isKeyOfTag(_ key: String?) -> Bool { key?.lowercased().hasSuffix("tag") ?? false }

  /// `2025.8.1`, `v1.18.3`
  private static func isVersion(_ value: String) -> Bool {
    (value.hasPrefix("v") ? value.dropFirst() : value[...]).first?.isNumber ?? false
  }
}
