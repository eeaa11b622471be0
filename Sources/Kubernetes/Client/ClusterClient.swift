internal import Curl
internal import Glibc
internal import GuardTypes
package import Health
internal import Synchronization

/// Asks one cluster how it is, with GET requests only.
///
/// `poll` blocks its thread, so it belongs on a queue of its own; a second caller waits for the first.
/// `cancel` may be called from any thread at any time.
package final class ClusterClient: Sendable {
  package let kubeconfig: Kubeconfig
  private let dial: Dial
  private let limits: PollLimits
  private let clock: @Sendable () -> Timestamp
  private let cancellation = Cancellation()
  private let session: Mutex<Session>

  // What outlives a poll.
  private struct Session: ~Copyable {
    var connections: Client?
    /// Whom the connections were made as.
    var identity: Kubeconfig.Identity?
    /// What the exec plugin gave last.
    var credential: ExecCredential?
    var discovery: DiscoveryState
    /// What the server wants to be left alone with, by path.
    var pauses: [String: Pause] = [:]
  }

  /// - Parameters:
  ///   - kinds: names of kinds that this server is known to have had.
  ///   - clock: the guard's own clock, for the expiry of the client certificate.
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

  /// Asks for everything at once and answers by the deadline at the latest. A part that failed, was refused or
  /// came too late is a failed part of the snapshot.
  ///
  /// - Parameter secrets: looked for by name; their values are not requested.
  /// - Throws: `PollFailure` when no list at all came home.
  package func poll(timeout: Duration, secrets: [Expectations.Name] = []) throws(PollFailure) -> Snapshot {
    let deadline = ContinuousClock.now + timeout
    let result = session.withLock { session -> Result<Snapshot, PollFailure> in
      Result { () throws(PollFailure) in
        let access = try access(&session, until: deadline)
        let result = poll(&session, deadline: deadline, access: access, secrets: secrets)
        guard case .failure(let failure) = result, failure.code == .unauthorized, access.isRenewable else {
          return try result.get()
        }
        // The credential was taken back before its time: the plugin may have a better one.
        session.credential = nil
        let renewed = try self.access(&session, until: deadline)
        return try poll(&session, deadline: deadline, access: renewed, secrets: secrets).get()
      }
    }
    return try result.get()
  }

  /// Ends a running poll within a tenth of a second and lets later ones fail at once, until `reconnect`.
  package func cancel() { cancellation.cancel() }

  /// Forgets all connections: the next poll makes new ones. For after the tunnel was down. Waits for a
  /// running poll; takes back `cancel`.
  package func reconnect() {
    session.withLock { $0.connections = nil }
    cancellation.reset()
  }

  /// CLOCK_REALTIME.
  package static let systemClock: @Sendable () -> Timestamp = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
  }

  private func access(
    _ session: inout Session, until deadline: ContinuousClock.Instant
  ) throws(PollFailure) -> Access {
    let now = clock()
    let access = try Access(kubeconfig, credential: &session.credential, now: now) {
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

  /// Every connection broke under its request: asks once more in a way that shows a refused certificate.
  private func findRefusal(_ poll: inout Poll, _ origin: Origin, until deadline: ContinuousClock.Instant) {
    guard var client = try? Client(origin: origin.forDiagnosis) else { return }
    client.get(
      [poll.diagnosis()], until: min(deadline, .now + .seconds(2)), cancellation: cancellation
    ) { request, result in poll.receive(request, result) }
  }

  private func poll(
    _ session: inout Session, deadline: ContinuousClock.Instant, access: Access, secrets: [Expectations.Name]
  ) -> Result<Snapshot, PollFailure> {
    let isFresh = session.discovery.isFresh(at: .now, lifetime: limits.discoveryLifetime)
    let origin = Origin(kubeconfig, identity: access.identity, dial: dial)
    var poll = Poll(
      kubeconfig: kubeconfig, limits: limits, secrets: secrets, discovery: session.discovery,
      pauses: session.pauses, deadline: deadline)
    do throws(CurlError) {
      if session.connections == nil {
        session.connections = try Client(
          origin: origin,
          limits: Limits(
            bodyBytes: limits.answerBytes, streamedBytes: limits.pageBytes, totalBytes: limits.pollBytes,
            heldBytes: limits.answerBytes * 3))
      }
    } catch {
      return .failure(PollFailure(error, asking: Subject(path: "/version"), of: kubeconfig))
    }
    session.connections?.get(
      poll.firstRequests(isDiscoveryFresh: isFresh), bearer: access.bearer, until: deadline,
      cancellation: cancellation
    ) { request, result in poll.receive(request, result) }

    poll.settle()
    session.discovery.take(poll, at: .now)
    session.pauses = poll.pauses
    if !poll.hasAnswer {
      // Connections on which nothing came may lead nowhere; they are not tried again.
      session.connections = nil
      if poll.isCutOff, origin.scheme == .https { findRefusal(&poll, origin, until: deadline) }
    }
    return poll.outcome(
      of: kubeconfig, secrets: secrets, clientCertificateExpiry: access.clientCertificateExpiry,
      localTime: clock(),
      limits: limits)
  }
}
