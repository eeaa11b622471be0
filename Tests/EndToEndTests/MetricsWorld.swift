import Foundation
import TestSupport

/// A guard that writes its metrics to a file, a server of that file, and a Prometheus that scrapes it each second.
final class MetricsWorld {
  static let isAvailable = SSHServer.isAvailable && program("prometheus") != nil
  static let reason = "needs sshd and prometheus: start the tests with Tests/run"

  let installation: Installation
  let folder: TemporaryFolder
  /// The address of Prometheus.
  let address: String
  /// The file that the guard writes.
  let page: String
  private let server: ChildProcess
  private let prometheus: ChildProcess

  init() throws {
    let folder = try TemporaryFolder()
    let www = folder.file("www")
    try FileManager.default.createDirectory(atPath: www, withIntermediateDirectories: false)
    let page = "\(www)/oceanid.prom"
    installation = try Installation(prepare: { _, own in
      let file = own.file("guard.yaml")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try own.write(text + "\nmetrics: { textfile: \(page) }\n", to: "guard.yaml")
    })
    let (target, port) = (try freePort(), try freePort())
    server = try ChildProcess(
      "python3", ["-m", "http.server", "--bind", "127.0.0.1", "--directory", www, "\(target)"])
    let configuration = try folder.write(
      """
      global: { scrape_interval: 1s }
      scrape_configs:
        - job_name: oceanid
          metrics_path: /oceanid.prom
          static_configs: [{ targets: ["127.0.0.1:\(target)"] }]

      """, to: "prometheus.yml")
    prometheus = try ChildProcess(
      "prometheus",
      [
        "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.file("data"))",
        "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
      ])
    address = "http://127.0.0.1:\(port)"
    self.folder = folder
    self.page = page
  }

  deinit {
    prometheus.kill()
    server.kill()
  }

  /// Waits until an expression has a result.
  func waits(for expression: String) throws -> Bool {
    eventually(within: .seconds(60)) {
      let result = try? run(
        "curl", ["-sS", "-G", "--data-urlencode", "query=\(expression)", "\(address)/api/v1/query"])
      return result?.output.contains(#""value":["#) == true
    }
  }
}
