internal import Foundation

/// A shell in a real terminal, in a folder of its own: tmux with a server of its own.
package final class TerminalSession: Sendable {
  private let folder: TemporaryFolder
  private let path: String

  package static let isAvailable = program("tmux") != nil && program("bash") != nil

  /// - Parameter environment: variables of the shell in addition to the default ones.
  package init(rows: Int = 24, columns: Int = 80, environment: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    path = folder.file("tmux")
    let variables = [
      "PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8", "TERM": "xterm-256color", "PS1": "$ ",
      "SHELL": "/bin/bash",
    ].merging(environment) { $1 }
    let start = ["-x", "\(columns)", "-y", "\(rows)", "-c", folder.path]
    let started = try TestSupport.run(
      "tmux",
      ["-u", "-S", path, "-f", "/dev/null", "new-session", "-d"] + start + ["bash --norc --noprofile"],
      environment: variables)
    guard started.exit == .exited(0) else { throw FixtureError.failed("tmux: \(started.errors)") }
    // An application may copy to the clipboard, and Esc is sent on at once.
    try tmux("set-option", "-s", "set-clipboard", "on")
    try tmux("set-option", "-s", "escape-time", "0")
  }

  deinit { _ = try? tmux("kill-server") }

  /// Runs a command of tmux and returns its output.
  @discardableResult
  package func tmux(_ arguments: String...) throws -> String {
    let result = try TestSupport.run("tmux", ["-u", "-S", path] + arguments)
    guard result.exit == .exited(0) else {
      throw FixtureError.failed("tmux \(arguments): \(result.errors)")
    }
    return result.output
  }

  /// Presses keys by their names in tmux.
  package func press(_ keys: String...) throws {
    for key in keys { try tmux("send-keys", key) }
  }

  package func type(_ text: String) throws { try tmux("send-keys", "-l", text) }

  /// Types a command line of the shell.
  package func run(_ line: String) throws {
    try type(line)
    try press("Enter")
  }

  package func resize(rows: Int, columns: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The text on the screen.
  package var text: String { (try? tmux("capture-pane", "-p")) ?? "" }

  /// The text with colors.
  package var coloredText: String { (try? tmux("capture-pane", "-p", "-e")) ?? "" }

  /// A variable of tmux, for example `alternate_on`.
  package func variable(_ name: String) throws -> String {
    try tmux("display-message", "-p", "#{\(name)}").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits for a text on the screen; false after `limit`.
  package func shows(_ text: String, within limit: Duration = .seconds(30)) -> Bool {
    eventually(within: limit, every: .milliseconds(50)) { self.text.contains(text) }
  }
}
