import Foundation
import TestSupport

/// The cost of many clusters in one guard: memory, threads, descriptors and processor time with polls every 15 s, and the
/// time of `oceanid-ctl status` as a whole process.
struct Fleet {
  private struct Row {
    let clusters: Int
    let footprint: Footprint
    /// Per cent of a core.
    let load: Double
    let statusMilliseconds: Double
  }

  /// - Parameters:
  ///   - sizes: the numbers of clusters, ascending.
  ///   - seconds: the time over which the processor time is measured.
  func measure(sizes: [Int], seconds: Int) throws -> String {
    let rows = try sizes.map { try row($0, seconds) }
    guard let first = rows.first else { return "" }
    let lines = rows.map { row in
      let more = Double(row.clusters - first.clusters)
      let perCluster =
        more > 0
        ? "; per cluster \(Int(Double(row.footprint.residentKiB - first.footprint.residentKiB) / more)) KiB, "
          + "\(rounded((row.load - first.load) / more)) % of a core" : ""
      return "\(row.clusters) clusters: \(row.footprint.residentKiB) KiB resident, "
        + "\(row.footprint.threads) threads, \(row.footprint.descriptors) descriptors, "
        + "\(rounded(row.load)) % of a core, status in \(rounded(row.statusMilliseconds)) ms\(perCluster)"
    }
    return (["FLEET, polls every 15 s"] + lines).joined(separator: "\n")
  }

  private func row(_ clusters: Int, _ seconds: Int) throws -> Row {
    let demo = try GuardedDemo(interval: 15, clusters: clusters)
    guard eventually(within: .seconds(180), { demo.healthyClusters() == clusters }) else {
      throw FixtureError.failed(
        "\(demo.healthyClusters()) of \(clusters) clusters are healthy: \(demo.guarding.errors)")
    }
    // The first polls and logins are more expensive than later ones.
    Thread.sleep(forTimeInterval: 30)
    let before = try Footprint(pid: demo.guarding.pid)
    Thread.sleep(forTimeInterval: TimeInterval(seconds))
    let after = try Footprint(pid: demo.guarding.pid)
    let command = [GuardedDemo.program("oceanid-ctl"), "status", "--socket", demo.socket]
    let times = try (0..<21).map { _ in
      let start = ContinuousClock.now
      guard try ClientLatency.run(command) == 0 else { throw FixtureError.failed("status is not healthy") }
      let (whole, part) = (ContinuousClock.now - start).components
      return 1000 * (Double(whole) + Double(part) / 1e18)
    }
    return Row(
      clusters: clusters, footprint: after, load: Double(after.ticks - before.ticks) / Double(seconds),
      statusMilliseconds: times.sorted()[times.count / 2])
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
