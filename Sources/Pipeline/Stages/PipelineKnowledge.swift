package import Health

/// Everything that the guard knows of a pipeline outside of the cluster, after a poll.
package struct PipelineKnowledge: Hashable, Sendable {
  /// An API or a checkout that is read.
  package struct Source: Hashable, Sendable {
    /// `github`
    package let name: String
    /// `ok`, `refused`, `limited`, `unreachable`, `unreadable`; `waiting` before the first answer.
    package let state: String
    /// The cause if the poll failed.
    package let failure: SourceFailure?
    /// Further failures of the poll, then those of requests for details: usually a missing permission.
    package let gaps: [SourceFailure]
    package let seenAt: Timestamp?
    package let pausedUntil: Timestamp?
    package let tokenExpires: Timestamp?
    /// Where a person puts a new token.
    package let tokenPlace: String?
    /// The number of responses by status.
    package let answers: [String: Int]

    /// - Parameters:
    ///   - failure: of the last poll; nil: all requests were answered.
    ///   - gaps: further failures of the poll, and those of requests for details.
    ///   - seenAt: the last answer; nil before the first.
    package init(
      name: String, failure: SourceFailure?, gaps: [SourceFailure] = [], seenAt: Timestamp?,
      pausedUntil: Timestamp? = nil,
      tokenExpires: Timestamp? = nil, tokenPlace: String? = nil, answers: [String: Int] = [:]
    ) {
      self.name = name
      self.failure = failure
      self.gaps = gaps
      self.seenAt = seenAt
      self.pausedUntil = pausedUntil
      self.tokenExpires = tokenExpires
      self.tokenPlace = tokenPlace
      self.answers = answers
      state =
        switch (failure ?? gaps.first)?.kind {
        case nil: seenAt == nil ? "waiting" : "ok"
        case .token, .forbidden, .missing, .rejected: "refused"
        case .limited: "limited"
        case .unreachable: "unreachable"
        case .unreadable: "unreadable"
        }
    }

    /// Each distinct failure once: that of the poll first.
    package var failures: [SourceFailure] {
      var failures: [SourceFailure] = []
      for next in [failure].compactMap(\.self) + gaps {
        let isKnown = failures.contains { other in
          // One right may be missing for several requests.
          other.message == next.message
            || other.kind == .forbidden && next.kind == .forbidden && other.step == next.step
        }
        if !isKnown { failures.append(next) }
      }
      return failures
    }
  }

  /// The newest commits by branch.
  package var heads: [String: Reading<Head>] = [:]
  /// The workflow; nil if it is not requested.
  package var cloud: Reading<CloudFacts>?
  /// The stack; nil if it is not requested.
  package var stack: Reading<StackFacts>?
  /// From a commit that a stage runs to the newest one of a branch. A nil value: GitHub does not know one of them.
  package var comparisons: [Pair: Comparison?] = [:]
  /// The changed files of single commits.
  package var files: [CommitID: [String]] = [:]
  package var sources: [Source] = []
  /// The files with markers; nil if they are not checked.
  package var markers: Reading<MarkedTree>?

  /// Two commits that are compared.
  package struct Pair: Hashable, Sendable {
    package let base: CommitID
    package let head: CommitID

    package init(base: CommitID, head: CommitID) {
      self.base = base
      self.head = head
    }
  }

  package init() {}

  /// True if anything differs except times and counts of responses.
  package func differs(from other: PipelineKnowledge) -> Bool {
    heads.mapValues(\.withoutTime) != other.heads.mapValues(\.withoutTime)
      || cloud?.withoutTime != other.cloud?.withoutTime
      || stack?.withoutTime != other.stack?.withoutTime || markers?.withoutTime != other.markers?.withoutTime
      || comparisons != other.comparisons || files != other.files
      || sources.map(\.content) != other.sources.map(\.content)
  }

  /// How far a commit is behind the head; nil if that is not known.
  ///
  /// - Parameter authors: of image automation.
  package func distance(
    from commit: CommitID, to head: CommitID, filter: PathFilter,
    authors: [ImageUpdateAutomation.Author]
  ) -> Distance? {
    guard commit != head else { return Distance.none }
    guard let comparison = comparisons[Pair(base: commit, head: head)] else { return nil }
    return Distance(comparison, filter: filter, files: { files[$0] }) { commit in
      authors.contains { $0.made(commit) }
    }
  }
}

extension ImageUpdateAutomation.Author {
  /// True if the commit has this author. The address identifies it; a name alone is compared if there is none.
  fileprivate func made(_ commit: Commit) -> Bool {
    guard let author = commit.author else { return false }
    return email.isEmpty ? !name.isEmpty && author.name == name : author.email == email
  }
}

extension PipelineKnowledge.Source {
  /// Everything but times and counts of answers.
  fileprivate var content: PipelineKnowledge.Source {
    PipelineKnowledge.Source(
      name: name, failure: failure, gaps: gaps, seenAt: nil, pausedUntil: pausedUntil,
      tokenExpires: tokenExpires,
      tokenPlace: tokenPlace)
  }
}
