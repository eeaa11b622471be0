import GuardConnection
import Health

// The parts of answers. Texts that are not ours are only in fields named `untrusted`. Everything beside them is a word, a
// number or a time of the guard, a name of its configuration, or a text of its documentation.

extension JSONValue {
  /// A text of a cluster or of a server, cleaned and cut; nil without content.
  static func foreign(_ text: String?, limit: Int = ForeignText.limit) -> JSONValue? {
    guard let text else { return nil }
    let clean = ForeignText.clean(text, limit: limit)
    return clean.isEmpty ? nil : .string(clean)
  }

  /// The first texts of a list.
  static func foreign(_ texts: [String], count: Int) -> JSONValue? {
    let clean = texts.prefix(count).compactMap { JSONValue.foreign($0, limit: 200) }
    return clean.isEmpty ? nil : .array(clean)
  }

  /// The object of texts that are not ours; nil if it is empty.
  static func untrusted(_ fields: KeyValuePairs<String, JSONValue?>) -> JSONValue? {
    let value = JSONValue.fields(fields)
    return value.fields?.isEmpty == false ? value : nil
  }

  /// A name in the guard's own configuration. It is cleaned, because the guard behind the socket is another program.
  static func own(_ text: String?) -> JSONValue? { text.map { .string(ForeignText.clean($0, limit: 253)) } }

  static func time(_ time: Timestamp?) -> JSONValue? { time.map { .string("\($0.toTheSecond)") } }

  static func count(_ count: Int) -> JSONValue { .integer(Int64(count)) }
}
