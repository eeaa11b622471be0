package import Health

/// `clusters[].kubeconfigError`
package struct KubeconfigErrorDocument: Codable, Hashable, Sendable {
  /// The end of a sentence that begins with the name of the file.
  @Field package var message: String
  /// A command for any shell that corrects the file; null: no command does.
  @Field package var command: String?
  /// An explanation of the command, or the next step if there is no command.
  @Field package var note: String?

  package init(_ mismatch: KubeconfigMismatch) {
    message = mismatch.words
    command = mismatch.step.command
    note = mismatch.step.note
  }
}
