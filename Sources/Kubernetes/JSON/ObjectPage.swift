internal import FoundationEssentials
internal import Health

/// One page of a list, decoded object by object: one that can't be read is one line, the others stand.
struct ObjectPage {
  let objects: [Observed]
  /// `Kustomization flux-system/apps: spec.suspend has the wrong type`
  let undecodable: [String]
  /// Token of the next page; nil on the last.
  let next: String?

  enum Fault: Error, Equatable {
    case tooDeep
    /// Not JSON, or cut short.
    case notJSON
    case otherKind(String)
  }

  init(_ body: [UInt8], of served: ServedKind) throws(Fault) {
    let kind = served.kind
    let document = try ObjectPage.decode(body) {
      try $0.decode(ListDocument.self, from: $1, configuration: served)
    }
    guard document.kind == "\(kind.name)List" else { throw .otherKind(document.kind) }
    var objects: [Observed] = []
    var undecodable: [String] = []
    for (index, attempt) in document.items.enumerated() {
      switch attempt {
      case .read(let object): objects.append(object)
      case .unreadable(let name, let reason):
        undecodable.append("\(kind.name) \(name ?? "number \(index)"): \(reason)")
      }
    }
    self.objects = objects
    self.undecodable = undecodable
    next = document.next
  }

  /// Decodes any document of the server, nesting checked first.
  static func decode<Document>(
    _ body: [UInt8], _ decode: (JSONDecoder, Data) throws -> Document
  ) throws(Fault) -> Document {
    guard JSONNesting.isWithinLimit(body) else { throw .tooDeep }
    do {
      return try decode(JSONDecoder(), Data(body))
    } catch {
      throw .notJSON
    }
  }

  static func decode<Document: Decodable>(
    _ body: [UInt8], as type: Document.Type
  ) throws(Fault) -> Document {
    try decode(body) { try $0.decode(type, from: $1) }
  }
}

private struct ListDocument: DecodableWithConfiguration {
  let kind: String
  let next: String?
  let items: [Attempt]

  init(from decoder: any Decoder, configuration kind: ServedKind) throws {
    let fields = try decoder.container(keyedBy: FieldName.self)
    self.kind = try fields.decode(String.self, forKey: FieldName("kind"))
    let metadata = try fields.decodeIfPresent(Fields.self, forKey: FieldName("metadata"))
    let token = try metadata?.continueToken() ?? ""
    next = token.isEmpty ? nil : token
    items =
      try fields.decodeIfPresent([Attempt].self, forKey: FieldName("items"), configuration: kind) ?? []
  }
}

extension Fields {
  // Read strictly: a lost token would make half a list look like a whole one.
  fileprivate func continueToken() throws -> String {
    names.contains("continue") ? try requireText("continue") : ""
  }
}

/// One element of a list. Its decoding never throws.
private enum Attempt: DecodableWithConfiguration {
  case read(Observed)
  case unreadable(name: String?, reason: String)

  init(from decoder: any Decoder, configuration kind: ServedKind) {
    do {
      self = .read(try kind.read(Fields(from: decoder)))
    } catch {
      let fields = try? Fields(from: decoder)
      let metadata = fields?.shown("metadata")
      let name = metadata?.text("name").map { name in
        metadata?.text("namespace").map { "\($0)/\(name)" } ?? name
      }
      // The list's own part of the path says nothing about the object.
      let depth = decoder.codingPath.count
      self = .unreadable(
        name: name, reason: (error as? DecodingError)?.below(depth).inWords ?? "can't be read")
    }
  }
}

extension DecodingError {
  fileprivate func below(_ depth: Int) -> DecodingError {
    func cut(_ context: Context) -> Context {
      Context(codingPath: Array(context.codingPath.dropFirst(depth)), debugDescription: "")
    }
    return switch self {
    case .typeMismatch(let type, let context): .typeMismatch(type, cut(context))
    case .valueNotFound(let type, let context): .valueNotFound(type, cut(context))
    case .keyNotFound(let key, let context): .keyNotFound(key, cut(context))
    case .dataCorrupted(let context): .dataCorrupted(cut(context))
    @unknown default: self
    }
  }
}
