/// A value that may be missing in a document, with its replacement.
///
/// Clients and daemons of different versions communicate, so a missing value is read as unknown.
package protocol Omissible: Codable, Hashable {
  static var whenAbsent: Self { get }
  static func read(from decoder: any Decoder) throws -> Self
}

extension Omissible {
  package static func read(from decoder: any Decoder) throws -> Self { try Self(from: decoder) }
}

/// An enumeration that may grow: an unknown word of a newer daemon is read as `whenAbsent`.
package protocol Word: Omissible, RawRepresentable where RawValue == String {}

extension Word {
  package static func read(from decoder: any Decoder) throws -> Self {
    Self(rawValue: try String(from: decoder)) ?? whenAbsent
  }
}

/// A field that is always written, as null if unknown, and that may be absent when read.
///
/// The conformances constrain `Value`, not this declaration. Otherwise the runtime would search all conformances of
/// the program for each constraint at the first use of each `Field` type, which took a quarter of the run time of
/// `oceanid-ctl status`.
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
  // The compiler's synthesized decoding of a wrapped property calls these overloads.
  package func decode<Value: Omissible>(_ type: Field<Value>.Type, forKey key: Key) throws -> Field<Value> {
    try decodeIfPresent(type, forKey: key) ?? Field(wrappedValue: Value.whenAbsent)
  }

  // A nullable word accepts unknown words, too.
  package func decode<Value: Word>(_ type: Field<Value?>.Type, forKey key: Key) throws -> Field<Value?> {
    Field(wrappedValue: try decodeIfPresent(NullableWord<Value>.self, forKey: key)?.word)
  }
}

/// A word or null, as decoded from a container.
package struct NullableWord<Value: Word>: Decodable {
  let word: Value

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
