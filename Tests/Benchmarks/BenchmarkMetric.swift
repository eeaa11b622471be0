/// The measured quantities.
enum BenchmarkMetric: String, CaseIterable {
  case download = "bulk from target"
  case upload = "bulk to target"
  case streamsDown = "four streams from target"
  case streamsUp = "four streams to target"
  case sharedBytes = "busiest session's bytes"
  case sharedProcessor = "busiest session's processor time"
  case longDownload = "bulk from target, 100 ms away"
  case setUp = "connect to first byte, p50"
  case setUpSlowest = "connect to first byte, p99"
  case besideBulk = "the same beside bulk, p50"
  case besideBulkSlowest = "the same beside bulk, p99"
  case crowd = "200 connections at once"
  case killed = "served after a killed session"
  case restarted = "served after a restart of sshd"
  case moved = "served after a change of address"
  case holeNoticed = "silence noticed after the timeout"
  case holeEnded = "served after the end of a silence"
  case linkReturned = "served after the link is up again"
  case asking = "what is wrong? asked"
  case askingCPU = "the same, processor time"

  var unit: String {
    switch self {
    case .download, .upload, .streamsDown, .streamsUp, .longDownload: "MB/s"
    case .sharedBytes, .sharedProcessor: "%"
    default: "ms"
    }
  }

  var isMoreBetter: Bool { unit == "MB/s" }

  /// True if the network changes. Such a measurement needs network namespaces, and so root.
  var changesNetwork: Bool {
    switch self {
    case .moved, .holeNoticed, .holeEnded, .linkReturned: true
    default: false
    }
  }

  /// ssh does not reconnect by itself, and tunnels report no status. The guard's own program comes first.
  var implementations: [Implementation] {
    switch self {
    case .killed, .restarted: [.guardForward, .autossh]
    case .longDownload, .streamsDown, .streamsUp: [.guardForward, .ssh]
    case .sharedBytes, .sharedProcessor, .moved, .holeNoticed, .holeEnded, .linkReturned: [.guardForward]
    case .asking, .askingCPU: [.client, .kubectl]
    default: [.guardForward, .ssh, .sshSameCipher]
    }
  }
}

/// The measured programs.
enum Implementation: String, CaseIterable {
  case guardForward = "oceanid-guard"
  case ssh = "ssh -L"
  /// ssh with the guard's algorithms, so that the cost of the cipher is the same.
  case sshSameCipher = "ssh -L, aes128-ctr, hmac-sha2-256"
  /// ssh, restarted whenever it ends.
  case autossh = "autossh -L"
  case client = "oceanid-ctl status"
  case kubectl = "kubectl get nodes"
}

/// The samples of one implementation in one measurement.
struct Figure {
  let measurement: BenchmarkMetric
  let implementation: Implementation
  let samples: [Double]

  var median: Double {
    let sorted = samples.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted.count.isMultiple(of: 2)
      ? (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2 : sorted[sorted.count / 2]
  }

  var minimum: Double { samples.min() ?? 0 }
  var maximum: Double { samples.max() ?? 0 }
}
