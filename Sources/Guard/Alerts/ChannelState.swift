internal import Health
internal import Platform

/// What a `ChannelLine` keeps under its lock.
struct ChannelState {
  var configuration: Configuration.AlertChannel
  var channel: any DeliveryChannel
  var delivery: DeliveryState
  var spool: Spool?
  var isSpoolBroken = false
  /// Something runs on the queue, or will in a moment.
  var isAwake = false
  var wakesAt: MonotonicTime?
  var hasStopped = false
  /// Told with the first success, and now and then until then.
  var untold = (dropped: 0, at: MonotonicTime?.none)

  /// A channel is not told that it can't be told anything.
  func wants(_ incident: Incident) -> Bool {
    guard incident.kind != .alerts || incident.subject != "alerts \(configuration.name)" else { return false }
    return configuration.filter.takes(incident) || delivery.outbox.knows(incident.id)
  }

  enum Change {
    case put([Outbox.Parcel])
    case done([Outbox.Parcel])
    /// The whole, written anew.
    case everything
  }

  /// Puts into the spool what the outbox has already. What could not be written earlier is written with it, so that a
  /// disk that was full is made up for by any change, also by an empty one.
  ///
  /// - Returns: why it could not be kept, the first time in a row.
  mutating func keep(_ change: Change) -> SystemError? {
    do throws(SystemError) {
      switch change {
      case _ where isSpoolBroken: try spool?.rewrite(delivery.outbox)
      case .put(let parcels): try spool?.put(parcels, of: delivery.outbox)
      case .done(let parcels): try spool?.done(parcels, of: delivery.outbox)
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
