import GuardConnection

/// A resource. Each shows the same as a tool, for clients without resources.
enum Resource: Hashable, Sendable {
  case status, problems
  /// The verdict of one cluster.
  case cluster(String)

  private static let clusterPrefix = "oceanid://cluster/"

  /// nil if there is no such resource. Some clients add a slash.
  init?(uri: String) {
    let uri = uri.hasSuffix("/") ? String(uri.dropLast()) : uri
    switch uri {
    case "oceanid://status": self = .status
    case "oceanid://problems": self = .problems
    case _ where uri.hasPrefix(Resource.clusterPrefix):
      let name = uri.dropFirst(Resource.clusterPrefix.count)
      let isPlain = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
          true
        default: false
        }
      }
      guard (1...253).contains(name.utf8.count), isPlain else { return nil }
      self = .cluster(String(name))
    default: return nil
    }
  }

  /// The tool with the same answer, and its arguments.
  var twin: (tool: Tool, arguments: [String: JSONValue]) {
    switch self {
    case .status: (.status, [:])
    case .problems: (.problems, [:])
    case .cluster(let name): (.status, ["cluster": .string(name)])
    }
  }

  static let mimeType: JSONValue = "application/json"

  static let list: JSONValue = [
    entry("uri", "oceanid://status", "status", "Verdict of the clusters; the same as the tool status."),
    entry("uri", "oceanid://problems", "problems", "Problems, causes first; the same as the tool problems."),
  ]

  static let templates: JSONValue = [
    entry(
      "uriTemplate", "\(clusterPrefix){name}", "cluster",
      "Verdict of one cluster; the same as status with cluster.")
  ]

  private static func entry(_ key: String, _ uri: String, _ name: String, _ text: String) -> JSONValue {
    .object([
      key: .string(uri), "name": .string(name), "description": .string(text), "mimeType": mimeType,
    ])
  }
}
