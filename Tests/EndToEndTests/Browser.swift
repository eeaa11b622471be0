import Foundation
import TestSupport

/// A headless Chromium, driven by Tests/browser.py.
final class Browser {
  private static let python = "/usr/bin/python3"
  private static let program = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap {
    TestSupport.program($0)
  }.first
  static let isAvailable = program != nil && FileManager.default.isExecutableFile(atPath: python)
  static let reason = "no chromium or python3 here: start the tests with Tests/run"
  /// The script of axe-core.
  static let axe = ProcessInfo.processInfo.environment["OCEANID_AXE"]

  private let folder: TemporaryFolder
  private let driver: ChildProcess
  private var answers = 0

  init() throws {
    folder = try TemporaryFolder()
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../browser.py")
    driver = try ChildProcess(
      Self.python, [script.path, Self.program ?? "chromium", folder.path],
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8"], takesInput: true)
    _ = try answer(within: .seconds(60))
  }

  deinit {
    // The end of its input ends the driver, which ends the browser.
    driver.closeInput()
    _ = driver.wait(within: .seconds(10))
  }

  /// Loads an address and waits for its end.
  func go(_ address: String) throws { _ = try ask(["go": address]) }

  /// Presses a key as a user does.
  func press(_ key: String, shift: Bool = false) throws { _ = try ask(["press": key, "shift": shift]) }

  func show(width: Int, dark: Bool = false, scripts: Bool = true) throws {
    _ = try ask(["size": [width, 900], "dark": dark, "scripts": scripts])
  }

  /// The value of an expression; promises are awaited.
  @discardableResult
  func evaluate(_ expression: String) throws -> Any? {
    let value = try ask(["evaluate": expression])
    return value is NSNull ? nil : value
  }

  func text(_ expression: String) throws -> String { try evaluate(expression) as? String ?? "" }
  func number(_ expression: String) throws -> Double {
    (try evaluate(expression) as? NSNumber)?.doubleValue ?? .nan
  }
  func isTrue(_ expression: String) throws -> Bool { try evaluate(expression) as? Bool ?? false }

  /// Waits until the expression is true.
  func waits(for expression: String, within limit: Duration = .seconds(30)) throws -> Bool {
    try eventually(within: limit, every: .milliseconds(50)) { try isTrue(expression) }
  }

  /// The addresses that were requested since the last call, and the errors of the console.
  func messages() throws -> (requests: [String], errors: [String]) {
    let all = try ask(["messages": true]) as? [String] ?? []
    let mark = "request "
    return (
      all.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) },
      all.filter { !$0.hasPrefix(mark) }
    )
  }

  /// The findings of axe-core on the page as it is shown now.
  func violations() throws -> [String] {
    guard let axe = Self.axe else { throw FixtureError.failed("OCEANID_AXE is not set") }
    if try text("typeof axe") != "object" { _ = try ask(["run": axe]) }
    let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    let found = try evaluate(
      """
      axe.run(document, { runOnly: \(tags) }).then((found) => found.violations.flatMap((one) =>
        one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`)))
      """)
    return found as? [String] ?? ["axe-core gave no answer"]
  }

  private func ask(_ command: [String: Any]) throws -> Any {
    let line = try JSONSerialization.data(withJSONObject: command)
    driver.send(String(decoding: line, as: UTF8.self) + "\n")
    return try answer(within: .seconds(60))
  }

  private func answer(within limit: Duration) throws -> Any {
    let wanted = answers + 1
    var line: Substring?
    _ = eventually(within: limit) {
      let output = driver.output
      let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
      // The last part has no line feed yet.
      if lines.count > wanted { line = lines[wanted - 1] }
      return line != nil || !driver.isRunning
    }
    guard let line, let answer = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    else {
      throw FixtureError.failed("the browser does not answer: \(driver.errors.suffix(1000))")
    }
    answers = wanted
    guard let value = answer["value"] else { throw FixtureError.failed("\(answer["error"] ?? answer)") }
    return value
  }
}
