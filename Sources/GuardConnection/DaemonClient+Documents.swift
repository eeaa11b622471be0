package import GuardAPI

extension DaemonClient {
  /// The open incidents, and the ones that ended most recently.
  package func incidents() throws(ClientError) -> IncidentsDocument {
    try document(.incidents)
  }

  /// The round-trip times of the tunnels.
  package func roundTrips() throws(ClientError) -> RoundTripsDocument {
    try document(.roundTrips)
  }

  /// The connections to the clusters as the guard sees them. The answer may take up to 20 s, because the guard asks its SSH agent for keys.
  package func guardView() throws(ClientError) -> GuardViewDocument {
    var client = self
    client.timeout = .seconds(20)
    return try client.document(.doctor)
  }

  /// Where a commit is in the pipeline of a cluster. The answer may take some seconds, because the guard asks GitHub.
  ///
  /// - Parameter commit: a full commit hash, or at least its first seven digits.
  package func place(of commit: String, in cluster: String) throws(ClientError) -> WhereDocument {
    let bytes = try exchange(.whereIs, [("commit", commit), ("cluster", cluster)]).body
    do {
      return try DocumentCoding.decodeWhere(bytes)
    } catch { throw .document(error) }
  }

  /// The alert channels and the state of their deliveries.
  package func alerts() throws(ClientError) -> AlertsDocument {
    try document(.alerts)
  }

  private func document<Document: VersionedDocument>(_ route: Route) throws(ClientError) -> Document {
    let bytes = try exchange(route).body
    do {
      return try DocumentCoding.decode(Document.self, from: bytes)
    } catch { throw .document(error) }
  }
}
