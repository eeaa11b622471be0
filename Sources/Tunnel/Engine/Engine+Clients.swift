internal import Platform
internal import Synchronization

// Local connections, from the listener to the session that carries them.
extension Engine {
  func watchListener(_ index: Int) throws(SystemError) {
    try listeners[index].watch(by: loop) { [weak self] _ in self?.knocked.insert(index) }
  }

  private func acceptAll(_ index: Int) {
    let listener = listeners[index]
    do throws(SystemError) {
      while let accepted = try listener.accept() {
        var counters: ForwardCounters?
        switch listener.kind {
        case .forward(let own): counters = own
        // Where it leads to may have been said just before.
        case .own: readMail()
        }
        lastClient &+= 1
        waiting.append(
          Client(
            number: lastClient, socket: accepted.socket, origin: accepted.origin, target: listener.target,
            counters: counters, deadline: MonotonicTime.now + plan.configuration.hold))
      }
    } catch {
      // Out of descriptors, most likely: connections stay in the kernel's queue, and no edge will tell of them.
      acceptAgain = MonotonicTime.now + .milliseconds(250)
      outlet.tell(refused: "\(listener.target)", count: 0, reason: error.description)
    }
  }

  func acceptWaiting(_ now: Instant) {
    if let due = acceptAgain, now >= due {
      acceptAgain = nil
      knocked.formUnion(listeners.indices)
    }
    let waiting = knocked
    knocked = []
    for index in waiting.sorted() { acceptAll(index) }
  }

  /// Gives each waiting client to the session that has the least to do; true when it was the first for one.
  @discardableResult
  func placeClients() -> Bool {
    guard !waiting.isEmpty else { return false }
    let relay = carrier?.relay
    guard extras.contains(where: \.isUp) else {
      // The usual case: one session, and no choice.
      guard let relay, !load.isStuck.load(ordering: .relaxed) else { return false }
      for client in waiting { serve(client, relay) }
      waiting = []
      return true
    }
    let up = extras.filter(\.isUp)
    let loads = (relay == nil ? [] : [load]) + up.map(\.load)
    let expectsBulk = lastBulk.map { MonotonicTime.now - $0 < Engine.bulkMemory } ?? false
    var isOurs = false
    var unplaced: [Client] = []
    for client in waiting {
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
    waiting = unplaced
    return isOurs
  }

  private func serve(_ client: Client, _ relay: Relay) {
    load.clients.add(1, ordering: .relaxed)
    relay.serve(client)
  }

  /// Connections that waited for the tunnel for longer than `hold`.
  func expire(_ now: Instant) {
    outlet.tellBursts(now)
    guard waiting.contains(where: { now >= $0.deadline }) else { return }
    let held = plan.configuration.hold.components.seconds
    let reason =
      carrier?.relay == nil
      ? "the tunnel was not up within \(held) s (hold)"
      : "every session waits for a target that does not answer, for \(held) s (hold)"
    waiting.removeAll { client in
      guard now >= client.deadline else { return false }
      client.reset()
      outlet.refused(client, reason: reason, .heldTooLong)
      return true
    }
  }
}
