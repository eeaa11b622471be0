internal import Gzip
internal import NIOHTTP1
internal import NIOSSL

/// The mutable state of a running demo. The event loop owns it.
struct ServerState {
  var state: ClusterState
  /// The TLS context of new connections.
  private(set) var tls: NIOSSLContext
  /// One context per certificate that the server may present.
  let contexts: [Certificates.Server: NIOSSLContext]
  /// The cluster's clock minus the local clock, in seconds.
  private var clockAhead = 0
  /// The newest matching fault applies.
  var responseFaults: [(ResponseFault, path: String)] = []
  /// The last requests. The number is bounded, so that a demo can run for weeks.
  private(set) var records: [RequestRecord] = []
  private static let recordLimit = 20_000

  /// Encoded lists of the additional objects, cached so that measurements do not include the time to encode them.
  private var written: [String: EncodedAnswer] = [:]

  let token: String
  /// The client certificates that are accepted until they expire.
  let clients: [NIOSSLCertificate]

  init(
    state: ClusterState, tls: NIOSSLContext, contexts: [Certificates.Server: NIOSSLContext], token: String,
    clients: [NIOSSLCertificate]
  ) {
    self.state = state
    self.tls = tls
    self.contexts = contexts
    self.token = token
    self.clients = clients
  }

  /// The time of the cluster's clock.
  var now: APITime { APITime.now.advanced(seconds: clockAhead) }

  mutating func apply(_ fault: Fault) {
    if case .clockAhead(let seconds) = fault { clockAhead = seconds }
    if case .presents(let server) = fault { tls = contexts[server] ?? tls }
    if case .answersWrong(let how, let path) = fault { responseFaults.insert((how, path), at: 0) }
    if fault == .answersRight { responseFaults = [] }
    if fault == .healed {
      (responseFaults, clockAhead) = ([], 0)
      tls = contexts[.valid] ?? tls
    }
    state.apply(fault, at: now)
  }

  /// The user that a bearer token or a client certificate authenticates; nil if neither is valid.
  func user(authorization: String?, certificate: NIOSSLCertificate?) -> String? {
    if let authorization { return authorization == "Bearer \(token)" ? Certificates.user : nil }
    guard let certificate, clients.contains(certificate),
      Int64(certificate.notValidAfter) * 1_000_000 > APITime.now.microseconds
    else { return nil }
    return Certificates.user
  }

  /// Records a request and returns how to respond to it.
  mutating func delivery(for head: HTTPRequestHead, certificate: NIOSSLCertificate?) -> Delivery {
    let request = Request(
      method: head.method.rawValue, target: head.uri, accept: head.headers["accept"].joined(separator: ","),
      user: user(authorization: head.headers.first(name: "authorization"), certificate: certificate))
    let isCompressed = head.headers[canonicalForm: "accept-encoding"].contains { $0 == "gzip" }
    let delivery = delivery(of: request, target: head.uri, isCompressed: isCompressed, at: now)
    record(
      RequestRecord(
        method: request.method, target: head.uri, accept: request.accept, user: request.user,
        status: delivery.status))
    return delivery
  }

  private func responseFault(for path: String) -> ResponseFault? {
    responseFaults.first { path.contains($0.path) }?.0
  }

  private mutating func delivery(
    of request: Request, target: String, isCompressed: Bool, at now: APITime
  ) -> Delivery {
    if state.start?.phase(at: now) == .down { return .close }
    let how = responseFault(for: request.path)
    // The supervisor of K3s answers this itself, whatever its API server does.
    if request.path == "/ping", how?.isOfAPIServer ?? true { return .whole(Answer(text: "pong").encoded) }
    if state.ongoingFaults[.apiServerNotReady] != nil {
      return .whole(Answer.failure(503, "ServiceUnavailable", "apiserver not ready").encoded)
    }
    guard how == nil, state.extra != nil, state.start == nil, request.user != nil,
      request.query["limit"] != nil
    else {
      let api = API(state: state, now: now)
      let asked = AskedAPI(api: api, request: request)
      let delivery = Delivery(how, asked.answer.encoded, of: asked)
      guard isCompressed, case .whole(let answer) = delivery else { return delivery }
      return .whole(answer.compressed)
    }
    let key = "\(state.version) \(isCompressed) \(request.accept) \(target)"
    if let answer = written[key] { return .whole(answer) }
    let answer = API(state: state, now: now).answer(request).encoded
    written[key] = isCompressed ? answer.compressed : answer
    return .whole(written[key] ?? answer)
  }

  private mutating func record(_ record: RequestRecord) {
    if records.count >= Self.recordLimit { records.removeFirst(Self.recordLimit / 2) }
    records.append(record)
  }

  mutating func clearRecords() { records = [] }
}

extension EncodedAnswer {
  /// Like the API server, compresses responses of more than 128 KiB.
  fileprivate var compressed: EncodedAnswer {
    guard body.count > 128 << 10, let bytes = Gzip.compress(body) else { return self }
    var answer = self
    answer.body = bytes
    answer.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    return answer
  }
}
