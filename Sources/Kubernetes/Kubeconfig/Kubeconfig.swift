package import Health

/// What one context of a kubeconfig says: where the API server is, whom to trust, who we are.
///
/// Certificates and keys are held in memory and never written anywhere; a description shows none of them.
package struct Kubeconfig: Hashable, Sendable {
  /// The file, `~` expanded; several have colons between them, as KUBECONFIG takes them.
  package let path: String
  /// The context in use.
  package let context: String
  /// Every file that went into it, and those of the list that do not exist: what is to be read again when one of
  /// them changes.
  package let sources: [String]
  package let server: Server
  /// The name that the server's certificate must carry, where it is not the host.
  package let tlsServerName: String?
  /// `insecure-skip-tls-verify`: whoever answers is believed.
  package let isInsecure: Bool
  /// When the client certificate ends; nil where there is none, or its dates could not be read.
  package let clientCertificateExpiry: Timestamp?
  /// When the last of the certificate authorities ends.
  package let authorityExpiry: Timestamp?
  /// PEM; nil: the machine's own authorities.
  let authorities: [UInt8]?
  let identity: Identity?
  let token: Token?
  let plugin: ExecPlugin?

  /// `cluster.server`, taken apart.
  package struct Server: Hashable, Sendable, CustomStringConvertible {
    package let scheme: String
    /// Name or address, IPv6 without brackets.
    package let host: String
    package let port: UInt16
    /// Starts with a slash and ends with none, or is empty.
    package let pathPrefix: String

    package var description: String {
      "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)\(pathPrefix)"
    }
  }

  /// A command for a person's terminal, with this kubeconfig.
  func kubectl(_ arguments: String) -> String {
    "KUBECONFIG=\(path.shellWord) kubectl --context \(context.shellWord) \(arguments)"
  }

  /// Client certificate and key, PEM.
  struct Identity: Hashable, Sendable {
    let certificate: Secret<[UInt8]>
    let key: Secret<[UInt8]>
  }

  /// A bearer token. Where both are given the file wins, as with client-go, and `inline` is what is left
  /// when it can't be read.
  struct Token: Hashable, Sendable {
    let inline: Secret<String>?
    /// Read before every poll: its owner renews it.
    let file: String?
  }
}
