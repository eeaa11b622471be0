/// An object of a list that could not be decoded. It is only known that it exists; the other objects of the list are
/// used.
public struct UndecodableObject: Hashable, Sendable, CustomStringConvertible {
  public let kind: String
  /// Empty for cluster-scoped objects, or if it could not be read.
  public let namespace: String
  /// nil if it could not be read.
  public let name: String?
  /// Its index in the list, which identifies an object without a name.
  public let index: Int
  /// For example `spec.suspend has the wrong type`.
  public let reason: String

  public init(kind: String, namespace: String = "", name: String?, index: Int = 0, reason: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.index = index
    self.reason = reason
  }

  /// For example `Kustomization flux-system/apps: spec.suspend has the wrong type`.
  public var description: String {
    let place = name.map { namespace.isEmpty ? $0 : "\(namespace)/\($0)" } ?? "number \(index)"
    return "\(kind) \(place): \(reason)"
  }

  /// nil if it has no name.
  var reference: Reference? { name.map { Reference(kind: kind, namespace: namespace, name: $0) } }

  /// True if it may be the object with this name.
  func mayBe(_ object: Reference) -> Bool {
    guard kind == object.kind else { return false }
    guard let name else { return true }
    return name == object.name && (namespace.isEmpty || namespace == object.namespace)
  }
}

extension Snapshot {
  /// Why the object with this name was not seen, if it may be one that could not be decoded. In that case it is not
  /// missing.
  func unreadableReason(of object: Reference) -> String? {
    if let found = undecodable.first(where: { $0.mayBe(object) }) { return found.reason }
    return uncountedKinds.contains(object.kind)
      ? "more objects of its kind can't be read than are counted" : nil
  }
}
