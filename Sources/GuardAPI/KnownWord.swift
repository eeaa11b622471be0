/// A word of a vocabulary that may grow: nil where it is absent, or where a newer daemon says one that this version
/// does not know. A daemon always has one to write.
///
/// `Value` is bounded by the conformances, not here: see `Field`.
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
  // The compiler's own decoding of a wrapped property calls this instead of the general one.
  package func decode<Value: RawRepresentable>(
    _ type: KnownWord<Value>.Type, forKey key: Key
  ) throws -> KnownWord<Value> where Value.RawValue == String {
    try decodeIfPresent(type, forKey: key) ?? KnownWord(wrappedValue: nil)
  }
}
