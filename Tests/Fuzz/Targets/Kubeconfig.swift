import GuardTypes
internal import Health

@testable internal import Kubernetes

extension FuzzTarget {
  /// A kubeconfig: the error for a rejected one contains a reason and a remedy, but no secret.
  static let kubeconfig = FuzzTarget("kubeconfig") { bytes in
    try ScratchFile.holding(bytes) { path in
      do {
        let kubeconfig = try Kubeconfig.load(path: path)
        try hold(kubeconfig.server.port > 0, "a server without a port")
        _ = kubeconfig.kubectl("version")
      } catch let failure as PollFailure {
        try hold(failure.code == .kubeconfig, "refused as \(failure.code)")
        try hold(failure.message.utf8.count < 16 << 10, "a message of \(failure.message.utf8.count) bytes")
      }
    }
  }

  /// The output of an exec plugin.
  static let execCredential = FuzzTarget("exec-credential") { bytes in
    do {
      let credential = try ExecCredential(bytes, apiVersion: "client.authentication.k8s.io/v1")
      try hold(credential.token != nil || credential.identity != nil, "nothing to sign in with")
    } catch let error as ExecCredential.Fault {
      try hold(!error.words.isEmpty, "refused without a word")
    }
  }

  /// Certificates in DER and PEM format.
  static let certificate = FuzzTarget("certificate") { bytes in
    _ = X509Validity(der: bytes)
    let all = X509Validity.all(pem: bytes)
    if let first = X509Validity(pem: bytes) {
      try hold(all.contains(first), "the first certificate is none of all")
    }
  }
}
