/// GitHub's REST API for one repository, version 2022-11-28.
struct GitHubAPI {
  let state: PipelineState
  let now: PipelineTime
  /// `http://127.0.0.1:PORT`
  let origin: String

  /// The answer, without the headers of limits and of the token.
  func answer(_ request: Request) -> Answer {
    if let refusal = refusal(request) { return refusal }
    guard !request.hasTrailingSlash, let (route, isOldName) = route(request.path) else { return .notFound }
    if state.gitHubAccess.isHidden { return .notFound }
    if isOldName, let moved = moved(route, request) { return moved }
    let (permission, answer) = answer(route, request)
    if let permission, state.gitHubAccess.missingPermission == permission {
      return .forbidden(permission: permission)
    }
    return answer
  }

  // MARK: - Access

  private func refusal(_ request: Request) -> Answer? {
    guard request.method == "GET" else {
      return .message("Method Not Allowed", status: 405)
    }
    guard let agent = request.header("user-agent"), !agent.isEmpty else {
      return Answer(
        text:
          "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n",
        status: 403)
    }
    if let version = request.header("x-github-api-version"), !["2022-11-28", "2026-03-10"].contains(version) {
      return .message("The API version \(version) is not supported.", status: 400)
    }
    // Without a token, a private repository does not exist.
    guard let credential = request.credential else { return .notFound }
    guard ["bearer", "token"].contains(credential.scheme), credential.token == state.gitHub.token,
      !state.gitHub.isTokenRefused
    else { return .message("Bad credentials", status: 401) }
    return limit ?? ssoRefusal
  }

  private var limit: Answer? {
    if let until = state.gitHub.limitedUntil, now < until {
      return .message("API rate limit exceeded for user ID 1.", status: 403)
    }
    guard let seconds = state.gitHubAccess.secondaryLimit else { return nil }
    var answer = Answer.message(
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", status: 403
    )
    if seconds > 0 { answer.headers = [("Retry-After", "\(seconds)")] }
    return answer
  }

  private var ssoRefusal: Answer? {
    guard state.gitHubAccess.requiresSSO else { return nil }
    var answer = Answer.message(
      """
      Resource protected by organization SAML enforcement. You must grant your Personal Access token access to \
      this organization.
      """,
      status: 403)
    answer.headers = [
      ("X-GitHub-SSO", "required; url=https://github.com/orgs/oceanid/sso?authorization_request=DEMO")
    ]
    return answer
  }

  // MARK: - Routes

  /// The path below the repository, and whether the repository was addressed by a name that it no longer has.
  private func route(_ path: [String]) -> (rest: [String], isOldName: Bool)? {
    if path.count >= 2, path[0] == "repositories", path[1] == "\(PipelineState.repositoryID)" {
      return (Array(path.dropFirst(2)), false)
    }
    guard path.count >= 3, path[0] == "repos" else { return nil }
    let name = "\(path[1])/\(path[2])"
    let rest = Array(path.dropFirst(3))
    let isRenamed = state.gitHubAccess.rename != .none
    if isRenamed, name == PipelineState.newName { return (rest, false) }
    return name == PipelineState.repositoryName ? (rest, isRenamed) : nil
  }

  private func moved(_ rest: [String], _ request: Request) -> Answer? {
    let host: String
    switch state.gitHubAccess.rename {
    case .none: return nil
    case .here: host = origin
    case .elsewhere(let other): host = other
    }
    // The path and the query as sent, below the number of the repository.
    let old = "/repos/\(PipelineState.repositoryName)"
    let below = request.target.hasPrefix(old) ? String(request.target.dropFirst(old.count)) : ""
    let url = "\(host)/repositories/\(PipelineState.repositoryID)\(below)"
    var answer = Answer(
      [
        "message": "Moved Permanently", "url": "\(url)",
        "documentation_url":
          "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
      ], status: 301)
    answer.headers = [("Location", url)]
    return answer
  }

  /// The permission that the endpoint needs besides reading the metadata, and its answer.
  private func answer(_ route: [String], _ request: Request) -> (permission: String?, Answer) {
    let rest = Array(route.dropFirst())
    switch route.first {
    case nil: return (nil, Answer(repository))
    case "actions": return ("actions", actions(rest, request))
    case "commits": return ("contents", commit(rest, request))
    case "compare": return ("contents", compare(rest, request))
    case "contents": return ("contents", contents(rest, request))
    case "git": return ("contents", rest.first == "blobs" ? blob(rest) : tree(rest, request))
    default: return (nil, .notFound)
    }
  }

  private var repository: JSON {
    let name = state.gitHubAccess.rename == .none ? PipelineState.repositoryName : PipelineState.newName
    return [
      "id": .number(PipelineState.repositoryID), "full_name": "\(name)",
      "name": .string(String(name.split(separator: "/").last ?? "")), "private": true, "fork": false,
      "default_branch": .string(Repository.branch), "archived": false, "disabled": false,
      "html_url": "https://github.com/\(name)", "owner": ["login": "oceanid", "type": "Organization"],
      "pushed_at": .string(state.repository.head.date.iso), "permissions": ["pull": true, "push": false],
    ]
  }
}

extension Answer {
  static let notFound = message("Not Found", status: 404)

  static func message(_ text: String, status: Int) -> Answer {
    Answer(
      [
        "message": .string(text), "documentation_url": "https://docs.github.com/rest", "status": "\(status)",
      ], status: status)
  }

  static func forbidden(permission: String) -> Answer {
    var answer = message("Resource not accessible by personal access token", status: 403)
    answer.headers = [("X-Accepted-GitHub-Permissions", "\(permission)=read")]
    return answer
  }
}
