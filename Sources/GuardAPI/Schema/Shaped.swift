package import Health

/// A type whose schema is known without recording its decoding.
package protocol Shaped: Decodable {
  static var shape: JSONSchema { get }
  /// Any value of the type.
  static var sample: Self { get }
}

/// A word with the list of its values. It is separate from `Word`, so that decoding does not pay for the schema.
package protocol ShapedWord: Word, Shaped, CaseIterable {
  /// All words except those that are only read.
  static var written: [Self] { get }
}

extension ShapedWord {
  package static var written: [Self] { Array(allCases) }
  package static var shape: JSONSchema { .words(written.map(\.rawValue)) }
  package static var sample: Self { whenAbsent }
}

extension Field: Shaped where Value: Shaped & Omissible {
  package static var shape: JSONSchema { Value.shape }
  package static var sample: Field { Field(wrappedValue: Value.sample) }
}

extension NullableWord: Shaped where Value: Shaped {
  package static var shape: JSONSchema { .nullable(Value.shape) }
  package static var sample: NullableWord { NullableWord(word: Value.sample) }
}

extension KnownWord: Shaped where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  package static var shape: JSONSchema { .words(Value.allCases.map(\.rawValue)) }
  package static var sample: KnownWord { KnownWord(wrappedValue: nil) }
}

extension Optional: Shaped where Wrapped: Codable & Hashable {
  package static var shape: JSONSchema { .nullable(.of(Wrapped.self)) }
  package static var sample: Wrapped? { nil }
}

extension Array: Shaped where Element: Codable & Hashable {
  package static var shape: JSONSchema { .list(.of(Element.self)) }
  package static var sample: [Element] { [] }
}

extension String: Shaped {
  package static var shape: JSONSchema { .string(format: nil) }
  package static var sample: String { "" }
}

extension Bool: Shaped {
  package static var shape: JSONSchema { .boolean }
  package static var sample: Bool { false }
}

extension Int: Shaped {
  package static var shape: JSONSchema { .integer }
  package static var sample: Int { 0 }
}

extension Int64: Shaped {
  package static var shape: JSONSchema { .integer }
  package static var sample: Int64 { 0 }
}

extension Double: Shaped {
  package static var shape: JSONSchema { .number }
  package static var sample: Double { 0 }
}

extension Timestamp: Shaped {
  package static var shape: JSONSchema { .string(format: "date-time") }
  package static var sample: Timestamp { Timestamp(seconds: 0) }
}
