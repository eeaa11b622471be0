internal import Curl
internal import Glibc
internal import GuardTypes
package import Health
internal import Platform
internal import Synchronization

/// Polls the state of one cluster, with GET requests only.
///
/// `poll` blocks its thread, so call it on a queue of its own; concurrent calls run one after the other. `cancel` may
/// be called from any thread at any time.
package final class ClusterClient: Sendable {
  package let kubeconfig: Kubeconfig
  private let dial: Dial
  private let limits: PollLimits
  private let clock: @Sendable () -> Timestamp
  private let cancellation = Cancellation()
  private let session: Mutex<Session>

  // The state that is kept between polls.
  private struct Session: ~Copyable {
    var connections: Client?
    /// The client certificate of the open connections.
    var identity: Kubeconfig.Identity?
    /// The exec plugin's last credential.
    var credential: ExecCredential?
    var discovery: DiscoveryState
    /// When the certificate of the open connections expires.
    var serverCertificateExpiry: Timestamp?
    /// The last known warnings about certificates.
    var certificateWarnings: [NodeCertificateWarning] = []
    /// Retry-After deadlines of the server, by path.
    var retryDelays: [String: RetryDelay] = [:]
  }

  /// - Parameters:
  ///   - kinds: names of kinds that this server has served before.
  ///   - clock: the local clock, used to check the expiry of the client certificate.
  package init(
    kubeconfig: Kubeconfig, dial: Dial, limits: PollLimits = PollLimits(), kinds: Set<String> = [],
    clock: @escaping @Sendable () -> Timestamp = ClusterClient.systemClock
  ) {
    self.kubeconfig = kubeconfig
    self.dial = dial
    self.limits = limits
    self.clock = clock
    self.session = Mutex(Session(discovery: DiscoveryState(kinds: KnownKinds(earlier: kinds))))
  }

  /// Requests everything in parallel and returns by the deadline. A part that failed, was refused or timed out is a
  /// failed part of the snapshot.
  ///
  /// - Parameter secrets: Secrets whose existence is checked; their values are not requested.
  /// - Throws: `PollFailure` if no list was received.
  package func poll(timeout: Duration, secrets: [Expectations.Name] = []) throws(PollFailure) -> Snapshot {
    let deadline = ContinuousClock.now + timeout
    let result = session.withLock { session -> Result<Snapshot, PollFailure> in
      Result { () throws(PollFailure) in
        let access = try access(&session, until: deadline)
        let result = poll(&session, deadline: deadline, access: access, secrets: secrets)
        guard case .failure(let failure) = result, failure.code == .unauthorized, access.isRenewable else {
          return try result.get()
        }
        // The server rejected the credential before its expiry: run the plugin again in the next poll.
        session.credential = nil
        let renewed = try self.access(&session, until: deadline)
        return try poll(&session, deadline: deadline, access: renewed, secrets: secrets).get()
      }
    }
    return try result.get()
  }

  /// Ends a running poll within 100 ms and makes later ones fail at once, until `reconnect` is called.
  package func cancel() { cancellation.cancel() }

  /// Drops all connections, so that the next poll opens new ones. Call it after the tunnel was down. Waits for a
  /// running poll and reverts `cancel`.
  package func reconnect() {
    session.withLock { $0.connections = nil }
    cancellation.reset()
  }

  /// Reads CLOCK_REALTIME.
  package static let systemClock: @Sendable () -> Timestamp = {
    Timestamp(milliseconds: WallClock.milliseconds)
  }

  private func access(
    _ session: inout Session, until deadline: ContinuousClock.Instant
  ) throws(PollFailure) -> PollCredentials {
    let now = clock()
    let access = try PollCredentials(kubeconfig, credential: &session.credential, now: now) {
      plugin throws(PollFailure) in
      try plugin.run(until: deadline, isCancelled: { cancellation.isCancelled })
    }
    try access.refuseIfExpired(at: now, of: kubeconfig)
    if access.identity != session.identity {
      session.connections = nil
      session.identity = access.identity
    }
    return access
  }

  /// Asks the supervisor of K3s, on the port of its API server, whether it runs. It needs no credential and gets none.
  private func ping(_ origin: Origin) -> Result<Response, CurlError> {
    var answer: Result<Response, CurlError>?
    do throws(CurlError) {
      var client = try Client(origin: origin.withoutIdentity, limits: Limits(bodyBytes: 4 << 10))
      let request = Request(tag: 0, path: "/ping", accept: "*/*")
      client.get([request], until: .now + .seconds(2), cancellation: cancellation) { _, result in
        answer = result
        return []
      }
    } catch {
      return .failure(error)
    }
    return answer ?? .failure(CurlError(code: .timeout, operation: "GET /ping", detail: "no answer"))
  }

  /// All connections broke before a response. One more request shows whether the server rejects the client
  /// certificate.
  private func findRefusal(_ poll: inout Poll, _ origin: Origin, until deadline: ContinuousClock.Instant) {
    guard var client = try? Client(origin: origin.forDiagnosis) else { return }
    client.get(
      [poll.diagnosis()], until: min(deadline, .now + .seconds(2)), cancellation: cancellation
    ) { request, result in poll.receive(request, result) }
  }

  private func poll(
    _ session: inout Session, deadline: ContinuousClock.Instant, access: PollCredentials,
    secrets: [Expectations.Name]
  ) -> Result<Snapshot, PollFailure> {
    let isFresh = session.discovery.isFresh(at: .now, lifetime: limits.discoveryLifetime)
    let origin = Origin(kubeconfig, identity: access.identity, dial: dial)
    var poll = Poll(
      kubeconfig: kubeconfig, limits: limits, secrets: secrets, discovery: session.discovery,
      retryDelays: session.retryDelays, deadline: deadline)
    do throws(CurlError) {
      if session.connections == nil {
        session.connections = try Client(
          origin: origin,
          limits: Limits(
            bodyBytes: limits.answerBytes, streamedBytes: limits.pageBytes, totalBytes: limits.pollBytes,
            bufferedBytes: limits.answerBytes * 3, maxConcurrentStreams: 32))
      }
    } catch {
      return .failure(PollFailure(error, asking: Subject(path: "/version"), of: kubeconfig))
    }
    session.connections?.get(
      poll.firstRequests(isDiscoveryFresh: isFresh), bearer: access.bearer, until: deadline,
      cancellation: cancellation
    ) { request, result in poll.receive(request, result) }

    poll.settle()
    session.discovery.update(with: poll, at: .now)
    session.retryDelays = poll.retryDelays
    session.serverCertificateExpiry = poll.serverCertificateExpiry ?? session.serverCertificateExpiry
    session.certificateWarnings = poll.certificateWarnings ?? session.certificateWarnings
    if !poll.hasAnswer, poll.isCutOff, origin.scheme == .https { findRefusal(&poll, origin, until: deadline) }
    let outcome = poll.outcome(
      of: kubeconfig, secrets: secrets, clientCertificateExpiry: access.clientCertificateExpiry,
      localTime: clock(),
      limits: limits
    ).map { snapshot in
      var snapshot = snapshot
      snapshot.serverCertificateExpiry = session.serverCertificateExpiry
      snapshot.certificateWarnings = session.certificateWarnings
      return snapshot
    }
    return outcome.mapError { failure in
      failure.asks ? failure.with(poll.controlPlane(of: failure, ping: ping(origin))) : failure
    }
  }
}
