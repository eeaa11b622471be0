/// The format in which a client requests objects (the Accept header).
enum Representation: Sendable {
  case whole
  /// PartialObjectMetadata.
  case metadata
  /// A meta.k8s.io Table, with the rows that kubectl prints.
  case table

  /// The first supported format in the Accept header; nil if there is none (406).
  init?(accept: String) {
    for clause in accept.split(separator: ",") {
      let parts = clause.split(separator: ";").map { Self.trimmed($0) }
      guard let type = parts.first, ["application/json", "application/*", "*/*"].contains(type) else {
        continue
      }
      let form = parts.dropFirst().first { $0.hasPrefix("as=") }?.dropFirst(3)
      switch form {
      case nil: self = .whole
      case "PartialObjectMetadata", "PartialObjectMetadataList": self = .metadata
      case "Table" where parts.contains("v=v1"): self = .table
      default: continue
      }
      return
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension Object {
  func json(_ form: Representation, version: String, in state: ClusterState) -> JSON {
    switch form {
    case .metadata:
      [
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": metadata(in: state),
      ]
    case .whole, .table: json(version: version, in: state)
    }
  }
}
