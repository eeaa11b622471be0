/// Words in the remedies for a kubeconfig.
package enum KubeconfigAdvice {
  /// In every remedy for a flaw that a new copy of the file mends, and in no other.
  package static let source = "from the control plane"
  /// The file that K3s keeps current on its server.
  package static let serverFile = "/etc/rancher/k3s/k3s.yaml"
  /// Prints that file on the server.
  package static let command = "sudo cat \(serverFile)"
}
