internal import GuardConfiguration
internal import Tunnel

/// The drop-in that makes oceanid-forward.socket bind the ports of a configuration.
///
/// A generator requests it at boot and at every daemon-reload, so that 'listen' is set only in guard.yaml.
struct ForwardSocketUnit {
  let configuration: Configuration

  /// The ports that the service manager binds. The guard creates the Unix sockets of forwards itself, because
  /// only its user may have access to their folder.
  private var addresses: [String] {
    configuration.clusters.flatMap { $0.tunnel.forwards }.compactMap { forward in
      guard case .tcp = forward.listen else { return nil }
      return forward.listen.description
    }
  }

  /// Empty if the installed unit matches.
  var dropIn: String {
    guard addresses != [Configuration.Forward.standard.listen.description] else { return "" }
    var text = "# The 'listen' addresses of \(configuration.file ?? "the built-in configuration").\n"
    if addresses.isEmpty {
      // A socket unit needs an address, so disable this one, which has nothing to bind.
      return text + "[Unit]\nConditionPathExists=!/\n"
    }
    // The empty assignment removes the addresses of the unit itself.
    text += "[Socket]\nListenStream=\n"
    return text + addresses.map { "ListenStream=\($0)\n" }.joined()
  }
}
