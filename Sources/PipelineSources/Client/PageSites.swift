/// The sites with the pages of what an API describes. An address elsewhere has another source and is not shown.
struct PageSites: Hashable {
  /// The beginnings of addresses, each with its scheme, host and port: `https://github.com`.
  let origins: [String]

  /// The pages of `api.github.com` are at `github.com`, those of `api.SUB.ghe.com` at `SUB.ghe.com`, and those of an
  /// installation of one's own at the host of its API. An API on loopback is a proxy or a simulation of GitHub's.
  init(of address: APIAddress) {
    let host = address.host.lowercased()
    let name = host.contains(":") ? "[\(host)]" : host
    let isDefaultPort = address.port == (address.isEncrypted ? 443 : 80)
    let scheme = address.isEncrypted ? "https" : "http"
    let own = "\(scheme)://\(name)\(isDefaultPort ? "" : ":\(address.port)")"
    let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host)
    origins =
      [own] + (host.hasPrefix("api.") ? ["https://\(host.dropFirst(4))"] : [])
      + (isLoopback ? ["https://github.com"] : [])
  }

  /// True if the address is on one of the sites.
  func have(_ url: String) -> Bool {
    let url = url.lowercased()
    return origins.contains { url == $0 || url.hasPrefix("\($0)/") }
  }
}
