internal import FoundationEssentials
internal import GuardAPI
internal import Health

@testable internal import GuardClient
@testable internal import GuardConnection
@testable internal import GuardHistory
@testable internal import GuardPages
@testable internal import GuardTerminal

private let now = Timestamp(seconds: 1_772_339_047)
private let terminals = [
  Terminal(width: 40, hasColor: false, drawsBlocks: true, now: now),
  Terminal(width: nil, hasColor: false, drawsBlocks: false, now: now),
]

/// The output for a terminal does not move the cursor or set a title.
private func show(_ page: (Terminal) -> Page) throws {
  for terminal in terminals {
    let text = page(terminal).text(for: terminal)
    try hold(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
      "a control character gets through")
  }
}

extension FuzzTarget {
  /// The status document, decoded and shown on every page.
  static let documents = FuzzTarget("documents") { bytes in
    let data = Data(bytes)
    if let value = try? JSONDecoder().decode(JSONValue.self, from: data) {
      try hold(!value.pretty.unicodeScalars.contains("\u{1B}"), "an escape gets through --json")
    }
    _ = DocumentCoding.decodeError(data)
    _ = DocumentCoding.decodeReceipt(data)
    guard let status = try? DocumentCoding.decode(StatusDocument.self, from: data) else { return }
    try show { StatusPage.page(status, $0) }
    try show { NodesPage.page(status, $0, isWide: true) }
    try show { FluxPage.page(status, $0) }
    try show { ImagesPage.page(status, $0) }
    try show { TunnelPage.page(status, $0) }
    try show { PipelinePage.page(status, $0, isWide: true) }
    try again(status) { try DocumentCoding.decode(StatusDocument.self, from: $0) }
  }

  /// Where a commit is.
  static let places = FuzzTarget("places") { bytes in
    guard let document = try? DocumentCoding.decodeWhere(Data(bytes)) else { return }
    try show { WherePage.page([document, document], $0) }
    try again(document) { try DocumentCoding.decodeWhere($0) }
  }

  /// Histories and incidents.
  static let history = FuzzTarget("history") { bytes in
    let data = Data(bytes)
    if let history = try? DocumentCoding.decode(HistoryDocument.self, from: data) {
      try show { HistoryPage.page(history, $0, range: "today") }
      try again(history) { try DocumentCoding.decode(HistoryDocument.self, from: $0) }
    }
    if let incidents = try? DocumentCoding.decode(IncidentsDocument.self, from: data) {
      try show { IncidentsPage.page(incidents, $0, pastLimit: 5) }
      try show { SilencesPage.page(incidents.silences, $0) }
      try again(incidents) { try DocumentCoding.decode(IncidentsDocument.self, from: $0) }
    }
    if let alerts = try? DocumentCoding.decode(AlertsDocument.self, from: data) {
      try show { AlertsPage.page(alerts, $0) }
      try again(alerts) { try DocumentCoding.decode(AlertsDocument.self, from: $0) }
    }
  }

  /// A line of `GET /v1/watch`.
  static let watchLine = FuzzTarget("watch-line") { bytes in
    guard let line = try? DocumentCoding.decodeWatchLine(Data(bytes)) else { return }
    switch line {
    case .change(let change, _): try show { _ in Page(lines: [ChangeLine.line(change, now: now)]) }
    case .snapshot(let status): try show { StatusPage.page(status, $0) }
    case .heartbeat(_, let status): if let status { try show { StatusPage.page(status, $0) } }
    case .other: break
    }
    try again(line) { try DocumentCoding.decodeWatchLine($0) }
  }

  /// A document is the same after it is encoded and decoded.
  private static func again<Document: Codable & Equatable>(
    _ document: Document, _ decode: (Data) throws -> Document
  ) throws {
    let read = try decode(DocumentCoding.encode(document))
    try hold(read == document, "reads as something else")
  }

  /// The daemon's response. The result does not depend on the chunk size.
  static let httpResponse = FuzzTarget("http-response") { bytes in
    let whole = read(bytes, piece: max(1, bytes.count))
    let pieces = read(bytes, piece: 1 + bytes.count % 5)
    try hold(whole == pieces, "read otherwise in pieces: \(whole) and \(pieces)")
  }

  private struct Reading: Equatable {
    var status: Int?
    var body: [UInt8] = []
    var isComplete = false
    var error: HTTPError?
  }

  private static func read(_ bytes: [UInt8], piece: Int) -> Reading {
    var parser = HTTPResponseParser(limits: .init(head: 2048, body: 4096))
    var reading = Reading()
    do throws(HTTPError) {
      for start in stride(from: 0, to: bytes.count, by: piece) {
        reading.body += try parser.consume(Array(bytes[start..<min(start + piece, bytes.count)]))
      }
      try parser.finish()
    } catch {
      // The body before an error depends on the chunk size and is not used.
      reading.body = []
      reading.error = error
    }
    reading.status = parser.status
    reading.isComplete = parser.isComplete
    return reading
  }
}
