internal import CLibCurl

/// The libcurl version in use.
package enum CurlLibrary {
  /// For example `7.88.1`.
  package static var version: String {
    // For example "libcurl/7.88.1 OpenSSL/3.0.19 …" (curl_version(3)).
    let words = String(cString: curl_version()).split(separator: " ")
    return words.first?.split(separator: "/").last.map(String.init) ?? "unknown"
  }
}
