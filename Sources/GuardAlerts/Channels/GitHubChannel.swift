internal import Glibc
internal import Health
internal import IncidentTracking
internal import Synchronization

/// Opens an issue for each incident, comments on its changes, and closes it at the end.
///
/// An incident has one issue, however often a message is sent again and however many guards watch the cluster: before an
/// issue is opened, the open ones are searched for the incident's mark. If two guards open one at the same moment, both
/// see two afterwards, and the later one is closed.
final class GitHubChannel: DeliveryChannel {
  private typealias Issue = GitHubIssues.Issue

  private let issues: GitHubIssues
  /// This machine's name.
  private let host: String
  /// The minimum time between write requests. GitHub recommends one second.
  private let writeInterval: Duration
  private let state = Mutex(State())

  private struct State {
    /// Nothing is sent before this time, because GitHub's rate limit applies.
    var notBefore: Timestamp?
    /// Requests with this token are blocked until `until`: after several failed logins GitHub also rejects valid
    /// tokens of the same user.
    var refused: (token: String, until: Timestamp, error: DeliveryError)?
  }

  private static let rejectedLoginDelay: Duration = .seconds(3600)

  init(issues: GitHubIssues, host: String, writeInterval: Duration = .seconds(1)) {
    self.issues = issues
    self.host = host
    self.writeInterval = writeInterval
  }

  var description: String { issues.description }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    let token = try issues.sender.login()
    let (notBefore, refused) = state.withLock { ($0.notBefore, $0.refused) }
    if let notBefore, notBefore > now {
      throw DeliveryError(
        .passing, "\(description): GitHub's rate limit applies", remedy: "wait until \(notBefore)",
        retryAfter: notBefore - now)
    }
    if let refused, refused.token == token, refused.until > now { throw refused.error }
    do throws(DeliveryError) {
      try withoutActuallyEscaping(isCancelled) { isCancelled throws(DeliveryError) in
        try deliver(notice, GitHubIssues.Exchange(now: now, isCancelled: isCancelled))
      }
    } catch {
      state.withLock { state in
        state.notBefore = error.retryAfter.map { now + $0 }
        state.refused =
          if error.isAuthenticationFailure, let token {
            (token, now + GitHubChannel.rejectedLoginDelay, error)
          } else { nil }
      }
      throw error
    }
    state.withLock { $0 = State() }
  }

  private func deliver(_ notice: IncidentNotice, _ exchange: GitHubIssues.Exchange) throws(DeliveryError) {
    var open = try issues.open(exchange)
    // Entries that are only counted open no issue. If they have ended, an issue of an earlier message is closed.
    for entry in notice.entries + notice.counted.filter({ $0.change == .ended }) {
      let mark = IssueMark(entry, host: host)
      let text = IssueText(entry: entry, mark: mark, host: host)
      let own = open.filter { $0.mark?.key == mark.key }.sorted { $0.number < $1.number }
      switch entry.change {
      case _ where entry.incident.isTest: try test(text, exchange)
      case .ended:
        // An issue of a later incident of the same subject stays open.
        let end = (entry.incident.endedAt ?? exchange.now).milliseconds / 1000
        for issue in own where (issue.mark?.since ?? 0) <= end {
          try comment(text, on: issue.number, exchange)
          try close(issue.number, as: .completed, exchange)
          open.removeAll { $0.number == issue.number }
        }
      case .opened, .worsened, .flapping, .reminder:
        guard let first = own.first else {
          if let number = try begin(text, exchange) { open.append(Issue(number: number, mark: mark)) }
          continue
        }
        for issue in own.dropFirst() { try close(issue.number, as: .unplanned, exchange) }
        if needsComment(entry, in: first) { try comment(text, on: first.number, exchange) }
      }
    }
  }

  /// True if the issue does not say yet what the entry says.
  private func needsComment(_ entry: IncidentNotice.Entry, in issue: Issue) -> Bool {
    switch entry.change {
    case .worsened, .flapping, .ended: true
    case .reminder: false
    // The issue is of an earlier incident, whose end no guard reported.
    case .opened: entry.incident.since.milliseconds / 1000 - (issue.mark?.since ?? 0) > 3600
    }
  }

  /// Opens an issue, unless an operator has closed the issue of this incident.
  ///
  /// - Returns: the number of the issue if it is open.
  private func begin(_ text: IssueText, _ exchange: GitHubIssues.Exchange) throws(DeliveryError) -> Int? {
    let since = text.entry.incident.since
    var closed: [(number: Int, since: Int64, marks: [IssueMark])] = []
    for issue in try issues.closed(since: since - .seconds(300), exchange) {
      guard let mark = issue.mark, mark.key == text.mark.key else { continue }
      closed.append((issue.number, mark.since, try issues.marks(ofComments: issue.number, exchange)))
    }
    // A duplicate issue was closed without a comment that the incident ended.
    let ends = closed.filter { $0.marks.contains { $0.key == text.mark.key && $0.change == .ended } }
      .map(\.since)
    for issue in closed {
      let isOver = ends.contains { abs($0 - issue.since) <= IssueMark.tolerance }
      guard !isOver || issue.since == text.mark.since else { continue }
      if !isOver, [.worsened, .flapping].contains(text.entry.change),
        !issue.marks.contains(where: text.mark.reportsSame)
      {
        try write(exchange) { () throws(DeliveryError) in
          try issues.comment(text.comment, on: issue.number, exchange)
        }
      }
      return nil
    }
    let number = try write(exchange) { () throws(DeliveryError) in try issues.create(text, exchange) }
    let numbers = try issues.open(exchange).filter { $0.mark?.key == text.mark.key }.map(\.number)
    guard let first = numbers.min(), first < number else { return number }
    // Another guard opened its issue first: close this duplicate.
    try close(number, as: .unplanned, exchange)
    return first
  }

  /// Comments on an issue, unless a guard wrote the same already.
  private func comment(
    _ text: IssueText, on number: Int, _ exchange: GitHubIssues.Exchange
  ) throws(DeliveryError) {
    guard try !issues.marks(ofComments: number, exchange).contains(where: text.mark.reportsSame) else {
      return
    }
    try write(exchange) { () throws(DeliveryError) in try issues.comment(text.comment, on: number, exchange) }
  }

  private func close(
    _ number: Int, as end: GitHubIssues.End, _ exchange: GitHubIssues.Exchange
  ) throws(DeliveryError) {
    try write(exchange) { () throws(DeliveryError) in try issues.close(number, as: end, exchange) }
  }

  /// Shows that the token may open and close issues.
  private func test(_ text: IssueText, _ exchange: GitHubIssues.Exchange) throws(DeliveryError) {
    let number = try write(exchange) { () throws(DeliveryError) in try issues.create(text, exchange) }
    try close(number, as: .unplanned, exchange)
  }

  private func write<Result>(
    _ exchange: GitHubIssues.Exchange, _ request: () throws(DeliveryError) -> Result
  ) throws(DeliveryError) -> Result {
    let result = try request()
    let end = ContinuousClock.now + writeInterval
    while ContinuousClock.now < end, !exchange.isCancelled() { usleep(50_000) }
    return result
  }
}
