internal import Curl
internal import GuardTypes
internal import Health

extension PollFailure {
  /// The failure of a request without a whole response.
  ///
  /// - Parameter hasBegun: a part of the response was received.
  init(_ error: CurlError, asking subject: Subject, of kubeconfig: Kubeconfig, hasBegun: Bool = false) {
    let detail = error.detail.saidByPeer()
    let server = kubeconfig.server.description
    let file = kubeconfig.path
    func failure(_ code: PollErrorCode, _ message: String, _ note: String) -> PollFailure {
      PollFailure(code: code, message: message, remedy: note)
    }
    let newKubeconfig =
      "copy the kubeconfig again (on k3s: \(KubeconfigAdvice.command) on the control plane) to \(file)"
    self =
      switch error.code {
      case .connect, .resolve:
        failure(
          .unreachable, "\(server) is unreachable: \(detail)",
          "check on the control plane that the API server is running: sudo systemctl status k3s")
      case .closed:
        failure(
          .unreachable,
          "\(server) closed the connection before it answered \(subject.name): \(detail)",
          kubeconfig.server.scheme == "http"
            ? kubeconfig.stepToHTTPS
            : "check on the control plane that the API server is running: sudo systemctl status k3s")
      case .timeout:
        PollFailure(
          code: .timeout, message: "\(subject.name): \(detail) (\(server))",
          step: subject.diagnosis(kubeconfig, of: hasBegun ? .cutOff : .store))
      case .cancelled:
        failure(
          .unreachable, "the poll was cancelled before it had \(subject.name)", "wait for the next poll")
      case .tooLarge:
        PollFailure(
          code: .badResponse, message: "\(subject.name): \(detail)",
          step: NextStep(
            command: kubeconfig.kubectl("get --raw \(String(error.path).shellWord) | wc -c"),
            note: "check the size of the list"))
      case .unwanted, .invalidResponse:
        failure(
          .badResponse, "\(subject.name): \(server) did not answer with valid HTTP: \(detail)",
          kubeconfig.server.scheme == "http"
            ? kubeconfig.stepToHTTPS : "check that the forward's target is the API server")
      case .serverCertificate(let fault):
        PollFailure(fault, error, server: server, file: file, newKubeconfig: newKubeconfig)
      case .clientCertificateRefused:
        failure(
          .tls, "\(server) rejects the client certificate of context \(kubeconfig.context): \(detail)",
          newKubeconfig)
      case .clientCertificateUnusable:
        failure(
          .kubeconfig,
          "the client certificate and key of context \(kubeconfig.context) in \(file) can't be used: \(detail)",
          newKubeconfig)
      case .authorityUnusable:
        failure(
          .kubeconfig, "certificate-authority in \(file) can't be used: \(detail)", newKubeconfig)
      case .closedDuringHandshake:
        // The tunnel accepts every connection and closes it if its target is unreachable.
        failure(
          .unreachable, "\(server) closed the connection during the TLS handshake: \(detail)",
          "check on the control plane that the API server runs and is the forward's target: sudo systemctl status k3s"
        )
      case .handshake:
        failure(
          .tls, "TLS handshake failed with \(server): \(detail)",
          "check that the forward's target is the API server's TLS port")
      case .setup:
        PollFailure(
          code: .unreachable, message: "the request for \(subject.name) failed: \(detail)",
          step: NextStep(
            command: "free -m", note: "check this machine's memory, and apt-cache policy libcurl4"))
      }
  }

  private init(
    _ fault: CurlError.CertificateFault, _ error: CurlError, server: String, file: String,
    newKubeconfig: String
  ) {
    let detail = error.detail.saidByPeer()
    let message: String
    let remedy: String
    switch fault {
    case .expired:
      message = "the certificate of \(server) has expired"
      remedy =
        "renew it (on k3s: sudo systemctl restart k3s on the control plane); check the clocks with date -u"
    case .notYetValid:
      message = "the certificate of \(server) is not valid yet"
      remedy = "compare the clocks: date -u on this machine and on the control plane"
    case .unknownAuthority:
      message = "the certificate of \(server) is signed by an authority that is not in \(file)"
      remedy = newKubeconfig
    case .nameMismatch:
      message = "the certificate of \(server) is for another name: \(detail)"
      remedy = "set tls-server-name in \(file) to a name in the certificate (on k3s: kubernetes)"
    case .other:
      message = "the certificate of \(server) is not accepted: \(detail)"
      remedy = newKubeconfig
    }
    self.init(code: .tls, message: message, remedy: remedy)
  }
}

extension CurlError {
  fileprivate var path: Substring { operation.split(separator: " ").last ?? "" }
}
