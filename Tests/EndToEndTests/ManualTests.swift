import Foundation
import TestSupport
import Testing

/// Compares the manual that the client prints with the options of the daemon.
@Suite(.blocking, .timeLimit(.minutes(5)))
struct ManualTests {
  private static func page(_ name: String) throws -> String {
    let result = try run(Installation.client, ["manual", name])
    #expect(result.exit == .exited(0) && result.errors.isEmpty, "\(result.errors)")
    return result.output
  }

  @Test func everyDaemonOptionIsInItsManualPage() throws {
    let dump = try run(Installation.guardProgram, ["--experimental-dump-help"]).output
    let options = dump.matches(of: /"name"\s*:\s*"([a-z-]+)"/).map { String($0.output.1) }
    #expect(options.contains("check-config"))
    let page = try Self.page("oceanid-guard")
    let described = page.split(separator: "\n").filter { $0.hasPrefix(".It ") }
      .flatMap { $0.matches(of: /\bFl -?([a-z][a-z-]*)/).map { String($0.output.1) } }
    #expect(Set(described) == Set(options))
  }
}
