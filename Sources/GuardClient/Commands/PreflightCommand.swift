import ArgumentParser
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal
import GuardTypes
import Platform
import Synchronization

struct PreflightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight",
    abstract: "Report within a second whether commands can be run against the cluster now.",
    discussion: """
      It is ok if the tunnel is up and its local port is the guard's, the API answers the guard, the data is fresh, the \
      kubeconfig works, and the verdict is healthy or degraded. Otherwise it prints the first cause and the next step.

      Exit status: 0 ok, 1 not ok, even if no guard runs or if it does not answer; 64 for a wrong command line, 74 if \
      the answer cannot be written.

      Examples:
        oceanid-ctl preflight && kubectl get pods -A
        oceanid-ctl preflight --json | jq -r .reason
        oceanid-ctl preflight --schema
      """)

  @Flag(help: "Print the answer as JSON.")
  var json = false

  @Flag(help: "Print the JSON Schema of that document, without a connection to the guard.")
  var schema = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  /// The time for the whole answer. A user database or a file system can hang, not only the guard.
  private static let deadline = Duration.milliseconds(800)

  func run() throws {
    guard !schema else {
      return try StandardOutput.answer(String(decoding: SchemaDocument.preflight, as: UTF8.self))
    }
    let document = PreflightCommand.answer(socket: connection.socket, cluster: choice.cluster)
    if format.isDocument(json: json) {
      try StandardOutput.answer(format.text(document))
    } else {
      try StandardOutput.answer(PreflightCommand.lines(document))
    }
    if !document.ok { throw ExitCode(1) }
  }

  private static func answer(socket: String?, cluster: String?) -> PreflightDocument {
    let answer = Answer()
    let thread = try? JoinableThread(name: "preflight") {
      let document = ask(socket: socket, cluster: cluster)
      answer.document.withLock { $0 = document }
    }
    _ = thread?.join(timeout: deadline)
    return answer.document.withLock { $0 }
      ?? PreflightDocument(
        verdict: .unknown, reason: "no answer within \(deadline.exact)", command: "oceanid-ctl doctor",
        note: "the guard, the user database or the file system of the kubeconfig does not answer")
  }

  private final class Answer: Sendable {
    let document = Mutex<PreflightDocument?>(nil)
  }

  private static func ask(socket: String?, cluster: String?) -> PreflightDocument {
    do {
      var client = DaemonClient(socket: .resolve(option: socket), trusted: .current)
      client.timeout = .milliseconds(700)
      return Preflight(status: try client.status().chosen(cluster)).document
    } catch let error as NoSuchCluster {
      return PreflightDocument(
        verdict: .unknown, reason: Span("\(error)").text, command: nil,
        note: "choose one of them with --cluster NAME")
    } catch {
      let remedy = (error as? any CommandError)?.remedy ?? []
      return PreflightDocument(
        verdict: .unknown, reason: Span("\(error)").text, command: "oceanid-ctl doctor",
        note: remedy.isEmpty ? nil : Span(remedy.joined(separator: "; ")).text)
    }
  }

  private static func lines(_ document: PreflightDocument) -> String {
    guard let reason = document.reason else {
      let place = [document.context.map { "context \($0)" }, document.server].compactMap(\.self)
      return "ok: \(document.verdict.rawValue)\n"
        + "  kubeconfig  \(Span(document.kubeconfig ?? "unknown").text)\n"
        + (place.isEmpty ? "" : "  server      \(Span(place.reversed().joined(separator: ", ")).text)\n")
    }
    return "not ok: \(Span(reason).text)\n"
      + (document.command.map { "  next  \(Span($0).text)\n" } ?? "")
      + (document.note.map { "  note  \(Span($0).text)\n" } ?? "")
  }
}
