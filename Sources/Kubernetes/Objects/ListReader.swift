internal import Curl
internal import FoundationEssentials
internal import Health

/// Reads one page of a list while its bytes arrive: each complete element of `items` is decoded at once and its bytes
/// are released. An undecodable element becomes one entry and does not affect the others.
final class ListReader: BodySink {
  private var served: ServedKind
  private let limits: Limits
  private let decoder = JSONDecoder()
  private var scanner = ListScanner()
  private(set) var objects: [Observed] = []
  private(set) var undecodable: [UndecodableObject] = []
  private var count = 0
  /// True if a part of the page was received.
  private(set) var hasBegun = false
  /// Total size of texts longer than one line.
  private(set) var longBytes = 0
  /// Total size of the texts of conditions.
  private(set) var textBytes = 0
  private var kind: String?
  private var next: String?
  /// Why reading stopped early.
  private(set) var fault: JSONDocument.Fault?

  struct Limits {
    var objects = 20_000
    /// Number of entries about undecodable elements.
    var undecodable = 101
    /// Total size of texts longer than one line. When it is used up, only one line of each text is kept: the long
    /// messages of a few hundred objects are enough to diagnose thousands.
    var messages = 1 << 20
    /// Total size of the texts of conditions. When it is used up, only the first few conditions of each object are kept.
    var texts = 8 << 20
  }

  init(of served: ServedKind, limits: Limits = Limits()) {
    self.served = served
    self.limits = limits
    count(long: 0, all: 0)
  }

  /// False if no more bytes are wanted.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard fault == nil else { return false }
    hasBegun = true
    do throws(JSONDocument.Fault) {
      try scanner.scan(bytes) { part, value throws(JSONDocument.Fault) in try handle(part, value) }
    } catch {
      fault = error
    }
    return fault == nil
  }

  /// Token of the next page; nil on the last.
  func finish() throws(JSONDocument.Fault) -> String? {
    if let fault { throw fault }
    guard scanner.isDone, scanner.hasItems, let kind else { throw .notJSON }
    guard kind == expectedKind else { throw .otherKind(kind) }
    return next
  }

  private var expectedKind: String { "\(served.kind.name)List" }

  private func handle(_ part: ListScanner.Part, _ value: UnsafeRawBufferPointer) throws(JSONDocument.Fault) {
    switch part {
    case .kind:
      let kind = try decode(value) { try decoder.decode(String.self, from: $0) }
      // Most servers send the kind first, so a list of another kind is rejected early.
      guard kind == expectedKind else { throw .otherKind(kind) }
      self.kind = kind
    case .metadata:
      let metadata = try decode(value) { try decoder.decode(Fields?.self, from: $0) }
      let token = try? metadata?.continueToken() ?? ""
      guard let token else { throw .notJSON }
      // The list has more objects, but there is no token to request them.
      guard !token.isEmpty || (metadata?.number("remainingItemCount") ?? 0) == 0 else { throw .notJSON }
      next = token.isEmpty ? nil : token
    case .item:
      try countOne()
      switch try decode(value, { try decoder.decode(Attempt.self, from: $0, configuration: served) }) {
      case .read(let object):
        objects.append(object)
        count(long: object.longTexts, all: object.conditionTexts)
      case .unreadable(let name, let reason): skip(name, reason)
      }
    case .tooDeep:
      try countOne()
      skip(ObjectHead.name(in: value), "nests deeper than \(JSONNesting.limit) levels")
    case .tooLong:
      try countOne()
      skip(ObjectHead.name(in: value), "is longer than \(ListScanner.objectLimit >> 20) MiB")
    }
  }

  private func count(long: Int, all: Int) {
    longBytes += long
    textBytes += all
    if longBytes >= limits.messages { served.limits.shortenMessages() }
    if textBytes >= limits.texts { served.limits.shortenAll() }
  }

  private func countOne() throws(JSONDocument.Fault) {
    guard count < limits.objects else { throw .tooMany(limits.objects) }
    count += 1
  }

  private func skip(_ name: ObjectHead.Name?, _ reason: String) {
    guard undecodable.count < limits.undecodable else { return }
    undecodable.append(
      UndecodableObject(
        kind: served.kind.name, namespace: name?.namespace ?? "", name: name?.name, index: count - 1,
        reason: reason))
  }

  private func decode<Value>(
    _ bytes: UnsafeRawBufferPointer, _ decode: (Data) throws -> Value
  ) throws(JSONDocument.Fault) -> Value {
    do {
      // Otherwise invalid names would be replaced and the list could appear empty.
      _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
      return try decode(Data(bytes))
    } catch {
      throw .notJSON
    }
  }
}

extension Fields {
  // Strict: with a lost token, half a list would look complete.
  fileprivate func continueToken() throws -> String {
    names.contains("continue") ? try requireText("continue") : ""
  }
}

/// The result of decoding one element. Its initializer never throws for the element's contents.
private enum Attempt: DecodableWithConfiguration {
  case read(Observed)
  case unreadable(name: ObjectHead.Name?, reason: String)

  init(from decoder: any Decoder, configuration kind: ServedKind) {
    do {
      self = .read(try kind.read(Fields(from: decoder)))
    } catch {
      let fields = try? Fields(from: decoder)
      let metadata = fields?.shown("metadata")
      let name = metadata?.word("name").map {
        ObjectHead.Name(namespace: metadata?.word("namespace") ?? "", name: $0)
      }
      self = .unreadable(name: name, reason: (error as? DecodingError)?.inWords ?? "can't be read")
    }
  }
}
