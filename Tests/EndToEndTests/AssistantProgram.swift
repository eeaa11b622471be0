import Foundation
import TestSupport

/// The official MCP client, driven by Tests/mcp-client.py, with oceanid-ctl as its server.
final class AssistantProgram {
  /// A Python with the client.
  static let python = ProcessInfo.processInfo.environment["OCEANID_MCP"]
  static let reason = "the MCP client could not be installed: start the tests with Tests/run"

  private let driver: ChildProcess
  private var answers = 0

  /// - Parameters:
  ///   - mode: `legacy`, `auto` or a revision.
  ///   - arguments: of `oceanid-ctl mcp`.
  ///   - environment: the client passes only some of it on.
  init(_ mode: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    guard let python = Self.python else { throw FixtureError.failed(Self.reason) }
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../mcp-client.py")
    driver = try ChildProcess(
      python, [script.path, mode, Installation.client, "mcp"] + arguments, environment: environment,
      takesInput: true)
  }

  /// The end of its input ends the client, which ends the server.
  func close() -> ChildProcess.Exit? {
    driver.closeInput()
    return driver.wait(within: .seconds(20))
  }

  /// The result of a call.
  func call(_ tool: String, _ arguments: [String: Any] = [:]) throws -> Outcome {
    let value = try ask(["call": tool, "arguments": arguments, "within": 60]) as? [String: Any] ?? [:]
    return Outcome(
      isError: value["isError"] as? Bool ?? true, fields: value["structured"] as? [String: Any] ?? [:],
      text: value["text"] as? String ?? "", progress: value["progress"] as? [[Any]] ?? [])
  }

  struct Outcome {
    let isError: Bool
    let fields: [String: Any]
    let text: String
    let progress: [[Any]]

    /// All texts outside of fields named `untrusted`.
    var trusted: [String] { Self.trusted(fields) }

    func items(_ key: String) -> [[String: Any]] { fields[key] as? [[String: Any]] ?? [] }

    private static func trusted(_ value: Any) -> [String] {
      switch value {
      case let text as String: [text]
      case let items as [Any]: items.flatMap(trusted)
      case let fields as [String: Any]: fields.filter { $0.key != "untrusted" }.values.flatMap(trusted)
      default: []
      }
    }
  }

  func ask(_ command: [String: Any]) throws -> Any {
    let line = try JSONSerialization.data(withJSONObject: command)
    driver.send(String(decoding: line, as: UTF8.self) + "\n")
    let wanted = answers + 1
    var answer: Substring?
    _ = eventually(within: .seconds(90)) {
      let lines = driver.output.split(separator: "\n", omittingEmptySubsequences: false)
      // The last part has no line feed yet.
      if lines.count > wanted { answer = lines[wanted - 1] }
      return answer != nil || !driver.isRunning
    }
    guard let answer, let fields = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
    else {
      throw FixtureError.failed("the MCP client does not answer: \(driver.errors.suffix(2000))")
    }
    answers = wanted
    guard let value = fields["value"] else { throw FixtureError.failed("\(fields["error"] ?? fields)") }
    return value
  }
}
