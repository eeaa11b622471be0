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

  /// Decodes an answer that is a list of objects; elements of another type are left out. nil if it is not a list.
  ///
  /// - Parameter limit: further elements are left out.
  static func list(_ body: [UInt8], limit: Int) -> [JSONObject]? {
    guard let list = try? JSONDecoder().decode(List.self, from: Data(body)),
      let elements = try? list.decoder.unkeyedContainer()
    else { return nil }
    return objects(elements, limit: limit, \.self).values
  }

  func object(_ name: String) -> JSONObject? {
    (try? container.decodeIfPresent(JSONObject.self, forKey: Name(name))) ?? nil
  }

  /// The objects of a list, without elements of another type; nil if there is no list.
  ///
  /// - Parameter limit: further ones are left out.
  func objects(_ name: String, limit: Int = 300) -> [JSONObject]? {
    values(name, limit: limit, \.self)?.values
  }

  /// The values that are read from the objects of a list, one after the other, so that only one of them is in memory;
  /// and how many objects there were. nil if there is no list.
  ///
  /// - Parameters:
  ///   - limit: further elements are left out.
  ///   - value: nil for an object that is left out.
  func values<Value>(
    _ name: String, limit: Int, _ value: (JSONObject) -> Value?
  ) -> (values: [Value], objects: Int)? {
    guard let elements = try? container.nestedUnkeyedContainer(forKey: Name(name)) else { return nil }
    return JSONObject.objects(elements, limit: limit, value)
  }

  private static func objects<Value>(
    _ list: any UnkeyedDecodingContainer, limit: Int, _ value: (JSONObject) -> Value?
  ) -> (values: [Value], objects: Int) {
    var list = list
    var values: [Value] = []
    var objects = 0
    for _ in 0..<limit where !list.isAtEnd {
      guard let element = try? list.decode(Lenient.self) else { break }
      guard let object = element.object else { continue }
      objects += 1
      if let value = value(object) { values.append(value) }
    }
    return (values, objects)
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

  /// The address of a page; nil unless it is where pages of the API are.
  func page(_ name: String, where isShown: (String) -> Bool) -> String? {
    guard let text = raw(name), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      isShown(text)
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

  /// A time of this century. Anything else is not a time at which something happened: some servers write the year 1 for
  /// "not yet".
  func time(_ name: String) -> Timestamp? { raw(name).flatMap { Timestamp(rfc3339: $0) }?.ifPlausible }

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

  /// A list whose elements are decoded when they are needed.
  private struct List: Decodable {
    let decoder: any Decoder

    init(from decoder: any Decoder) { self.decoder = decoder }
  }

  private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}

extension Timestamp {
  /// nil for a time before 2000 or after 2099.
  var ifPlausible: Timestamp? { (946_684_800_000..<4_102_444_800_000).contains(milliseconds) ? self : nil }
}
