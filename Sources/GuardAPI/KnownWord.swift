/// A word of an enumeration that may grow. nil if it is absent, or if a newer daemon sends an unknown word. A
/// daemon always writes a word.
///
/// The conformances constrain `Value`, not this declaration: see `Field`.
@propertyWrapper
package struct KnownWord<Value> {
  package var wrappedValue: Value?

  package init(wrappedValue: Value?) {
    self.wrappedValue = wrappedValue
  }
}

extension KnownWord: Decodable where Value: RawRepresentable, Value.RawValue == String {
  package init(from decoder: any Decoder) throws {
    wrappedValue = Value(rawValue: try String(from: decoder))
  }
}

extension KnownWord: Encodable where Value: RawRepresentable, Value.RawValue == String {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue?.rawValue ?? "unknown")
  }
}

extension KnownWord: Equatable where Value: Equatable {}
extension KnownWord: Hashable where Value: Hashable {}
extension KnownWord: Sendable where Value: Sendable {}

extension KeyedDecodingContainer {
  // The compiler's synthesized decoding of a wrapped property calls this overload.
  package func decode<Value: RawRepresentable>(
    _ type: KnownWord<Value>.Type, forKey key: Key
  ) throws -> KnownWord<Value> where Value.RawValue == String {
    try decodeIfPresent(type, forKey: key) ?? KnownWord(wrappedValue: nil)
  }
}
