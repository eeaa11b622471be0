package import Health

/// One entry of the document's `problems`.
package struct ProblemDocument: Codable, Hashable, Sendable {
  package var id: String
  @Field package var severity: Problem.Severity
  @Field package var cluster: String
  @Field package var subject: String
  @Field package var title: String
  @Field package var detail: String
  @Field package var since: Timestamp?
  @Field package var remedy: String
  /// The silence that holds its notices back.
  @Field package var silence: SilenceDocument?

  package init(_ problem: Problem, silence: Silence? = nil) {
    id = problem.id
    severity = problem.severity
    cluster = problem.cluster
    subject = problem.subject
    title = problem.title
    detail = problem.detail
    since = problem.since
    remedy = problem.remedy
    self.silence = silence.map(SilenceDocument.init)
  }
}
