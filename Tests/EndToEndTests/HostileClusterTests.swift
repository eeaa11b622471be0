import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// A malicious API server, with the real daemon and a real tunnel.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct HostileClusterTests {
  @Test(arguments: [ResponseFault.hugeBody(200_000_000), .deepNesting(10_000), .endlessHeaders])
  func daemonStaysSmallAndKeepsRunning(how: ResponseFault) throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    let before = try installation.peakKiB()
    installation.cluster.apply(.answersWrong(how, on: "/api/v1/nodes"))
    // Over HTTP/2 all parts share a connection, so a flood on one of them affects all.
    let id = how == .endlessHeaders ? "tethys/api/" : "tethys/api/nodes/"
    let isBlind = how == .endlessHeaders
    // The rest still works: other parts, the tunnel, and the control socket. On a busy machine it may take one or two
    // polls to receive all parts in addition to 200 MB.
    let bad = try installation.waitFor { document, cluster in
      document.problems.contains { $0.id.hasPrefix(id) }
        && (isBlind
          || !cluster.flux.objects.isEmpty && cluster.flux.objects.allSatisfy { $0.verdict == .healthy })
    }
    #expect(bad.holds, "\(bad.document.problems.map(\.id)), \(bad.cluster.flux.objects.map(\.verdict))")
    #expect(["bad_response", "timeout"].contains { bad.document.problems.first?.id.hasSuffix($0) == true })
    let start = ContinuousClock.now
    #expect(try installation.ctl("tunnel").status == 0)
    #expect(ContinuousClock.now - start < .seconds(15))
    // Wait for several polls with the fault.
    installation.cluster.clearRequests()
    #expect(
      eventually { installation.cluster.requests.filter { $0.target.hasPrefix("/api/v1/nodes") }.count >= 3 })
    if !isInstrumented { #expect(try installation.peakKiB() - before < 100 << 10) }
    installation.cluster.apply(.answersRight)
    #expect(try installation.waitUntilHealthy())
  }
}

extension Installation {
  /// The maximum memory use of the daemon.
  fileprivate func peakKiB() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(daemon.pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? .max
  }
}
