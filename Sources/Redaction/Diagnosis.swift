/// Words that say something about a credential where its value could be: `token: expired`, `password: must be
/// longer`.
enum Diagnosis {
  private static let words: Set<String> = [
    // States
    "expired", "invalid", "missing", "required", "denied", "revoked", "rejected", "refused", "unknown",
    "unauthorized", "unauthenticated", "forbidden", "failed", "failure", "error", "wrong", "incorrect", "bad",
    "empty", "blank", "absent", "present", "set", "unset", "unable", "unsupported", "malformed", "mismatch",
    "mismatched", "unexpected", "illegal", "exceeded", "disabled", "enabled", "locked", "changed", "updated",
    "unchanged", "rotated", "created", "deleted", "removed", "found", "ok", "valid", "accepted", "verified",
    "validated", "immutable", "optional", "ready", "pending", "stale", "unavailable", "ignored", "redacted",
    "hidden", "masked", "unspecified", "undefined", "unreadable", "truncated", "skipped", "provided",
    "no", "none", "null", "nil", "success", "succeeded", "successful", "done", "conflicting",
  ]
  /// Words that say it only if more words follow.
  private static let beginnings: Set<String> = [
    // Words that begin a sentence
    "not", "must", "should", "cannot", "can", "could", "does", "do", "is", "was",
    "are", "were", "has", "have", "may", "too", "the", "a", "an", "this", "that", "it", "if", "when", "while",
    "and", "or", "for", "from", "to", "of", "with", "in", "on", "at", "by", "as", "only", "because", "please",
    "use", "using", "see", "check", "got", "want", "expected", "need", "needs", "try", "you", "your", "we",
    // Beginnings of other errors
    "permission", "access", "timeout", "timed", "context", "connection", "dial", "eof", "http", "https",
    "open",
    "stat", "read", "parse", "parsing", "decode", "decoding", "json", "yaml", "field", "line", "user",
    "account", "request", "server", "client", "service", "policy", "authentication", "authorization",
    "verification", "validation", "signature", "audience", "issuer", "claim", "claims", "failing", "couldn't",
    "can't", "doesn't", "isn't", "unmarshal", "reading", "fetching", "getting", "loading",
    "get", "post", "put", "patch", "head", "delete", "serviceaccount", "serviceaccounts", "configmap",
    "configmaps", "length", "minimum", "maximum", "status", "inappropriate", "received", "contains",
    "exceeds", "rate", "quota", "limit", "operation", "internal", "handshake", "checksum", "lookup",
  ]

  /// - Parameter isContinued: True if more words follow.
  static func isWord(_ text: Slice<UnsafeBufferPointer<UInt8>>, isContinued: Bool) -> Bool {
    guard (1...16).contains(text.count) else { return false }
    var word = ""
    for byte in text {
      if byte == UInt8(ascii: "!") { continue }
      guard byte < 0x80 else { return false }
      word.unicodeScalars.append(Unicode.Scalar(byte.isUpper ? byte | 0x20 : byte))
    }
    return words.contains(word) || (isContinued && beginnings.contains(word))
  }
}
