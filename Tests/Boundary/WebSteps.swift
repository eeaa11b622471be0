import Crypto
import Foundation
import Health
import Kubernetes
import Posting
import TestSupport

/// libcurl, OpenSSL, zlib and libcrypto, against the demo cluster in a process of its own.
enum WebSteps {
  static func poll() throws {
    let folder = try TemporaryFolder()
    let program = URL(fileURLWithPath: CommandLine.arguments.dropFirst().first ?? "demo-cluster").path
    let cluster = try ChildProcess(
      program, ["--folder", folder.file("cluster"), "--attached"], takesInput: true)
    defer { cluster.kill() }
    let file = folder.file("cluster/port")
    let isUp = eventually(within: .seconds(60)) {
      (try? String(contentsOfFile: file, encoding: .utf8)) != nil
    }
    guard isUp,
      let port = UInt16(try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines))
    else { throw FixtureError.failed("the demo cluster does not start: \(cluster.errors)") }
    let path = folder.file("cluster/kubeconfig")
    let client = ClusterClient(
      kubeconfig: try Kubeconfig.load(path: path), dial: .tcp(host: "127.0.0.1", port: port))
    for _ in 0..<3 {
      let snapshot = try client.poll(timeout: .seconds(60))
      try expect(snapshot.nodes.value?.count == 3, "\(snapshot.nodes)")
      try expect((snapshot.flux.value?.count ?? 0) > 5, "\(snapshot.flux)")
    }
    client.reconnect()
    for fault in [
      "status:500", "html", "truncated", "forbidden", "unauthorized", "closes", "deep-nesting:50000",
    ] {
      cluster.send("answers-wrong \(fault) /\n")
      _ = try? client.poll(timeout: .seconds(10))
    }
    // An unknown authority.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try folder.write(
      text.replacing(/certificate-authority-data: .*/, with: ""), to: "unknown-authority")
    let untrusted = ClusterClient(
      kubeconfig: try Kubeconfig.load(path: folder.file("unknown-authority")),
      dial: .tcp(host: "127.0.0.1", port: port))
    try expect((try? untrusted.poll(timeout: .seconds(20))) == nil, "an untrusted certificate was accepted")
    // No server.
    let absent = ClusterClient(
      kubeconfig: try Kubeconfig.load(path: path),
      dial: .tcp(host: "127.0.0.1", port: UInt16(try freePort())))
    try expect((try? absent.poll(timeout: .seconds(5))) == nil, "a poll without a server succeeded")
  }

  static func post() throws {
    let receiver = try WebReceiver()
    let post = Post(
      url: "http://127.0.0.1:\(receiver.port)/hook", headers: ["Content-Type: application/json"],
      body: Array(#"{"a":1}"#.utf8), timeout: .seconds(20))
    for _ in 0..<3 { try expect(try post.send().status == 200, "the post was not accepted") }
    let nowhere = Post(
      url: "http://127.0.0.1:\(try freePort())/", headers: [], body: [], timeout: .seconds(5))
    try expect((try? nowhere.send()) == nil, "a post without a server was accepted")
  }

  static func sign() throws {
    for size in [0, 1, 31, 64, 65, 5000] {
      let key = [UInt8](repeating: 7, count: size)
      try expect(
        HMACSHA256(of: Array("message".utf8), key: key)?.bytes.count == 32, "no signature of \(size)")
      try expect(SHA256.digest(key).count == 32, "no digest of \(size)")
      try expect(PEM.blocks(in: key).isEmpty, "a key in \(size) bytes")
    }
  }
}
