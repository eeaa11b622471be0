/// The last answers of an API with their ETags, so that an unchanged one costs nothing. An ETag belongs to the token that
/// it was given to.
struct AnswerCache {
  private struct Entry {
    let etag: String
    let token: APIToken?
    let value: any Sendable
    var used: UInt64
  }

  /// The most answers in memory.
  static let limit = 64

  private var entries: [String: Entry] = [:]
  private var clock: UInt64 = 0

  /// The ETag to send; nil if nothing is known for this token.
  func etag(for path: String, _ token: APIToken?) -> String? {
    entries[path].flatMap { $0.token == token ? $0.etag : nil }
  }

  /// The answer that a 304 confirms.
  mutating func value<Value>(for path: String, as type: Value.Type) -> Value? {
    clock += 1
    entries[path]?.used = clock
    return entries[path]?.value as? Value
  }

  mutating func store(_ value: some Sendable, etag: String?, for path: String, _ token: APIToken?) {
    // An ETag is sent back as a header line.
    guard let etag, (1...256).contains(etag.utf8.count), etag.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      entries[path] = nil
      return
    }
    clock += 1
    entries[path] = Entry(etag: etag, token: token, value: value, used: clock)
    if entries.count > AnswerCache.limit, let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key
    {
      entries[oldest] = nil
    }
  }
}
