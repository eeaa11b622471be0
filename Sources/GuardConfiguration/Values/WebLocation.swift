/// The address of a receiver of alerts.
package enum WebLocation: Hashable, Sendable {
  case address(WebAddress)
  /// An address that is a secret as a whole.
  case secret(SecretPlace)
}
