import FoundationEssentials
import Glibc
import GuardAPI
import Health
import SystemJournal

/// Where a history comes from, and how.
struct HistoryReading {
  let client: DaemonClient
  /// Journal files copied from elsewhere, in place of this machine's.
  var folder: String?

  static let unit = "oceanid-guard.service"

  /// The journal's entries of the guard behind the socket. A socket elsewhere is of a guard that is no unit, and keeps
  /// its history to itself.
  private var scope: JournalScope? {
    if let folder { return .folder(folder) }
    if client.socket.path == SocketPath.system { return .systemUnit(HistoryReading.unit) }
    return client.socket.isUserUnit ? .userUnit(HistoryReading.unit, uid: getuid()) : nil
  }

  /// The journal where there is one to be read, else the guard itself.
  func read(_ query: HistoryQuery) throws -> HistoryDocument {
    guard let scope else { return try ask(query) }
    let refusal: JournalError
    do throws(JournalError) {
      let document = try HistoryDocument(journal: scope, query)
      // A guard that was started by hand has its socket in the usual place and no entry of its unit's.
      if !document.events.isEmpty || folder != nil { return document }
      return (try? ask(query)) ?? document
    } catch {
      if let folder { throw UnreadableFolder(folder: folder, error: error) }
      refusal = error
    }
    do {
      return try ask(query)
    } catch let error as ClientError where error.exitStatus == ExitStatus.unavailable.rawValue {
      throw NoHistory(journal: refusal, daemon: error)
    }
  }

  /// The journal has something of a cluster that the guard does not watch any more.
  func knows(_ cluster: String) -> Bool {
    guard let scope else { return false }
    let query = HistoryQuery(since: nil, until: nil, limit: 1, cluster: cluster, events: [])
    return (try? HistoryDocument(journal: scope, query))?.events.isEmpty == false
  }

  private func ask(_ query: HistoryQuery) throws -> HistoryDocument {
    let bytes = try client.exchange(.history, query.parameters).body
    do { return try DocumentCoding.decodeHistory(bytes) } catch { throw ClientError.document(error) }
  }

  /// Changes after a moment as they happen, until `tell` says no.
  func follow(_ query: HistoryQuery, after moment: Timestamp, tell: (ChangeDocument) throws -> Bool) throws {
    var query = query
    query.since = nil
    query.until = nil
    if let scope,
      let reader = try? JournalReader(scope, identifier: "oceanid-guard", matches: query.journalMatches)
    {
      // Entries of that very moment were told.
      var last = moment.microseconds + 999
      while true {
        for entry in try reader.entries(after: last, fields: ChangeDocument.journalFields) {
          last = entry.microseconds
          guard let change = ChangeDocument(journal: entry.fields, at: last), query.includes(change) else {
            continue
          }
          guard try tell(change) else { return }
        }
        guard StandardOutput.hasReader else { return }
        try reader.wait(atMost: 1_000_000)
      }
    }
    var stream = try client.watch()
    while true {
      switch try stream.next(within: .seconds(1)) {
      case .line(let bytes):
        let line: WatchLine
        do { line = try DocumentCoding.decodeWatchLine(bytes) } catch { throw ClientError.document(error) }
        guard case .change(let change, _) = line, change.at > moment, query.includes(change) else { continue }
        guard try tell(change) else { return }
      case .quiet:
        guard StandardOutput.hasReader else { return }
      case .ended:
        throw ClientError.unreadable(client.socket, .truncated)
      }
    }
  }
}

/// Neither the journal nor the guard tells what happened.
struct NoHistory: Complaint {
  let journal: JournalError
  let daemon: ClientError
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }

  var description: String { "\(journal); and \(daemon)" }
}

/// The folder named with --directory holds no journal that can be read.
struct UnreadableFolder: Complaint {
  let folder: String
  let error: JournalError
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    guard case .call(_, let code) = error else { return "\(error)" }
    return
      "no journal can be read in \(folder): \(String(cString: strerror(code))); name the folder that holds the *.journal files with --directory"
  }
}
