package import Health

/// `configuration`: the effective configuration's file, and a reload that failed since.
package struct ConfigurationDocument: Codable, Hashable, Sendable {
  /// A reload that had no effect because the file has errors.
  package struct Rejection: Codable, Hashable, Sendable {
    @Field package var at: Timestamp?
    /// All errors as `file:line:column: message`, one per line.
    @Field package var message: String

    package init(at: Timestamp, message: String) {
      self.at = at
      self.message = message
    }
  }

  /// nil if there is no file, so that the built-in values apply.
  @Field package var file: String?
  /// When the effective configuration was read.
  @Field package var loadedAt: Timestamp?
  /// Set if the last reload was rejected.
  @Field package var rejected: Rejection?

  package init(file: String?, loadedAt: Timestamp, rejected: Rejection? = nil) {
    self.file = file
    self.loadedAt = loadedAt
    self.rejected = rejected
  }
}
