package import GuardAPI

extension HistoryDocument {
  /// The guard's journal entries that match the query and that the user may read.
  package init(journal scope: JournalScope, _ query: HistoryQuery) throws(JournalError) {
    let reader = try JournalReader(scope, identifier: Product.daemon, matches: query.journalMatches)
    let entries = try reader.entries(
      since: query.since?.microseconds ?? 0, until: query.until?.microseconds,
      limit: query.limit + 1,
      fields: JournalField.allCases.map(\.rawValue), requiring: JournalField.event.rawValue)
    self.init(journal: entries.map { ($0.microseconds, $0.fields) }, limit: query.limit)
  }
}
