import FoundationEssentials
import Glibc
package import GuardAPI
import GuardRun
import Health
import Platform

/// The daemon's program. `doctor` and `setup` run it, because it knows how to connect to the clusters.
package struct GuardProgram: Sendable {
  package let path: String
  /// The deadline for all checks together: each cluster may fail only after a timeout.
  package static let timeLimit: Duration = .seconds(300)

  /// - Parameter named: the user's choice. nil selects the program in the folder of this one, or else the one in PATH.
  package init(named: String?) {
    if let named {
      path = named
    } else {
      let beside = GuardProgram.ownFolder.map { "\($0)/oceanid-guard" }
      path = beside.flatMap { access($0, X_OK) == 0 ? $0 : nil } ?? "oceanid-guard"
    }
  }

  private static var ownFolder: String? {
    client.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
  }

  /// The path of this program, oceanid-ctl.
  package static var client: String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let length = readlink("/proc/self/exe", base, buffer.count)
      guard length > 0, length < buffer.count else { return nil }
      return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  /// Returns its findings for every cluster, and a finding with the reason if it cannot be run or fails.
  ///
  /// - Parameter isBesideGuard: true omits the checks that a running guard answers.
  package func examine(configuration: String?, isBesideGuard: Bool) -> [FindingDocument] {
    let arguments =
      ["--doctor"] + (isBesideGuard ? ["--beside-guard"] : [])
      + (configuration.map { ["--config", $0] } ?? [])
    let command = Command(program: path, arguments: arguments, variables: [], outputLimit: 4 << 20)
    do throws(SystemError) {
      let outcome = try command.run(until: .now + GuardProgram.timeLimit, isCancelled: { false })
      var findings = GuardProgram.findings(in: outcome.output)
      if case .exited(0...2) = outcome.end, !findings.isEmpty { return findings }
      let words = outcome.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
      findings.append(broken("\(path) --doctor ended without a result (\(outcome.end))\(words)"))
      return findings
    } catch {
      return [broken("\(path) cannot be run: \(error)")]
    }
  }

  /// The findings in the output of `oceanid-guard --doctor`.
  package static func findings(in output: [UInt8]) -> [FindingDocument] {
    output.split(separator: UInt8(ascii: "\n")).compactMap { try? DocumentCoding.decodeFinding(Data($0)) }
  }

  private func broken(_ words: String) -> FindingDocument {
    FindingDocument(
      "oceanid-guard", .failed, words,
      next: NextStep(
        command: "oceanid-guard --version",
        note: "install oceanid-guard in the folder of oceanid-ctl, or name it with --guard PATH"))
  }
}
