internal import Curl
internal import Glibc
package import Health
internal import Synchronization

/// Asks one cluster how it is, with GET requests only.
///
/// `poll` blocks its thread, so it belongs on a queue of its own; a second caller waits for the first.
/// `cancel` may be called from any thread at any time.
package final class ClusterClient: Sendable {
  package let kubeconfig: Kubeconfig
  private let origin: Origin
  private let limits: PollLimits
  private let clock: @Sendable () -> Timestamp
  private let cancellation = Cancellation()
  private let session = Mutex(Session())

  // What outlives a poll.
  private struct Session: ~Copyable {
    var connections: Client?
    var discovery: Discovery?
    var discoveredAt: ContinuousClock.Instant?
  }

  /// - Parameter clock: the guard's own clock, for the expiry of the client certificate.
  package init(
    kubeconfig: Kubeconfig, dial: Dial, limits: PollLimits = PollLimits(),
    clock: @escaping @Sendable () -> Timestamp = ClusterClient.systemClock
  ) {
    self.kubeconfig = kubeconfig
    self.origin = Origin(kubeconfig, dial: dial)
    self.limits = limits
    self.clock = clock
  }

  /// Asks for everything at once and answers by the deadline at the latest. A part that failed, was refused or
  /// came too late is a failed part of the snapshot.
  ///
  /// - Parameter secrets: looked for by name; their values are not requested.
  /// - Throws: `PollFailure` when no list at all came home.
  package func poll(timeout: Duration, secrets: [Expectations.Name] = []) throws(PollFailure) -> Snapshot {
    let deadline = ContinuousClock.now + timeout
    try refuseExpiredCertificate()
    let bearer = try kubeconfig.token?.current()
    let result = session.withLock { session -> Result<Snapshot, PollFailure> in
      poll(&session, deadline: deadline, bearer: bearer, secrets: secrets)
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

  private func refuseExpiredCertificate() throws(PollFailure) {
    let now = clock()
    // Beside a token the certificate is not needed: the server takes whichever it believes.
    guard kubeconfig.token == nil, let expiry = kubeconfig.clientCertificateExpiry, expiry <= now else {
      return
    }
    throw PollFailure(
      code: .tls,
      message:
        "the client certificate of context \(kubeconfig.context) in \(kubeconfig.path) expired at \(expiry) "
        + "(it is \(now) here)",
      remedy:
        "Copy a new kubeconfig to \(kubeconfig.path): on k3s, sudo systemctl restart k3s renews it, then "
        + "sudo cat /etc/rancher/k3s/k3s.yaml on the control plane")
  }

  /// Every connection broke under its request: asks once more in a way that shows a refused certificate.
  private func findRefusal(_ poll: inout Poll, until deadline: ContinuousClock.Instant) {
    guard var client = try? Client(origin: origin.forDiagnosis) else { return }
    client.get(
      [poll.diagnosis()], until: min(deadline, .now + .seconds(2)), cancellation: cancellation
    ) { request, result in poll.receive(request, result) }
  }

  private func poll(
    _ session: inout Session, deadline: ContinuousClock.Instant, bearer: String?, secrets: [Expectations.Name]
  ) -> Result<Snapshot, PollFailure> {
    let isFresh = session.discoveredAt.map { .now - $0 < limits.discoveryLifetime } ?? false
    var poll = Poll(kubeconfig: kubeconfig, limits: limits, secrets: secrets, known: session.discovery)
    do throws(CurlError) {
      if session.connections == nil {
        session.connections = try Client(
          origin: origin,
          limits: Limits(bodyBytes: limits.answerBytes, heldBytes: limits.answerBytes * 3))
      }
    } catch {
      return .failure(PollFailure(error, asking: Subject(path: "/version"), of: kubeconfig))
    }
    session.connections?.get(
      poll.firstRequests(isDiscoveryFresh: isFresh), bearer: bearer, until: deadline,
      cancellation: cancellation
    ) { request, result in poll.receive(request, result) }

    if poll.hasDiscovered {
      session.discovery = poll.discovery
      session.discoveredAt = .now
    }
    if poll.isDiscoveryOutdated { session.discoveredAt = nil }
    if !poll.hasAnswer {
      // Connections on which nothing came may lead nowhere; they are not tried again.
      session.connections = nil
      if poll.isCutOff, origin.scheme == .https { findRefusal(&poll, until: deadline) }
    }
    return poll.outcome(
      secrets: secrets, clientCertificateExpiry: kubeconfig.clientCertificateExpiry, localTime: clock(),
      limits: limits)
  }
}
