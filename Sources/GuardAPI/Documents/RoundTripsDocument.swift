package import Health

/// What `GET /v1/roundtrips` answers: how long the way to each server took, over the last week.
package struct RoundTripsDocument: Codable, Hashable, Sendable {
  package struct Cluster: Codable, Hashable, Sendable {
    @Field package var name: String
    /// Oldest first; none for a time in which nothing was measured.
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

/// Milliseconds within one slot.
package struct RoundTripDocument: Codable, Hashable, Sendable {
  /// The slot's beginning.
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
