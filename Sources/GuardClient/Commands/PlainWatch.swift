import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal

/// A watch into a pipe or a file: the current status, then one line per change.
struct PlainWatch {
  let options: ReadOptions
  /// nil for lines.
  let format: DocumentFormat?

  func run() throws {
    try options.connection.client.follow { try text($0) }
  }

  private func text(_ bytes: Data) throws -> String {
    switch format {
    case .json: return String(decoding: bytes, as: UTF8.self) + "\n"
    case .yaml: return "---\n" + (try JSONDecoder().decode(JSONValue.self, from: bytes)).yaml
    case nil: break
    }
    let terminal = Terminal.standardOutput()
    let line: WatchLine
    do { line = try DocumentCoding.decodeWatchLine(bytes) } catch { throw ClientError.document(error) }
    switch line {
    case .snapshot(let status):
      let chosen = try options.chosen(of: status)
      return Page(lines: ChangeLine.line(chosen, now: terminal.now)).text(for: terminal)
    case .change(let change, _) where options.cluster == nil || change.cluster == options.cluster:
      return Page(lines: [ChangeLine.line(change, now: terminal.now)]).text(for: terminal)
    case .change, .heartbeat, .other:
      return ""
    }
  }
}
