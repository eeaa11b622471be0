package import Health

/// `clusters[].kubeconfigError`
package struct KubeconfigErrorDocument: Codable, Hashable, Sendable {
  /// A sentence's end after the name of the file.
  @Field package var message: String
  /// A command for any shell that corrects the file; null: no command does.
  @Field package var command: String?
  /// A text beside the command, or instead of it.
  @Field package var note: String?

  package init(_ mismatch: KubeconfigMismatch) {
    message = mismatch.words
    command = mismatch.step.command
    note = mismatch.step.note
  }
}
