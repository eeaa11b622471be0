package import FoundationEssentials
package import GuardAPI

/// The documents of the page. The client's own pages make them, so that terminal and browser show the same words.
package protocol PageContent: Sendable {
  /// A `PageDocument`.
  func status(_ status: StatusDocument) throws -> Data
  /// A `TablesDocument` of the open and the ended incidents.
  func incidents() throws -> Data
  /// A `ReportDocument` of the time until now.
  func report(_ span: ReportSpan) throws -> Data
}
