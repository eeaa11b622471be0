internal import Platform
internal import Synchronization

// Local connections, from the listener to the session that carries them.
extension Engine {
  func watchListener(_ index: Int) throws(SystemError) {
    try listeners[index].watch(by: loop) { [weak self] _ in self?.knocked.insert(index) }
  }

  /// As many as one turn of the loop accepts at one listener: a flood must not hold up what else there is to do.
  private static let mostAccepted = 64

  /// - Returns: true when more may wait.
  private func accept(_ index: Int) -> Bool {
    let listener = listeners[index]
    do throws(SystemError) {
      for _ in 0..<Engine.mostAccepted {
        guard let accepted = try listener.accept() else {
          if !listener.isShort { publishShortage(index, nil) }
          return false
        }
        switch listener.kind {
        case .forward(let counters): admit(accepted, index, counters)
        case .own:
          // A stranger who found the name is turned away: what comes through here speaks for the cluster.
          guard accepted.isOwn else { continue }
          // Where it leads to may have been said just before.
          readMail()
          enqueue(accepted, to: listener.target, owner: .own)
        }
      }
      return true
    } catch {
      // Out of descriptors, most likely: connections stay in the kernel's queue, and no edge will tell of them.
      acceptAgain = MonotonicTime.now + .milliseconds(250)
      outlet.tell(refused: "\(listener.target)", count: 0, reason: error.description)
      publishShortage(index, error.reason)
      return false
    }
  }

  private func admit(_ accepted: Listener.Accepted, _ index: Int, _ counters: ForwardCounters) {
    let target = listeners[index].target
    let owner = owners.owner(of: accepted.socket, origin: accepted.address)
    if let admission = shares.admit(owner) {
      return enqueue(accepted, to: target, owner: owner, admission, counters)
    }
    StreamSocket.resetOnClose(accepted.socket.descriptor)
    counters.refused.add(1, ordering: .relaxed)
    let open = shares.count(of: owner)
    outlet.tell(
      refused: "\(target)", count: 1, reason: "\(owner.description) has \(open) connections open, its share")
    if crowding[index].refuse(owner, open: open, now: MonotonicTime.now) { publishCrowds(index) }
  }

  private func enqueue(
    _ accepted: Listener.Accepted, to target: StreamAddress, owner: ClientOwner,
    _ admission: PortShares.Admission? = nil, _ counters: ForwardCounters? = nil
  ) {
    lastClient &+= 1
    waiting.append(
      Client(
        number: lastClient, socket: accepted.socket, owner: owner, admission: admission,
        origin: accepted.origin, target: target, counters: counters,
        deadline: MonotonicTime.now + plan.configuration.hold))
  }

  func acceptWaiting(_ now: Instant) {
    if let due = acceptAgain, now >= due {
      acceptAgain = nil
      knocked.formUnion(listeners.indices)
    }
    let waiting = knocked
    knocked = []
    // The own door is the last one, and comes first.
    for index in waiting.sorted(by: >) where accept(index) {
      knocked.insert(index)
      hasWork = true
    }
  }

  /// Gives each waiting client to the session that has the least to do; true when it was the first for one.
  @discardableResult
  func placeClients() -> Bool {
    guard !waiting.isEmpty else { return false }
    let relay = carrier?.relay
    guard extras.contains(where: \.isUp) else {
      // The usual case: one session, and no choice.
      guard let relay, !load.isStuck.load(ordering: .relaxed) else { return false }
      for client in waiting.drain() { serve(client, relay) }
      return true
    }
    let up = extras.filter(\.isUp)
    let loads = (relay == nil ? [] : [load]) + up.map(\.load)
    let expectsBulk = lastBulk.map { MonotonicTime.now - $0 < Engine.bulkMemory } ?? false
    var isOurs = false
    var unplaced: [Client] = []
    for client in waiting.drain() {
      guard let index = Placement.choose(among: loads.map(\.reading), expectsBulk: expectsBulk) else {
        unplaced.append(client)
        continue
      }
      if let relay, index == 0 {
        serve(client, relay)
        isOurs = true
      } else {
        up[relay == nil ? index : index - 1].serve(client)
      }
    }
    waiting.putBack(unplaced)
    return isOurs
  }

  private func serve(_ client: Client, _ relay: Relay) {
    load.clients.add(1, ordering: .relaxed)
    relay.serve(client)
  }

  /// Connections that waited for the tunnel for longer than `hold`.
  func expire(_ now: Instant) {
    outlet.tellBursts(now)
    for index in crowding.indices where crowding[index].expire(now) { publishCrowds(index) }
    let held = plan.configuration.hold.components.seconds
    let reason =
      carrier?.relay == nil
      ? "the tunnel was not up within \(held) s (hold)"
      : "every session waits for a target that does not answer, for \(held) s (hold)"
    for client in waiting.remove(where: { now >= $0.deadline }) {
      client.reset()
      outlet.refused(client, reason: reason, .heldTooLong)
    }
  }
}
