/// An object of a list that could not be decoded. The others of the list stand; of this one nothing is known but that
/// it exists.
public struct UndecodableObject: Hashable, Sendable, CustomStringConvertible {
  public let kind: String
  /// Empty for cluster-scoped objects, and where it could not be read.
  public let namespace: String
  /// nil: it could not be read.
  public let name: String?
  /// Its place in the list, for one without a name.
  public let index: Int
  /// `spec.suspend has the wrong type`
  public let reason: String

  public init(kind: String, namespace: String = "", name: String?, index: Int = 0, reason: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.index = index
    self.reason = reason
  }

  /// `Kustomization flux-system/apps: spec.suspend has the wrong type`
  public var description: String {
    let place = name.map { namespace.isEmpty ? $0 : "\(namespace)/\($0)" } ?? "number \(index)"
    return "\(kind) \(place): \(reason)"
  }

  /// nil without a name.
  var reference: Reference? { name.map { Reference(kind: kind, namespace: namespace, name: $0) } }

  /// It may be the object of this name.
  func mayBe(_ object: Reference) -> Bool {
    guard kind == object.kind else { return false }
    guard let name else { return true }
    return name == object.name && (namespace.isEmpty || namespace == object.namespace)
  }
}

extension Snapshot {
  /// Why the object of this name was not seen, where it may be one that could not be decoded: then it is not missing.
  func unreadableReason(of object: Reference) -> String? {
    if let found = undecodable.first(where: { $0.mayBe(object) }) { return found.reason }
    return uncountedKinds.contains(object.kind)
      ? "more objects of its kind can't be read than are counted" : nil
  }
}
