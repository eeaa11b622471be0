internal import GuardConfiguration
internal import Tunnel

/// The drop-in that makes oceanid-forward.socket bind the ports of a configuration.
///
/// A generator asks for it at boot and at every daemon-reload, so that 'listen' is set in guard.yaml alone.
struct ForwardSocketUnit {
  let configuration: Configuration

  /// The ports that the service manager can bind. Unix sockets of forwards are the guard's own to make: their
  /// folder may be one that only the guard's user has.
  private var addresses: [String] {
    configuration.clusters.flatMap { $0.tunnel.forwards }.compactMap { forward in
      guard case .tcp = forward.listen else { return nil }
      return forward.listen.description
    }
  }

  /// Empty where the unit fits as it is installed.
  var dropIn: String {
    guard addresses != [Configuration.Forward.standard.listen.description] else { return "" }
    var text = "# What \(configuration.file ?? "the built-in configuration") says under 'listen'.\n"
    if addresses.isEmpty {
      // A socket unit must name an address, and this one has nothing to bind.
      return text + "[Unit]\nConditionPathExists=!/\n"
    }
    // The empty line takes back what the unit itself names.
    text += "[Socket]\nListenStream=\n"
    return text + addresses.map { "ListenStream=\($0)\n" }.joined()
  }
}
