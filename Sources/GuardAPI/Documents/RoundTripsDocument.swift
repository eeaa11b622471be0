package import Health

/// The response to `GET /v1/roundtrips`: round-trip times to each server over the last week.
package struct RoundTripsDocument: Codable, Hashable, Sendable {
  package struct Cluster: Codable, Hashable, Sendable {
    @Field package var name: String
    /// Oldest first. Periods without a measurement have no slot.
    @Field package var slots: [RoundTripDocument]

    package init(name: String, slots: [RoundTripDocument]) {
      self.name = name
      self.slots = slots
    }
  }

  package var schema: String
  @Field package var slotSeconds: Int
  @Field package var clusters: [Cluster]

  package init(slotSeconds: Int, clusters: [Cluster]) {
    schema = Schema.roundTrips.description
    self.slotSeconds = slotSeconds
    self.clusters = clusters
  }
}

/// Round-trip times of one slot, in milliseconds.
package struct RoundTripDocument: Codable, Hashable, Sendable {
  /// Start of the slot.
  package var at: Timestamp
  package var leastMs: Double
  package var mostMs: Double
  package var meanMs: Double

  package init(at: Timestamp, leastMs: Double, mostMs: Double, meanMs: Double) {
    self.at = at
    self.leastMs = leastMs
    self.mostMs = mostMs
    self.meanMs = meanMs
  }
}
