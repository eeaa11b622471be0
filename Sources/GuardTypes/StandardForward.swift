/// The forward of a cluster without `forwards`: to the API server, where K3s listens on its server.
package enum StandardForward {
  package static let listen = (host: "127.0.0.1", port: UInt16(16443))
  /// As the remote side resolves it.
  package static let target = (host: "localhost", port: UInt16(6443))
}
