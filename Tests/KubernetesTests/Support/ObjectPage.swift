import Health

@testable import Kubernetes

/// One page of a list, decoded object by object. An undecodable object becomes one entry and does not affect the
/// others.
struct ObjectPage {
  let objects: [Observed]
  let undecodable: [UndecodableObject]
  /// Token of the next page; nil on the last.
  let next: String?

  init(_ body: [UInt8], of served: ServedKind) throws(JSONDocument.Fault) {
    let reader = ListReader(of: served)
    _ = body.withUnsafeBytes { reader.receive($0) }
    next = try reader.finish()
    objects = reader.objects
    undecodable = reader.undecodable
  }
}
