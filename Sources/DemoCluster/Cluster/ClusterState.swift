/// The facts about the demo's cluster. Objects are written from them when somebody asks (`objects(of:at:)`), so
/// that a lease is fresh and a scan recent without anything that ticks.
package struct ClusterState: Sendable {
  static let kubernetesVersion = "v1.33.4+k3s1"
  static let fluxVersion = "v2.6.4"
  static let fluxNamespace = "flux-system"

  /// When the objects were made: a year before the demo started.
  let created: Moment
  /// The last change before the demo started.
  let settled: Moment
  /// Grows with every fault; the cluster's resourceVersion.
  var version = 4_711_000
  var nodes: [NodeFacts]
  var images: [ImageFacts]
  var commit: Commit
  /// Kustomizations that fail, by name.
  var failing: [String: Failure] = [:]
  /// The Git source is refused, since when.
  var sourceRefused: Moment?
  /// `Kind/name` of what is suspended.
  var suspended: Set<String> = []
  /// API groups that are not served.
  var missingGroups: Set<String> = []
  /// Names of CustomResourceDefinitions that were deleted.
  var missingKinds: Set<String> = []
  /// API groups that the server names, and could not look into.
  var staleGroups: Set<String> = []
  /// The server is on its way up.
  var start: Start?
  /// `namespace/name` of workloads without a ready pod.
  var downWorkloads: [String: Moment] = [:]
  /// `namespace/name` of Secrets that are not there.
  var missingSecrets: Set<String> = []
  /// When the image automation last ran; nil while it runs every minute.
  var automationStopped: Moment?

  /// What goes wrong, since when.
  var troubles: [Trouble: Moment] = [:]
  /// What is applied while `commitNotApplied` lasts.
  var previousCommit: Commit?
  var helmReleaseStalled: Moment?
  var crowd: Crowd?
  var isCertificateEnding = false
  var stackFailed: Moment?

  struct Commit: Sendable {
    var sha: String
    var at: Moment
    /// The same in the words of Flux.
    var revision: String { "main@sha1:\(sha)" }
  }

  /// The commit that the Kustomizations have applied.
  var applied: Commit { troubles[.commitNotApplied] == nil ? fetched : previousCommit ?? commit }

  /// When this controller was last at work: now, unless it stands still.
  func lastWork(of controller: String, at now: Moment) -> Moment {
    let ends: [Moment?] = [
      troubles[.controllerStopped(controller)], troubles[.controllerMissing(controller)],
      troubles[.scaledToZero("\(Self.fluxNamespace)/\(controller)")],
      downWorkloads["\(Self.fluxNamespace)/\(controller)"],
    ]
    return ends.compactMap(\.self).min() ?? now
  }

  struct Failure: Sendable {
    let reason: String
    let message: String
    let since: Moment
  }

  /// The healthy Oceanid cluster.
  package static func oceanid(at now: Moment) -> ClusterState {
    let settled = now.advanced(seconds: -3600)
    return ClusterState(
      created: now.advanced(seconds: -365 * 86_400), settled: settled,
      nodes: NodeFacts.oceanid(since: settled), images: ImageFacts.oceanid(since: settled),
      commit: Commit(sha: Hash.hex("oceanid 1", digits: 40), at: settled))
  }
}

/// Names that look like digests and stay the same from run to run (FNV-1a, 64 bits, repeated).
enum Hash {
  static func hex(_ text: String, digits: Int) -> String {
    var out = ""
    var round = 0
    while out.utf8.count < digits {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in "\(round) \(text)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      hash ^= hash >> 29
      let part = String(hash, radix: 16)
      out += String(repeating: "0", count: 16 - part.utf8.count) + part
      round += 1
    }
    return String(out.prefix(digits))
  }

  static func uid(_ text: String) -> String {
    let hex = Array(hex(text, digits: 32))
    return [hex[0..<8], hex[8..<12], ["4"] + hex[13..<16], ["a"] + hex[17..<20], hex[20..<32]]
      .map { String($0) }.joined(separator: "-")
  }
}
