/// The health of a cluster or an object, in the order of the exit statuses 0 to 3.
public enum Verdict: String, Codable, Sendable, CaseIterable {
  case healthy, degraded, critical, unknown

  /// The exit status of `oceanid-ctl status` and the monitoring commands (contract: 0, 1, 2, 3).
  public var exitStatus: Int32 {
    switch self {
    case .healthy: 0
    case .degraded: 1
    case .critical: 2
    case .unknown: 3
    }
  }

  /// The worse of two for a summary: critical, then unknown, because missing data may hide a critical problem, then degraded.
  public func combined(with other: Verdict) -> Verdict {
    func weight(_ verdict: Verdict) -> Int {
      switch verdict {
      case .healthy: 0
      case .degraded: 1
      case .unknown: 2
      case .critical: 3
      }
    }
    return weight(self) >= weight(other) ? self : other
  }
}
