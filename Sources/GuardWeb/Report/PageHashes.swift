/// The SHA-256 digests of the style and the script, in Base64, for the Content-Security-Policy of the report's file.
///
/// They are constants, because the client does not link libcrypto, which would delay each start. A test compares them
/// with the files and names the new values.
enum PageHashes {
  static let style = "5a0+I1yHK02vWV1pUDkZAf2WrtcqVpWvMWMIhCBQV4A="
  static let script = "iYC8yWF8Zu7wh0fOf+k+UMWK5SnPCSNVWthI9QSAuLM="
}
