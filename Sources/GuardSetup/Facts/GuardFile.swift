internal import FoundationEssentials
import GuardTypes

/// The configuration of one cluster that setup writes or finds.
package struct GuardFile: Hashable, Sendable {
  let cluster: String
  var host: String
  /// The ssh_config to use; nil: the default files.
  var sshConfig: String?
  /// nil: the default, ~/.kube/k3s-config.yaml.
  var kubeconfig: String?
  /// nil: the default, `default`.
  var context: String?
  /// The local address of the forward to the API, for example `127.0.0.1:16443`.
  var listen = GuardFile.usualListen
  /// The target of that forward, on the remote side.
  var target = GuardFile.usualTarget

  static let usualListen = "\(StandardForward.listen.host):\(StandardForward.listen.port)"
  static let usualTarget = "\(StandardForward.target.host):\(StandardForward.target.port)"
  static let usualContext = "default"

  init(cluster: String, host: String) {
    self.cluster = cluster
    self.host = host
  }

  /// The minimal guard.yaml. It contains only the keys that differ from the defaults.
  var yaml: String {
    var lines = [
      "# Written by oceanid-ctl setup. Every other key has its default: see oceanid-guard.yaml(5).",
      "clusters:",
      "  - name: \(GuardFile.scalar(cluster))", "    tunnel:", "      host: \(GuardFile.scalar(host))",
    ]
    if let sshConfig { lines.append("      sshConfig: \(GuardFile.scalar(sshConfig))") }
    if listen != GuardFile.usualListen || target != GuardFile.usualTarget {
      lines += ["      forwards:", "        - { listen: \"\(listen)\", target: \"\(target)\" }"]
    }
    if kubeconfig != nil || context != nil { lines.append("    kubernetes:") }
    if let kubeconfig { lines.append("      kubeconfig: \(GuardFile.scalar(kubeconfig))") }
    if let context { lines.append("      context: \(GuardFile.scalar(context))") }
    lines += [
      "    # With this file, nothing is expected to exist. To change that, for example:",
      "    # expect: { nodes: [NODE], workloads: [NAMESPACE/NAME], secrets: [NAMESPACE/NAME] }",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A YAML scalar; in double quotes unless it is a plain word or path.
  private static func scalar(_ text: String) -> String {
    let isPlain =
      text.first != "-" && text.lowercased() != "null"
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
    return isPlain
      ? text : "\"\(text.escaping(["\\": "\\\\", "\"": "\\\""]))\""
  }

  /// The arguments with which `oceanid-guard` prints the configuration for `clusters(inPrinted:)`.
  static func printing(_ path: String) -> [String] { ["--print-config", "--json", "--config", path] }

  /// The clusters in the output of `oceanid-guard --print-config --json`.
  static func clusters(inPrinted json: [UInt8]) throws(SetupFailure) -> [GuardFile] {
    guard let printed = try? JSONDecoder().decode(Printed.self, from: Data(json)) else {
      throw SetupFailure(
        "oceanid-guard --print-config --json printed something else than this version expects",
        next: "oceanid-guard --version")
    }
    return printed.clusters.map { cluster in
      var file = GuardFile(cluster: cluster.name, host: cluster.tunnel.host)
      file.sshConfig = cluster.tunnel.sshConfig
      file.kubeconfig = cluster.kubernetes?.kubeconfig
      file.context = cluster.kubernetes?.context
      if let forward = GuardFile.forwardOfAPI(cluster.tunnel.forwards ?? []) {
        file.listen = forward.listen
        file.target = forward.target
      }
      return file
    }
  }

  /// Of several forwards, the one to the port of the API server. Others may lead to a registry or a database.
  private static func forwardOfAPI(_ forwards: [Printed.Forward]) -> Printed.Forward? {
    let port = usualTarget.drop { $0 != ":" }
    // kubectl cannot use a Unix socket.
    let listeners = forwards.filter { !$0.listen.hasPrefix("/") }
    let usable = listeners.isEmpty ? forwards : listeners
    return usable.first { $0.target.hasSuffix(port) } ?? usable.first
  }

  /// The part of a printed configuration that setup uses.
  private struct Printed: Decodable {
    struct Cluster: Decodable {
      let name: String
      let tunnel: Tunnel
      let kubernetes: Kubernetes?
    }

    struct Tunnel: Decodable {
      let host: String
      let sshConfig: String?
      let forwards: [Forward]?
    }

    struct Forward: Decodable {
      let listen: String
      let target: String
    }

    struct Kubernetes: Decodable {
      let kubeconfig: String?
      let context: String?
    }

    let clusters: [Cluster]
  }

  /// True for `credential:NAME`, a file that only the service manager can provide.
  static func isCredential(_ kubeconfig: String) -> Bool {
    SecretSource.credentialName(in: kubeconfig) != nil
  }

  var port: UInt16? { listen.split(separator: ":").last.flatMap { UInt16($0) } }
  var server: String { "https://\(listen)" }
  /// True if no forward to the API has a TCP port. The guard itself does not need one.
  var isOnlySocket: Bool { listen.hasPrefix("/") }
}

extension GuardFile {
  /// True if a file of setup can replace the text without the loss of a setting: it has no other key than those that
  /// setup writes.
  static func canReplace(_ text: String) -> Bool {
    let known: Set<Substring> = [
      "clusters", "name", "tunnel", "host", "sshConfig", "kubernetes", "kubeconfig", "context",
    ]
    return text.split(whereSeparator: \.isNewline).allSatisfy { line in
      let words = line.drop { " -".contains($0) }
      return words.isEmpty || words.first == "#" || known.contains(words.prefix { $0 != ":" })
    }
  }

  /// A cluster's name for a host: the host itself, without the characters that a name may not have.
  static func name(for host: String) -> String {
    let name = String(
      host.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" })
    return name.first?.isLetter == true ? String(name.prefix(63)) : "cluster"
  }

  /// The text with another kubeconfig; nil unless exactly one line names a kubeconfig.
  static func edited(_ text: String, kubeconfig: String?) -> String? {
    guard let kubeconfig else { return nil }
    var count = 0
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let lines = all.map { line -> Substring in
      let indent = line.prefix { $0 == " " }
      guard line.dropFirst(indent.count).hasPrefix("kubeconfig:") else { return line }
      count += 1
      return "\(indent)kubeconfig: \(scalar(kubeconfig))"
    }
    return count == 1 ? lines.joined(separator: "\n") : nil
  }
}
