/// Reads known_hosts with ssh-keygen(1), which supports hashed names, and asks a host for its keys.
struct KnownHosts {
  let system: any SetupSystem

  /// The lines with keys of the host, without comments.
  func lines(of host: ResolvedHost) -> [String] {
    host.knownHosts.compactMap(system.person.expanded).flatMap { lines(of: host, in: $0) }
  }

  /// True if the file has a key of the host.
  func isListed(_ host: ResolvedHost, in file: String) -> Bool { !lines(of: host, in: file).isEmpty }

  private func lines(of host: ResolvedHost, in file: String) -> [String] {
    guard system.exists(file) else { return [] }
    let answer = system.run(CommandInvocation("ssh-keygen", ["-F", host.knownName, "-f", file]))
    return answer.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }

  /// `256 SHA256:… (ED25519)` for each key that the host offers now.
  func offered(by host: ResolvedHost) -> [String] {
    let scan = system.run(
      CommandInvocation("ssh-keyscan", ["-T", "5", "-p", host.port, "--", host.hostName]))
    guard !scan.output.isEmpty else { return [] }
    var call = CommandInvocation("ssh-keygen", ["-l", "-f", "-"])
    call.input = scan.output
    return system.run(call).text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 4 else { return nil }
      return "\(words[1]) \(words[words.count - 1])"
    }
  }
}
