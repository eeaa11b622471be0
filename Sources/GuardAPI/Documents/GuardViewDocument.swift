/// The response to `GET /v1/doctor`: the connection to each cluster as the running guard sees it, with its user, its
/// files, its agent and its credentials. It names files, users and keys, and contains no secrets.
package struct GuardViewDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// The daemon's version.
  @Field package var version: String
  @Field package var user: String
  package var uid: UInt32
  @Field package var home: String
  /// The unit that runs the guard; null: the guard was started from a shell.
  @Field package var unit: String?
  /// The configuration in force; null: the built-in values.
  @Field package var configuration: String?
  /// SSH_AUTH_SOCK of the guard.
  @Field package var agent: String?
  /// The names of the credentials that the service manager passed to the guard.
  @Field package var credentials: [String]
  /// The findings, in the order of the connection's steps.
  @Field package var findings: [FindingDocument]

  package init(
    user: String, uid: UInt32, home: String, unit: String?, configuration: String?, agent: String?,
    credentials: [String], findings: [FindingDocument]
  ) {
    schema = Schema.guardView.description
    version = Product.version
    self.user = user
    self.uid = uid
    self.home = home
    self.unit = unit
    self.configuration = configuration
    self.agent = agent
    self.credentials = credentials
    self.findings = findings
  }
}
