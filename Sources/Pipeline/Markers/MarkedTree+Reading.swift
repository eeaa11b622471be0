/// The files that were read, by the names of their blobs, which are the same for the same content.
package struct MarkedBlobs: Hashable, Sendable {
  /// A nil value: the file has no marker.
  fileprivate var files: [String: Result<MarkedFile, MarkedFile.Unreadable>?] = [:]

  package init() {}
}

extension MarkedTree {
  /// The limits for reading files one by one. Beyond them, a missing marker proves nothing.
  private enum Limit {
    static let files = 300
    /// Of one file. A manifest written by people is far smaller.
    static let fileBytes: Int64 = 1 << 20
    /// Of all files that are read for one commit.
    static let allBytes: Int64 = 16 << 20
  }

  /// Reads the files of a commit one by one, for a source that can't search in them. Only the text of one file is in
  /// memory, and a file of a known blob is not read again.
  ///
  /// - Parameters:
  ///   - listing: all files of the commit.
  ///   - folder: only files in this folder are read; empty for the whole repository.
  ///   - blobs: what was read before, also by a call that failed; only files of this commit stay in it.
  ///   - target: the path in a link with a name of YAML.
  /// - Throws: the first failure of `contents` or `target`.
  package static func read<Failure: Error>(
    commit: String, listing: RepositoryTree, under folder: String = "", blobs: inout MarkedBlobs,
    target: (RepositoryTree.Entry) throws(Failure) -> String,
    contents: (_ path: String) throws(Failure) -> [UInt8]
  ) throws(Failure) -> MarkedTree {
    let folder = RepositoryPath.normalized(folder)
    let wanted = listing.entries
      .filter { RepositoryPath.isMarkedFile($0.path) && RepositoryPath.isUnder(folder, $0.path) }
      .filter { $0.kind == .file || $0.kind == .symbolicLink }.sorted { $0.path < $1.path }
    let regular = Dictionary(
      listing.entries.lazy.filter { $0.kind == .file }.map { ($0.path, $0) }, uniquingKeysWith: { a, _ in a })
    var files: [String: Result<MarkedFile, MarkedFile.Unreadable>] = [:]
    var unread: [String: String] = [:]
    var objects: Set<String> = []
    var left = Limit.allBytes
    for entry in wanted.prefix(Limit.files) {
      // Flux reads a file through a link in its folder, but follows no link to a folder.
      guard let file = entry.kind == .file ? entry : regular[try path(entry, target)] else { continue }
      if let object = file.object { objects.insert(object) }
      if let object = file.object, let known = blobs.files[object] {
        files[entry.path] = known
        continue
      }
      let size = file.size ?? 0
      guard size <= Limit.fileBytes else {
        unread[entry.path] = "it is larger than \(Limit.fileBytes >> 20) MiB"
        continue
      }
      guard size <= left else {
        unread[entry.path] = "the files of the commit are larger than \(Limit.allBytes >> 20) MiB together"
        continue
      }
      let bytes = try contents(file.path)
      left -= max(size, Int64(bytes.count))
      let marked = MarkedTree.file(bytes)
      files[entry.path] = marked
      if let object = file.object { blobs.files[object] = .some(marked) }
    }
    blobs.files = blobs.files.filter { objects.contains($0.key) }
    return MarkedTree(
      commit: commit, files: files, isPartial: listing.isTruncated || wanted.count > Limit.files,
      unread: unread)
  }

  /// The path to which a link points, from the root of the repository; empty if it points out of it.
  private static func path<Failure: Error>(
    _ link: RepositoryTree.Entry, _ target: (RepositoryTree.Entry) throws(Failure) -> String
  ) throws(Failure) -> String {
    RepositoryPath.target(ofLink: link.path, try target(link)) ?? ""
  }
}
