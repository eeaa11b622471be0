internal import Health

/// The files of one commit that image automation may read, with their markers.
package struct MarkedTree: Hashable, Sendable {
  /// The commit, in 40 hexadecimal digits.
  package let commit: String
  /// The files that mention a marker, by path. Other files do not matter.
  package let files: [String: Result<MarkedFile, MarkedFile.Unreadable>]
  /// Why some files were not read, by path, each as the end of a sentence.
  package let unread: [String: String]
  private let isTruncated: Bool

  /// True if not all files of the commit could be read, so that a missing marker proves nothing.
  package var isPartial: Bool { isTruncated || !unread.isEmpty }

  package init(
    commit: String, files: [String: Result<MarkedFile, MarkedFile.Unreadable>], isPartial: Bool = false,
    unread: [String: String] = [:]
  ) {
    self.commit = commit
    self.files = files
    self.unread = unread
    isTruncated = isPartial
  }

  /// - Parameter texts: the contents by path; files that image automation does not read are left out.
  package init(commit: String, texts: [String: [UInt8]], isPartial: Bool = false) {
    self.init(
      commit: commit,
      files: texts.filter { RepositoryPath.isMarkedFile($0.key) }.compactMapValues(MarkedTree.file),
      isPartial: isPartial)
  }

  /// A file with markers; nil for one without.
  static func file(_ bytes: [UInt8]) -> Result<MarkedFile, MarkedFile.Unreadable>? {
    guard MarkedFile.mentionsMarker(bytes) else { return nil }
    do throws(MarkedFile.Unreadable) {
      return .success(try MarkedFile(bytes))
    } catch {
      // Without the exact bytes Flux ignores the line, and no marker is expected there.
      return MarkedFile.hasToken(bytes) ? .failure(error) : nil
    }
  }

  /// The files that were not read, in one line; nil if there are none.
  package var unreadInWords: String? {
    guard let first = unread.min(by: { $0.key < $1.key }) else { return nil }
    let more = unread.count > 1 ? ", and \(unread.count - 1) more" : ""
    return "\(first.key.escapedName) is not read for markers: \(first.value)\(more)"
  }
}
