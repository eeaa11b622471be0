internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Platform

/// The state of a `ChannelWorker`, protected by its lock.
struct ChannelState {
  var configuration: Configuration.AlertChannel
  var channel: any DeliveryChannel
  var delivery: DeliveryState
  var spool: Spool?
  var isSpoolBroken = false
  /// The channel has received nothing yet, so it starts with the firing incidents.
  var isNew = false
  /// A step is running on the queue or is enqueued.
  var isAwake = false
  var wakesAt: MonotonicTime?
  var hasStopped = false
  /// Drops that were not logged yet. They are logged periodically, and with the next success.
  var untold = (dropped: 0, at: MonotonicTime?.none)

  // MARK: - Filter

  /// Compares with the severity that was notified: an incident that became critical while it was muted was not notified
  /// as critical.
  func wants(_ incident: Incident) -> Bool {
    // A channel can't deliver its own failure.
    guard incident.kind != .alerts || incident.subject != "alerts \(configuration.name)" else { return false }
    return configuration.filter.accepts(incident, as: incident.notifiedSeverity)
      || delivery.outbox.knows(incident.id)
  }

  /// Applies the firing incidents, and enqueues them if the channel is new.
  ///
  /// - Returns: the number of dropped notices, and the error if the state could not be saved.
  mutating func refresh(
    _ context: AlertContext, at now: MonotonicTime, _ date: Timestamp
  ) -> (dropped: Int, failure: SystemError?) {
    delivery.outbox.removeEnded(except: Set(context.firing.map(\.id)), isSaved: context.isSaved)
    let firing = context.firing.filter { wants($0) }
    delivery.refresh(firing, isSure: context.isSure(configuration.filter), at: now)
    guard isNew else { return (0, persist(.put([]))) }
    isNew = false
    var dropped = 0
    if channel.hearsNotices {
      for incident in firing where !delivery.outbox.knows(incident.id) {
        dropped += delivery.outbox.add(.init(.opened, incident), at: date).dropped
      }
    }
    delivery.drop(dropped)
    // Save even if nothing is pending: the file records that the channel is no longer new.
    return (dropped, persist(.everything))
  }

  /// Drops pending notices that the filter does not accept, or all of them if the channel gets no notices.
  ///
  /// - Returns: the number of dropped notices.
  mutating func applyFilter() -> Int {
    var dropped = delivery.outbox.count
    if channel.hearsNotices {
      let filter = configuration.filter
      dropped = delivery.outbox.removePending { filter.accepts($0, as: $0.notifiedSeverity) }
    } else {
      delivery.outbox.clear()
    }
    delivery.drop(dropped)
    return dropped
  }

  // MARK: - Persistence

  enum Change {
    case put([Outbox.PendingNotice])
    case done([Outbox.PendingNotice])
    /// A message is about to be sent.
    case sending(Outbox.Batch)
    /// Rewrite the whole spool.
    case everything
  }

  /// Saves a change of the outbox in the spool, together with all changes that could not be saved earlier. An
  /// empty change therefore retries after a full disk.
  ///
  /// - Returns: the error, only for the first of consecutive failures.
  mutating func persist(_ change: Change) -> SystemError? {
    guard spool != nil else { return nil }
    spool?.failing = delivery.retry.failing
    do throws(SystemError) {
      switch change {
      case _ where isSpoolBroken: try spool?.rewrite(delivery.outbox)
      case .put(let notices): try spool?.put(notices, of: delivery.outbox)
      case .done(let notices): try spool?.done(notices, of: delivery.outbox)
      case .sending(let batch): try spool?.sending(batch, of: delivery.outbox)
      case .everything: try spool?.rewrite(delivery.outbox)
      }
      isSpoolBroken = false
      return nil
    } catch {
      defer { isSpoolBroken = true }
      return isSpoolBroken ? nil : error
    }
  }
}
