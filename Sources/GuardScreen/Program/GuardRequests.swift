import Glibc
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import Health
import Platform

/// The exchanges with the guard, on threads of their own, so that a slow or stopped guard does not block the screen.
struct GuardRequests: Sendable {
  let client: DaemonClient
  let inbox: GuardInbox

  /// The pause between attempts to connect.
  private static let pause: UInt32 = 1_000_000

  init(_ client: DaemonClient) throws(SystemError) {
    self.client = client
    inbox = try GuardInbox()
  }

  /// Follows the guard's stream until the process ends, and connects again after an error.
  func follow() throws(SystemError) {
    _ = try JoinableThread(name: "watch") { [self] in
      while true {
        inbox.lost(read())
        usleep(GuardRequests.pause)
      }
    }
  }

  /// Reads a stream to its end, and returns the reason.
  private func read() -> ClientError {
    do throws(ClientError) {
      var stream = try client.watch()
      inbox.connected()
      while true {
        switch try stream.next(within: WatchLine.heartbeatInterval) {
        case .line(let bytes):
          do throws(DocumentError) { inbox.receive(try DocumentCoding.decodeWatchLine(bytes)) } catch {
            throw .document(error)
          }
        case .quiet: continue
        case .ended: throw .unreadable(client.socket, .truncated)
        }
      }
    } catch {
      return error
    }
  }

  /// Sends a request. Its reply arrives in the inbox.
  func send(_ request: ScreenRequest) {
    do {
      _ = try JoinableThread(name: "request") { [self] in
        inbox.receive(ScreenReply(request, outcome(of: request)))
      }
    } catch {
      inbox.receive(ScreenReply(request, .failed("\(error)")))
    }
  }

  private func outcome(of request: ScreenRequest) -> ScreenReply.Outcome {
    do {
      return switch request {
      case .reconnect(let cluster): .accepted(try client.order(.reconnect, cluster: cluster))
      case .poll(let cluster): .accepted(try client.order(.poll, cluster: cluster))
      case .silence(let problem, let length, let reason):
        .accepted(
          DocumentCoding.decodeReceipt(
            try client.silence(problem, for: length, reason: reason, cluster: nil).body))
      case .record(let problem): .record(try record(of: problem))
      }
    } catch let error as ClientError {
      return .failed(([error.description] + error.remedy.prefix(1)).joined(separator: "; "))
    } catch {
      return .failed("\(error)")
    }
  }

  private func record(of problem: ProblemDocument) throws -> ProblemRecord {
    let incidents = try client.incidents()
    // If there is no incident, the changes of one day may show the cause.
    let begin =
      ProblemRecord.incident(of: problem, incidents)?.since ?? problem.since ?? .now + .seconds(-86_400)
    let query = HistoryQuery(
      since: begin + .seconds(-60), limit: HistoryQuery.defaultLimit,
      cluster: problem.cluster.isEmpty ? nil : problem.cluster)
    let history = try HistoryReading(client: client).read(query)
    return ProblemRecord(of: problem, incidents, changes: history.events)
  }
}
