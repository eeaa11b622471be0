internal import Health
internal import Pipeline

// The values that the guard reads from GitHub's answers. Source: GitHub's OpenAPI description, version 2022-11-28.

extension Workflow {
  init?(_ body: [UInt8], sites: PageSites) {
    guard let object = JSONObject(body), let state = object.word("state") else { return nil }
    self.init(state: state, url: object.page("html_url", where: sites.have))
  }
}

/// A page of runs.
struct RunList: Sendable {
  let total: Int
  let runs: [WorkflowRun]

  init?(_ body: [UInt8], sites: PageSites) {
    guard let object = JSONObject(body),
      let list = object.values("workflow_runs", limit: 100, { WorkflowRun($0, sites: sites) })
    else { return nil }
    runs = list.values
    // A list of nothing but unreadable runs proves nothing.
    if runs.isEmpty, list.objects > 0 { return nil }
    total = object.count("total_count") ?? list.objects
  }
}

extension WorkflowRun {
  init?(_ object: JSONObject, sites: PageSites) {
    guard let id = object.number("id"), let number = object.number("run_number"),
      let status = object.word("status")
    else { return nil }
    self.init(
      id: id, number: number, attempt: object.number("run_attempt") ?? 1, event: object.word("event") ?? "",
      branch: object.name("head_branch"), commit: object.commit("head_sha"), status: status,
      conclusion: object.word("conclusion"), createdAt: object.time("created_at"),
      startedAt: object.time("run_started_at") ?? object.time("created_at"),
      updatedAt: object.time("updated_at"),
      url: object.page("html_url", where: sites.have))
  }
}

extension PendingApproval {
  init(_ object: JSONObject) {
    self.init(
      environment: object.object("environment")?.text("name") ?? "an environment",
      waitMinutes: max(0, object.number("wait_timer") ?? 0))
  }
}

extension FailedJob {
  /// nil for a job that did not fail.
  init?(_ object: JSONObject) {
    let bad: Set = ["failure", "timed_out", "startup_failure"]
    guard let conclusion = object.word("conclusion"), bad.contains(conclusion) else { return nil }
    self.init(
      name: object.text("name") ?? "a job",
      step: object.objects("steps")?.first { $0.word("conclusion").map(bad.contains) ?? false }?.text("name"))
  }
}

extension Commit {
  init?(_ object: JSONObject) {
    guard let id = object.commit("sha") else { return nil }
    let commit = object.object("commit")
    let author = commit?.object("author")
    let message = commit?.raw("message")?.prefix { !$0.isNewline }
    self.init(
      id: id, subject: message.map { JSONObject.shown(String($0)) } ?? "",
      author: author.map { Author(name: $0.text("name") ?? "", email: $0.text("email") ?? "") },
      committedAt: commit?.object("committer")?.time("date") ?? author?.time("date"),
      files: object.files)
  }
}

extension Comparison {
  init?(_ object: JSONObject) {
    guard let relation = object.raw("status").flatMap(Relation.init), let ahead = object.count("ahead_by"),
      let behind = object.count("behind_by")
    else { return nil }
    self.init(
      relation: relation, ahead: ahead, behind: behind,
      commits: object.values("commits", limit: 250, Commit.init)?.values ?? [], files: object.files)
  }
}

extension RepositoryTree {
  /// GitHub lists at most 100,000 entries.
  private static var limit: Int { 100_000 }

  init?(_ object: JSONObject) {
    guard let list = object.values("tree", limit: RepositoryTree.limit, Entry.init) else { return nil }
    self.init(entries: list.values, isTruncated: object.flag("truncated") ?? false)
  }
}

extension RepositoryTree.Entry {
  fileprivate init?(_ object: JSONObject) {
    guard let path = object.name("path") else { return nil }
    let kind: Kind =
      switch (object.raw("type"), object.raw("mode")) {
      case ("tree", _): .folder
      case ("commit", _): .submodule
      case (_, "120000"): .symbolicLink
      default: .file
      }
    self.init(
      path: path, kind: kind, object: object.commit("sha")?.description, size: object.number("size"))
  }
}

extension JSONObject {
  /// GitHub lists at most this many files of a commit or a comparison.
  private static let maxFiles = 300

  /// The names of changed files, old and new ones; nil if there may be more.
  fileprivate var files: [String]? {
    let list = values("files", limit: JSONObject.maxFiles) { file in
      [file.name("filename"), file.name("previous_filename")].compactMap(\.self)
    }
    guard let list, list.objects < JSONObject.maxFiles else { return nil }
    return list.values.flatMap(\.self)
  }
}
