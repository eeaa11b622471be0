internal import GuardTypes
package import Health

/// Why a checkout can't be read.
package struct CheckoutFailure: Error, Hashable, Sendable {
  package let folder: String
  /// On one line.
  package let reason: String

  package init(folder: String, reason: String) {
    self.folder = folder
    self.reason = reason
  }

  package var step: NextStep {
    NextStep(
      command: "git -C \(folder.shellWord) branch --remotes --verbose",
      note: "the guard's user must be able to read the folder; git fetch brings the branch")
  }
}
