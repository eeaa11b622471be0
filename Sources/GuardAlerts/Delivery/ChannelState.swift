internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Platform

/// The state of a `ChannelWorker`, under its lock.
struct ChannelState {
  var configuration: Configuration.AlertChannel
  var channel: any DeliveryChannel
  var delivery: DeliveryState
  var spool: Spool?
  var isSpoolBroken = false
  /// The channel got nothing yet: it begins with the firing incidents.
  var isNew = false
  /// Something runs on the queue, or will in a moment.
  var isAwake = false
  var wakesAt: MonotonicTime?
  var hasStopped = false
  /// Drops that were not logged yet: they are logged with the first success, and from time to time until then.
  var untold = (dropped: 0, at: MonotonicTime?.none)

  // MARK: - What concerns it

  /// Compares with the severity that was notified: an incident that became critical while it was muted was not notified
  /// as critical.
  func wants(_ incident: Incident) -> Bool {
    // A channel can't deliver its own failure.
    guard incident.kind != .alerts || incident.subject != "alerts \(configuration.name)" else { return false }
    return configuration.filter.takes(incident, as: incident.toldSeverity)
      || delivery.outbox.knows(incident.id)
  }

  /// Takes the firing incidents over, and adds those that a new channel begins with.
  ///
  /// - Returns: how many found no place, and why it could not be kept.
  mutating func refresh(
    _ context: AlertContext, at now: MonotonicTime, _ date: Timestamp
  ) -> (dropped: Int, failure: SystemError?) {
    delivery.outbox.keepTold(Set(context.firing.map(\.id)), isSaved: context.isSaved)
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
    // Even of nothing: the file says that the channel is not new any more.
    return (dropped, persist(.everything))
  }

  /// Drops pending notices that the filter does not accept, or all of them where the channel gets no notices.
  ///
  /// - Returns: how many.
  mutating func applyFilter() -> Int {
    var dropped = delivery.outbox.count
    if channel.hearsNotices {
      let filter = configuration.filter
      dropped = delivery.outbox.keep { filter.takes($0, as: $0.toldSeverity) }
    } else {
      delivery.outbox.clear()
    }
    delivery.drop(dropped)
    return dropped
  }

  // MARK: - Over a restart

  enum Change {
    case put([Outbox.PendingNotice])
    case done([Outbox.PendingNotice])
    /// A message is about to be sent.
    case sending(Outbox.Batch)
    /// The whole, written anew.
    case everything
  }

  /// Puts into the spool what the outbox has already. What could not be written earlier is written with it, so that a
  /// disk that was full is made up for by any change, also by an empty one.
  ///
  /// - Returns: why it could not be kept, the first time in a row.
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
