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
@propertyWrapper
package struct Field<Value: Omissible>: Codable, Hashable {
  package var wrappedValue: Value

  package init(wrappedValue: Value) {
    self.wrappedValue = wrappedValue
  }

  package init(from decoder: any Decoder) throws {
    wrappedValue = try Value.read(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

extension Field: Sendable where Value: Sendable {}

extension KeyedDecodingContainer {
  // The compiler's own decoding of a wrapped property calls this instead of the general one.
  package func decode<Value>(_ type: Field<Value>.Type, forKey key: Key) throws -> Field<Value> {
    try decodeIfPresent(type, forKey: key) ?? Field(wrappedValue: Value.whenAbsent)
  }
}

extension Optional: Omissible where Wrapped: Codable & Hashable {
  package static var whenAbsent: Wrapped? { nil }

  package static func read(from decoder: any Decoder) throws -> Wrapped? {
    // A word stays lenient where it may also be null.
    if let word = Wrapped.self as? any Word.Type { return try word.read(from: decoder) as? Wrapped }
    return try Wrapped(from: decoder)
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
