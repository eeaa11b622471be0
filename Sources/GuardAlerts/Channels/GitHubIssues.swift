internal import FoundationEssentials
internal import GuardAPI
internal import GuardConfiguration
internal import Health
internal import Platform
internal import Posting
internal import Redaction

/// The issues of one repository (docs.github.com/rest/issues, version 2022-11-28).
struct GitHubIssues: Sendable {
  let sender: HTTPSender
  let repository: RepositoryName
  /// The first label finds the issues again.
  let labels: [String]

  struct Issue: Decodable, Sendable {
    let number: Int
    /// nil for a pull request, and for an issue that the guard did not open.
    let mark: IssueMark?

    private enum CodingKeys: String, CodingKey {
      case number
      case body
      case pull = "pull_request"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      number = try values.decode(Int.self, forKey: .number)
      let isPull = values.contains(.pull)
      let body = try values.decodeIfPresent(String.self, forKey: .body) ?? ""
      mark = isPull ? nil : IssueMark(in: body)
    }

    init(number: Int, mark: IssueMark) {
      self.number = number
      self.mark = mark
    }
  }

  private struct Comment: Decodable {
    let body: String?
  }

  private struct Created: Decodable {
    let number: Int
    let labels: [Label]

    struct Label: Decodable {
      let name: String
    }
  }

  private struct Draft: Encodable {
    var title: String?
    var body: String?
    var labels: [String]?
    var state: String?
    var stateReason: String?

    private enum CodingKeys: String, CodingKey {
      case title, body, labels, state
      case stateReason = "state_reason"
    }
  }

  enum End: String {
    case completed
    /// The state of a closed test, and of a second issue of one incident.
    case unplanned = "not_planned"
  }

  private static let pageSize = 50
  /// An issue has at most 2,500 comments.
  private static let maxPages = 50
  private static let maxBytes = 8 << 20
  /// The largest body of an error response.
  private static let maxErrorBytes = 16 << 10
  /// Longer pauses are cut, because a server may err.
  private static let longestPause: Duration = .seconds(3600)

  var description: String { "\(sender.description), \(repository)" }

  // MARK: - Reading

  /// The open issues with the first label. A search would find new issues only after some time; a list does at once.
  func open(_ exchange: Exchange) throws(DeliveryError) -> [Issue] {
    try pages("/issues?state=open&labels=\(label)&sort=created&direction=desc", exchange)
  }

  /// The closed issues with the first label that were changed since then.
  func closed(since: Timestamp, _ exchange: Exchange) throws(DeliveryError) -> [Issue] {
    let since = Timestamp(seconds: since.milliseconds / 1000).description.percentEncoded
    return try pages(
      "/issues?state=closed&labels=\(label)&since=\(since)&sort=updated&direction=desc", exchange)
  }

  /// The marks of an issue's comments.
  func marks(ofComments number: Int, _ exchange: Exchange) throws(DeliveryError) -> [IssueMark] {
    let comments: [Comment] = try pages("/issues/\(number)/comments?sort=created", exchange)
    return comments.compactMap { $0.body.flatMap(IssueMark.init(in:)) }
  }

  private var label: String { (labels.first ?? "").percentEncoded }

  /// - Throws: `DeliveryError` also for a list that is longer than what is read of it: an issue might be overlooked,
  ///   and be opened twice.
  private func pages<Element: Decodable>(_ path: String, _ exchange: Exchange) throws(DeliveryError)
    -> [Element]
  {
    var all: [Element] = []
    for page in 1...GitHubIssues.maxPages {
      let elements: [Element] = try decode(
        request(.get, "\(path)&per_page=\(GitHubIssues.pageSize)&page=\(page)", nil, exchange))
      guard elements.count <= GitHubIssues.pageSize else { throw unreadable }
      all += elements
      if elements.count < GitHubIssues.pageSize { return all }
    }
    throw DeliveryError(
      .refused,
      """
      \(repository) has more than \(GitHubIssues.pageSize * GitHubIssues.maxPages) issues with the label \
      \(labels.first ?? "")
      """,
      remedy: "close old ones, or give \(sender.channel) another first label in guard.yaml")
  }

  // MARK: - Writing

  /// - Returns: the issue's number.
  func create(_ text: IssueText, _ exchange: Exchange) throws(DeliveryError) -> Int {
    let draft = Draft(title: text.title, body: text.body, labels: labels)
    let created: Created = try decode(request(.post, "/issues", draft, exchange))
    // GitHub drops the labels of a user without write access, and the issue would not be found again.
    let label = labels.first ?? ""
    guard created.labels.contains(where: { $0.name.lowercased() == label.lowercased() }) else {
      try close(created.number, as: .unplanned, exchange)
      throw DeliveryError(
        .unfit, "\(repository) ignored the label \(label) of a new issue",
        remedy:
          "give the token's user write access to \(repository); then: oceanid-ctl alerts test \(sender.channel)"
      )
    }
    return created.number
  }

  func comment(_ text: String, on number: Int, _ exchange: Exchange) throws(DeliveryError) {
    _ = try request(.post, "/issues/\(number)/comments", Draft(body: text), exchange)
  }

  func close(_ number: Int, as end: End, _ exchange: Exchange) throws(DeliveryError) {
    _ = try request(.patch, "/issues/\(number)", Draft(state: "closed", stateReason: end.rawValue), exchange)
  }

  // MARK: - Requests

  /// The parameters that all requests of one message share.
  struct Exchange {
    let now: Timestamp
    let isCancelled: () -> Bool
  }

  private func request(
    _ method: Post.Method, _ path: String, _ draft: Draft?, _ exchange: Exchange
  ) throws(DeliveryError) -> Post.Answer {
    let base = try sender.address()
    let answer = try sender.send(
      method, draft.map { HTTPSender.json($0) } ?? [],
      headers: [
        "Accept: application/vnd.github+json", "X-GitHub-Api-Version: 2022-11-28",
        "Content-Type: application/json",
      ],
      to: base.appending("/repos/\(repository)\(path)"), returnedBytes: GitHubIssues.maxBytes,
      isCancelled: exchange.isCancelled)
    guard !(200...299).contains(answer.status) else { return answer }
    throw refusal(answer, base, at: exchange.now)
  }

  private func decode<Value: Decodable>(_ answer: Post.Answer) throws(DeliveryError) -> Value {
    do {
      guard !answer.isCut else {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: ""))
      }
      return try JSONDecoder().decode(Value.self, from: Data(answer.body.utf8))
    } catch {
      throw unreadable
    }
  }

  private var unreadable: DeliveryError {
    DeliveryError(
      .passing, "\(sender.description) answered something else than issues",
      remedy: "check 'url' of \(sender.channel) in guard.yaml")
  }

  private func refusal(_ answer: Post.Answer, _ base: WebAddress, at now: Timestamp) -> DeliveryError {
    let again = "then: oceanid-ctl alerts test \(sender.channel)"
    // Shortened at first, because a body may have megabytes, and at last, because a shortened secret is not recognized.
    let said = redacted(
      sender.hidingSecrets(answer.body.limited(to: GitHubIssues.maxErrorBytes), base)
    ).limited(to: 200)
    let message = "\(base.origin) answered HTTP \(answer.status) for \(repository): \(said)"
    if let pause = pause(answer, at: now) {
      return DeliveryError(
        .passing, message, remedy: "wait: GitHub limits the requests of a token", retryAfter: pause)
    }
    let rights = "give its token read and write access to the issues of \(repository); \(again)"
    switch answer.status {
    case 401:
      return DeliveryError(
        .refused, message, remedy: "put a valid token in place; \(again)", isAuthenticationFailure: true)
    case 403:
      return DeliveryError(
        .refused, message, remedy: rights,
        isAuthenticationFailure: answer.body.lowercased().contains("login attempts"))
    case 404:
      return DeliveryError(
        .refused, message, remedy: "check that \(repository) exists, and \(rights)")
    case 410: return DeliveryError(.refused, message, remedy: "turn the issues of \(repository) on; \(again)")
    case 300...399:
      return DeliveryError(
        .refused, message + " (redirects are not followed)",
        remedy: "set 'repository' to its new name; \(again)")
    case 400, 413, 415, 422:
      return DeliveryError(.unfit, message, remedy: "check the labels of \(sender.channel); \(again)")
    case 408, 425, 500...599:
      return DeliveryError(
        .passing, message, remedy: "https://www.githubstatus.com",
        retryAfter: answer.retryAfter.map { min($0, GitHubIssues.longestPause) })
    default: return DeliveryError(.refused, message, remedy: "check 'url' of \(sender.channel); \(again)")
    }
  }

  /// The pause that a limit of requests demands; nil for another error
  /// (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
  private func pause(_ answer: Post.Answer, at now: Timestamp) -> Duration? {
    guard answer.status == 403 || answer.status == 429 else { return nil }
    if let pause = answer.retryAfter { return min(pause, GitHubIssues.longestPause) }
    if answer.header("x-ratelimit-remaining") == "0",
      let reset = answer.header("x-ratelimit-reset").flatMap({ UInt32($0) }).map(Int64.init)
    {
      return max(.seconds(1), min(GitHubIssues.longestPause, Timestamp(seconds: reset) - now))
    }
    return answer.status == 429 || answer.body.contains("rate limit") ? .seconds(60) : nil
  }
}
