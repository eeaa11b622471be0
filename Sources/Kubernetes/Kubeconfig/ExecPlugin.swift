internal import FoundationEssentials
internal import Health
internal import YAML

/// A credential plugin that a kubeconfig names (client-go credential plugins, `client.authentication.k8s.io/v1` and
/// `v1beta1`).
struct ExecPlugin: Hashable, Sendable {
  /// A command without a slash is looked up in PATH.
  let command: String
  let arguments: [String]
  /// `NAME=value` pairs; values may be secrets.
  let environment: Secret<[String]>
  let apiVersion: String
  /// The kubeconfig author's hint for users who have not installed the plugin.
  let installHint: String?
  /// The value of KUBERNETES_EXEC_INFO.
  let input: String
  /// The kubeconfig that names the plugin.
  let file: String
  /// `file:line:column` of the plugin, for errors.
  let place: String

  static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  /// The cluster information for plugins with `provideClusterInfo`.
  struct Cluster {
    let server: String
    let tlsServerName: String?
    let isInsecure: Bool
    let authorities: [UInt8]?
  }

  /// - Throws: `PollFailure` with code `.kubeconfig` for everything that client-go refuses, and for interactive
  ///   plugins.
  init(_ exec: KubeconfigEntry, of cluster: KubeconfigEntry, described: Cluster) throws(PollFailure) {
    guard exec.node.mapping != nil else { throw exec.fail("exec must be a mapping") }
    guard let command = try exec.text("command") else { throw exec.fail("the exec plugin has no command") }
    guard let apiVersion = try exec.text("apiVersion"), Self.apiVersions.contains(apiVersion) else {
      throw (exec["apiVersion"] ?? exec).fail(
        "the exec plugin \(command.shown) needs an apiVersion of \(Self.apiVersions.joined(separator: " or "))"
      )
    }
    switch try exec.text("interactiveMode") {
    case "Never", "IfAvailable": break
    case nil where apiVersion.hasSuffix("/v1beta1"): break
    case "Always":
      throw exec.fail(
        "the exec plugin \(command.shown) has interactiveMode Always, but a service has no terminal",
        remedy: "Use a context whose user has a client certificate, a token or a non-interactive plugin.")
    case nil:
      throw exec.fail("the exec plugin \(command.shown) has no interactiveMode: Never or IfAvailable")
    default:
      throw (exec["interactiveMode"] ?? exec).fail(
        "interactiveMode must be Never, IfAvailable or Always")
    }
    let providesCluster = try exec.flag("provideClusterInfo")
    if providesCluster, let extensions = try Self.configuration(in: cluster) {
      throw extensions.fail(
        "the extension client.authentication.k8s.io/exec is not supported",
        remedy: "Use a context whose user has a client certificate or a token.")
    }
    self.command = command.contains("/") ? FileContents.resolve(command, beside: exec.file) : command
    self.apiVersion = apiVersion
    self.installHint = try exec.text("installHint")
    self.file = exec.file
    self.place = "\(exec.file):\(exec.node.mark)"
    self.arguments = try Self.texts(exec.list("args"))
    self.environment = Secret(try Self.variables(exec.list("env")))
    self.input = Self.input(apiVersion, providesCluster ? described : nil)
  }

  private static func texts(_ entries: [KubeconfigEntry]) throws(PollFailure) -> [String] {
    var texts: [String] = []
    for entry in entries {
      guard let scalar = entry.node.scalar, scalar.isString, !scalar.string.contains("\0") else {
        throw entry.fail("an argument of the exec plugin must be a string")
      }
      texts.append(scalar.string)
    }
    return texts
  }

  private static func variables(_ entries: [KubeconfigEntry]) throws(PollFailure) -> [String] {
    var variables: [String] = []
    for entry in entries {
      guard let name = try entry.text("name"), !name.contains("="), !name.contains("\0") else {
        throw entry.fail("a variable of the exec plugin needs a name")
      }
      let value = try entry.text("value") ?? ""
      guard !value.contains("\0") else { throw entry.fail("\(name) contains a zero byte") }
      variables.append("\(name)=\(value)")
    }
    return variables
  }

  private static func configuration(in cluster: KubeconfigEntry) throws(PollFailure) -> KubeconfigEntry? {
    for entry in try cluster.list("extensions")
    where try entry.text("name") == "client.authentication.k8s.io/exec" { return entry }
    return nil
  }

  private static func input(_ apiVersion: String, _ cluster: Cluster?) -> String {
    struct Info: Encodable {
      struct Spec: Encodable {
        struct Cluster: Encodable {
          let server: String
          let tlsServerName: String?
          let isInsecure: Bool?
          let authorities: Data?

          enum CodingKeys: String, CodingKey {
            case server
            case tlsServerName = "tls-server-name"
            case isInsecure = "insecure-skip-tls-verify"
            case authorities = "certificate-authority-data"
          }
        }
        let cluster: Cluster?
        let interactive = false
      }
      let kind = "ExecCredential"
      let apiVersion: String
      let spec: Spec
    }
    let described = cluster.map {
      Info.Spec.Cluster(
        server: $0.server, tlsServerName: $0.tlsServerName, isInsecure: $0.isInsecure ? true : nil,
        authorities: $0.authorities.map { Data($0) })
    }
    let info = Info(apiVersion: apiVersion, spec: Info.Spec(cluster: described))
    return (try? JSONEncoder().encode(info)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension String {
  /// Untrusted text for a message: one line of at most 300 printable characters.
  var shown: String {
    let line = unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: " "
      default: String(scalar)
      }
    }.joined()
    let words = line.split(separator: " ").joined(separator: " ")
    return words.count > 300 ? String(words.prefix(300)) + "…" : words
  }
}
