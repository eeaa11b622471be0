package import Health

/// A type whose place in a schema is known without looking into it.
package protocol Shaped: Decodable {
  static var shape: JSONSchema { get }
  /// Any value of the type.
  static var sample: Self { get }
}

extension Omissible {
  package static var sample: Self { whenAbsent }
}

extension Word {
  /// The words that a daemon of this version writes.
  package static var shape: JSONSchema { .words(written.map(\.rawValue)) }
}

extension Field: Shaped {
  package static var shape: JSONSchema { Value.shape }
  package static var sample: Field { Field(wrappedValue: Value.sample) }
}

extension Optional: Shaped where Wrapped: Codable & Hashable {
  package static var shape: JSONSchema { .nullable(.of(Wrapped.self)) }
}

extension Array: Shaped where Element: Codable & Hashable {
  package static var shape: JSONSchema { .list(.of(Element.self)) }
}

extension String {
  package static var shape: JSONSchema { .string(format: nil) }
}

extension Bool {
  package static var shape: JSONSchema { .boolean }
}

extension Int {
  package static var shape: JSONSchema { .integer }
}

extension Int64 {
  package static var shape: JSONSchema { .integer }
}

extension Double: Shaped {
  package static var shape: JSONSchema { .number }
  package static var sample: Double { 0 }
}

extension Timestamp: Shaped {
  package static var shape: JSONSchema { .string(format: "date-time") }
  package static var sample: Timestamp { Timestamp(seconds: 0) }
}
