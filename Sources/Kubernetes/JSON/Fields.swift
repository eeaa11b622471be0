internal import Health
internal import Redaction

/// Reads a JSON object field by field.
///
/// There are two groups of accessors. Fields that a verdict depends on are read with `require…`, `judged…` or
/// `object`: a wrong type makes the object undecodable, because treating it as absent could hide a fault. Fields that
/// are only displayed are read with the others: a wrong type counts as unknown. Absent and null are equivalent.
struct Fields: Decodable {
  private let container: KeyedDecodingContainer<FieldName>

  init(from decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: FieldName.self)
  }

  var names: [String] { container.allKeys.map(\.stringValue) }

  // MARK: Judged

  func object(_ name: String) throws -> Fields? {
    try container.decodeIfPresent(Fields.self, forKey: FieldName(name))
  }

  func objects(_ name: String) throws -> [Fields] {
    try container.decodeIfPresent([Fields].self, forKey: FieldName(name)) ?? []
  }

  func requireObject(_ name: String) throws -> Fields {
    try container.decode(Fields.self, forKey: FieldName(name))
  }

  /// Returns the exact text, for tokens that are sent back to the server.
  func requireText(_ name: String) throws -> String {
    try container.decode(String.self, forKey: FieldName(name))
  }

  /// A name for display and for commands. Two different names are displayed differently.
  func requireName(_ name: String, limit: Int = redactedTextLimit) throws -> String {
    let text = try requireText(name)
    guard !text.isEmpty else {
      throw DecodingError.dataCorruptedError(
        forKey: FieldName(name), in: container, debugDescription: "empty")
    }
    return text.clipped(limit).escapedName
  }

  /// nil if absent or empty; throws for any type but a string.
  func judgedName(_ name: String) throws -> String? {
    let text = try container.decodeIfPresent(String.self, forKey: FieldName(name)) ?? ""
    return text.isEmpty ? nil : text.clipped.escapedName
  }

  /// nil if absent; throws for any type but a number.
  func judgedNumber(_ name: String) throws -> Int64? {
    try container.decodeIfPresent(Int64.self, forKey: FieldName(name))
  }

  /// nil if absent; throws for anything but a count. Kubernetes counts have 32 bits, so their sums fit in an Int.
  func judgedCount(_ name: String) throws -> Int? {
    guard let count = try container.decodeIfPresent(Int32.self, forKey: FieldName(name)) else { return nil }
    guard count >= 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: FieldName(name), in: container, debugDescription: "is negative")
    }
    return Int(count)
  }

  /// False if absent; throws for any type but a boolean.
  func judgedFlag(_ name: String) throws -> Bool {
    try container.decodeIfPresent(Bool.self, forKey: FieldName(name)) ?? false
  }

  /// nil if absent; throws for anything but an RFC 3339 time.
  func judgedTime(_ name: String) throws -> Timestamp? {
    try container.decodeIfPresent(Timestamp.self, forKey: FieldName(name))
  }

  // MARK: Shown

  func shown(_ name: String) -> Fields? {
    (try? container.decodeIfPresent(Fields.self, forKey: FieldName(name))) ?? nil
  }

  func shownObjects(_ name: String) -> [Fields] {
    (try? container.decodeIfPresent([Fields].self, forKey: FieldName(name))) ?? []
  }

  /// A name, an image, a revision or another word by which objects are compared; nil if empty. Only texts of controllers
  /// and errors contain credentials in prose, so a word stays as it is, except for tokens in it; a word with blanks is such a text.
  func word(_ name: String, limit: Int = redactedTextLimit) -> String? {
    raw(name).map { $0.clipped(limit).withoutCredentials.escapedName }
  }

  /// A redacted line of free text, cut at the length limit; nil if empty.
  func text(_ name: String, limit: Int = redactedTextLimit) -> String? {
    raw(name).map { redacted($0, limit: limit).escaped.clipped }
  }

  /// A redacted text that may have several lines.
  func message(_ name: String) -> String? { shownText(name)?.lines }

  /// - Parameter known: returned if the text is the same.
  func shownText(
    _ name: String, unlike known: ShownText? = nil, limit: Int = redactedTextLimit
  ) -> ShownText? {
    guard let raw = raw(name) else { return nil }
    if let known, known.raw == raw { return known }
    return ShownText(raw, limit: limit)
  }

  private func raw(_ name: String) -> String? {
    guard let text = try? container.decodeIfPresent(String.self, forKey: FieldName(name)), !text.isEmpty
    else { return nil }
    return text
  }

  /// The first texts of a list that have at most this many bytes together.
  func texts(_ name: String, bytes: Int = TextLimits.list) -> (texts: [String], omitted: Int) {
    let all = (try? container.decodeIfPresent([String].self, forKey: FieldName(name))) ?? []
    let texts = all.prefix(64).map(\.clipped.escapedName).within(bytes: bytes)
    return (texts, all.count - texts.count)
  }

  func number(_ name: String) -> Int64? {
    (try? container.decodeIfPresent(Int64.self, forKey: FieldName(name))) ?? nil
  }

  /// nil for a value that is not a 32-bit count.
  func count(_ name: String) -> Int? {
    ((try? container.decodeIfPresent(Int32.self, forKey: FieldName(name))) ?? nil).flatMap {
      $0 < 0 ? nil : Int($0)
    }
  }

  /// nil also for the zero time of Go, which says that there is none.
  func time(_ name: String) -> Timestamp? {
    raw(name).flatMap { $0.clipped == "0001-01-01T00:00:00Z" ? nil : Timestamp(rfc3339: $0.clipped) }
  }

  func duration(_ name: String) -> Duration? { raw(name).flatMap { Duration(go: $0.clipped) } }
}

/// A received text, with the form in which it is shown.
struct ShownText {
  let raw: String
  let lines: String

  init(_ raw: String, limit: Int) {
    self.raw = raw
    lines = redacted(raw, limit: limit).escapedLines.clipped
  }
}

struct FieldName: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

extension [String] {
  /// The first elements that have at most this many bytes together.
  func within(bytes: Int) -> [String] {
    var left = bytes
    return Array(
      prefix { text in
        left -= text.utf8.count
        return left >= 0
      })
  }
}

extension String {
  /// A name of bounded length, so that a hostile server cannot fill the memory.
  var clipped: String { clipped(redactedTextLimit) }

  func clipped(_ limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit - "…".utf8.count)
    // Do not cut inside a character: continuation bytes begin with the bits 10 (RFC 3629 §3).
    while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
    return self[..<end] + "…"
  }
}

extension DecodingError {
  /// The path and the error in our own words, because the decoder's message may quote the value.
  var inWords: String {
    func words(_ path: [any CodingKey], _ what: String) -> String {
      let place = path.reduce(into: "") { text, key in
        let name = key.stringValue.clipped.escapedName
        if let index = key.intValue {
          text += "[\(index)]"
        } else {
          text += text.isEmpty ? name : ".\(name)"
        }
      }
      return place.isEmpty ? what : "\(place) \(what)"
    }
    return switch self {
    case .typeMismatch(_, let context): words(context.codingPath, "has the wrong type")
    case .valueNotFound(_, let context): words(context.codingPath, "is null")
    case .keyNotFound(let key, let context): words(context.codingPath + [key], "is missing")
    case .dataCorrupted(let context): words(context.codingPath, "is not valid")
    @unknown default: "can't be read"
    }
  }
}
