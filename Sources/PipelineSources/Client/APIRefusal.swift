internal import Curl
internal import Health
internal import Pipeline
internal import Redaction

/// An answer that is not a success, with what follows from it.
struct APIRefusal {
  let failure: SourceFailure
  /// The requests that must not be repeated before `failure.until`.
  let scope: Scope

  enum Scope {
    /// Everything, whatever the token.
    case api
    /// Everything with this version of the token.
    case token
    /// This path with this version of the token.
    case path
    /// Nothing: the next poll asks again.
    case request
  }

  /// After a refused token. Some repetitions would lock the user's other tokens too.
  private static let tokenPause: Duration = .seconds(3600)
  /// After a refusal for single sign-on, which a person ends without a change of the token. It locks nothing.
  private static let signOnPause: Duration = .seconds(600)
  /// After a missing right or object, which a person may add.
  private static let pathPause: Duration = .seconds(300)
  /// Pulumi's limits apply to windows of five minutes.
  private static let pulumiPause: Duration = .seconds(300)
  /// GitHub asks for a minute at least after a secondary limit.
  private static let secondaryPause: Duration = .seconds(60)

  /// - Parameters:
  ///   - place: where the token is; nil without one.
  ///   - limitsInRow: how often the API has refused for a secondary limit since the last success.
  init(_ response: Response, of api: API, path: String, place: String?, limitsInRow: Int, at now: Timestamp) {
    let message = APIRefusal.message(response)
    let said = message.isEmpty ? "" : ": \(message)"
    let name = api.name
    let rate = RateLimit(response)
    let text = message.lowercased()
    func limited(_ end: Timestamp, _ words: String) -> APIRefusal {
      APIRefusal(
        SourceFailure(
          .limited, "\(name) limits requests (\(words)) until \(end.toTheSecond)",
          step: NextStep(
            note: "it ends by itself; other programs that use the same login use the same limit"),
          until: end), .api)
    }
    switch response.status {
    case 401:
      self.init(
        SourceFailure(
          .token, "\(name) refuses the token: it is wrong, expired or revoked\(said)",
          step: APIRefusal.renewal(of: api, place), until: now + APIRefusal.tokenPause), .token)
    case 403, 429:
      if response.status == 429 || rate.retryAfter != nil || rate.remaining == 0
        || text.contains("rate limit")
      {
        if let end = rate.end(at: now) {
          self = limited(end, "HTTP \(response.status)")
          return
        }
        let pause =
          switch api {
          case .gitHub: APIRefusal.secondaryPause * (1 << min(limitsInRow, 5))
          case .pulumi: APIRefusal.pulumiPause
          }
        self = limited(now + pause, "HTTP \(response.status)\(said)")
        return
      }
      if let sso = response.headers["x-github-sso"], sso.hasPrefix("required") {
        self.init(
          SourceFailure(
            .token, "\(name) refuses the token: the organization requires single sign-on for it",
            step: NextStep(
              note:
                """
                authorize the token for the organization: github.com/settings/tokens, Configure SSO; then the \
                guard asks again within ten minutes, or with oceanid-ctl poll
                """
            ), until: now + APIRefusal.signOnPause), .token)
      } else if text.contains("login attempts") || text.contains("bad credentials") {
        self.init(
          SourceFailure(
            .token, "\(name) refuses the login\(said)", step: APIRefusal.renewal(of: api, place),
            until: now + APIRefusal.tokenPause), .token)
      } else {
        let wanted = response.headers["x-accepted-github-permissions"].map(APIRefusal.permissions)
        let right = wanted.map { "the token lacks the permission \($0)" } ?? "the token lacks a right\(said)"
        self.init(
          SourceFailure(
            .forbidden, "\(name) refuses \(path.singleLine.limited(to: 120)): \(right)",
            step: NextStep(
              note: wanted.map {
                "give the token \($0) and let it see this repository\(APIRefusal.at(place))"
              }
                ?? "give the token read access\(APIRefusal.at(place))"),
            until: now + APIRefusal.pathPause), .path)
      }
    case 404, 410:
      self.init(
        SourceFailure(
          .missing, "\(name) has no \(path.singleLine.limited(to: 120)), or the token may not see it",
          step: NextStep(note: "compare the names under 'pipeline' in guard.yaml"),
          until: now + APIRefusal.pathPause), .path)
    case 422:
      self.init(
        SourceFailure(.rejected, "\(name) rejects \(path.singleLine.limited(to: 120))\(said)"), .request)
    case 500...599:
      if let end = rate.end(at: now) {
        self.init(
          SourceFailure(.unreachable, "\(name) answers HTTP \(response.status)\(said)", until: end), .api)
      } else {
        self.init(SourceFailure(.unreachable, "\(name) answers HTTP \(response.status)\(said)"), .request)
      }
    default:
      self.init(
        SourceFailure(
          .unreadable,
          "\(name) answers HTTP \(response.status) for \(path.singleLine.limited(to: 120))\(said)",
          step: NextStep(note: "compare 'url' under 'pipeline' in guard.yaml")), .request)
    }
  }

  private init(_ failure: SourceFailure, _ scope: Scope) {
    self.failure = failure
    self.scope = scope
  }

  private static func renewal(of api: API, _ place: String?) -> NextStep {
    let kind =
      switch api {
      case .gitHub: "a fine-grained token with read access to Actions, Contents and Metadata"
      case .pulumi: "an access token of Pulumi Cloud"
      }
    return NextStep(
      note:
        """
        make \(kind), and write it to \(place ?? "a file, named under 'token' in guard.yaml"); if the old one is \
        valid again, run oceanid-ctl poll
        """
    )
  }

  private static func at(_ place: String?) -> String { place.map { "; the token is in \($0)" } ?? "" }

  /// `actions=read,contents=read`: a comma is "and", a semicolon is "or".
  private static func permissions(_ header: String) -> String {
    redacted(header, limit: 200).singleLine.replacing(";", with: " or ").replacing(",", with: " and ")
  }

  /// The text in an answer of either API.
  private static func message(_ response: Response) -> String {
    guard response.body.count <= 64 << 10 else { return "" }
    return JSONObject(response.body)?.text("message", limit: 200) ?? ""
  }
}
