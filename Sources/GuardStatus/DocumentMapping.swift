internal import GuardAPI
internal import GuardTypes
package import Health
internal import Platform
package import Tunnel

// Conversions from the tunnel engine's types to those of the rules and the documents.
extension TunnelHealth {
  /// Converts the engine's status to the type of the rules.
  package init(_ status: TunnelStatus) {
    self.init(
      state: status.state, since: Timestamp(milliseconds: status.since),
      host: status.host, lastError: status.lastFailure.map(Failure.init), attempt: status.attempt,
      forwards: status.forwards.map {
        Forward(
          listen: $0.listen.description, target: $0.target.description, state: $0.state,
          holder: $0.holder, shortage: $0.shortage, limitedClients: $0.limitedOwners.map(LimitedClient.init),
          refusal: $0.refusal.map(Failure.init))
      })
  }
}

extension TunnelHealth.LimitedClient {
  init(_ client: TunnelStatus.LimitedOwner) {
    let (key, name) =
      switch client.owner {
      case .user(let uid): ("uid-\(uid)", UserAccount.described(uid))
      case .host(let address): ("host-\(address)", address)
      case .containers: ("containers", client.owner.description)
      case .own: ("own", client.owner.description)
      case .departed: ("departed", client.owner.description)
      case .unknown: ("unknown", client.owner.description)
      }
    self.init(key: key, name: name, openConnections: client.openConnections)
  }
}

extension TunnelHealth.Failure {
  init(_ failed: TunnelStatus.Failed) {
    let failure = failed.failure
    self.init(
      code: failure.code, message: failure.message,
      step: NextStep(failure),
      at: Timestamp(milliseconds: failed.at))
  }
}

extension NextStep {
  /// The next step after a failure of the tunnel.
  package init(_ failure: TunnelFailure) {
    self.init(command: failure.command, note: failure.note.isEmpty ? nil : failure.note)
  }
}

extension TunnelDocument {
  init(_ status: TunnelStatus) {
    let health = TunnelHealth(status)
    self.init(
      state: status.state, since: health.since, host: status.host, peer: status.peer,
      user: status.user,
      hostKey: status.hostKey, cipher: status.cipher,
      roundTripMs: status.roundTrip.map { $0.inSeconds * 1000 },
      reconnects: status.reconnects, attempt: status.attempt,
      nextAttemptAt: status.nextAttempt.map { Timestamp(milliseconds: $0) },
      lastError: health.lastError.map(Failure.init), waitsFor: status.waitsFor,
      forwards: status.forwards.map(ForwardDocument.init), via: status.via,
      sessions: status.sessions.map(SessionDocument.init),
      history: status.history.spans.map(StateSpanDocument.init))
  }
}

extension SessionDocument {
  init(_ session: TunnelStatus.Session) {
    self.init(
      serial: Int(session.serial), peer: session.peer, openConnections: session.openConnections,
      bytesPerSecond: session.bytesPerSecond.map(Int64.init), since: Timestamp(milliseconds: session.since))
  }
}

extension StateSpanDocument {
  init(_ span: StateHistory.Span) {
    self.init(
      state: span.state,
      since: Timestamp(milliseconds: span.since), until: span.until.map { Timestamp(milliseconds: $0) },
      code: span.code?.rawValue)
  }
}

extension ConnectionDocument {
  init(_ record: ConnectionRecord) {
    var reason: String?
    if case .refused(let why)? = record.end { reason = why }
    self.init(
      origin: record.origin, openedAt: Timestamp(milliseconds: record.openedAt),
      endedAt: record.endedAt.map { Timestamp(milliseconds: $0) },
      bytesFromTarget: Int64(record.bytesFromTarget), bytesToTarget: Int64(record.bytesToTarget),
      end: record.end?.word, reason: reason)
  }
}

extension ForwardDocument {
  init(_ forward: TunnelStatus.Forward) {
    self.init(
      listen: forward.listen.description, target: forward.target.description,
      state: forward.state, holder: forward.holder, shortage: forward.shortage,
      openConnections: forward.openConnections, acceptedConnections: Int64(forward.acceptedConnections),
      refusedConnections: Int64(forward.refusedConnections), bytesFromTarget: Int64(forward.bytesFromTarget),
      bytesToTarget: Int64(forward.bytesToTarget), rateFromTarget: forward.rateFromTarget.map(Int64.init),
      rateToTarget: forward.rateToTarget.map(Int64.init), recent: forward.recent.map(ConnectionDocument.init))
  }
}

extension ClusterDocument {
  /// Converts the board's entry of a cluster to the document.
  init(_ entry: StatusBoard.Entry, rowBytes: Int, now: Timestamp) {
    let observation = entry.observation
    self.init(
      report: entry.report, tunnel: TunnelDocument(entry.tunnel()),
      poll: PollDocument(
        at: entry.poll?.at, seenAt: observation.snapshotAt, duration: entry.poll?.duration,
        failure: observation.pollFailure, now: now),
      api: APIDocument(version: observation.snapshot?.version, ready: observation.snapshot?.isReady),
      kubeconfig: observation.kubeconfig, target: observation.target,
      mismatch: observation.mismatch?.run(as: observation.owner), pipeline: entry.pipeline,
      rowBytes: rowBytes,
      now: now - observation.clockSkew)
  }
}
