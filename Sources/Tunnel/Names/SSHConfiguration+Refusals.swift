internal import GuardTypes
internal import SSH

// What of ssh_config can't be honoured, or only in part.

extension SSHConfiguration {
  /// Options that change who is trusted, who logs in or from where: refused by name, never passed over.
  func refuse(_ host: String, _ configFiles: [String]) throws(TunnelFailure) {
    func refuse(_ option: String, _ why: String, _ instead: String) throws(TunnelFailure) {
      throw TunnelFailure(
        .config, "\(option) is set for \(host), and \(why)",
        remedy: "override it: Host \(host) / \(instead)", files: configFiles)
    }
    if let value = self["bindinterface"] {
      throw TunnelFailure(
        .config, "BindInterface \(value) is set for \(host), and the guard binds to addresses only",
        remedy: "leave it out for this host, or use BindAddress", files: configFiles)
    }
    if self["proxycommand"] != nil, self["proxyusefdpass"] == "yes" {
      try refuse(
        "ProxyUseFdpass yes", "the guard talks to a ProxyCommand over its standard input and output",
        "ProxyUseFdpass no")
    }
    if let value = self["knownhostscommand"] {
      try refuse(
        "KnownHostsCommand \(value)", "the guard takes host keys from files only", "KnownHostsCommand none")
    }
    if let value = self["pubkeyauthentication"], ["no", "false"].contains(value) {
      try refuse(
        "PubkeyAuthentication no", "the guard logs in with keys and nothing else", "PubkeyAuthentication yes")
    }
    if let value = self["preferredauthentications"],
      !value.split(separator: ",").contains("publickey")
    {
      try refuse(
        "PreferredAuthentications \(value)", "the guard logs in with keys and nothing else",
        "PreferredAuthentications publickey")
    }
  }

  /// Lists of ssh_config can only take away from what is offered here.
  func algorithms(
    _ host: String, _ configFiles: [String]
  ) throws(TunnelFailure) -> Algorithms.Offer {
    var offer = Algorithms.Offer.all
    let lists: [(String, String, WritableKeyPath<Algorithms.Offer, [String]>)] = [
      ("hostkeyalgorithms", "HostKeyAlgorithms", \.hostKeys),
      ("kexalgorithms", "KexAlgorithms", \.keyExchange),
      ("ciphers", "Ciphers", \.ciphers), ("macs", "MACs", \.macs),
    ]
    for (keyword, name, list) in lists {
      guard let value = self[keyword] else { continue }
      let allowed = Set(value.split(separator: ",").map(String.init))
      let all = offer[keyPath: list]
      offer[keyPath: list] = all.filter(allowed.contains)
      if offer[keyPath: list].isEmpty {
        throw TunnelFailure(
          .config,
          "\(name) \(value) is set for \(host), and the guard (libssh2 \(SSHLibrary.version)) uses none of these",
          remedy: "override it: Host \(host) / \(name) +\(all[0])", files: configFiles)
      }
    }
    return offer
  }
}
