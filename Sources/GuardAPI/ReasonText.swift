/// The reason that a person gives for a silence or a manual change.
package enum ReasonText {
  /// The limit of the journal and of documents, in bytes.
  package static let limit = 500

  /// False if it is empty or too long.
  package static func accepts(_ text: String) -> Bool {
    text.utf8.count <= limit && !text.allSatisfy(\.isWhitespace)
  }
}
