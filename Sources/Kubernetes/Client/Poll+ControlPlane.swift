internal import Curl
internal import GuardTypes
internal import Health

extension Poll {
  /// The state of K3s after a failed poll, as its port shows it.
  ///
  /// - Parameter ping: the answer to `GET /ping`, which the supervisor of K3s gives on the API server's port.
  /// - Returns: nil if it is not K3s, or if its API server answers.
  func controlPlane(of failure: PollFailure, ping: Result<Response, CurlError>) -> ControlPlaneState? {
    switch ping {
    case .success(let response):
      guard response.status == 200, response.body.prefix(8).elementsEqual("pong".utf8) else { return nil }
      return switch failure.code {
      case .unauthorized: .rejectsCredential
      // Until its API server runs, the supervisor answers for it with 503.
      case .unreachable: .notReady
      case .timeout: .hanging
      case .badResponse, .tunnelDown, .tls, .forbidden, .kubeconfig: nil
      }
    case .failure(let error):
      switch error.code {
      case .connect, .closed, .closedDuringHandshake: return hasAnswer ? nil : .down
      case .resolve, .timeout, .cancelled, .unwanted, .tooLarge, .serverCertificate,
        .clientCertificateRefused,
        .clientCertificateUnusable, .authorityUnusable, .handshake, .invalidResponse, .setup:
        return nil
      }
    }
  }
}

extension PollFailure {
  /// True if the state of the port may explain the failed poll.
  var asks: Bool {
    switch code {
    case .unreachable, .timeout, .unauthorized: controlPlane == nil
    case .tunnelDown, .tls, .badResponse, .forbidden, .kubeconfig: false
    }
  }

  func with(_ controlPlane: ControlPlaneState?) -> PollFailure {
    PollFailure(code: code, message: message, step: step, controlPlane: controlPlane)
  }
}
