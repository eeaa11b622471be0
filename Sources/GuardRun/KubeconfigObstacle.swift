package import GuardAPI
import Health
import Platform

extension ClusterDocument {
  /// The reason why programs on this machine do not reach the cluster with the guard's kubeconfig; nil: they do.
  ///
  /// The guard reports what it saw at its last poll. The addresses of `localhost` are examined again, because another
  /// program may listen on one of them since then.
  package var kubeconfigObstacle: KubeconfigErrorDocument? {
    kubeconfigObstacle { PortListener.isListening(port: $0, host: $1) }
  }

  func kubeconfigObstacle(
    isListening: (_ port: UInt16, _ host: String) -> Bool
  ) -> KubeconfigErrorDocument? {
    if let kubeconfigError { return kubeconfigError }
    guard let server, let port = ClusterDocument.portOfLocalhost(server) else { return nil }
    let ours = ["127.0.0.1", "::1"].filter { host in
      let listen = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      return tunnel.forwards.contains { $0.listen == listen }
    }
    guard !ours.isEmpty,
      let otherListener = LoopbackName.otherListener(port: port, besides: ours, isListening: isListening)
    else { return nil }
    return KubeconfigErrorDocument(
      KubeconfigMismatch(
        server: server, localEnd: nil, isFarPort: false, otherListener: otherListener,
        step: NextStep(note: "name the address of the forward in the file's server line instead of localhost")
      ))
  }

  /// The port of `https://localhost:16443/path`; nil for another host.
  private static func portOfLocalhost(_ server: String) -> UInt16? {
    guard let scheme = server.firstRange(of: "://") else { return nil }
    let place = server[scheme.upperBound...].prefix { $0 != "/" }
    guard let colon = place.lastIndex(of: ":"), place[..<colon].lowercased() == "localhost" else {
      return nil
    }
    return UInt16(place[place.index(after: colon)...])
  }
}
