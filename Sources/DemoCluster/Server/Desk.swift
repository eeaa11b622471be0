internal import NIOHTTP1
internal import NIOSSL

/// Everything about a running demo that changes. The event loop owns it.
struct Desk {
  var state: ClusterState
  /// What new connections get.
  private(set) var tls: NIOSSLContext
  /// One for every certificate that the server may present.
  let contexts: [Certificates.Server: NIOSSLContext]
  /// The cluster's clock minus the machine's, in seconds.
  private var clockAhead = 0
  /// The newest wins.
  var misbehaviours: [(Misbehaviour, path: String)] = []
  /// The last requests; older ones are forgotten, so that a demo may run for weeks.
  private(set) var records: [RequestRecord] = []
  private static let recordLimit = 20_000

  /// What a crowd's lists cost to write would be the server's speed that is measured: they are written once.
  private var written: [String: Answer] = [:]

  let token: String
  /// The client certificates that stand for a user, as long as they last.
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

  /// The cluster's clock.
  var now: Moment { Moment.now.advanced(seconds: clockAhead) }

  mutating func apply(_ fault: Fault) {
    switch fault {
    case .clockAhead(let seconds): clockAhead = seconds
    case .presents(let server): tls = contexts[server] ?? tls
    case .answersWrong(let how, let path): misbehaviours.insert((how, path), at: 0)
    case .answersRight: misbehaviours = []
    case .healed:
      (misbehaviours, clockAhead) = ([], 0)
      tls = contexts[.valid] ?? tls
      state.apply(fault, at: now)
    default: state.apply(fault, at: now)
    }
  }

  /// The user that a bearer token or a client certificate stands for; nil: nobody.
  func user(authorization: String?, certificate: NIOSSLCertificate?) -> String? {
    if let authorization { return authorization == "Bearer \(token)" ? Certificates.user : nil }
    guard let certificate, clients.contains(certificate),
      Int64(certificate.notValidAfter) * 1_000_000 > Moment.now.microseconds
    else { return nil }
    return Certificates.user
  }

  /// What becomes of a request, which is recorded.
  mutating func delivery(for head: HTTPRequestHead, certificate: NIOSSLCertificate?) -> Delivery {
    let request = Request(
      method: head.method.rawValue, target: head.uri, accept: head.headers["accept"].joined(separator: ","),
      user: user(authorization: head.headers.first(name: "authorization"), certificate: certificate))
    let delivery = delivery(of: request, target: head.uri, at: now)
    record(
      RequestRecord(
        method: request.method, target: head.uri, accept: request.accept, user: request.user,
        status: delivery.status))
    return delivery
  }

  private func misbehaviour(for path: String) -> Misbehaviour? {
    misbehaviours.first { path.contains($0.path) }?.0
  }

  private mutating func delivery(of request: Request, target: String, at now: Moment) -> Delivery {
    let how = misbehaviour(for: request.path)
    guard how == nil, state.crowd != nil, request.user != nil, request.query["limit"] != nil else {
      return Delivery(how, request, API(state: state, now: now))
    }
    let key = "\(state.version) \(request.accept) \(target)"
    let answer = written[key] ?? API(state: state, now: now).answer(request)
    written[key] = answer
    return .whole(answer)
  }

  private mutating func record(_ record: RequestRecord) {
    if records.count >= Self.recordLimit { records.removeFirst(Self.recordLimit / 2) }
    records.append(record)
  }

  mutating func forgetRecords() { records = [] }
}
