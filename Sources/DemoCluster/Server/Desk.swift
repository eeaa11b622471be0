internal import NIOSSL

/// Everything about a running demo that changes. The event loop owns it.
struct Desk {
  var state: ClusterState
  var tls: NIOSSLContext
  /// The newest wins.
  var misbehaviours: [(Misbehaviour, path: String)] = []
  /// The last requests; older ones are forgotten, so that a demo may run for weeks.
  private(set) var records: [RequestRecord] = []
  private static let recordLimit = 20_000

  let token: String
  /// The client certificates that stand for a user, as long as they last.
  let clients: [NIOSSLCertificate]

  mutating func apply(_ fault: Fault, at now: Moment) {
    switch fault {
    case .answersWrong(let how, let path): misbehaviours.insert((how, path), at: 0)
    case .answersRight: misbehaviours = []
    case .healed:
      misbehaviours = []
      state.apply(fault, at: now)
    default: state.apply(fault, at: now)
    }
  }

  /// The user that a bearer token or a client certificate stands for; nil: nobody.
  func user(authorization: String?, certificate: NIOSSLCertificate?, at now: Moment) -> String? {
    if let authorization { return authorization == "Bearer \(token)" ? Certificates.user : nil }
    guard let certificate, clients.contains(certificate),
      Int64(certificate.notValidAfter) * 1_000_000 > now.microseconds
    else { return nil }
    return Certificates.user
  }

  func misbehaviour(for path: String) -> Misbehaviour? {
    misbehaviours.first { path.contains($0.path) }?.0
  }

  mutating func record(_ record: RequestRecord) {
    if records.count >= Self.recordLimit { records.removeFirst(Self.recordLimit / 2) }
    records.append(record)
  }

  mutating func forgetRecords() { records = [] }
}
