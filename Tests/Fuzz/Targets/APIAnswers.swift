internal import Curl
internal import Health

@testable internal import Kubernetes

extension FuzzTarget {
  /// A list of objects. The result does not depend on the chunk size. The first byte selects the kind.
  static let list = FuzzTarget("list") { bytes in
    guard let choice = bytes.first else { return }
    let kinds = Kind.builtIn + Kind.discovered
    let kind = kinds[Int(choice) % kinds.count]
    let served = ServedKind(kind, kind.versions[0])
    let body = Array(bytes.dropFirst())
    let whole = read(body, of: served, piece: max(1, body.count))
    let pieces = read(body, of: served, piece: 1 + Int(choice) % 7)
    try hold(whole == pieces, "read otherwise in pieces: \(whole) and \(pieces)")
  }

  private struct Reading: Equatable {
    var objects: [String]
    var undecodable: [String]
    var end: String
  }

  private static func read(_ body: [UInt8], of served: ServedKind, piece: Int) -> Reading {
    let reader = ListReader(of: served)
    var start = 0
    while start < body.count {
      let end = min(start + piece, body.count)
      guard body[start..<end].withUnsafeBytes({ reader.receive($0) }) else { break }
      start = end
    }
    let end: String
    do throws(JSONDocument.Fault) {
      end = try reader.finish() ?? "whole"
    } catch {
      // If there are two faults, the chunk size may decide which one is found first, but not whether one is found.
      return Reading(objects: [], undecodable: [], end: "refused")
    }
    return Reading(
      objects: reader.objects.map { "\($0)" }, undecodable: reader.undecodable.map(\.description), end: end)
  }

  /// Discovery documents, and the bodies of refusals.
  static let discovery = FuzzTarget("discovery") { bytes in
    if let groups = try? Discovery.groups(bytes) {
      let discovery = Discovery(groups, etag: String(foreign: bytes.prefix(40)))
      try hold(discovery.kinds.count <= Kind.discovered.count, "more kinds than are known")
    }
    _ = try? Discovery.kinds(bytes)
    let response = Response(
      status: 410, contentType: String(foreign: bytes.prefix(80)),
      retryAfter: String(foreign: bytes.prefix(8)),
      body: bytes)
    _ = response.continueToken
    if let message = response.statusMessage {
      try hold(message.utf8.count < 4096, "a message of \(message.utf8.count) bytes")
    }
  }
}
