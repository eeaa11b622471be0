internal import GuardTypes
package import Health
internal import YAML

extension Kubeconfig {
  /// Loads one context of a kubeconfig. It runs no program and makes no network request.
  ///
  /// - Parameters:
  ///   - path: one file, or several separated by colons, which are merged as kubectl merges KUBECONFIG. `~` is
  ///     expanded; paths inside a file are relative to it.
  ///   - context: nil selects `current-context`.
  /// - Throws: `PollFailure` with code `.kubeconfig`, which contains the file, the line and a remedy.
  package static func load(path: String, context: String? = nil) throws(PollFailure) -> Kubeconfig {
    let files = try KubeconfigFiles(list: path)
    let wanted = if let context { context } else { try files.currentContext }
    guard let context = wanted else {
      throw PollFailure(
        code: .kubeconfig, message: "kubeconfig \(files.list) has no current-context",
        remedy: "Set kubernetes.context: \(PathList.kubectl(files.list)) config get-contexts")
    }
    let chosen = try files.entry(context, in: "contexts", under: "context")
    guard let clusterName = try chosen.text("cluster") else {
      throw chosen.fail("the context \(context) names no cluster")
    }
    let cluster = try files.entry(clusterName, in: "clusters", under: "cluster")
    let user: KubeconfigEntry? =
      if let name = try chosen.text("user") {
        try files.entry(name, in: "users", under: "user")
      } else {
        nil
      }
    if let user { try user.refuseUnsupported() }
    if let proxy = cluster["proxy-url"], try cluster.text("proxy-url") != nil {
      throw proxy.fail(
        "proxy-url is not supported: the API is reached through the tunnel",
        remedy: "Remove proxy-url, or use a context without it.")
    }

    let authorities = try cluster.certificate(
      "certificate-authority", mustHold: { $0 == "CERTIFICATE" || $0 == "TRUSTED CERTIFICATE" })
    let isInsecure = try cluster.flag("insecure-skip-tls-verify")
    if isInsecure, authorities != nil {
      throw cluster.fail(
        "certificate-authority and insecure-skip-tls-verify exclude each other",
        remedy: "Remove insecure-skip-tls-verify.")
    }
    let identity: Identity? = if let user { try user.identity() } else { nil }
    let token: Token? = if let user { try user.token() } else { nil }
    guard let url = try cluster.text("server") else {
      throw cluster.fail("the cluster \(clusterName) has no server")
    }
    guard let server = Server(url: url) else {
      throw (cluster["server"] ?? cluster).fail("server is not a URL like https://127.0.0.1:6443")
    }
    let tlsServerName = try cluster.text("tls-server-name")
    let description = ExecPlugin.Cluster(
      server: url, tlsServerName: tlsServerName, isInsecure: isInsecure, authorities: authorities)
    let plugin: ExecPlugin? =
      if let exec = user?["exec"] { try ExecPlugin(exec, of: cluster, described: description) } else { nil }
    return Kubeconfig(
      path: files.list, context: context, currentContext: (try? files.currentContext).flatMap(\.self),
      clusterName: clusterName,
      sources: files.paths
        + Kubeconfig.referenced([
          (cluster, "certificate-authority"), (user, "client-certificate"), (user, "client-key"),
        ]),
      server: server, tlsServerName: tlsServerName, isInsecure: isInsecure,
      clientCertificateExpiry: identity.flatMap { X509Validity(pem: $0.certificate.value)?.notAfter },
      authorityExpiry: authorities.flatMap { X509Validity.all(pem: $0).map(\.notAfter).max() },
      authorities: authorities, identity: identity, token: token,
      // A token in the kubeconfig takes precedence over the plugin, as in client-go.
      plugin: token == nil ? plugin : nil)
  }

  private static func referenced(_ keys: [(KubeconfigEntry?, String)]) -> [String] {
    keys.compactMap { entry, key in (try? entry?.path(key)) ?? nil }
  }
}

extension KubeconfigEntry {
  /// Refuses sign-in methods that API servers no longer support, and impersonation.
  fileprivate func refuseUnsupported() throws(PollFailure) {
    let refused = [
      ("auth-provider", "auth-provider was removed from Kubernetes and is not supported"),
      ("username", "a user name and password are not supported by API servers any more"),
      ("password", "a user name and password are not supported by API servers any more"),
      ("as", "impersonation (as) is not supported"), ("as-uid", "impersonation (as-uid) is not supported"),
      ("as-groups", "impersonation (as-groups) is not supported"),
      ("as-user-extra", "impersonation (as-user-extra) is not supported"),
    ]
    for (key, reason) in refused {
      guard let value = self[key] else { continue }
      throw value.fail(reason, remedy: "Use a context whose user has a client certificate or a token.")
    }
  }

  fileprivate func identity() throws(PollFailure) -> Kubeconfig.Identity? {
    let certificate = try self.certificate("client-certificate") { $0 == "CERTIFICATE" }
    let key = try self.certificate("client-key") { $0.hasSuffix("PRIVATE KEY") }
    switch (certificate, key) {
    case (nil, nil): return nil
    case (_?, nil): throw fail("there is a client certificate, but no client-key")
    case (nil, _?): throw fail("there is a client key, but no client-certificate")
    case (let certificate?, let key?):
      return Kubeconfig.Identity(certificate: Secret(certificate), key: Secret(key))
    }
  }

  fileprivate func token() throws(PollFailure) -> Kubeconfig.Token? {
    let inline = try text("token")
    if let inline, !Kubeconfig.Token.isPrintable(inline) {
      throw (self["token"] ?? self).fail("token contains invalid characters")
    }
    let file = try path("tokenFile")
    guard inline != nil || file != nil else { return nil }
    return Kubeconfig.Token(inline: inline.map { Secret($0) }, file: file)
  }
}
