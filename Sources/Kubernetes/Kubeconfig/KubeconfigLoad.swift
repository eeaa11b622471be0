package import Health
internal import YAML

extension Kubeconfig {
  /// Reads one context of one file. Nothing is executed and nothing is asked over a network.
  ///
  /// - Parameters:
  ///   - path: `~` is expanded; paths inside are relative to the file.
  ///   - context: nil: the file's `current-context`.
  /// - Throws: `PollFailure` with code `.kubeconfig`, which names the file, the place in it and a remedy.
  package static func load(path: String, context: String? = nil) throws(PollFailure) -> Kubeconfig {
    let reader = try KubeconfigReader(path: FileContents.expandingTilde(path))
    let wanted = if let context { context } else { try reader.currentContext }
    guard let context = wanted else {
      throw PollFailure(
        code: .kubeconfig, message: "kubeconfig \(reader.path) has no current-context",
        remedy: "Set kubernetes.context: kubectl --kubeconfig \(reader.path) config get-contexts")
    }
    let chosen = try reader.entry(context, in: "contexts", under: "context")
    guard let clusterName = try reader.text("cluster", of: chosen) else {
      throw reader.fail("the context \(context) names no cluster", at: chosen)
    }
    let cluster = try reader.entry(clusterName, in: "clusters", under: "cluster")
    let user: YAMLNode? =
      if let name = try reader.text("user", of: chosen) {
        try reader.entry(name, in: "users", under: "user")
      } else {
        nil
      }
    if let user { try reader.refuseUnsupported(user) }
    if let proxy = cluster.mapping?["proxy-url"], !proxy.isNull {
      throw reader.fail(
        "proxy-url is not supported: the API is reached through the tunnel", at: proxy,
        remedy: "Remove proxy-url, or use a context without it.")
    }

    let authorities = try reader.certificate(
      "certificate-authority", of: cluster, mustHold: { $0 == "CERTIFICATE" || $0 == "TRUSTED CERTIFICATE" })
    let isInsecure = try reader.flag("insecure-skip-tls-verify", of: cluster)
    if isInsecure, authorities != nil {
      throw reader.fail(
        "certificate-authority and insecure-skip-tls-verify exclude each other", at: cluster,
        remedy: "Remove insecure-skip-tls-verify.")
    }
    let identity: Identity? = if let user { try reader.identity(of: user) } else { nil }
    let token: Token? = if let user { try reader.token(of: user) } else { nil }
    guard let url = try reader.text("server", of: cluster) else {
      throw reader.fail("the cluster \(clusterName) has no server", at: cluster)
    }
    let hasTLSSettings = isInsecure || authorities != nil || identity != nil
    guard let server = Server(url: url, hasTLSSettings: hasTLSSettings) else {
      throw reader.fail(
        "server is not a URL like https://127.0.0.1:6443", at: cluster.mapping?["server"] ?? cluster)
    }
    return Kubeconfig(
      path: reader.path, context: context, server: server,
      tlsServerName: try reader.text("tls-server-name", of: cluster), isInsecure: isInsecure,
      clientCertificateExpiry: identity.flatMap { X509Validity(pem: $0.certificate.value)?.notAfter },
      authorities: authorities, identity: identity, token: token)
  }
}

extension KubeconfigReader {
  /// Ways to sign in that would run a program, or that API servers no longer know.
  fileprivate func refuseUnsupported(_ user: YAMLNode) throws(PollFailure) {
    let refused = [
      ("exec", "the exec plugin is not supported: the guard runs no command from a kubeconfig"),
      ("auth-provider", "auth-provider was removed from Kubernetes and is not supported"),
      ("username", "a user name and password are not supported by API servers any more"),
      ("password", "a user name and password are not supported by API servers any more"),
      ("as", "impersonation (as) is not supported"), ("as-uid", "impersonation (as-uid) is not supported"),
      ("as-groups", "impersonation (as-groups) is not supported"),
      ("as-user-extra", "impersonation (as-user-extra) is not supported"),
    ]
    for (key, reason) in refused {
      guard let value = user.mapping?[key], !value.isNull else { continue }
      throw fail(reason, at: value, remedy: "Use a context whose user has a client certificate or a token.")
    }
  }

  /// `KEY-data` (base64) or `KEY` (a file); both at once are an error, as with kubectl.
  fileprivate func certificate(
    _ key: String, of node: YAMLNode, mustHold label: (Substring) -> Bool
  ) throws(PollFailure) -> [UInt8]? {
    let inline = try text("\(key)-data", of: node)
    let file = try text(key, of: node)
    let place = node.mapping?["\(key)-data"] ?? node.mapping?[key] ?? node
    if inline != nil, file != nil {
      throw fail("\(key) and \(key)-data are both there", at: place, remedy: "Remove one of the two.")
    }
    let pem: [UInt8]
    if let inline {
      guard let decoded = PEM.base64(inline) else { throw fail("\(key)-data is not base64", at: place) }
      pem = decoded
    } else if let file {
      let path = FileContents.resolve(file, beside: self.path)
      do throws(FileContents.Failure) {
        pem = try FileContents.read(path)
      } catch {
        throw fail(
          "\(key): \(path) \(error.words)", at: place,
          remedy: "Put the file there, readable for the guard's user: ls -l \(path)")
      }
    } else {
      return nil
    }
    guard PEM.contains(label: label, in: pem) else {
      throw fail("\(key) holds no PEM block of the right kind", at: place)
    }
    return pem
  }

  fileprivate func identity(of user: YAMLNode) throws(PollFailure) -> Kubeconfig.Identity? {
    let certificate = try self.certificate("client-certificate", of: user) { $0 == "CERTIFICATE" }
    let key = try self.certificate("client-key", of: user) { $0.hasSuffix("PRIVATE KEY") }
    switch (certificate, key) {
    case (nil, nil): return nil
    case (_?, nil): throw fail("there is a client certificate, but no client-key", at: user)
    case (nil, _?): throw fail("there is a client key, but no client-certificate", at: user)
    case (let certificate?, let key?):
      return Kubeconfig.Identity(certificate: Secret(certificate), key: Secret(key))
    }
  }

  fileprivate func token(of user: YAMLNode) throws(PollFailure) -> Kubeconfig.Token? {
    let inline = try text("token", of: user)
    if let inline, !Kubeconfig.Token.isPrintable(inline) {
      throw fail("token has characters that no token has", at: user.mapping?["token"] ?? user)
    }
    let file = try text("tokenFile", of: user).map { [path] in FileContents.resolve($0, beside: path) }
    guard inline != nil || file != nil else { return nil }
    return Kubeconfig.Token(inline: inline.map { Secret($0) }, file: file)
  }
}
