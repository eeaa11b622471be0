internal import Health

/// Journal entries of a cluster that are still true, so that a restart of the guard does not write them again.
struct JournalState: Hashable, Sendable {
  /// Entries about lasting states: `tunnel_blocked/auth_refused`.
  var standing: Set<String> = []
  /// Only in the file of a former version, which saved the incidents of the journal here.
  private(set) var former: Former?

  init(standing: Set<String> = []) { self.standing = standing }

  /// The incidents of a former version. The ledger adopts them.
  struct Former: Hashable, Sendable {
    /// A problem that was opened and not closed.
    struct OpenProblem: Hashable, Decodable, Sendable {
      let id: String
      let subject: String
    }

    let open: [OpenProblem]
    let tunnelIncident: String?
    let apiIncident: String?
  }
}

extension JournalState: Codable {
  private enum CodingKeys: String, CodingKey { case standing, open, tunnelIncident, apiIncident }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    standing = try container.decode(Set<String>.self, forKey: .standing)
    guard let open = try container.decodeIfPresent([Former.OpenProblem].self, forKey: .open) else { return }
    former = Former(
      open: open, tunnelIncident: try container.decodeIfPresent(String.self, forKey: .tunnelIncident),
      apiIncident: try container.decodeIfPresent(String.self, forKey: .apiIncident))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(standing, forKey: .standing)
  }
}
