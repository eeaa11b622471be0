internal import GuardConfiguration
internal import Health
internal import Pipeline
internal import PipelineSources

/// Reads the files with the markers of image policies: on GitHub at the commit that Flux has, or in a checkout at its
/// remote's branch. The files are read again only if the commit changes.
struct MarkerReader {
  /// The name of the checkout among the sources.
  static let checkoutSource = "checkout"

  private let folder: String
  private let branch: String
  private let checkout: Checkout?
  /// The files that were read, also before a failure.
  private var blobs = MarkedBlobs()

  /// nil if no markers are checked.
  init?(_ configuration: Configuration.Pipeline) {
    guard let markers = configuration.markers, markers.isFromGitHub || markers.checkout != nil else {
      return nil
    }
    folder = markers.path ?? ""
    branch = configuration.branch
    checkout = markers.checkout.map { Checkout(folder: $0) }
  }

  var isOfCheckout: Bool { checkout != nil }

  /// - Parameters:
  ///   - applied: the commit that Flux has; nil if it is not known.
  ///   - known: what was read before.
  /// - Returns: nil if there is no commit to read at.
  mutating func read(
    _ gitHub: GitHubClient?, applied: CommitID?, known: MarkedTree?
  ) throws(SourceFailure) -> MarkedTree? {
    if let checkout { return try read(checkout, known) }
    guard let gitHub, let applied else { return known }
    if let known, known.commit == applied.description { return known }
    let tree = try gitHub.tree(at: applied)
    return try MarkedTree.read(
      commit: applied.description, listing: tree, under: folder, blobs: &blobs,
      target: { link throws(SourceFailure) in
        try link.object.map { object throws(SourceFailure) in try gitHub.target(ofLink: object) } ?? ""
      },
      contents: { path throws(SourceFailure) in try gitHub.contents(of: path, at: applied) })
  }

  private func read(_ checkout: Checkout, _ known: MarkedTree?) throws(SourceFailure) -> MarkedTree {
    do throws(CheckoutFailure) {
      return try checkout.markedTree(at: try checkout.tip(of: branch).commit, under: folder, known: known)
    } catch {
      throw SourceFailure(
        .unreadable, "the checkout \(error.folder.escapedName): \(error.reason)", step: error.step)
    }
  }
}
