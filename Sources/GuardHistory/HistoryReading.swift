import FoundationEssentials
import Glibc
package import GuardAPI
package import GuardConnection
import GuardTerminal
import GuardTypes
package import Health
import SystemJournal

/// Reads history from the journal or from the guard.
package struct HistoryReading {
  package let client: DaemonClient
  /// Journal files from another machine, used instead of the local journal.
  package var folder: String?

  package init(client: DaemonClient, folder: String? = nil) {
    self.client = client
    self.folder = folder
  }

  package static let unit = "oceanid-guard.service"

  /// The scope of the journal entries of the guard behind the socket. A guard on a custom socket is not a
  /// unit, so its journal entries are unknown.
  private var scope: JournalScope? {
    if let folder { return .folder(folder) }
    if client.socket.path == SocketPath.system { return .systemUnit(HistoryReading.unit) }
    return client.socket.isUserUnit ? .userUnit(HistoryReading.unit, uid: getuid()) : nil
  }

  /// Reads the journal if possible, otherwise requests the history from the guard.
  package func read(_ query: HistoryQuery) throws -> HistoryDocument {
    guard let scope else { return try ask(query) }
    let refusal: JournalError
    do throws(JournalError) {
      let document = try HistoryDocument(journal: scope, query)
      // A guard that was started manually uses the default socket but has no entries under the unit's name.
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

  /// Throws if neither the guard nor the journal knows the cluster. If the guard cannot be reached, the journal may
  /// still know it.
  package func check(_ cluster: String?, of status: @autoclosure () -> StatusDocument?) throws(NoSuchCluster)
  {
    guard let cluster, let status = status(), !status.clusters.contains(where: { $0.name == cluster }),
      !knows(cluster)
    else { return }
    throw NoSuchCluster(name: cluster, known: status.clusters.map(\.name))
  }

  /// True if the journal contains entries about a cluster that the guard no longer watches.
  private func knows(_ cluster: String) -> Bool {
    guard let scope else { return false }
    let query = HistoryQuery(since: nil, until: nil, limit: 1, cluster: cluster, events: [])
    return (try? HistoryDocument(journal: scope, query))?.events.isEmpty == false
  }

  private func ask(_ query: HistoryQuery) throws -> HistoryDocument {
    let bytes = try client.exchange(.history, query.parameters).body
    do { return try DocumentCoding.decode(HistoryDocument.self, from: bytes) } catch {
      throw ClientError.document(error)
    }
  }

  /// Reports changes after a time as they occur, until `body` returns false.
  package func follow(_ query: HistoryQuery, after moment: Timestamp, body: (ChangeDocument) throws -> Bool)
    throws
  {
    var query = query
    query.since = nil
    query.until = nil
    if let scope,
      let reader = try? JournalReader(
        scope, identifier: Product.daemon, matches: query.journalMatches)
    {
      // Skips entries of the same millisecond, which were reported before.
      var last = moment.microseconds + 999
      while true {
        for entry in try reader.entries(after: last, fields: JournalField.allCases.map(\.rawValue)) {
          last = entry.microseconds
          guard let change = ChangeDocument(journal: entry.fields, at: last), query.includes(change) else {
            continue
          }
          guard try body(change) else { return }
        }
        guard StandardOutput.hasReader else { return }
        try reader.wait(atMost: 1_000_000)
      }
    }
    var last = moment
    func report(_ change: ChangeDocument) throws -> Bool {
      guard change.at > moment, query.includes(change) else { return true }
      last = max(last, change.at)
      return try body(change)
    }
    // The changes between the guard's start and the new connection, which the stream then repeats.
    var caughtUp: Set<ChangeDocument> = []
    try client.followLines(
      reopened: {
        var missed = query
        missed.since = last
        let known = last
        let changes = ((try? ask(missed))?.events ?? []).filter { $0.at > known }
        caughtUp = Set(changes)
        return try changes.allSatisfy(report)
      },
      { bytes in
        let line: WatchLine
        do throws(DocumentError) {
          line = try DocumentCoding.decodeWatchLine(bytes)
        } catch {
          throw ClientError.document(error)
        }
        guard case .change(let change, _) = line, caughtUp.remove(change) == nil else { return true }
        return try report(change)
      })
  }

  /// The part of a history that is known. An empty history of a time without entries says nothing about incidents.
  ///
  /// - Throws: `NothingRecorded` if the guard wrote nothing to the journal before the end of the time.
  package func known(_ history: HistoryDocument, _ query: HistoryQuery) throws -> HistoryDocument {
    guard history.source == .journal, let scope else { return history }
    let oldest: UInt64?
    do throws(JournalError) {
      oldest = try JournalReader(scope, identifier: Product.daemon).oldest(
        requiring: JournalField.event.rawValue)
    } catch {
      // The guard read the journal for a caller who may not.
      guard let folder else { return history }
      throw UnreadableFolder(folder: folder, error: error)
    }
    // A guard under another unit's name reads its own entries.
    if oldest == nil, !history.events.isEmpty { return history }
    guard let begin = oldest.map({ Timestamp(milliseconds: Int64($0 / 1000)) }),
      query.until.map({ begin < $0 }) ?? true
    else { throw NothingRecorded(folder: folder, until: query.until) }
    var known = history
    if query.since.map({ begin > $0 }) ?? true { known.knownSince = begin }
    return known
  }
}

/// Neither the journal nor the guard could provide a history.
struct NoHistory: CommandError {
  let journal: JournalError
  let daemon: ClientError
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }

  var description: String { "\(journal); and \(daemon)" }
}

/// The journal has no entry of the guard.
struct NothingRecorded: CommandError {
  /// The folder of --directory.
  let folder: String?
  /// The end of the requested time.
  let until: Timestamp?
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }

  var description: String {
    let place = folder.map { "the journal files in \($0) have" } ?? "the journal has"
    let time = until.map { " before \($0.clock(at: .now))" } ?? ""
    return "\(place) no readable entry of \(Product.daemon)\(time), so nothing is known about this time"
  }

  var remedy: [String] {
    guard let folder else { return ["check that the guard runs: oceanid-ctl doctor"] }
    return ["check the files: journalctl --directory \(folder.shellWord) --identifier \(Product.daemon)"]
  }
}

/// The folder of --directory contains no readable journal.
struct UnreadableFolder: CommandError {
  let folder: String
  let error: JournalError
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    guard case .call(_, let code) = error else { return "\(error)" }
    return
      """
      no readable journal in \(folder): \(String(cString: strerror(code))); set --directory to the folder with the \
      *.journal files
      """
  }
}
