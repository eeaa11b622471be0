import TestSupport
import Testing

@testable import Redaction

/// The tables of texts with and without credentials.
@Suite struct RedactionTableTests {
  private static func parts(_ form: String) -> (text: String, shown: String, credentials: [String]) {
    let credentials = form.split(separator: "⟦").dropFirst(form.hasPrefix("⟦") ? 0 : 1).compactMap {
      $0.split(separator: "⟧", omittingEmptySubsequences: false).first.map(String.init)
    }
    let text = form.replacing("⟦", with: "").replacing("⟧", with: "")
    let shown = form.replacing(#/⟦[^⟧]*⟧/#, with: "…")
    return (text, shown, credentials)
  }

  private static let hiddenTexts =
    HiddenForms.all + HiddenTexts.all + HiddenMessages.all + HiddenStructures.all
  private static let keptTexts = KeptTexts.all + KeptErrors.all + KeptMessages.all + KeptStructures.all

  @Test func tablesAreLongEnough() {
    #expect(Set(Self.hiddenTexts).count >= 700)
    #expect(Set(Self.keptTexts).count >= 550)
    #expect(Self.hiddenTexts.allSatisfy { !Self.parts($0).credentials.isEmpty })
  }

  @Test(arguments: hiddenTexts) func credentialIsHiddenAndNothingElse(_ form: String) {
    let (text, shown, _) = Self.parts(form)
    #expect(redacted(text) == shown)
    #expect(redacted(shown) == shown, "a second time")
  }

  @Test(arguments: HiddenForms.privateKeys) func privateKeyIsHiddenAndNothingElse(_ form: String) {
    let (text, shown, _) = Self.parts(form)
    #expect(redacted(text) == shown.replacing("…", with: "(private key withheld)"))
    #expect(redacted(redacted(text)) == redacted(text))
  }

  @Test(arguments: keptTexts) func ordinaryTextIsUnchanged(_ text: String) {
    #expect(redacted(text) == text)
  }

  /// A line of a log has a time before and other fields after the text.
  @Test(arguments: hiddenTexts) func credentialIsHiddenWithinALog(_ form: String) {
    // Unlike a short credential, this word occurs nowhere else.
    guard !form.contains("\n"), let credential = Self.parts(form).credentials.first, credential == "x" else {
      return
    }
    let text = form.replacing("⟦x⟧", with: "zq9")
    #expect(!redacted("2026-01-02T03:04:05Z error: \(text)").contains("zq9"))
    #expect(!redacted("first line\n\(text)\nlast line").contains("zq9"))
  }

  /// Patterns at each of whose words a scanner might read far ahead.
  private static let hostile = [
    "a:", "a://", "a://b:c\"", "a%3a%2f%2f", "password=\"${", "password='${\"", "token:", "pass:", "-p ",
    "a-", "a.", "/a:%!", "/a:[x",
    "K10-", "a/", "a+", "key ", "    key", "-----BEGIN ", "-----END PRIVATE KEY-----", "eyJ-", "password=${",
    "password=a,", "token=no,", "<password>", #"\"password\":\""#, "\\", "%", "stringData:\n a: b\n", "$2b$",
    "password:\n", "a:b@", ":@a:", "Cookie: a;", "Authorization: a ", "AUTH ", "YWJj", "code=", "[",
    "password:[",
    "secret: a/", "&quot;password&quot;:&quot;", "a/b@", "''", "password='a''b", "password", "pw[", "value: ",
    "password -> ", "{\"kind\":\"Secret\",\"data\":", "\"", "PASSWORD_",
    "a:1/b ", "https://a:1/", "a:1/b@", "https://a:b c", "https://a:b@c ", "password: invalid value ",
    "password: got \"", "password: value \"x\" and ", "is not a valid password ",
    "\"x\" is a valid password ", "\" for --password", "for --password \"", "IDENTIFIED WITH a ",
    "SET PASSWORD ", "ACL SETUSER a >b ", "SETUSER ", "SETUSER \"", ">a ", "AUTH a b ",
    "pulumi config set --secret ", "config set ", "mc alias set a b ", "htpasswd -b ",
    "rabbitmqctl add_user ", "vault login ", "tsigSecret ", "aB_c ", "aSecret \"", "secret \"x\";",
    "secret \"", "Unseal Key 1: ", "key 1:", "/hooks/a/", "/hooks/", "/webhooks/", "{SSHA}", "{", "*", "*a",
    "curl -u", "-u", "dig -y ", "authorization: a-key ", "authorization: ", "sso-key a:b ", "\u{200b}",
    "a\u{200b}", "password=\u{200b}", "\u{1b}[", "\\u200b", "password+", "password += ", "SU", "dp.st.",
    "base64url.bearer.authorization.k8s.io.", "ghp_a value \"", "password: invalid ghp_aaaa value \"x\" ",
    "--from-literal=a=", "--from-literal=", "value: ", "token: oauth2: ", "token: A", "AaBb: ",
    "token: AaBb: ", "a.b.c: ", "curl -sSu", "user a on ", "\nuser a on >b", "for password \"x\" ",
    "value \"x\" for password ", "token: Bearer ", "token: Bearer", "Bearer ", "password=\n", "password:\\n",
    "Cookie: a=b\n ", "\n a=b", "password: a ", "a b ", "%70", "%70a", "p%61", "| password ", "| token | a ",
    "│",
    "пароль:", "密码", "contraseña", "TOKEN is set to ", "is set to ", "TOKEN->", "->a", "Token:(string) ",
    "(a)",
    "a/token: ", "a/token:v1", "/auth:", "volume \"token\": a ", "secret key: password ", "pass=3 ", "<a",
    "Bearer <a", "MHcCAQEE", "M=", "MII=", "MIIE\n",
    "MIIEowIBAAKCAQEAq6a4ebSS7E81uXWIrMZ9MIIEowIBAAKCAQEAq6a4ebSS7E81\n",
    "token: Abc123def456Ghi789\n  ", " token: Abc123def456Ghi789\\\n", "token: Abc123def456Ghi789\n    x\n",
    "password: !a ", "!a |\n  b\n", "PWD={a}}", "PWD={", "a:\\/\\/b:c\\/",
    "INSERT INTO a (b, password) VALUES ('",
    "into a (password) values (", "into a (", "INTO a (password) VALUES ('x'), ", "('x', 'y'), ",
    "name,password\n", "name,password", "a,password\na,b\n", "PASSWORD  A\n", "PASSWORD  ", "|password|\n",
    "|-|\n",
    "variable \"password\" { default = \"", "{ default = ", "<key>password</key>",
    "<key>password</key><string>a",
    "\\u0070", "\\u0070a", "cookie a=", "cookie ", "6162", "70", "MTE", "st.aaaa", "sl.",
    "--with-token ", "echo a |", "echo a | chpasswd ", "chpasswd <<< ", "<<< \"", "sudo -S ",
    "password=$(echo a",
    "password='a'\"", "password='a'b", "value:\"", "value: \u{201C}", "value:a,name:password,",
    "name:password ",
    "password:\n- ", "password:\n- \"", "- ", "tokens:[", "tokens:\n", "seed phrase: a ", "phrase ",
    "a%3a%40",
    "http://a%3a", "\u{A0}", "password\u{A0}", "\\t", "password\\t", "p\u{430}", "YTpi", "----BEGIN ",
    "----BEGIN PRIVATE KEY",
    "{password, \"", "(\"password\", \u{201C}", "(\"password\", \u{201C}is ", "\"password\", \u{201C}",
    "password→", "password → ", "→", "ⓟ", "ⓟ=", "𝐩", "{password, <<\"", "(password . \"", "[:password, \"is ",
    "password := a.b(", "a.b(", "'password='", "password -> \"", "\"password\" → ", "(\"a\", '",
    "<<\"password\">>", "token → password ", "tokens → ",
  ]

  private static let hostileStructures: [String] = [
    "password = <<EOT\n",
    "<<EOT\n",
    "chpasswd <<A\n",
    "chpasswd <<A ",
    "cat <<A | chpasswd\n",
    "password: <<<A\n",
    "password: Some(",
    "password: a(b(",
    "auth: a=b,",
    "--auth a=b,",
    "auth: a=\"",
    "auth: [a]\nb = ",
    "[a]\nb=",
    "auth: [a] b ",
    "chpasswd: a: |\n b\n",
    "sasl_passwd: [a]:1 b:c ",
    "sasl_passwd: [a",
    "password 'a' but got 'b' ",
    "password mismatch: a != b ",
    "password must be but is ",
    "password must ",
    "password for a is ",
    "password for ",
    "пароль a b c: ",
    "пароль ",
    "login(a, b) ",
    "login(a, \"",
    "login (",
    "a:*:b:c:d ",
    "*:*:*:a:",
    "a:1234:",
    "*:",
    "hmac-sha256:a:",
    "TSIG a:",
    "hmac-",
    "createUser a SHA ",
    "createUser a SHA \"",
    "rocommunity ",
    "com2sec a ",
    "password 7 ",
    "stats auth a:",
    "<name>a.secret.key</name><value>",
    "<name>password</name>",
    "<name>",
    "name=\"password\"\r\n\r\n",
    "name=\"password\"\r\n",
    "name=\"password\"",
    "<value>",
    "env[0].name=TOKEN,env[0].value=",
    "a[0].value=",
    ".value=a,.name=token,",
    "-n a.password -v ",
    "--name a --value ",
    "--value ",
    "\\0",
    "\\0--token\\0a",
    "--token\\0",
    "\0-",
    "-\0",
    "-a\0",
    "\\x70",
    "\\160",
    "\\u{70}",
    "&#112;",
    "&#x70;",
    "\\\\\\u0070",
    "\\\\u0022password\\\\u0022:\\\\u0022",
    "{\"kty\":\"a\",\"d\":\"",
    "\"d\":\"",
    "{Password: ",
    "Password: Auth: ",
    "https://ntfy.sh/",
    "https://ntfy.sh",
    "/webhook/",
    "token-aaaaa:",
    "kubeconfig-a",
    "0.f0f0",
    "sdk-",
    "robot$a",
    "oauth:",
    "AQ",
    "ключ ",
    "Schlüssel a b ",
    "secret set a --body ",
    "auth_pass ",
    "password:\n- a:b\n",
  ]

  /// A text that is four times as long takes about four times as long, and not sixteen times.
  ///
  /// A busy machine makes single measurements too long, so quadratic time is what all five attempts show.
  @Test(arguments: hostile + hostileStructures) func hostileTextTakesLinearTime(_ pattern: String) {
    func seconds(_ length: Int) -> Double {
      let text = String(
        decoding: repeatElement(Array(pattern.utf8), count: length / pattern.utf8.count + 1).joined().prefix(
          length),
        as: UTF8.self)
      // The time of the thread, because other tests run at the same time.
      let start = threadSeconds()
      _ = redacted(text, limit: 2 * length)
      return threadSeconds() - start
    }
    let isLinear = (0..<5).contains { _ in seconds(8 << 10) < 10 * max(seconds(2 << 10), 0.002) }
    #expect(isLinear)
  }

  @Test func mebibyteOfCredentialsIsHidden() {
    let text = String(repeating: "password=hunter2 ", count: (1 << 20) / 17)
    #expect(!redacted(text, limit: 2 << 20).contains("hunter2"))
    #expect(redacted(text).utf8.count <= redactedTextLimit)
  }
}
