/// The SHA-256 digests of the style and the script, in Base64, for the Content-Security-Policy of the report's file.
///
/// They are constants, because the client does not link libcrypto, which would delay each start. A test compares them
/// with the files and names the new values.
enum PageHashes {
  static let style = "pBrDiAeeJjC14oSB5JQ3I6bYG7BsMDKgFcmkgQtM4bQ="
  static let script = "jevRrL5SLXlCQrRJSFbitMd4y47Wg2EI8UPXCorB8Jg="
}
