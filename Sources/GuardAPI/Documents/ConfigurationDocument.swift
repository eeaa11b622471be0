package import Health

/// `configuration`: what the guard was told to do, and whether it was told otherwise since.
package struct ConfigurationDocument: Codable, Hashable, Sendable {
  /// A reload that changed nothing because the file was wrong.
  package struct Rejection: Codable, Hashable, Sendable {
    @Field package var at: Timestamp?
    /// Every mistake as `file:line:column: message`, one a line.
    @Field package var message: String

    package init(at: Timestamp, message: String) {
      self.at = at
      self.message = message
    }
  }

  /// nil: there is no file, and the built-in values are in force.
  @Field package var file: String?
  /// When the configuration in force was read.
  @Field package var loadedAt: Timestamp?
  /// The last reload, where it was rejected.
  @Field package var rejected: Rejection?

  package init(file: String?, loadedAt: Timestamp, rejected: Rejection? = nil) {
    self.file = file
    self.loadedAt = loadedAt
    self.rejected = rejected
  }
}
