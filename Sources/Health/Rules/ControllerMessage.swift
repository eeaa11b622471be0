// The reasons of failures in the messages of controllers. No other field has them.

/// Why an object can fail although its files in Git are right, by the words of the controller's message.
enum OutsideFault: CaseIterable, Hashable {
  case webhook
  case helmLock
  case stackLock
  case diskFull
  case rateLimit
  case writeConflict
  case etcd
  case certificate
  case serverError
  case network

  /// The most special fault comes first: a webhook that refuses connections is not a fault of the network.
  init?(_ message: String) {
    // The controller's own limiter (client-go) says nothing about the server.
    let message = message.lowercased().replacing("client rate limiter", with: "")
    guard let found = OutsideFault.allCases.first(where: { $0.words.contains(where: message.contains) })
    else {
      return nil
    }
    self = found
  }

  private var words: [String] {
    switch self {
    case .webhook: ["failed calling webhook", "failed to call webhook"]
    case .helmLock: ["another operation (install/upgrade/rollback) is in progress"]
    case .stackLock: ["another update is currently in progress", "stack is currently locked"]
    case .diskFull: ["no space left on device", "disk quota exceeded"]
    case .rateLimit: ["too many requests", "toomanyrequests", "rate limit", "status code 429", "status 429"]
    case .writeConflict: ["please apply your changes to the latest version"]
    case .etcd: ["etcdserver:"]
    case .certificate: ["x509:", "tls: failed to verify"]
    case .serverError:
      [
        "bad gateway", "service unavailable", "gateway timeout", "gateway time-out", "internal server error",
        "status code 500", "status code 502", "status code 503", "status code 504",
      ]
    case .network:
      [
        "no such host", "server misbehaving", "temporary failure in name resolution", "dial tcp",
        "dial unix", "i/o timeout", "tls handshake timeout", "connection refused", "connection reset",
        "connection timed out", "broken pipe", "no route to host", "network is unreachable",
        "client.timeout", "timeout awaiting response headers", "could not resolve host",
      ]
    }
  }

  /// The next step, which is not a commit.
  var note: String {
    switch self {
    case .webhook: "an admission webhook does not answer: look at the pods behind its service"
    case .helmLock:
      "an interrupted Helm operation left the release locked: helm history shows it, and a rollback unlocks it"
    case .stackLock: "another update holds the lock of the stack, or ended without releasing it"
    case .diskFull: "free space on the disk that the message names; the operation is repeated"
    case .rateLimit: "the server limits requests: wait, sign in, or use a longer interval"
    case .writeConflict: "another client changed the object at the same time; the operation is repeated"
    case .etcd: "the cluster's etcd was too slow or changed its leader; the operation is repeated"
    case .certificate:
      "compare the server's certificate, its names and its dates with the trusted authorities"
    case .serverError: "the server that the message names is failing; the operation is repeated"
    case .network:
      "check the network and the DNS of the cluster, and the server that the message names; the operation is repeated"
    }
  }
}

/// Why a Git server refuses Flux's token, by the words that its HTTP status has in the error (go-git,
/// plumbing/transport). 401 is a problem of the credentials themselves.
enum GitRefusal: Hashable {
  /// 403
  case forbidden
  /// 404; also what a server answers if the token may not see the repository.
  case notFound

  /// - Parameter message: in small letters.
  init?(_ message: String) {
    if message.contains("authorization failed") {
      self = .forbidden
    } else if message.contains("repository not found") {
      self = .notFound
    } else {
      return nil
    }
  }

  var note: String {
    switch self {
    case .forbidden:
      "the token is valid and a policy refuses it: single sign-on, a list of addresses, or its rights"
    case .notFound: "the token has no access to the repository, or the URL is wrong"
    }
  }
}

extension String {
  /// True if the message says that a server refused the credentials. URLs, paths and quoted names say nothing.
  var isRefusedLogin: Bool {
    let text = lowercased()
    let isOther = [
      "no such host", "x509", "deadline exceeded", "timeout", "connection refused", "mkdir", "\" not found",
      "' not found",
    ].contains(where: text.contains)
    guard !isOther else { return false }
    let unquoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
    let words = unquoted.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }
      .flatMap { $0.element.split(separator: " ") }
      .filter { !$0.contains("/") && !$0.dropLast().contains(".") }
      .joined(separator: " ")
    return ["authentic", "token", "permission denied", "unauthorized"].contains(where: words.contains)
  }
}
