internal import Foundation

/// A folder of its own for one test, gone with the last reference to it.
///
/// Its path is short, because a Unix socket's path may hold 107 bytes only.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    var template = Array("/tmp/og-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FixtureError.system("mkdtemp", errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // An sshd that runs as another user must be able to reach its files.
    chmod(path, 0o711)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder, whether it exists or not.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file that only its owner may read; returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    let path = file(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
    return path
  }

  /// Writes a file that can be run; returns its path.
  ///
  /// Another process writes it: a child of this one that is just starting would hold the file open for writing, and
  /// running it would fail with ETXTBSY.
  package func writeProgram(_ text: String, to name: String) throws -> String {
    let path = file(name)
    let written = try run("/bin/sh", ["-c", #"printf %s "$1" >"$2" && chmod 755 "$2""#, "sh", text, path])
    guard written.exit == .exited(0) else { throw FixtureError.failed("\(path): \(written.errors)") }
    return path
  }

  package func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
  }
}
