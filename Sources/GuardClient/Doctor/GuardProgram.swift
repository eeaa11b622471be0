import FoundationEssentials
import Glibc
import GuardAPI
import GuardRun
import Platform

/// The daemon's program, which knows the way to the clusters: it is run once for what it finds.
struct GuardProgram {
  let path: String
  /// Of a whole examination: every cluster may take its time to fail.
  private static let patience: Duration = .seconds(300)

  /// - Parameter named: given by the user; else it is beside this program, else somewhere in PATH.
  init(named: String?) {
    if let named {
      path = named
    } else {
      let beside = GuardProgram.ownFolder.map { "\($0)/oceanid-guard" }
      path = beside.flatMap { access($0, X_OK) == 0 ? $0 : nil } ?? "oceanid-guard"
    }
  }

  private static var ownFolder: String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let length = readlink("/proc/self/exe", base, buffer.count)
      guard length > 0, length < buffer.count else { return nil }
      let program = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
      return program.lastIndex(of: "/").map { String(program[..<$0]) }
    }
  }

  /// What it finds on the way to every cluster; one finding that says why where it can't be run.
  func examine(configuration: String?) -> [FindingDocument] {
    let arguments = ["--doctor"] + (configuration.map { ["--config", $0] } ?? [])
    let command = Command(program: path, arguments: arguments, variables: [], outputLimit: 4 << 20)
    do throws(SystemError) {
      let outcome = try command.run(until: .now + GuardProgram.patience, isCancelled: { false })
      var findings = outcome.output.split(separator: UInt8(ascii: "\n")).compactMap {
        try? DocumentCoding.decodeFinding(Data($0))
      }
      if case .exited(0...2) = outcome.end, !findings.isEmpty { return findings }
      let words = outcome.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
      findings.append(broken("\(path) --doctor ended without an answer (\(outcome.end))\(words)"))
      return findings
    } catch {
      return [broken("\(path) can't be run: \(error)")]
    }
  }

  private func broken(_ words: String) -> FindingDocument {
    FindingDocument(
      "oceanid-guard", .failed, words,
      remedy:
        "install oceanid-guard beside oceanid-ctl, or name it with --guard PATH; compare: oceanid-guard --version"
    )
  }
}
