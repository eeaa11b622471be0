/// The last answers of an API with their ETags, so that an unchanged one costs nothing. An ETag belongs to the token that
/// it was given to.
struct AnswerCache {
  private struct Entry {
    let etag: String
    let token: APIToken?
    let value: any Sendable
    let bytes: Int
    var used: UInt64
  }

  /// The most answers in memory.
  static let limit = 64
  /// The most bytes that the bodies of these answers had together. Their decoded values take less.
  static let maxBytes = 8 << 20

  private var entries: [String: Entry] = [:]
  private var clock: UInt64 = 0
  /// The bytes of all entries.
  private(set) var bytes = 0

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

  /// - Parameter bytes: the size of the answer's body.
  mutating func store(
    _ value: some Sendable, bytes: Int, etag: String?, for path: String, _ token: APIToken?
  ) {
    remove(path)
    // An ETag is sent back as a header line.
    guard let etag, (1...256).contains(etag.utf8.count), etag.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return }
    clock += 1
    entries[path] = Entry(etag: etag, token: token, value: value, bytes: bytes, used: clock)
    self.bytes += bytes
    while entries.count > AnswerCache.limit || self.bytes > AnswerCache.maxBytes,
      let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key
    {
      remove(oldest)
    }
  }

  private mutating func remove(_ path: String) {
    bytes -= entries.removeValue(forKey: path)?.bytes ?? 0
  }
}
