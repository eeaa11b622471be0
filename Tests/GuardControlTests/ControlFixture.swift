import Foundation
import GuardAPI
import Health
import Platform
import Synchronization
import TestSupport

@testable import GuardAlerts
@testable import GuardControl
@testable import GuardIncidents
@testable import GuardJournal
@testable import GuardMetrics
@testable import GuardStatus

struct SilentLog: EventLog {
  func write(_ record: LogRecord) {}
}

/// A control server on a socket of its own, with nothing behind it.
final class ControlFixture {
  /// A connection that can lie in an array.
  final class Held {
    let stream: UnixStream
    init(_ stream: consuming UnixStream) { self.stream = stream }
  }

  let folder: TemporaryFolder
  let board = StatusBoard()
  let history = History(scope: nil)
  let ledger = IncidentLedger(file: nil, log: SilentLog())
  let asked = Asked()
  private(set) var server: ControlServer?

  final class Asked: Sendable {
    private let words = Mutex<[String]>([])
    func note(_ word: String) { words.withLock { $0.append(word) } }
    var all: [String] { words.withLock { $0 } }
  }

  init(
    reload outcome: ReloadOutcome = .applied("1 of 1 clusters unchanged"),
    quota: ConnectionQuota = ConnectionQuota(), adopting listener: Int32? = nil
  ) throws {
    folder = try TemporaryFolder()
    let asked = asked
    let history = history
    server = try ControlServer(
      listener.map { .adopted($0) } ?? .path(folder.file("guard.sock")), board: board,
      actions: .init(
        reconnect: { name in
          asked.note("reconnect \(name ?? "all")")
          return name != "nope"
        },
        poll: { name in
          asked.note("poll \(name ?? "all")")
          return name != "nope"
        },
        reload: { done in
          asked.note("reload")
          // Another thread, later: as the guard does it.
          DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { done(outcome) }
        },
        history: { [memory = history.memory] query, done in
          DispatchQueue.global().async { done(memory.history(query)) }
        },
        metrics: { [board] in ClusterFamilies.families(board.entries, counts: [:]) },
        roundTrips: { RoundTripsDocument(slotSeconds: 300, clusters: []) },
        incidents: { [ledger] in ledger.document() },
        silence: { [ledger] request, peer in ledger.answer(request, by: "uid \(peer.uid)") },
        endSilence: { [ledger] id, peer in ledger.endSilence(id: id, by: "uid \(peer.uid)") },
        guardView: { [board] done in
          let isKnown = board.version > 0
          DispatchQueue.global().async {
            done(
              isKnown
                ? GuardViewDocument(
                  user: "oceanid", uid: 998, home: "/var/lib/oceanid", unit: nil, configuration: nil,
                  agent: nil, credentials: [], findings: []) : nil)
          }
        },
        find: { commit, cluster, done in
          asked.note("where \(commit) \(cluster ?? "-")")
          DispatchQueue.global().async {
            done(
              commit.hasPrefix("a")
                ? .found(
                  WhereDocument(cluster: "tethys", commit: String(repeating: "a", count: 40)))
                : commit.hasPrefix("b") ? .unavailable("no answer") : .unknownCommit)
          }
        },
        alerts: { AlertsDocument(channels: []) },
        testAlert: { name, done in
          asked.note("test \(name)")
          DispatchQueue.global().async {
            done(
              [
                "pager": .delivered("pager accepted the test message"),
                "broken": .failed("no way", remedy: "mend it"),
              ][
                name]
                ?? .unknownChannel)
          }
        },
        breakGlass: { request, _ in
          asked.note("\(request.command), \(request.reason), \(request.cluster)")
          return request.cluster == "tethys"
        },
        audit: { action, _, allowed in asked.note("audit \(action) \(allowed)") }),
      quota: quota)
  }

  deinit { server?.stop() }

  func stop() {
    server?.stop()
    server = nil
  }

  /// Sends `text` as it stands and returns everything up to the end of the connection.
  func exchange(_ text: String, keepsOpen: Bool = false) throws -> String {
    let stream = try connect()
    do throws(UnixStreamError) {
      try stream.write(Array(text.utf8), until: .now + .seconds(60))
    } catch {
      // Refused before the request was read; the answer arrives nevertheless.
      guard error.errno == EPIPE else { throw error }
    }
    var answer: [UInt8] = []
    while true {
      do throws(UnixStreamError) {
        let bytes = try stream.read(atMost: 65_536, until: .now + .seconds(60))
        if bytes.isEmpty { break }
        answer += bytes
      } catch {
        // An unread request causes a reset after the answer.
        guard error.errno == ECONNRESET, !answer.isEmpty else { throw error }
        break
      }
      if keepsOpen { break }
    }
    return String(decoding: answer, as: UTF8.self)
  }

  func connect() throws -> UnixStream {
    try UnixStream(path: folder.file("guard.sock"), timeout: .seconds(30))
  }

  func get(_ path: String, method: String = "GET", headers: String = "Host: oceanid\r\n") throws -> String {
    try exchange("\(method) \(path) HTTP/1.1\r\n\(headers)Connection: close\r\n\r\n")
  }
}
