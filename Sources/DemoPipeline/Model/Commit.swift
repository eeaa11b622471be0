/// A commit with its whole tree.
struct Commit: Sendable {
  let sha: String
  /// nil for the first commit.
  let parent: String?
  let message: String
  /// The login of the author. Image automation commits as `ImageAutomation.author`.
  let author: String
  let date: PipelineTime
  /// The paths that it changes.
  let touched: [String]
  /// Text by path.
  let files: [String: String]
}

/// The author of Flux's image automation in the demo (`spec.git.commit.author`).
enum ImageAutomation {
  static let author = "fluxcdbot"
}
