package import GuardTypes

/// The address of an alert receiver.
package enum WebLocation: Hashable, Sendable {
  case address(WebAddress)
  /// An address that is entirely secret.
  case secret(SecretSource)
}
