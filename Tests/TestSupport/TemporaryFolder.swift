internal import Foundation

/// A folder for one test, removed with its last reference.
///
/// Its path is short, because the path of a Unix socket is limited to 107 bytes.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    var template = Array("/tmp/og-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FixtureError.system("mkdtemp", errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // An sshd that runs as another user needs access to its files.
    chmod(path, 0o711)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder. The file need not exist.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file that only its owner may read, and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    let path = file(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
    return path
  }

  /// Writes an executable file and returns its path.
  ///
  /// Another process writes it. Otherwise a child that this process starts at the same time could inherit the
  /// descriptor, and executing the file would fail with ETXTBSY.
  package func writeProgram(_ text: String, to name: String) throws -> String {
    let path = file(name)
    let written = try run("/bin/sh", ["-c", #"printf %s "$1" >"$2" && chmod 755 "$2""#, "sh", text, path])
    guard written.exit == .exited(0) else { throw FixtureError.failed("\(path): \(written.errors)") }
    return path
  }

  /// Copies a program into the folder, by another process for the same reason.
  package func copyProgram(_ path: String) throws {
    let copied = try run("cp", [path, self.path])
    guard copied.exit == .exited(0) else { throw FixtureError.failed("\(path): \(copied.errors)") }
  }

  package func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
  }
}
