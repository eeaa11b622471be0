extension JSONSchema {
  /// The schema of the JSON that `type` reads and writes, derived from its decoding, so that both always agree.
  package static func of<Document: Decodable>(_ type: Document.Type) -> JSONSchema {
    if let shaped = type as? any Shaped.Type { return shaped.shape }
    let record = SchemaRecord()
    // Decoding from a recorder only fails for a type that is neither an object nor `Shaped`; tests detect that.
    _ = try? Document(from: SchemaRecorder(record: record))
    return .object(record.properties)
  }
}

/// The fields that a type has decoded.
private final class SchemaRecord {
  var properties: [JSONSchema.Property] = []
}

/// A decoder that returns a sample for every field and records the fields.
private struct SchemaRecorder: Decoder {
  let record: SchemaRecord
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  struct Unshaped: Error {}

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Fields(record: record))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unshaped() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unshaped() }

  private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let record: SchemaRecord
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    private func note<Value: Decodable>(_ type: Value.Type, _ key: Key) {
      record.properties.append(.init(name: key.stringValue, schema: .of(type)))
    }

    private func sample<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value {
      note(type, key)
      if let shaped = type as? any Shaped.Type, let sample = shaped.sample as? Value { return sample }
      return try Value(from: SchemaRecorder(record: SchemaRecord()))
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try sample(type, key)
    }

    /// Optional fields are decoded with this function: see `Field`.
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
      note(type, key)
      return nil
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try sample(type, key) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try sample(type, key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try sample(type, key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try sample(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try sample(type, key) }

    // No document has fields of these types.
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { throw Unshaped() }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { throw Unshaped() }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { throw Unshaped() }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { throw Unshaped() }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { throw Unshaped() }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { throw Unshaped() }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { throw Unshaped() }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { throw Unshaped() }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { throw Unshaped() }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
      -> KeyedDecodingContainer<Nested>
    { throw Unshaped() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unshaped() }
    func superDecoder() throws -> any Decoder { throw Unshaped() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unshaped() }
  }
}
