/// The files of one commit that image automation may read, with their markers.
package struct MarkedTree: Hashable, Sendable {
  /// The commit, in 40 hexadecimal digits.
  package let commit: String
  /// The files that mention a marker, by path. Other files do not matter.
  package let files: [String: Result<MarkedFile, MarkedFile.Unreadable>]
  /// True if not all files of the commit could be read, so that a missing marker proves nothing.
  package let isPartial: Bool

  package init(
    commit: String, files: [String: Result<MarkedFile, MarkedFile.Unreadable>], isPartial: Bool = false
  ) {
    self.commit = commit
    self.files = files
    self.isPartial = isPartial
  }

  /// - Parameter texts: the contents by path; files that image automation does not read are left out.
  package init(commit: String, texts: [String: [UInt8]], isPartial: Bool = false) {
    var files: [String: Result<MarkedFile, MarkedFile.Unreadable>] = [:]
    for (path, bytes) in texts where RepositoryPath.isMarkedFile(path) && MarkedFile.mentionsMarker(bytes) {
      do throws(MarkedFile.Unreadable) {
        files[path] = .success(try MarkedFile(bytes))
      } catch {
        // Without the exact bytes Flux does not even try, and nobody misses a marker.
        if MarkedFile.hasToken(bytes) { files[path] = .failure(error) }
      }
    }
    self.init(commit: commit, files: files, isPartial: isPartial)
  }
}
