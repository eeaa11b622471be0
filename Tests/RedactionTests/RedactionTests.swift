import Testing

@testable import Redaction

@Suite struct RedactionTests {
  /// The last words of an error of the API server are its cause.
  @Test func endOfALongTextStays() {
    let filler = String(repeating: "spec.selector{app: web} ", count: 200)
    for end in ["field is immutable", "ключ неизменяем", "the password=hunter2 is wrong: field is immutable"]
    {
      let text = redacted("Deployment web: \(filler)\(end)")
      #expect(text.hasPrefix("Deployment web: spec.selector") && text.contains(" … "))
      #expect(text.hasSuffix(end.replacing("hunter2", with: "…")))
      #expect(text.utf8.count <= redactedTextLimit && redacted(text) == text)
    }
  }

  /// A credential that begins before the end of the text stays hidden there.
  @Test func longCredentialIsHiddenAtTheEnd() {
    for length in stride(from: 900, to: 6000, by: 97) {
      let secret = String(repeating: "s3cr3tV4lue", count: length / 11)
      for text in ["token=\(secret)", "error: token: \"\(secret)\"", "https://u:\(secret)@host/x failed"] {
        #expect(!redacted(text).contains("s3cr3t"), "\(length)")
        #expect(!redacted(String(repeating: "x ", count: 700) + text).contains("s3cr3t"), "\(length)")
      }
    }
  }

  private static let urls = [
    (
      "unable to clone 'https://ann:ghp_secret@github.com/x.git': no",
      "unable to clone 'https://…@github.com/x.git': no"
    ),
    ("https://token@host/a and http://b:c@d", "https://…@host/a and http://…@d"),
    ("https://user:pa/ss@host/x failed", "https://…@host/x failed"),
    (#"parse "https://u:p#w@host": invalid port"#, #"parse "https://…@host": invalid port"#),
    ("https://u:p@ss@host", "https://…@host"), ("redis://:p4ss@redis:6379/0", "redis://…@redis:6379/0"),
    ("postgresql://u:p@h1:5,h2:6/d?password=abc&x", "postgresql://…@h1:5,h2:6/d?password=…&x"),
    ("root:pw@tcp(db:3306)/x or ann:pw@db:5432/x", "root:…@tcp(db:3306)/x or ann:…@db:5432/x"),
    ("next=https%3A%2F%2Fu%3Ap%40host%2Fx", "next=https%3A%2F%2F…%40host%2Fx"),
    ("cut off: https://user:TOK", "cut off: https://…"),
    ("post https://hooks.slack.com/services/T0/B0/abc", "post https://hooks.slack.com/services/…"),
    ("https://discord.com/api/webhooks/1/ab x", "https://discord.com/api/webhooks/… x"),
    ("Receiver initialized for path: /hook/0a1b2c3d", "Receiver initialized for path: /hook/…"),
  ]

  private static let headers = [
    ("Authorization: Bearer eyJhbGciOi.x.y failed", "Authorization: Bearer … failed"),
    ("Authorization: Basic dXNlcjpw failed with 401", "Authorization: Basic … failed with 401"),
    ("authorization=Foo s3cr3t end", "authorization=Foo … end"),
    ("map[Authorization:[Basic dXNlcjpw] Accept:[*/*]]", "map[Authorization:[Basic …] Accept:[*/*]]"),
    (#"{"Authorization":"Bearer abc.def"}"#, #"{"Authorization":"Bearer …"}"#),
    (
      #"Authorization: Digest username="ann", realm="a b", response="6629" was refused"#,
      "Authorization: Digest … was refused"
    ),
    ("Proxy-Authorization: Negotiate YIIJ", "Proxy-Authorization: Negotiate …"),
    ("X-Vault-Token: abcdefgh", "X-Vault-Token: …"), ("Set-Cookie: sid=abc; Path=/ end", "Set-Cookie: … end"),
    ("got Bearer abcdef12 back", "got Bearer … back"), ("sent Basic dXNlcjpwYXNz", "sent Basic …"),
  ]

  private static let assignments = [
    ("GET /?token=abc&x=1", "GET /?token=…&x=1"), ("access_token%3Dabc%26x", "access_token%3D…%26x"),
    ("password=hunter2, next", "password=…, next"), ("password: hunter2 was wrong", "password: … was wrong"),
    ("password: correcthorse", "password: …"), ("password=pässwörd ü", "password=… ü"),
    (#"login with token="s3 cr3t" failed"#, #"login with token="…" failed"#),
    ("AWS_SECRET_ACCESS_KEY=abc GITHUB_TOKEN=def", "AWS_SECRET_ACCESS_KEY=… GITHUB_TOKEN=…"),
    ("AccountKey=abc/def+gh==;EndpointSuffix=x", "AccountKey=…;EndpointSuffix=x"),
    ("?sv=1&sig=ab%2Fc%3D&se=2", "?sv=1&sig=…&se=2"), ("clientSecret: \"a b\" x", "clientSecret: \"…\" x"),
    ("helm login --password hunter2 -u ann:pw host", "helm login --password … -u ann:… host"),
    (
      #"{"auths":{"ghcr.io":{"username":"ann","password":"a\"b","auth":"YW5uOnB3"}}}"#,
      #"{"auths":{"ghcr.io":{"username":"ann","password":"…","auth":"…"}}}"#
    ),
    (#"{\"ghcr.io\":{\"auth\":\"YW5uOnB3\"}}"#, #"{\"ghcr.io\":{\"auth\":\"…\"}}"#),
    ("data: {password: aHVudGVyMg==, user: YW5u}", "data: {password: …, user: YW5u}"),
  ]

  private static let shapes = [
    ("ghp_abcdef gho_abcdef ghs_abcdef ghu_abcdef", "… … … …"),
    ("github_pat_11AAA_bbb and glpat-abc-def", "… and …"), ("xoxb-123-456-abc, xapp-1-A0", "…, …"),
    ("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.", "…:…."),
    ("ASIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "… …"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig_x.", "jwt …."),
    ("pul-0123456789abcdef0123456789abcdef01234567 x", "… x"),
    ("K10abcdef0123456789abcdef::server:deadbeef x", "… x"), ("AGE-SECRET-KEY-1QQQQ", "…"),
    (
      "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "a (private key withheld) b"
    ),
    (#"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"#, "(private key withheld)"),
    ("client-key-data: LS0tLS1CRUdJTiBFQyBQUklWQVRF", "client-key-data: …"),
  ]

  @Test(arguments: urls + headers + assignments + shapes)
  func credentialsAreHidden(_ message: String, _ shown: String) {
    #expect(redacted(message) == shown)
    #expect(redacted(shown) == shown)
  }

  @Test(arguments: [
    "", "mail a@b.example", "https://github.com/x.git@main", "nginx:1.25@sha256:0123",
    "oci://ghcr.io:443/a/b@sha256:0123 ok", "ssh://git@github.com/x ssh://ann@host/x",
    "main@sha1:0123456789abcdef0123456789abcdef01234567", "invalid token: expired", "secret: not found",
    "invalid password: must be longer", "authorization: denied by policy", "Bearer token is missing",
    #"WWW-Authenticate: Bearer realm="https://ghcr.io/token""#, "Basic authentication failed",
    #"failed to get secret 'flux-system/github-token': secrets "github-token" not found"#,
    "unexpected token: } at 3", "password=${DB_PASSWORD} password: null", "token=***",
    #"Secret "app-secret" is invalid: type: Invalid value: "Opaque": field is immutable"#,
    "timeout waiting for: [Deployment/apps/web status: 'InProgress']", "-----BEGIN CERTIFICATE-----\nMIIE",
    "Helm install failed for release a/b with chart c@1.2.3: context deadline exceeded",
  ]) func ordinaryTextIsUnchanged(_ message: String) {
    #expect(redacted(message) == message)
  }

  /// The end of what is kept falls on every byte of a credential, and of the characters before it.
  @Test(arguments: 940...1040) func cutTextContainsNoPartOfACredential(before: Int) {
    for filler in ["x", "ü", "…", "🚢"] {
      let padding = String(repeating: filler, count: before / filler.utf8.count)
      for secret in ["https://user:TOKEN0123456789@host/", "password=TOKEN0123456789", "ghp_TOKEN0123456789"]
      {
        let text = redacted("\(padding) \(secret) \(String(repeating: "y", count: 400))")
        #expect(!text.contains("TOK"))
        #expect(text.utf8.count <= redactedTextLimit)
        #expect(!text.unicodeScalars.contains("\u{FFFD}"))
        #expect(text.contains("…") && text.hasSuffix("y"))
        #expect(redacted(text) == text)
      }
    }
  }

  @Test func unendedCredentialIsHiddenCompletely() {
    for beginning in ["https://user:", "password=", "-----BEGIN RSA PRIVATE KEY-----", "Bearer eyJ"] {
      #expect(!redacted(beginning + String(repeating: "Aa1", count: 100_000)).contains("Aa1"))
    }
  }

  @Test func limitsTheLength() {
    #expect(redacted(String(repeating: "x", count: 100_000)).utf8.count == redactedTextLimit)
    #expect(redacted(String(repeating: "x", count: 1024)) == String(repeating: "x", count: 1024))
  }
}
