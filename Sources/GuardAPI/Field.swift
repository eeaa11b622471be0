/// A value that a document may lack: what stands in for it then.
///
/// Clients and daemons of different ages meet on one socket, so whatever can be missing is read as not known.
package protocol Omissible: Codable, Hashable {
  static var whenAbsent: Self { get }
  static func read(from decoder: any Decoder) throws -> Self
}

extension Omissible {
  package static func read(from decoder: any Decoder) throws -> Self { try Self(from: decoder) }
}

/// A closed set of words that may grow: a word of a newer daemon reads as `whenAbsent`.
package protocol Word: Omissible, RawRepresentable where RawValue == String {}

extension Word {
  package static func read(from decoder: any Decoder) throws -> Self {
    Self(rawValue: try String(from: decoder)) ?? whenAbsent
  }
}

/// A field that is always written, as null where nothing is known, and may be absent when read.
///
/// `Value` is bounded by the conformances, not here: the runtime would look for each bound, among all conformances of
/// the program, whenever it first meets a `Field` of another type. That was a quarter of what `oceanid-ctl status` takes.
@propertyWrapper
package struct Field<Value> {
  package var wrappedValue: Value

  package init(wrappedValue: Value) {
    self.wrappedValue = wrappedValue
  }
}

extension Field: Decodable where Value: Omissible {
  package init(from decoder: any Decoder) throws {
    wrappedValue = try Value.read(from: decoder)
  }
}

extension Field: Encodable where Value: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

extension Field: Equatable where Value: Equatable {}
extension Field: Hashable where Value: Hashable {}
extension Field: Sendable where Value: Sendable {}

extension KeyedDecodingContainer {
  // The compiler's own decoding of a wrapped property calls these instead of the general one.
  package func decode<Value: Omissible>(_ type: Field<Value>.Type, forKey key: Key) throws -> Field<Value> {
    try decodeIfPresent(type, forKey: key) ?? Field(wrappedValue: Value.whenAbsent)
  }

  // A word stays lenient where it may also be null.
  package func decode<Value: Word>(_ type: Field<Value?>.Type, forKey key: Key) throws -> Field<Value?> {
    Field(wrappedValue: try decodeIfPresent(NullableWord<Value>.self, forKey: key)?.word)
  }
}

/// A word where null may stand as well: what its container is asked for.
package struct NullableWord<Value: Word>: Decodable {
  let word: Value

  init(word: Value) { self.word = word }

  package init(from decoder: any Decoder) throws { word = try Value.read(from: decoder) }
}

extension Optional: Omissible where Wrapped: Codable & Hashable {
  package static var whenAbsent: Wrapped? { nil }

  package static func read(from decoder: any Decoder) throws -> Wrapped? {
    try Wrapped(from: decoder)
  }
}

extension Array: Omissible where Element: Codable & Hashable {
  package static var whenAbsent: [Element] { [] }
}

extension String: Omissible {
  package static var whenAbsent: String { "" }
}

extension Bool: Omissible {
  package static var whenAbsent: Bool { false }
}

extension Int: Omissible {
  package static var whenAbsent: Int { 0 }
}

extension Int64: Omissible {
  package static var whenAbsent: Int64 { 0 }
}
