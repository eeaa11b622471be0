import Testing

@testable import Redaction

/// Credentials in the forms of prose, objects, commands and tools.
@Suite struct RedactionFormsTests {
  private static let prose = [
    ("the password hunter2 is wrong", "the password … is wrong"),
    ("the password correct-horse is wrong", "the password … is wrong"),
    ("password 'correct horse' is wrong", "password '…' is wrong"),
    ("token Abc123def456 was rejected", "token … was rejected"),
    ("Incorrect API key provided: Abc123def456.", "Incorrect API key provided: …."),
    ("client_secret Abc123def456 is invalid", "client_secret … is invalid"),
    ("webhook secret Abc123def456", "webhook secret …"),
    ("machine github.com login ann password hunter", "machine github.com login ann password …"),
    ("ALTER USER ann IDENTIFIED BY 'hunter'", "ALTER USER ann IDENTIFIED BY '…'"),
    ("AUTH hunter22 failed", "AUTH … failed"), ("password(hunter2)", "password(…)"),
    ("private key: Abc123def456", "private key: …"), ("adminPass: hunter22", "adminPass: …"),
    ("Authorization: Abc123de and more", "Authorization: … and more"),
  ]

  private static let objects = [
    (#"{"name":"DB_PASSWORD","value":"a b"}"#, #"{"name":"DB_PASSWORD","value":"…"}"#),
    (#"{\"name\":\"DB_PASSWORD\",\"value\":\"a b\"}"#, #"{\"name\":\"DB_PASSWORD\",\"value\":\"…\"}"#),
    ("- name: DB_PASSWORD\n  value: hunter2", "- name: DB_PASSWORD\n  value: …"),
    ("{Name:DB_PASSWORD,Value:hunter2,ValueFrom:nil,}", "{Name:DB_PASSWORD,Value:…,ValueFrom:nil,}"),
    (#"<add key="ApiKey" value="a b"/>"#, #"<add key="ApiKey" value="…"/>"#),
    ("<password>hunter2</password> x", "<password>…</password> x"),
    (#"{".dockerconfigjson":"e30="}"#, #"{".dockerconfigjson":"…"}"#),
    ("tls.key: Abc123def456", "tls.key: …"),
    ("PASSWORD_2=hunter2 token_value=abc APP_SECRET_V1=def", "PASSWORD_2=… token_value=… APP_SECRET_V1=…"),
    ("ADMIN_PW=hunter2 pw=hunter2", "ADMIN_PW=… pw=…"), ("userPassword:: aHVu end", "userPassword:: … end"),
  ]

  private static let commands = [
    ("docker login -u ann -p hunter2 ghcr.io", "docker login -u ann -p … ghcr.io"),
    ("mysql -uroot -phunter2 db", "mysql -uroot -p… db"),
    ("sshpass -p hunter2 ssh host", "sshpass -p … ssh host"), ("sshpass -phunter2 ssh", "sshpass -p… ssh"),
    ("redis-cli -a hunter2 ping", "redis-cli -a … ping"),
    (#"["docker","login","-p","hunter2"]"#, #"["docker","login","-p","…"]"#),
    (#"["--password","hunter2"]"#, #"["--password","…"]"#), ("['--token', 'hunter2']", "['--token', '…']"),
    ("- --password\n- hunter2", "- --password\n- …"),
    ("join --token abcdef.0123456789abcdef end", "join --token … end"),
  ]

  private static let forms = [
    ("bootstrap abcdef.0123456789abcdef", "bootstrap …"),
    ("Vault s.Abcdefghijklmnopqrstuvwx", "Vault …"), (#"https:\/\/u:hunter2@host"#, #"https:\/\/…@host"#),
    ("https://u:hun ter2@host/", "https://…@host/"), ("//u:hunter2@host/x", "//u:…@host/x"),
    ("login failed for ann:hunter2@db.example", "login failed for ann:…@db.example"),
    ("post https://hooks.slack.com/triggers/T0/B0/abc", "post https://hooks.slack.com/triggers/…"),
    ("https://chat.example/hooks/abcdefghijk123456", "https://chat.example/hooks/…"),
    ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nabc", "(private key withheld)"),
    ("Private-Lines: 1\nabc", "Private-Lines: (private key withheld)"),
    ("PMAK-0123456789abcdef rubygems_0123456789abcdef0123", "… …"),
    ("fm2_lJPECAAAA r8_0123456789abcdef0123 x", "… … x"),
  ]

  @Test(arguments: prose + objects + commands + forms)
  func credentialsAreHidden(_ message: String, _ shown: String) {
    #expect(redacted(message) == shown)
    #expect(redacted(shown) == shown)
  }

  /// The end of what is kept falls on every byte of a credential, and of the name before it.
  @Test(arguments: prose + objects + commands + forms)
  func cutTextContainsNoPartOfACredential(_ message: String, _ shown: String) {
    guard message.contains("hunter2") else { return }
    for before in 1024 - message.utf8.count - 4...1026 {
      let text = redacted(
        "\(String(repeating: "x", count: before)) \(message) \(String(repeating: "y", count: 3000))")
      #expect(!text.contains("hun"))
    }
  }

  @Test(arguments: [
    "Access denied for user 'root'@'10.42.0.5' (using password: YES)", "token: [REDACTED]",
    "password: (unset)", "authorization: none", "password for user ann is wrong",
    "password authentication is disabled", "the password is wrong", "the token is expired",
    "token request failed", "secret \"app-token\" not found", "secret db-1-creds not found",
    "couldn't find key password in Secret apps/db", "API key is not valid", "secret key is missing",
    "the AWS Access Key Id does not exist", "private key does not match public key",
    "open /etc/tls.key: no such file or directory", "mkdir -p /var/lib", "docker run -p 8080:80 nginx",
    "docker login -p <token> HOST", "ssh -p 2222 host", "pass: 3 fail: 2", "NOAUTH Authentication required.",
    "s.example.com is unreachable", "sha256:8f5a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8",
    "main@sha1:5c2b8a7f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b", "pod 550e8400-e29b-41d4-a716-446655440000 is gone",
    "web-5d8f7c9b4-x2x7z on ip-10-0-1-2.eu-west-1.compute.internal", "ghcr.io/a/b:v1@sha256:0123456789abcdef",
    "name: LOG_LEVEL, value: debug2", "time=12:30@home", "yaml: unexpected token: x",
    "git@github.com:a/b.git",
  ]) func ordinaryTextIsUnchanged(_ message: String) {
    #expect(redacted(message) == message)
  }
}
