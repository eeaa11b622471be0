/// A Git repository with one branch.
struct Repository: Sendable {
  static let branch = "main"

  /// Every commit that the server still knows, by name. A force push leaves the old ones.
  private(set) var commits: [String: Commit] = [:]
  /// The newest commit of the branch.
  private(set) var head: Commit
  private var count = 1

  init(first: Commit) {
    head = first
    commits = [first.sha: first]
  }

  /// Adds a commit to the branch.
  ///
  /// - Parameters:
  ///   - sha: the name of the new commit; nil for a new name.
  ///   - files: new texts by path; the other files stay.
  @discardableResult
  mutating func commit(
    _ files: [String: String], removing removed: [String] = [], message: String, author: String,
    at date: PipelineTime, sha: String? = nil
  ) -> Commit {
    count += 1
    var tree = head.files
    for path in removed { tree[path] = nil }
    tree.merge(files) { _, new in new }
    let commit = Commit(
      sha: sha ?? Digest.sha("\(head.sha) \(count) \(message)"), parent: head.sha, message: message,
      author: author,
      date: date, touched: (Array(files.keys) + removed).sorted(), files: tree)
    commits[commit.sha] = commit
    head = commit
    return commit
  }

  /// Replaces the newest commit by another one (`git push --force`).
  ///
  /// - Parameter forgets: true if the server no longer knows the replaced commit.
  mutating func replaceHead(at date: PipelineTime, forgets: Bool) {
    let old = head
    guard let parent = old.parent.flatMap({ commits[$0] }) else { return }
    head = parent
    let texts = old.touched.reduce(into: [String: String]()) { $0[$1] = "rewritten\n" }
    commit(texts, message: "\(old.message) (amended)", author: old.author, at: date)
    if forgets { commits[old.sha] = nil }
  }

  /// The commit that a branch name, a whole commit name or a unique beginning of at least seven digits denotes.
  func resolve(_ reference: String) -> Commit? {
    if [Self.branch, "HEAD", "refs/heads/\(Self.branch)"].contains(reference) { return head }
    if let commit = commits[reference] { return commit }
    guard reference.utf8.count >= 7 else { return nil }
    let found = commits.values.filter { $0.sha.hasPrefix(reference) }
    return found.count == 1 ? found.first : nil
  }

  /// The commit and its ancestors, the newest first.
  func history(of commit: Commit) -> [Commit] {
    var out: [Commit] = []
    var next: Commit? = commit
    while let commit = next {
      out.append(commit)
      next = commit.parent.flatMap { commits[$0] }
    }
    return out
  }
}
