extension MarkedTree {
  /// The number of files that are read one by one. Beyond it, a missing marker proves nothing.
  private static let fileLimit = 300

  /// Reads the files of a commit one by one, for a source that can't search in them.
  ///
  /// - Parameters:
  ///   - paths: all files of the commit.
  ///   - isTruncated: the commit has more files than `paths`.
  ///   - folder: only files in this folder are read; empty for the whole repository.
  ///   - known: returned if it is of the same commit.
  /// - Throws: the first failure of `contents`.
  package static func read<Failure: Error>(
    commit: String, paths: [String], isTruncated: Bool, under folder: String = "", known: MarkedTree? = nil,
    contents: (_ path: String) throws(Failure) -> [UInt8]
  ) throws(Failure) -> MarkedTree {
    if let known, known.commit == commit { return known }
    let folder = RepositoryPath.normalised(folder)
    let wanted = paths.filter { RepositoryPath.isMarkedFile($0) && RepositoryPath.isUnder(folder, $0) }
      .sorted()
    var texts: [String: [UInt8]] = [:]
    for path in wanted.prefix(fileLimit) { texts[path] = try contents(path) }
    return MarkedTree(commit: commit, texts: texts, isPartial: isTruncated || wanted.count > fileLimit)
  }
}
