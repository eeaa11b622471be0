import DemoPipeline
import Foundation
import TestSupport

/// Asks the demo's APIs with curl.
struct DemoClient {
  struct Answer {
    /// curl's exit status (curl(1)).
    let code: Int32?
    /// The status line, the fields and the body.
    let output: String

    /// 0 without a response.
    var status: Int {
      Int(output.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "") ?? 0
    }

    var body: Substring { output.firstRange(of: "\r\n\r\n").map { output[$0.upperBound...] } ?? "" }

    /// Field names are case-insensitive (RFC 9110 §5.1).
    func field(_ name: String) -> String? {
      let line = output.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
      return line.map { String($0.dropFirst(name.count + 2)) }
    }

    /// The members of the body.
    var object: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }

    /// The objects in a member of the body.
    func list(_ name: String) -> [[String: Any]] { object[name] as? [[String: Any]] ?? [] }
  }

  let pipeline: DemoPipeline
  /// The token for both APIs; nil for the right one.
  var token: String?

  /// - Parameter options: further options of curl.
  func github(_ path: String, _ options: [String] = [], timeout: Int = 10) throws -> Answer {
    let token = token ?? pipeline.tokens[.github] ?? ""
    return try ask(
      .github, "/repos/oceanid/cluster" + path, ["-H", "Authorization: Bearer \(token)"] + options, timeout)
  }

  func pulumi(_ path: String, _ options: [String] = []) throws -> Answer {
    let token = token ?? pipeline.tokens[.pulumi] ?? ""
    return try ask(.pulumi, "/api" + path, ["-H", "Authorization: token \(token)"] + options)
  }

  func ask(_ api: DemoAPI, _ path: String, _ options: [String], _ timeout: Int = 10) throws -> Answer {
    let result = try run(
      "curl",
      ["-sS", "-i", "--noproxy", "*", "-m", "\(timeout)"] + options + [pipeline.url(api) + path])
    if case .exited(let code) = result.exit { return Answer(code: code, output: result.output) }
    return Answer(code: nil, output: result.output)
  }

  var runs: [[String: Any]] {
    get throws {
      try github("/actions/workflows/deploy.yaml/runs?per_page=30&exclude_pull_requests=true")
        .list("workflow_runs")
    }
  }

  /// The newest run of the branch.
  var newestRun: [String: Any] {
    get throws {
      let own = try runs.filter { $0["head_branch"] as? String == "main" }
      return own.max { ($0["run_number"] as? Int ?? 0) < ($1["run_number"] as? Int ?? 0) } ?? [:]
    }
  }

  var deployments: [[String: Any]] {
    get throws {
      try pulumi("/stacks/oceanid/oceanid-cluster/prod/deployments?page=1&pageSize=10").list("deployments")
    }
  }

  var head: String {
    get throws {
      String(try github("/commits/main", ["-H", "Accept: application/vnd.github.sha"]).body)
    }
  }

  /// Applies lines of the console.
  func apply(_ lines: String...) throws {
    for line in lines { pipeline.apply(try PipelineFault(line: line)) }
  }
}
