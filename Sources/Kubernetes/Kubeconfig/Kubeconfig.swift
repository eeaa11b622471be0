internal import GuardTypes
package import Health

/// One context of a kubeconfig: the API server, the authorities to trust and the credentials.
///
/// Certificates and keys stay in memory and are never written anywhere. A description shows none of them.
package struct Kubeconfig: Hashable, Sendable {
  /// The file, with `~` expanded. Several files are separated by colons, as in KUBECONFIG.
  package let path: String
  /// The context in use.
  package let context: String
  /// The context that other programs use by default; nil if the file names none.
  package let currentContext: String?
  /// The entry of `clusters` that the context names.
  package let clusterName: String
  /// All files that were read and those of the list that do not exist. If one of them changes, load the kubeconfig
  /// again.
  package let sources: [String]
  package let server: Server
  /// The expected name in the server's certificate, if it is not the host.
  package let tlsServerName: String?
  /// `insecure-skip-tls-verify`: the server's certificate is not verified.
  package let isInsecure: Bool
  /// Expiry of the client certificate; nil without one or if its dates cannot be read.
  package let clientCertificateExpiry: Timestamp?
  /// The latest expiry of the certificate authorities.
  package let authorityExpiry: Timestamp?
  /// PEM; nil selects the system's authorities.
  let authorities: [UInt8]?
  let identity: Identity?
  let token: Token?
  let plugin: ExecPlugin?

  /// The parsed `cluster.server`.
  package struct Server: Hashable, Sendable, CustomStringConvertible {
    package let scheme: String
    /// Name or address, IPv6 without brackets.
    package let host: String
    package let port: UInt16
    /// Empty, or starts with a slash and does not end with one.
    package let pathPrefix: String

    package var description: String {
      "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)\(pathPrefix)"
    }
  }

  /// A kubectl command with this kubeconfig, for the user to run.
  func kubectl(_ arguments: String) -> String {
    let command = PathList.kubectl(path)
    return
      "\(command.hasPrefix("KUBECONFIG=") ? "env " : "")\(command) --context \(context.shellWord) \(arguments)"
  }

  /// Client certificate and key as PEM.
  struct Identity: Hashable, Sendable {
    let certificate: Secret<[UInt8]>
    let key: Secret<[UInt8]>
  }

  /// A bearer token. If both are set, the file takes precedence, as in client-go, and `inline` is the fallback if it
  /// cannot be read.
  struct Token: Hashable, Sendable {
    let inline: Secret<String>?
    /// Read before every poll, because it may be renewed.
    let file: String?
  }
}
