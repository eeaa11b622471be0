internal import FoundationEssentials
internal import Health
internal import Pipeline
internal import Redaction

/// Reads a JSON object field by field. A field of a wrong type counts as absent, so that a new or broken field hides no
/// other.
struct JSONObject: Decodable {
  private let container: KeyedDecodingContainer<Name>

  init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: Name.self) }

  /// Decodes a whole answer. nil if it is not a JSON object.
  init?(_ body: [UInt8]) {
    guard let object = try? JSONDecoder().decode(JSONObject.self, from: Data(body)) else { return nil }
    self = object
  }

  /// Decodes an answer that is a list of objects; elements of another type are left out. nil if it is no list.
  static func list(_ body: [UInt8]) -> [JSONObject]? {
    (try? JSONDecoder().decode([Lenient].self, from: Data(body)))?.compactMap(\.object)
  }

  func object(_ name: String) -> JSONObject? {
    (try? container.decodeIfPresent(JSONObject.self, forKey: Name(name))) ?? nil
  }

  /// The objects of a list, without elements of another type; nil if there is no list.
  ///
  /// - Parameter limit: further ones are left out.
  func objects(_ name: String, limit: Int = 300) -> [JSONObject]? {
    ((try? container.decodeIfPresent([Lenient].self, forKey: Name(name))) ?? nil).map {
      Array($0.prefix(limit).compactMap(\.object))
    }
  }

  /// A text for display: one line, without credentials and control characters, at most `limit` bytes; nil if empty.
  func text(_ name: String, limit: Int = 256) -> String? {
    raw(name).map { JSONObject.shown($0, limit: limit) }
  }

  /// A text of a server for display.
  static func shown(_ text: String, limit: Int = 256) -> String { redacted(text, limit: limit).singleLine }

  /// A word that is compared, and shown in texts.
  func word(_ name: String) -> String? { text(name, limit: 64) }

  /// A name of a file or a branch, exactly; nil if it is longer than names are.
  func name(_ name: String) -> String? { raw(name).flatMap { $0.utf8.count <= 4096 ? $0 : nil } }

  /// The address of a page; nil unless it begins with https://, or with http:// on loopback.
  func page(_ name: String) -> String? {
    guard let text = raw(name), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      ["https://", "http://127.0.0.1", "http://localhost", "http://[::1]"].contains(where: text.hasPrefix)
    else { return nil }
    return redacted(text)
  }

  func commit(_ name: String) -> CommitID? { raw(name).flatMap { CommitID($0) } }

  func number(_ name: String) -> Int64? {
    (try? container.decodeIfPresent(Int64.self, forKey: Name(name))) ?? nil
  }

  /// A number that is not negative and fits a count.
  func count(_ name: String) -> Int? {
    number(name).flatMap { (0...Int64(Int32.max)).contains($0) ? Int($0) : nil }
  }

  /// Also the texts `true` and `false`.
  func flag(_ name: String) -> Bool? {
    (try? container.decodeIfPresent(Bool.self, forKey: Name(name))) ?? raw(name).flatMap { Bool($0) }
  }

  func time(_ name: String) -> Timestamp? { raw(name).flatMap { Timestamp(rfc3339: $0) } }

  func raw(_ name: String) -> String? {
    guard let text = try? container.decodeIfPresent(String.self, forKey: Name(name)), !text.isEmpty else {
      return nil
    }
    return text
  }

  private struct Lenient: Decodable {
    let object: JSONObject?

    init(from decoder: any Decoder) throws { object = try? JSONObject(from: decoder) }
  }

  private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
