/// Words in the status text of the service (`systemctl status`) that other programs look for.
package enum ServiceStatusText {
  /// Part of the text while the tunnel of a cluster is up.
  package static let tunnelUp = "tunnel up"
  /// Part of the text while no tunnel was ever up, because of a mistake in the configuration of each: such a guard does
  /// nothing until a person acts.
  package static let unusable = "no cluster can be reached with this configuration"
}
