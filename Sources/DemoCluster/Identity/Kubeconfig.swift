/// The credential in a kubeconfig of the demo.
package enum Credential: Hashable, Sendable {
  case certificate(Certificates.Client)
  case token(String)
  case none
}

extension Certificates {
  /// The text of a kubeconfig with one cluster, one user and the context `default`.
  ///
  /// - Parameter isInline: embeds certificates as Base64 (`…-data`) instead of file paths.
  package func kubeconfig(
    port: Int, as credential: Credential = .certificate(.valid), trusting authority: String? = nil,
    isInline: Bool = true
  ) throws(DemoError) -> String {
    func line(_ key: String, _ path: String) throws(DemoError) -> String {
      isInline ? "    \(key)-data: \(try Files.base64(of: path))" : "    \(key): \(path)"
    }
    var user: [String]
    switch credential {
    case .certificate(let client):
      user = [
        try line("client-certificate", certificate(client)), try line("client-key", key(client)),
      ]
    case .token(let token): user = ["    token: \(token)"]
    case .none: user = []
    }
    if user.isEmpty { user = ["    {}"] }
    return
      ([
        "apiVersion: v1", "kind: Config", "clusters:", "- name: default", "  cluster:",
        "    server: https://127.0.0.1:\(port)",
        try line("certificate-authority", authority ?? self.authority),
        "users:", "- name: default", "  user:",
      ] + user + [
        "contexts:", "- name: default", "  context:", "    cluster: default", "    user: default",
        "current-context: default", "",
      ]).joined(separator: "\n")
  }

  /// Writes a kubeconfig that only its owner may read.
  package func writeKubeconfig(
    to path: String, port: Int, as credential: Credential = .certificate(.valid),
    trusting authority: String? = nil, isInline: Bool = true
  ) throws(DemoError) {
    try Files.write(
      try kubeconfig(port: port, as: credential, trusting: authority, isInline: isInline), to: path)
  }
}
