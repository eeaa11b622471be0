/// The beginnings of errors where the value of a credential could be: `token: oauth2: cannot fetch token`.
enum ErrorText {
  /// Packages, protocols and formats that begin an error, before a colon.
  private static let sources: Set<String> = [
    "acme", "adal", "aes", "age", "apierror", "argon2", "asn1", "auth", "authn", "authz", "aws", "azidentity",
    "azure", "base32", "base64", "bcrypt", "bcrypt_pbkdf", "bufio", "bytes", "certmanager",
    "chacha20poly1305",
    "cipher", "client", "cms", "cookie", "cose", "crypto", "csr", "curl", "der", "dns", "docker", "ecdh",
    "ecdsa",
    "ec2", "ecr", "ed25519", "elliptic", "eof", "exec", "fs", "gcm", "gcp", "gcs", "git", "github", "go",
    "google",
    "gpg", "grpc", "gssapi", "helm", "hex", "hkdf", "hmac", "hpack", "http", "http2", "https", "iam", "io",
    "ioutil",
    "jose", "json", "jwe", "jwk", "jwks", "jws", "jwt", "k3s", "k8s", "kerberos", "keyring", "kms", "krb5",
    "kube",
    "kubelet", "ldap", "ldaps", "libssh2", "lookup", "mongo", "msal", "mysql", "nacl", "nats", "net", "netrc",
    "oauth", "oauth1", "oauth2", "ocsp", "oidc", "openpgp", "openssl", "opa", "os", "pam", "pbkdf2", "pem",
    "pgp",
    "pgx", "pkcs1", "pkcs11", "pkcs12", "pkcs7", "pkcs8", "pq", "psk", "radius", "rbac", "redis", "registry",
    "rfc2136",
    "rpc", "rsa", "s3", "saml", "sasl", "scram", "scrypt", "sftp", "sha1", "sha256", "sha512", "sigv4",
    "smtp",
    "sops", "spnego", "sql", "ssh", "sso", "strconv", "sts", "tcp", "tls", "toml", "totp", "udp", "unix",
    "url",
    "utf8", "vault", "webauthn", "webhook", "openssh", "websocket", "x509", "xml", "yaml", "zip",
  ]
  /// Errors of OAuth 2.0 (RFC 6749 §5.2 and §4.1.2.1, RFC 6750 §3.1, RFC 8628 §3.5).
  private static let codes: Set<String> = [
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "access_denied", "unsupported_response_type", "server_error", "temporarily_unavailable",
    "invalid_token", "insufficient_scope", "authorization_pending", "slow_down", "expired_token",
    "interaction_required", "login_required", "consent_required", "bad_verification_code", "not_found",
    "permission_denied", "bad_request",
  ]
  /// Words that other programs print in capital letters.
  private static let capitals: Set<String> = [
    "EOF", "WRONGPASS", "NOAUTH", "NOPERM", "HTTP", "LDAP", "PEM", "DER", "HMAC", "RBAC", "TLS", "SSL", "SSH",
    "JWT",
    "OIDC", "SAML", "JSON", "YAML", "RSA", "ECDSA", "DNS", "TCP", "SQL", "API", "URL", "SASL", "SCRAM",
    "ERROR",
    "FATAL", "ERR", "NXDOMAIN", "SERVFAIL", "BADSIG", "BADKEY", "BADTIME", "NOTAUTH", "REFUSED", "ETIMEDOUT",
    "ECONNREFUSED", "ENOENT", "EACCES", "EPERM",
  ]
  /// Nouns that begin a sentence about the credential: `password: String length must be …`.
  private static let nouns: Set<String> = [
    "header", "secret", "value", "values", "input", "key", "string", "integer", "number", "object", "type",
    "element",
  ]
  /// Words within the names of errors: `ExpiredToken`, `SignatureDoesNotMatch`.
  private static let parts: Set<String> = [
    "error", "exception", "denied", "invalid", "expired", "not", "no", "fail", "failed", "failure",
    "unauthorized",
    "mismatch", "missing", "exceeded", "throttling", "unsupported", "malformed", "timeout", "forbidden",
    "unknown",
    "unauthenticated", "unrecognized", "incomplete", "inactive", "disabled", "revoked", "required",
  ]
  /// Words after the number of a status.
  private static let reasons: Set<String> = [
    "Unauthorized", "Forbidden", "Bad", "Not", "Too", "Internal", "Service", "Gateway", "Conflict", "Request",
    "Method",
    "Proxy", "Payment", "Unprocessable", "Locked", "OK", "Found", "Moved",
  ]
  /// Nouns after a number.
  private static let counted: Set<String> = [
    "attempt", "attempts", "tries", "try", "retries", "character", "characters", "chars", "bytes", "bits",
    "times",
    "errors", "error", "failures", "keys", "secrets", "tokens", "items", "entries", "files", "days", "hours",
    "minutes", "seconds", "of", "or", "found", "expired", "missing", "invalid", "remaining", "left", "more",
  ]

  /// - Parameters:
  ///   - hasColon: True if a colon and a blank follow.
  ///   - next: The next word; empty at the end of the text, and before a quote.
  ///   - continues: True if more text follows after blanks.
  static func begins(
    _ text: Slice<UnsafeBufferPointer<UInt8>>, hasColon: Bool, next: Slice<UnsafeBufferPointer<UInt8>>,
    continues: Bool
  ) -> Bool {
    guard (1...48).contains(text.count), text.allSatisfy({ $0 < 0x80 }) else { return false }
    let word = String(decoding: text, as: UTF8.self)
    let follower = String(decoding: next, as: UTF8.self)
    if codes.contains(word) || word == "EOF" { return true }
    if continues, !hasColon, nouns.contains(word.lowercased()) { return true }
    if capitals.contains(word) { return hasColon || !follower.isEmpty }
    if text.allSatisfy(\.isDigit), text.count <= 3 {
      return text.count == 3 && reasons.contains(follower) || text.count < 3 && counted.contains(follower)
    }
    guard hasColon, continues else { return false }
    let package = word.split(separator: "/").last.map(String.init) ?? word
    return sources.contains(package.split(separator: ".").first.map { $0.lowercased() } ?? "")
      || isNameOfError(text[(text.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? text.startIndex)...])
  }

  /// `ExpiredToken`, `AADSTS7000215`
  private static func isNameOfError(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    if text.starts(with: Array("AADSTS".utf8)) { return text.dropFirst(6).allSatisfy(\.isDigit) }
    guard text.first?.isUpper == true, text.allSatisfy({ $0.isUpper || $0.isLower }) else { return false }
    var words: [String] = []
    for byte in text {
      let letter = Character(Unicode.Scalar(byte.isUpper ? byte | 0x20 : byte))
      if byte.isUpper { words.append(String(letter)) } else { words[words.count - 1].append(letter) }
    }
    return words.count > 1 && words.contains(where: parts.contains)
  }
}
