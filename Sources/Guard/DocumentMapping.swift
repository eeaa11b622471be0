internal import GuardAPI
internal import Health
internal import Tunnel

// The engine's own words as the rules and the documents have them.
extension TunnelHealth {
  init(_ status: TunnelStatus) {
    self.init(
      state: State(rawValue: status.state.rawValue) ?? .stopped, since: Timestamp(milliseconds: status.since),
      host: status.host, lastError: status.lastFailure.map(Failure.init), attempt: status.attempt,
      forwards: status.forwards.map {
        Forward(
          listen: $0.listen.description, target: $0.target.description, isListening: $0.isListening,
          holder: $0.holder, refusal: $0.refusal.map(Failure.init))
      })
  }
}

extension TunnelHealth.Failure {
  init(_ failed: TunnelStatus.Failed) {
    let failure = failed.failure
    self.init(
      code: TunnelHealth.ErrorCode(rawValue: failure.code.rawValue) ?? .protocolError,
      message: failure.message,
      remedy: failure.remedy, at: Timestamp(milliseconds: failed.at))
  }
}

extension TunnelDocument {
  init(_ status: TunnelStatus) {
    let health = TunnelHealth(status)
    self.init(
      state: TunnelState(health.state), since: health.since, host: status.host, peer: status.peer,
      user: status.user,
      hostKey: status.hostKey, cipher: status.cipher,
      roundTripMs: status.roundTrip.map { $0.inSeconds * 1000 },
      reconnects: status.reconnects, attempt: status.attempt,
      nextAttemptAt: status.nextAttempt.map { Timestamp(milliseconds: $0) },
      lastError: health.lastError.map(Failure.init),
      forwards: status.forwards.map(ForwardDocument.init))
  }
}

extension ForwardDocument {
  init(_ forward: TunnelStatus.Forward) {
    self.init(
      listen: forward.listen.description, target: forward.target.description,
      state: forward.isListening ? .listening : .portBusy, holder: forward.holder,
      openConnections: forward.openConnections, acceptedConnections: Int64(forward.acceptedConnections),
      refusedConnections: Int64(forward.refusedConnections), bytesFromTarget: Int64(forward.bytesFromTarget),
      bytesToTarget: Int64(forward.bytesToTarget))
  }
}

extension ClusterDocument {
  /// What the board holds of a cluster, as the document has it.
  init(_ entry: StatusBoard.Entry, now: Timestamp) {
    let observation = entry.observation
    self.init(
      report: entry.report, tunnel: TunnelDocument(entry.tunnel()),
      poll: PollDocument(
        at: entry.poll?.at, seenAt: observation.snapshotAt, duration: entry.poll?.duration,
        failure: observation.pollFailure, now: now),
      api: APIDocument(version: observation.snapshot?.version, ready: observation.snapshot?.isReady), now: now
    )
  }
}
