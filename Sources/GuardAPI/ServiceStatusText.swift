/// Words in the status text of the service (`systemctl status`) that other programs look for.
package enum ServiceStatusText {
  /// Part of the text while the tunnel of a cluster is up.
  package static let tunnelUp = "tunnel up"
}
