/// The endpoints of commits and files.
extension GitHubAPI {
  func commit(_ path: [String], _ request: Request) -> Answer {
    guard path.count == 1, let commit = state.repository.resolve(path[0]) else {
      return .message("No commit found for SHA: \(path.first ?? "")", status: 422)
    }
    if request.accepts("application/vnd.github.sha") {
      var answer = Answer(
        text: commit.sha, contentType: "application/vnd.github.sha; charset=utf-8")
      // The ETag of this form is the commit's name itself.
      answer.headers = [("ETag", "\"\(commit.sha)\"")]
      return answer
    }
    var json = self.json(commit)
    if case .object(var members) = json {
      members["files"] = files(commit.touched)
      members["stats"] = ["total": .number(commit.touched.count)]
      json = .object(members)
    }
    return Answer(json)
  }

  func compare(_ path: [String], _ request: Request) -> Answer {
    // A branch name may contain slashes, encoded or not.
    let text = path.joined(separator: "/")
    guard let dots = text.firstRange(of: "..."),
      let base = state.repository.resolve(String(text[..<dots.lowerBound])),
      let head = state.repository.resolve(String(text[dots.upperBound...]))
    else { return .notFound }
    let (baseLine, headLine) = (state.repository.history(of: base), state.repository.history(of: head))
    let known = Set(baseLine.map(\.sha))
    guard let common = headLine.first(where: { known.contains($0.sha) }) else {
      return .message("No common ancestor between \(base.sha) and \(head.sha).", status: 404)
    }
    let ahead = headLine.prefix { $0.sha != common.sha }
    let behind = baseLine.prefix { $0.sha != common.sha }
    let status =
      switch (ahead.isEmpty, behind.isEmpty) {
      case (true, true): "identical"
      case (false, true): "ahead"
      case (true, false): "behind"
      case (false, false): "diverged"
      }
    let page = request.number("page", in: 1...10_000, otherwise: 1)
    let size = request.number("per_page", in: 1...250, otherwise: 250)
    let touched = Set(ahead.flatMap(\.touched)).sorted()
    return Answer([
      "status": .string(status), "ahead_by": .number(ahead.count), "behind_by": .number(behind.count),
      "total_commits": .number(ahead.count), "base_commit": json(base), "merge_base_commit": json(common),
      // The oldest first.
      "commits": .array(Array(ahead.reversed()).dropFirst((page - 1) * size).prefix(size).map(json)),
      // At most 300, and on the first page only.
      "files": page == 1 ? files(Array(touched.prefix(300))) : [],
      "html_url": "https://github.com/oceanid/cluster/compare/\(base.sha)...\(head.sha)",
    ])
  }

  func contents(_ path: [String], _ request: Request) -> Answer {
    guard let commit = state.repository.resolve(request.query["ref"] ?? Repository.branch) else {
      return .message("No commit found for the ref \(request.query["ref"] ?? "")", status: 404)
    }
    let name = path.joined(separator: "/")
    guard let text = commit.files[name] else { return .notFound }
    if request.accepts("raw") {
      return Answer(text: text, contentType: "application/vnd.github.raw+json; charset=utf-8")
    }
    return Answer([
      "type": "file", "name": .string(path.last ?? ""), "path": .string(name),
      "sha": .string(Digest.sha(text)), "size": .number(text.utf8.count), "encoding": "base64",
      "content": .string(Base64.encoded(Array(text.utf8))),
    ])
  }

  func tree(_ path: [String], _ request: Request) -> Answer {
    guard path.count == 2, path[0] == "trees", let commit = state.repository.resolve(path[1]) else {
      return .notFound
    }
    let folders = Set(
      commit.files.keys.flatMap { name in
        let parts = name.split(separator: "/")
        return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: "/") }
      })
    let entries =
      commit.files.map { name, text in
        (
          name,
          [
            "path": .string(name), "mode": "100644", "type": "blob", "sha": .string(Digest.sha(text)),
            "size": .number(text.utf8.count),
          ] as JSON
        )
      }
      + folders.map { name in
        (
          name,
          [
            "path": .string(name), "mode": "040000", "type": "tree",
            "sha": .string(Digest.sha("\(commit.sha) \(name)")),
          ] as JSON
        )
      }
    let isDeep = request.query["recursive"] != nil
    return Answer([
      "sha": .string(commit.sha), "truncated": false,
      "tree": .array(
        entries.filter { isDeep || !$0.0.contains("/") }.sorted { $0.0 < $1.0 }.map(\.1)),
    ])
  }

  /// The content with this name, in the raw form only.
  func blob(_ path: [String]) -> Answer {
    guard path.count == 2,
      let text = state.repository.head.files.values.first(where: { Digest.sha($0) == path[1] })
    else { return .notFound }
    return Answer(text: text, contentType: "application/vnd.github.raw+json; charset=utf-8")
  }

  private func files(_ names: [String]) -> JSON {
    .array(names.map { ["filename": .string($0), "status": "modified", "changes": 1] })
  }

  private func json(_ commit: Commit) -> JSON {
    let person: JSON = [
      "name": .string(commit.author), "email": "\(commit.author)@example.com",
      "date": .string(commit.date.iso),
    ]
    return [
      "sha": .string(commit.sha), "html_url": "https://github.com/oceanid/cluster/commit/\(commit.sha)",
      "commit": ["message": .string(commit.message), "author": person, "committer": person],
      "author": ["login": .string(commit.author), "type": "User"],
      "committer": ["login": .string(commit.author), "type": "User"],
      "parents": .array(commit.parent.map { [["sha": .string($0)]] } ?? []),
    ]
  }
}
