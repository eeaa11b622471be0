internal import Health
internal import Platform
internal import Tunnel
internal import YAML

/// The guard's complete configuration: all defaults are filled in, and all values are in range.
package struct Configuration: Hashable, Sendable {
  /// The file that it was read from; nil for the built-in values.
  package var file: String?
  /// The control socket.
  package var control: Control
  /// At least one; names and listening addresses are unique.
  package var clusters: [Cluster]
  /// The file of metrics for node_exporter; nil for none.
  package var metricsTextfile: String?
  /// Names are unique.
  package var alerts: [AlertChannel] = []

  /// The section `control`.
  package struct Control: Hashable, Sendable {
    /// The absolute path of the control socket.
    package var socket: String

    /// The folder of the socket.
    package var folder: String { String(socket[..<(socket.lastIndex(of: "/") ?? socket.startIndex)]) }
  }

  /// The values in force without a file.
  package static func builtIn(in environment: ConfigurationEnvironment) -> Configuration {
    Configuration(
      file: nil, control: Control(socket: environment.defaultSocket),
      clusters: [
        Cluster(
          name: "tethys", tunnel: Tunnel(host: "tethys"), kubernetes: Kubernetes(defaultsIn: environment),
          expect: Expectations(
            nodes: ["srv712429", "srv712695", "calypso"], gpus: ["calypso": 1], fluxVersion: "v2.6.4",
            workloads: [Expectations.Name(namespace: "cloudflared", name: "cloudflared")],
            secrets: [Expectations.Name(namespace: "flux-system", name: "github-token")]))
      ])
  }

  /// The effective configuration as YAML in the shape of guard.yaml; reading it gives the same values.
  package var yaml: String { Configuration.keys.lines(of: self).map { "\($0)\n" }.joined() }

  /// Every key of guard.yaml, in the order of `--print-config`.
  package static var reference: [KeyReference] {
    keys.flatMap { $0.reference("", .builtIn(in: .reference)) }
  }
}

extension Configuration: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self = .builtIn(in: environment) }

  static var keys: [ConfigurationKey<Configuration>] {
    [
      .init(
        group: "control",
        [
          .init(
            "socket", \.control.socket, .controlSocket,
            standard: "/run/oceanid/guard.sock; for one user $XDG_RUNTIME_DIR/oceanid/guard.sock",
            "The Unix socket that oceanid-ctl talks to. Under oceanid-guard.socket, ListenStream= of that unit is "
              + "used instead.")
        ], style: .block),
      .init(
        "clusters", list: \.clusters, of: "clusters", in: 1...ConfigurationReader.listLimit, style: .block
      ) {
        $0 == 0
          ? "expected at least one cluster"
          : "expected at most \(ConfigurationReader.listLimit) clusters, found \($0)"
      },
      .init(
        group: "metrics",
        [
          .init(
            "textfile", optional: \.metricsTextfile, .textfile, standard: "no file is written",
            "The metrics as a file for node_exporter's textfile collector, written every few seconds.")
        ], style: .block),
      .init("alerts", list: \.alerts, of: "alert channels", in: 0...32, style: .block) {
        "expected at most 32 channels, found \($0)"
      },
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard let line = reader.listeners[.unix(path: control.socket)] else { return true }
    reader.fail(
      section.values["control"] ?? section.node,
      "control.socket: \(control.socket) is already used by the forward in line \(line)")
    return false
  }
}

extension ValueFormat where Value == String {
  fileprivate static var controlSocket: ValueFormat {
    path("a path of at most \(UnixStream.longestPath) bytes") { path in
      path.utf8.count <= UnixStream.longestPath && !path.hasSuffix("/")
        ? nil
        : "expected the path of a socket, at most \(UnixStream.longestPath) bytes, found \(path.quoted(limit: 128))"
    }
  }

  /// node_exporter reads only files with this suffix.
  fileprivate static var textfile: ValueFormat {
    path("a path that ends in .prom") { path in
      path.hasSuffix(".prom") && !path.hasSuffix("/.prom")
        ? nil
        : "expected a path that ends in .prom, as node_exporter requires, found \(path.quoted())"
    }
  }
}
