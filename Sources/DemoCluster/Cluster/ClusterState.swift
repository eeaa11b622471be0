/// The state of the demo's cluster. Objects are generated from it on request (`objects(of:at:)`), so that leases and
/// scans are always recent without a timer.
package struct ClusterState: Sendable {
  static let kubernetesVersion = "v1.33.4+k3s1"
  static let fluxVersion = "v2.6.4"
  static let fluxNamespace = "flux-system"

  /// Creation time of the objects: a year before the demo started.
  let created: APITime
  /// Time of the last change before the demo started.
  let settled: APITime
  /// The cluster's resourceVersion, incremented by every fault.
  var version = 4_711_000
  var nodes: [NodeFacts]
  var images: [ImageFacts]
  var commit: Commit
  /// Failing Kustomizations by name.
  var failing: [String: Failure] = [:]
  /// Since when the Git source has been rejected.
  var sourceRefused: APITime?
  /// Suspended objects as `Kind/name`.
  var suspended: Set<String> = []
  /// API groups that are not served.
  var missingGroups: Set<String> = []
  /// Names of deleted CustomResourceDefinitions.
  var missingKinds: Set<String> = []
  /// API groups that discovery lists as stale.
  var staleGroups: Set<String> = []
  /// The start-up in progress, if any.
  var start: Startup?
  /// Workloads without a ready pod as `namespace/name`, with the time since when.
  var downWorkloads: [String: APITime] = [:]
  /// Missing Secrets as `namespace/name`.
  var missingSecrets: Set<String> = []
  /// The last run of the image automation; nil while it runs every minute.
  var automationStopped: APITime?

  /// The ongoing faults with their start times.
  var ongoingFaults: [OngoingFault: APITime] = [:]
  /// The commit that stays applied during `commitNotApplied`.
  var previousCommit: Commit?
  var helmReleaseStalled: APITime?
  var extra: ExtraObjects?
  var isCertificateEnding = false
  var stackFailed: APITime?

  struct Commit: Sendable {
    var sha: String
    var at: APITime
    /// The commit before it; nil for the first one, whose parent has a made-up name.
    var before: String?
    var parent: String { before ?? Hash.hex("before \(sha)", digits: 40) }
    /// The revision in Flux's format.
    var revision: String { "main@sha1:\(sha)" }
  }

  /// The commit that the Kustomizations have applied.
  var applied: Commit { ongoingFaults[.commitNotApplied] == nil ? fetched : previousCommit ?? commit }

  /// The last activity of a controller: now, unless it has stopped.
  func lastWork(of controller: String, at now: APITime) -> APITime {
    let ends: [APITime?] = [
      ongoingFaults[.controllerStopped(controller)], ongoingFaults[.controllerMissing(controller)],
      ongoingFaults[.scaledToZero("\(Self.fluxNamespace)/\(controller)")],
      downWorkloads["\(Self.fluxNamespace)/\(controller)"],
    ]
    return ends.compactMap(\.self).min() ?? now
  }

  struct Failure: Sendable {
    let reason: String
    let message: String
    let since: APITime
  }

  /// The healthy Oceanid cluster.
  package static func oceanid(at now: APITime) -> ClusterState {
    let settled = now.advanced(seconds: -3600)
    return ClusterState(
      created: now.advanced(seconds: -365 * 86_400), settled: settled,
      nodes: NodeFacts.oceanid(since: settled), images: ImageFacts.oceanid(since: settled),
      commit: Commit(sha: Hash.hex("oceanid 1", digits: 40), at: settled))
  }
}

/// Stable strings that look like digests (FNV-1a, 64 bits, repeated).
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
