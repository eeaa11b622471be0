/// Words in the remedies for a kubeconfig.
package enum KubeconfigAdvice {
  /// In every remedy for a flaw that a new copy of the file mends, and in no other.
  package static let source = "from the control plane"
}
