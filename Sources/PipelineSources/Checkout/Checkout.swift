internal import Glibc
package import Health
package import Pipeline

/// A checkout on this machine, of which only what is committed counts, at the branch as it was last fetched.
///
/// Its functions run git and block for seconds; each call starts its own processes.
package struct Checkout: Sendable {
  /// The branch of the remote as this machine knows it.
  package struct Tip: Hashable, Sendable {
    /// 40 or 64 hexadecimal digits.
    package let commit: String
    /// For example `origin/main`.
    package let name: String
    /// When the checkout last fetched from a remote; nil if it never did.
    package let fetchedAt: Timestamp?
  }

  private static let refsLimit = 1 << 20
  private static let treeLimit = 64 << 20
  /// The size of all files with markers together.
  private static let filesLimit = 32 << 20

  private let git: Git

  package init(folder: String) { git = Git(folder: folder) }

  /// The tip of the branch at the remote `origin`, or at the only remote that has it.
  package func tip(of branch: String) throws(CheckoutFailure) -> Tip {
    let output = try git.run(
      ["for-each-ref", "--format=%(objectname) %(objecttype) %(refname:strip=2)", "refs/remotes/"],
      limit: Checkout.refsLimit)
    let found = String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap {
      line -> (commit: Substring, name: Substring)? in
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[1] == "commit", Checkout.isCommit(words[0]),
        let slash = words[2].firstIndex(of: "/"), words[2][words[2].index(after: slash)...] == branch
      else { return nil }
      return (words[0], words[2])
    }
    guard let tip = found.first(where: { $0.name.hasPrefix("origin/") }) ?? found.first else {
      throw CheckoutFailure(folder: git.folder, reason: "no remote has a branch \(branch.escapedName)")
    }
    guard found.count == 1 || tip.name.hasPrefix("origin/") else {
      throw CheckoutFailure(
        folder: git.folder, reason: "several remotes have a branch \(branch.escapedName), and none is origin")
    }
    return Tip(commit: String(tip.commit), name: String(tip.name), fetchedAt: try lastFetch())
  }

  /// The files with markers at a commit.
  ///
  /// - Parameters:
  ///   - folder: only files in this folder are read; empty for the whole repository.
  ///   - known: returned if it is of the same commit, without running git.
  package func markedTree(
    at commit: String, under folder: String = "", known: MarkedTree? = nil
  ) throws(CheckoutFailure) -> MarkedTree {
    if let known, known.commit == commit { return known }
    guard Checkout.isCommit(commit) else {
      throw CheckoutFailure(folder: git.folder, reason: "\(commit.escapedName) is not a commit")
    }
    let listing = try git.run(["ls-tree", "-r", "-z", "--full-tree", commit], limit: Checkout.treeLimit)
    let entries = GitTree(listing: listing)
    // With the status 1, no file matches.
    let mentioning = try git.run(
      ["grep", "-l", "-z", "-F", "-I", "-e", "$imagepolicy", commit, "--"], limit: Checkout.treeLimit,
      accepts: [1])
    let marked = Set(
      mentioning.split(separator: 0).map {
        String(decoding: $0, as: UTF8.self).dropFirst(commit.utf8.count + 1)
      })
    let links = try linkTargets(entries)
    var blobs: [String: String] = [:]
    for (path, object) in entries.files where marked.contains(path[...]) { blobs[path] = object }
    // Flux reads a file through a link in its folder, but follows no link to a folder.
    for (path, target) in links where marked.contains(target[...]) { blobs[path] = entries.files[target] }
    let folder = RepositoryPath.normalized(folder)
    let wanted = blobs.filter {
      RepositoryPath.isMarkedFile($0.key) && RepositoryPath.isUnder(folder, $0.key)
    }
    let contents = try contents(of: Set(wanted.values))
    return MarkedTree(commit: commit, texts: wanted.compactMapValues { contents[$0] })
  }

  /// The files to which the links with a name of YAML point, by path.
  private func linkTargets(_ tree: GitTree) throws(CheckoutFailure) -> [String: String] {
    let links = tree.links.filter { RepositoryPath.isMarkedFile($0.key) }
    guard !links.isEmpty else { return [:] }
    let texts = try contents(of: Set(links.values))
    var targets: [String: String] = [:]
    for (path, object) in links {
      guard let text = texts[object] else { continue }
      targets[path] = RepositoryPath.target(ofLink: path, String(decoding: text, as: UTF8.self))
    }
    return targets
  }

  private func contents(of objects: Set<String>) throws(CheckoutFailure) -> [String: [UInt8]] {
    guard !objects.isEmpty else { return [:] }
    let names = objects.sorted().joined(separator: "\n") + "\n"
    let output = try git.run(["cat-file", "--batch"], input: Array(names.utf8), limit: Checkout.filesLimit)
    return GitTree.contents(ofBatch: output)
  }

  private func lastFetch() throws(CheckoutFailure) -> Timestamp? {
    let output = try git.run(["rev-parse", "--git-path", "FETCH_HEAD"], limit: 4096)
    let path = String(decoding: output.prefix { $0 != 0x0A }, as: UTF8.self)
    var file = stat()
    guard stat(path.hasPrefix("/") ? path : "\(git.folder)/\(path)", &file) == 0 else { return nil }
    return Timestamp(seconds: Int64(file.st_mtim.tv_sec))
  }

  /// True for a full object name, which git can't take for an option.
  private static func isCommit(_ text: some StringProtocol) -> Bool {
    (text.utf8.count == 40 || text.utf8.count == 64)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
