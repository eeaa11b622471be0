/// Credentials with a known prefix.
struct TokenShape {
  private let beginning: StaticString
  /// The minimum number of bytes after the prefix.
  private let rest: Int
  private let alphabet: Alphabet

  enum Alphabet {
    /// Letters, digits, `_` and `-`.
    case word
    case capitals
    /// Base64 or base64url, in parts separated by dots.
    case encoded
    /// Up to a blank or a quote.
    case any
    /// Letters and digits.
    case alphanumeric
    /// Small digits of a hash.
    case hexadecimal
    /// Letters, digits, `+` and `/`.
    case base64
    /// Base64 in parts separated by `$` and `:`.
    case hash

    func contains(_ byte: UInt8) -> Bool {
      switch (self, byte) {
      case (.alphanumeric, _): byte.isAlphanumeric
      case (.base64, _): byte.isAlphanumeric || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
      case (.hexadecimal, _): byte.isDigit || (0x61...0x66).contains(byte)
      case (.capitals, 0x30...0x39), (.capitals, 0x41...0x5A): true
      case (.capitals, _): false
      case (.any, 0x21...0x7E): ![0x22, 0x27, 0x2C, 0x3C, 0x3E, 0x5C, 0x60].contains(byte)
      case (.any, _): false
      case (_, 0x30...0x39), (_, 0x41...0x5A), (_, 0x61...0x7A): true
      case (_, UInt8(ascii: "_")), (_, UInt8(ascii: "-")): true
      case (.hash, _): [0x24, 0x2B, 0x2E, 0x2F, 0x3A, 0x3D].contains(byte)
      case (.encoded, UInt8(ascii: ".")), (.encoded, UInt8(ascii: "+")), (.encoded, UInt8(ascii: "/")),
        (.encoded, UInt8(ascii: "=")), (.encoded, UInt8(ascii: "~")):
        true
      default: false
      }
    }
  }

  private init(_ beginning: StaticString, _ rest: Int = 4, _ alphabet: Alphabet = .word) {
    self.beginning = beginning
    self.rest = rest
    self.alphabet = alphabet
  }

  private static let all: [UInt8: [TokenShape]] = Dictionary(
    grouping: [
      // GitHub, GitLab, Bitbucket and Atlassian
      TokenShape("ghp_"), TokenShape("gho_"), TokenShape("ghs_"), TokenShape("ghu_"), TokenShape("ghr_"),
      TokenShape("github_pat_"), TokenShape("glpat-", 4, .encoded), TokenShape("gldt-"), TokenShape("glrt-"),
      TokenShape("glcbt-"), TokenShape("glptt-"), TokenShape("glft-"), TokenShape("glsoat-"),
      TokenShape("glimt-"), TokenShape("glagent-"), TokenShape("glffct-"), TokenShape("ATATT3", 16, .encoded),
      TokenShape("ATBB", 16),
      // AWS: ids of keys, and session tokens
      TokenShape("AKIA", 12, .capitals), TokenShape("ASIA", 12, .capitals),
      TokenShape("ABIA", 12, .capitals), TokenShape("ACCA", 12, .capitals),
      TokenShape("IQoJb3JpZ2lu", 8, .encoded), TokenShape("FwoGZXIvYXdz", 8, .encoded),
      // Chats
      TokenShape("xoxa-"), TokenShape("xoxb-"), TokenShape("xoxc-"), TokenShape("xoxd-", 4, .encoded),
      TokenShape("xoxe-"), TokenShape("xoxe."), TokenShape("xoxo-"), TokenShape("xoxp-"), TokenShape("xoxr-"),
      TokenShape("xoxs-"), TokenShape("xapp-"),
      // JSON Web Tokens and other JSON in base64, PEM in base64, the body of an OpenSSH key
      TokenShape("eyJ", 8, .encoded), TokenShape("LS0tLS1CRUdJTi", 8, .encoded),
      TokenShape("b3BlbnNzaC1rZXktdjE", 8, .encoded), TokenShape("AGE-SECRET-KEY-"),
      // A token to join a K3s cluster: K10, a hash, `::` and the secret
      TokenShape("K10", 24, .any),
      // Google, Vault, Pulumi, Docker and others
      TokenShape("AIza", 20), TokenShape("ya29.", 8, .encoded), TokenShape("GOCSPX-", 8),
      TokenShape("hvs.", 8, .encoded), TokenShape("hvb.", 8, .encoded), TokenShape("hvr.", 8, .encoded),
      TokenShape("pul-", 20), TokenShape("dckr_pat_"), TokenShape("dckr_oat_"), TokenShape("npm_", 20),
      TokenShape("pypi-", 16), TokenShape("sk-", 16), TokenShape("sk_live_"), TokenShape("sk_test_"),
      TokenShape("rk_live_"), TokenShape("rk_test_"), TokenShape("whsec_"), TokenShape("SG.", 16, .encoded),
      TokenShape("dop_v1_"), TokenShape("doo_v1_"), TokenShape("dor_v1_"), TokenShape("tskey-"),
      TokenShape("glsa_", 10), TokenShape("glc_", 10, .encoded), TokenShape("hf_", 16),
      TokenShape("nvapi-", 10), TokenShape("shpat_"), TokenShape("lin_api_"),
      TokenShape("sntrys_", 8, .encoded), TokenShape("gloas-"), TokenShape("GR1348941", 16),
      TokenShape("rubygems_", 16), TokenShape("PMAK-", 8), TokenShape("NRAK-", 16),
      TokenShape("dapi", 32, .alphanumeric), TokenShape("sq0atp-", 16), TokenShape("sq0csp-", 16),
      TokenShape("figd_", 8), TokenShape("CCIPAT_", 8), TokenShape("bkua_", 8),
      TokenShape("ops_eyJ", 8, .encoded), TokenShape("fm1_", 8, .encoded), TokenShape("fm2_", 8, .encoded),
      TokenShape("fo1_", 8), TokenShape("ATCTT3", 16, .encoded), TokenShape("r8_", 20),
      TokenShape("gsk_", 20),
      TokenShape("xai-", 20, .alphanumeric), TokenShape("sbp_", 20), TokenShape("cfut_", 16),
      TokenShape("cfk_", 16), TokenShape("EAAC", 48, .alphanumeric), TokenShape("vck_", 24),
      TokenShape("tk_", 29, .alphanumeric), TokenShape("CFPAT-", 20),
      TokenShape("sl.", 100, .encoded), TokenShape("shippo_live_", 16), TokenShape("rnd_", 24, .alphanumeric),
      TokenShape("pat-na1-", 20), TokenShape("pat-eu1-", 20), TokenShape("oy2", 40, .alphanumeric),
      TokenShape("ATTA", 48, .alphanumeric), TokenShape("mfa.", 48),
      TokenShape("key-", 32, .alphanumeric), TokenShape("1//0", 20), TokenShape("atlasv1.", 16),
      TokenShape("xwfp-"), TokenShape("HRKU-", 16), TokenShape("ntn_", 16),
      TokenShape("dp.pt.", 16, .encoded),
      TokenShape("dp.st.", 16, .encoded), TokenShape("dp.sa.", 16, .encoded), TokenShape("pscale_", 16),
      TokenShape("nfp_", 16),
      TokenShape("shpss_"), TokenShape("shpca_"), TokenShape("shppa_"), TokenShape("AKCp", 32),
      TokenShape("cmVmdGtu", 16), TokenShape("sntryu_", 16), TokenShape("sgp_", 16), TokenShape("EZAK", 32),
      TokenShape("EZTK", 32), TokenShape("fio-u-", 16), TokenShape("pnu_", 16), TokenShape("rdme_", 16),
      TokenShape("tfp_", 16), TokenShape("t1.", 40, .encoded), TokenShape("aio_", 16), TokenShape("LTAI", 12),
      TokenShape("dt0c01.", 16, .encoded), TokenShape("duffel_", 16), TokenShape("ico-", 24),
      TokenShape("CLOJARS_", 16), TokenShape("v1.0-", 64), TokenShape("cfat_", 16), TokenShape("cfoat_", 16),
      TokenShape("glrtr-"), TokenShape("AGE-PLUGIN-", 8), TokenShape("vsac_", 16), TokenShape("ATOA", 40),
      TokenShape("EAAAE", 24), TokenShape("SK", 32, .hexadecimal), TokenShape("phc_", 24),
      TokenShape("phx_", 24),
      TokenShape("lsv2_", 16), TokenShape("pplx-", 24), TokenShape("secret_", 40, .alphanumeric),
      TokenShape("A3-", 24), TokenShape("b.AAAAAQ", 60),
      TokenShape("SWMTKN-1-", 16), TokenShape("vercel_", 20, .alphanumeric),
      TokenShape("dp.ct.", 16, .encoded), TokenShape("dp.scim.", 16, .encoded),
      TokenShape("dp.audit.", 16, .encoded),
      // Matrix, NetBird, Honeycomb, SonarQube, Portainer
      TokenShape("syt_", 16), TokenShape("nbp_", 20), TokenShape("hcaik_", 16), TokenShape("hcxik_", 16),
      TokenShape("sqp_", 32, .alphanumeric), TokenShape("squ_", 32, .alphanumeric),
      TokenShape("sqa_", 32, .alphanumeric), TokenShape("ptr_", 40, .encoded),
      // Mail, databases and payments
      TokenShape("xkeysib-", 16), TokenShape("xsmtpsib-", 16), TokenShape("napi_", 32, .alphanumeric),
      TokenShape("sb_secret_", 8), TokenShape("rzp_live_", 8), TokenShape("rzp_test_", 8),
      TokenShape("CCDB1_", 16), TokenShape("pcsk_", 32), TokenShape("unkey_", 16),
      // Models, and data for them
      TokenShape("tvly-", 16), TokenShape("e2b_", 32, .alphanumeric), TokenShape("csk-", 40, .alphanumeric),
      TokenShape("wandb_v1_", 16), TokenShape("ion_", 32, .alphanumeric), TokenShape("zpka_", 24),
      TokenShape("tr_prod_", 16, .alphanumeric), TokenShape("tr_dev_", 16, .alphanumeric),
      // Clouds of Tencent and Yandex, Nostr
      TokenShape("AKID", 28, .alphanumeric), TokenShape("AQVN", 30), TokenShape("y0_", 32),
      TokenShape("nsec1", 58, .alphanumeric), TokenShape("ncryptsec1", 58, .alphanumeric),
      // Seeds of NATS: operator, account, user, server, cluster, curve
      TokenShape("SO", 52, .capitals), TokenShape("SA", 52, .capitals), TokenShape("SU", 52, .capitals),
      TokenShape("SN", 52, .capitals), TokenShape("SC", 52, .capitals), TokenShape("SX", 52, .capitals),
      // Hashes of passwords in databases
      TokenShape("SCRAM-SHA-256$", 12, .hash), TokenShape("SCRAM-SHA-1$", 12, .hash),
      TokenShape("pbkdf2_sha256$", 12, .hash), TokenShape("pbkdf2_sha512$", 12, .hash),
      TokenShape("md5", 32, .hexadecimal),
      // Compressed data: of a release of Helm, which is in a Secret, also encoded twice.
      TokenShape("H4sI", 60, .encoded), TokenShape("SDRzSU", 60, .encoded),
      // Keys without their first line: DER in base64. `keyEnd` finds the ones that are shorter.
      TokenShape("MII", 60, .encoded),
    ], by: { $0.beginning.utf8Start.pointee })

  /// The end of the credential that begins here; nil if none does.
  static func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    if let end = dottedEnd(in: bytes, at: start) ?? markedEnd(in: bytes, at: start)
      ?? botEnd(in: bytes, at: start) ?? TokenParts.end(in: bytes, at: start)
    {
      return end
    }
    // Types of security keys in SSH begin like the keys of an API.
    guard let shapes = all[bytes[start]],
      !bytes.starts(with: "sk-ecdsa-sha2-", at: start), !bytes.starts(with: "sk-ssh-ed25519", at: start)
    else { return nil }
    for shape in shapes {
      if let end = shape.end(in: bytes, at: start) { return end }
    }
    return nil
  }

  /// True for the last part of a path that is made of words: `github.com/org/ghp_tools`.
  private func isNameAfterSlash(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ rest: Range<Int>) -> Bool
  {
    start > 0 && bytes[start - 1] == UInt8(ascii: "/") && rest.count < 16
      && bytes[rest].allSatisfy {
        $0.isLower || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
      }
  }

  private func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    let head = start + beginning.utf8CodeUnitCount
    guard bytes.starts(with: beginning, at: start) else { return nil }
    var end = head
    // Of an uncertain shape, read a bounded part only.
    let limit = if case .any = alphabet { min(bytes.count, head + 512) } else { bytes.count }
    while end < limit, alphabet.contains(bytes[end]) { end += 1 }
    // The end of a sentence is not part of the token.
    while end > head, [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/")].contains(bytes[end - 1]) {
      end -= 1
    }
    guard end - head >= rest, !isNameAfterSlash(bytes, start, head..<end) else { return nil }
    if case .any = alphabet, !bytes[head..<end].contains(UInt8(ascii: ":")) { return nil }
    return end
  }
}

extension UnsafeBufferPointer<UInt8> {
  func starts(with text: StaticString, at start: Int) -> Bool {
    guard start >= 0, count - start >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { needle in
      for (offset, byte) in needle.enumerated() where self[start + offset] != byte { return false }
      return true
    }
  }

  /// True if the bytes are this text in any case. `text` is lower-case.
  func spells(_ text: StaticString, at start: Int) -> Bool {
    guard start >= 0, count - start >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { needle in
      for (offset, byte) in needle.enumerated() {
        let here = self[start + offset]
        guard here == byte || ((0x41...0x5A).contains(here) && here | 0x20 == byte) else { return false }
      }
      return true
    }
  }
}
