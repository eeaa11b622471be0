internal import Curl
internal import GuardTypes
internal import Health

extension PollFailure {
  /// An answer that is not the one that was asked for; nil for 200 with JSON.
  init?(_ response: Response, asking subject: Subject, of kubeconfig: Kubeconfig) {
    if response.status == 200 {
      guard !response.contentType.lowercased().hasPrefix("application/json") else { return nil }
      let type = response.contentType.isEmpty ? "no content type" : String(response.contentType.prefix(80))
      self.init(
        code: .badResponse, message: "\(subject.name): \(kubeconfig.server) answers \(type), not JSON",
        remedy: "Check that the forward's target is the API server.")
      return
    }
    let said = response.statusMessage.map { ": \($0)" } ?? ""
    let file = kubeconfig.path
    let renew =
      "Renew the credentials of context \(kubeconfig.context) in \(file) "
      + "(on k3s: sudo cat /etc/rancher/k3s/k3s.yaml on the control plane)"
    let health = subject.diagnosis(kubeconfig)
    switch response.status {
    case 401:
      self.init(
        code: .unauthorized,
        message:
          "\(kubeconfig.server) does not accept the credentials of context \(kubeconfig.context)\(said)",
        remedy: renew)
    case 403 where response.statusMessage?.isAboutAnonymous == true:
      // A certificate that the server does not believe makes the request nobody's, where anonymous is allowed.
      self.init(
        code: .unauthorized,
        message:
          "\(kubeconfig.server) took the request as anonymous: "
          + "the credentials of context \(kubeconfig.context) are expired or not of this cluster\(said)",
        remedy: renew)
    case 403:
      self.init(
        code: .forbidden, message: "\(subject.name): forbidden\(said)",
        remedy: "Add this rule to \(subject.role) of the guard's user: \(subject.rule)")
    case 300..<400:
      self.init(
        code: .badResponse,
        message:
          "\(subject.name): \(kubeconfig.server) answers with a redirect (\(response.status)), not followed",
        remedy: "Put the API server itself into \(file) as server.")
    case 429, 502, 503, 504:
      let wait = response.retryAfter.flatMap { UInt32($0) }.map { ", asks to wait \($0) s" } ?? ""
      self.init(
        code: .unreachable,
        message:
          "\(subject.name): \(kubeconfig.server) is not able to answer (\(response.status)\(wait))\(said)",
        remedy: health)
    default:
      self.init(
        code: .badResponse,
        message: "\(subject.name): \(kubeconfig.server) answers \(response.status)\(said)",
        remedy: health)
    }
  }

  /// JSON that is not what was asked for.
  init(_ fault: ObjectPage.Fault, asking subject: Subject, of kubeconfig: Kubeconfig) {
    let words =
      switch fault {
      case .tooDeep: "nests deeper than \(JSONNesting.limit) levels"
      case .notJSON: "is not whole or not JSON of the expected form"
      case .otherKind(let kind): "is of kind \(kind.shown.prefix(80))"
      case .tooMany(let limit): "has more than \(limit) objects"
      case .tooLong(let limit): "has an object of more than \(limit >> 10) KiB"
      }
    self.init(
      code: .badResponse, message: "\(subject.name): the answer of \(kubeconfig.server) \(words)",
      remedy:
        "Check that the forward's target is the API server: \(kubeconfig.kubectl("version"))")
  }
}

extension Response {
  /// `message` of the Status object (meta/v1) that comes with a failure.
  var statusMessage: String? {
    guard body.count <= 64 << 10, let status = try? ObjectPage.decode(body, as: Fields.self),
      let message = status.text("message")
    else { return nil }
    return message.utf8.count > 300 ? String(message.prefix(300)) + "…" : message
  }
}

extension Response {
  /// `metadata.continue` of the Status object that comes with 410: a way to go on all the same.
  var continueToken: String? {
    guard body.count <= 64 << 10, let status = try? ObjectPage.decode(body, as: Fields.self),
      let token = try? status.object("metadata")?.requireText("continue"), !token.isEmpty
    else { return nil }
    return token
  }
}

extension Response {
  /// A Status object that says that the object of this name does not exist: another server's 404 says nothing.
  func saysNotFound(_ name: String) -> Bool {
    guard status == 404, body.count <= 64 << 10,
      let answer = try? ObjectPage.decode(body, as: Fields.self), answer.text("kind") == "Status"
    else { return false }
    let found = answer.shown("details")?.text("name")
    return answer.text("reason") == "NotFound" && (found == nil || found == name)
  }

  /// The names of the lines `[-]etcd failed: reason withheld` (apiserver pkg/server/healthz).
  var failedChecks: [String] {
    guard body.count <= 64 << 10 else { return [] }
    return String(decoding: body, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("[-]") }
      .prefix(16).map { String($0.dropFirst(3).prefix { $0 != " " }.prefix(80)).singleLine }
  }
}

extension String {
  fileprivate var isAboutAnonymous: Bool {
    indices.contains { self[$0...].hasPrefix("\"system:anonymous\"") }
  }
}
