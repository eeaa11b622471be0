internal import Curl
internal import GuardTypes
internal import Health
internal import Redaction

extension PollFailure {
  /// The failure that a response represents; nil for status 200 with JSON.
  init?(_ response: Response, asking subject: Subject, of kubeconfig: Kubeconfig) {
    if response.status == 200 {
      guard !response.contentType.lowercased().hasPrefix("application/json") else { return nil }
      let type = response.contentType.isEmpty ? "no content type" : response.contentType.saidByPeer(80)
      self.init(
        code: .badResponse, message: "\(subject.name): \(kubeconfig.server) returned \(type) instead of JSON",
        remedy: "check that the forward's target is the API server")
      return
    }
    let said = response.statusMessage.map { ": \($0)" } ?? ""
    let file = kubeconfig.path
    let renew =
      "renew the credentials of context \(kubeconfig.context) in \(file) "
      + "(on k3s: \(KubeconfigAdvice.command) on the control plane)"
    switch response.status {
    // Go's net/http and nginx say so in the text of the response.
    case 400 where kubeconfig.server.scheme == "http" && response.body.hasWord("HTTPS"):
      self.init(
        code: .kubeconfig,
        message: "\(file) has the server \(kubeconfig.server), and that port requires https",
        remedy: kubeconfig.stepToHTTPS)
    case 401:
      self.init(
        code: .unauthorized,
        message:
          "\(kubeconfig.server) rejects the credentials of context \(kubeconfig.context)\(said)",
        remedy: renew)
    case 403 where response.statusMessage?.isAboutAnonymous == true:
      // If the client certificate is invalid and anonymous access is enabled, the server treats the request as
      // anonymous.
      self.init(
        code: .unauthorized,
        message:
          "\(kubeconfig.server) treats the request as anonymous: "
          + "the credentials of context \(kubeconfig.context) have expired or belong to another cluster\(said)",
        remedy: renew)
    case 403:
      self.init(
        code: .forbidden, message: "\(subject.name): forbidden\(said)",
        remedy: "add this rule to \(subject.role) of the guard's user: \(subject.rule)")
    case 300..<400:
      self.init(
        code: .badResponse,
        message:
          "\(subject.name): \(kubeconfig.server) returned a redirect (HTTP \(response.status)), which is not followed",
        remedy: "set server in \(file) to the API server itself")
    case 429, 502, 503, 504:
      let cause: Subject.Cause = response.status == 429 ? .limited : .store
      let wait = response.retryAfter.flatMap { UInt32($0) }.map { ", retry after \($0) s" } ?? ""
      self.init(
        code: .unreachable,
        message:
          "\(subject.name): \(kubeconfig.server) is unavailable (HTTP \(response.status)\(wait))\(said)",
        step: subject.diagnosis(kubeconfig, of: cause))
    default:
      self.init(
        code: .badResponse,
        message: "\(subject.name): \(kubeconfig.server) returned HTTP \(response.status)\(said)",
        step: subject.diagnosis(kubeconfig, of: Subject.Cause(response)))
    }
  }

  /// A JSON response that is not the requested document.
  init(_ fault: JSONDocument.Fault, asking subject: Subject, of kubeconfig: Kubeconfig) {
    let words =
      switch fault {
      case .tooDeep: "nests deeper than \(JSONNesting.limit) levels"
      case .notJSON: "is truncated or not JSON of the expected form"
      case .otherKind(let kind): "is of kind \(kind.saidByPeer(80))"
      case .tooMany(let limit): "has more than \(limit) objects"
      case .tooLong(let limit): "contains an object larger than \(limit >> 10) KiB"
      }
    self.init(
      code: .badResponse, message: "\(subject.name): the response of \(kubeconfig.server) \(words)",
      step: NextStep(
        command: kubeconfig.kubectl("version"), note: "check that the forward's target is the API server"))
  }
}

extension Kubeconfig {
  /// The step for a server without TLS.
  var stepToHTTPS: String { "if it is the API server, write https:// in \(path): clusters, cluster, server" }
}

extension [UInt8] {
  /// True if a short text contains the word.
  fileprivate func hasWord(_ word: String) -> Bool {
    count <= 64 << 10 && String(decoding: self, as: UTF8.self).contains(word)
  }
}

extension Response {
  /// `message` of the Status object (meta/v1) in an error response.
  var statusMessage: String? {
    guard body.count <= 64 << 10, let status = try? JSONDocument.decode(body, as: Fields.self),
      let message = status.text("message")
    else { return nil }
    return message.utf8.count > 300 ? String(message.prefix(300)) + "…" : message
  }
}

extension Response {
  /// `metadata.continue` of the Status object of a 410 response, with which an inconsistent list can continue.
  var continueToken: String? {
    guard body.count <= 64 << 10, let status = try? JSONDocument.decode(body, as: Fields.self),
      let token = try? status.object("metadata")?.requireText("continue"), !token.isEmpty
    else { return nil }
    return token
  }
}

extension Response {
  /// True if a Status object reports that the object with this name does not exist. A 404 of another server does not
  /// count.
  func isStatusNotFound(_ name: String) -> Bool {
    guard status == 404, body.count <= 64 << 10,
      let answer = try? JSONDocument.decode(body, as: Fields.self), answer.text("kind") == "Status"
    else { return false }
    let found = answer.shown("details")?.word("name")
    return answer.text("reason") == "NotFound" && (found == nil || found == name)
  }

  /// The names from lines such as `[-]etcd failed: reason withheld` (apiserver pkg/server/healthz).
  var failedChecks: [String] {
    guard body.count <= 64 << 10 else { return [] }
    return String(decoding: body, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("[-]") }
      .prefix(16).map { String($0.dropFirst(3).prefix { $0 != " " }).saidByPeer(80) }
  }
}

extension Subject.Cause {
  /// The cause of an unexpected status.
  fileprivate init(_ response: Response) {
    let message = response.statusMessage?.lowercased() ?? ""
    if response.status == 410 {
      self = .expired
    } else if message.contains("conversion webhook") {
      self = .conversion
    } else {
      // etcd's own errors, and a server that gave up waiting for it.
      let isStore = ["etcd", "raft", "leader", "context deadline exceeded", "database"].contains(
        where: message.contains)
      self = isStore ? .store : .server
    }
  }
}

extension String {
  /// A header, a name or a text of libcurl that contains words of the peer, as a part of a message: one line of at most
  /// `limit` bytes and its escapes, without credentials and control characters. Values of JSON come from
  /// `Fields.text` and `Fields.word`, which do the same.
  func saidByPeer(_ limit: Int = 300) -> String { redacted(self, limit: limit).singleLine }

  fileprivate var isAboutAnonymous: Bool {
    indices.contains { self[$0...].hasPrefix("\"system:anonymous\"") }
  }
}
