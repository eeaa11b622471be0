internal import Foundation

/// A journal file for a test, written by systemd's importer from entries in the export format.
package enum JournalFile {
  private static let importer = "/lib/systemd/systemd-journal-remote"

  package static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: importer) }
  package static let reason =
    "systemd-journal-remote is not installed: apt install systemd-journal-remote"

  /// - Parameter entries: microseconds since 1970, and fields.
  package static func write(
    _ entries: [(microseconds: UInt64, fields: [String: String])], to folder: String
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let text = entries.enumerated().map { index, entry in
      let head = """
        __REALTIME_TIMESTAMP=\(entry.microseconds)
        __MONOTONIC_TIMESTAMP=\(index + 1)
        _BOOT_ID=5f4d3c2b1a0f4e5d8c7b6a5948372615
        """
      return head + "\n" + entry.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        + "\n"
    }.joined()
    let export = folder + ".export"
    try text.write(toFile: export, atomically: false, encoding: .utf8)
    let result = try run(importer, ["-o", folder + "/test.journal", export])
    guard result.exit == .exited(0) else { throw FixtureError.failed(result.errors) }
  }
}
