extension HiddenTexts {
  /// A scheme of authorization after names other than `Authorization`.
  static let schemesOfValues = [
    "token: Bearer ⟦hunter2⟧", "token=Bearer ⟦hunter2⟧", "auth: Basic ⟦YW5uOng=⟧", "X-Token: Bearer ⟦x⟧",
    "X-Auth-Token: Bearer ⟦x⟧", "accessToken: Bearer ⟦x⟧", "credentials: Bearer ⟦x⟧", "secret: Bearer ⟦x⟧",
    "api key: Token ⟦x⟧", #"--header "X-Token: Bearer ⟦x⟧""#, "GET https://x/token: Bearer ⟦x⟧",
    "https://x/secret: ApiKey ⟦x⟧", "Authorization: Bearer token ⟦x⟧",
    "Authorization: Bearer token ⟦hunter2⟧ end",
    "password: Bearer ⟦x⟧", "log in: token=⟦abc-secret⟧ https://h/x", "password=⟦my-key⟧ next",
    "X-Api-Key: ApiKey ⟦x⟧", "jwt: bearer ⟦x⟧", "X-Vault-Token: Bearer ⟦x⟧, next: y",
    "Proxy-Token: Digest ⟦username=\"ann\", response=\"x\"⟧", "clientSecret: Basic ⟦hunter2⟧",
    "token: token ⟦Abc12345⟧", "refresh_token: DPoP ⟦x⟧", "-H 'PRIVATE-TOKEN: Bearer ⟦x⟧' h",
    "Authorization: Bearer <⟦hunter2⟧>", "token: Bearer <⟦hunter2⟧>",
  ]

  /// The value is on the line after the name, or on several lines.
  static let lines = [
    "password=\n⟦hunter2⟧", "password:\n⟦hunter2⟧", "password:\n⟦hunter2⟧\nuser=ann", #"token: \n⟦hunter2⟧"#,
    #"password=\n⟦hunter2⟧\nuser=ann"#, "Authorization: Bearer\n⟦hunter2⟧",
    "Authorization: Bearer\n  ⟦hunter2⟧\nA: b",
    "Cookie: ⟦a=b\n session=hunter2⟧", "Cookie: ⟦a=b;\n\tsession=hunter2⟧\nHost: x",
    "token: Bearer\n⟦hunter2⟧",
    "API key:\n⟦Abc123⟧\n", "client_secret =\n⟦hunter2⟧", "Password:\r\n⟦hunter2⟧\r\n",
    #"Token:\r\n⟦hunter2⟧\r\nx: y"#,
  ]

  /// Several words are a passphrase.
  static let words = [
    "password: ⟦two hunter2⟧", "passphrase: ⟦correct horse x⟧", "passphrase: ⟦correct horse battery staple⟧",
    "passphrase: ⟦correct horse⟧, user: ann", "password: ⟦very sesame⟧ user=ann",
    "passphrase: ⟦correct horse⟧\nnext",
    "password: ⟦two words⟧ is wrong", "mnemonic: ⟦abandon ability able about above absurd⟧",
  ]

  /// Flags with an attached password.
  static let attachedFlags = [
    "docker login -u ann -p⟦hunter2⟧", "helm registry login -p⟦hunter2⟧ h", "mongodump -p=⟦hunter2⟧",
    "ldapsearch -w⟦hunter2⟧ -b dc=x", "mongosh -u ann -p⟦x⟧", "docker login -p=⟦x⟧ h", "sqlcmd -P⟦x⟧ -S h",
    "ldappasswd -s⟦x⟧ -a⟦y⟧", "podman login -u ann -p⟦x⟧ quay.io", "unzip -P⟦x⟧ a.zip", "ssh-keygen -p -N⟦x⟧",
    "snmpget -A⟦x⟧ -X⟦y⟧ h", "ipmitool -P⟦x⟧ -H h",
  ]

  /// Dumps, tables and sentences.
  static let sentences = [
    #"Password:(string) "⟦x⟧""#, #"Password: (string) (len=7) "⟦x⟧""#,
    #"Token:(*string)(0xc000014070)("⟦x⟧")"#,
    "password <⟦hunter2⟧> rejected", "| password | ⟦x⟧ |", "│ token │ ⟦x⟧ │",
    "| user | ann |\n| password | ⟦x⟧ |",
    "TOKEN->⟦hunter2⟧", "%70assword=⟦x⟧", "p%61ssword=⟦x⟧&a=b", "?a=b&%74oken=⟦x⟧",
    "connect.sid=⟦s%3Ahunter2.y⟧",
    "Set connect.sid=⟦s%3Ahunter2⟧; Path=/", "GITHUB_TOKEN is set to ⟦x⟧", "env var TOKEN has value ⟦x⟧",
    "DB_PASSWORD set to ⟦hunter2⟧ in web", "the password was set to \"⟦x⟧\"", "the API_KEY equals ⟦x⟧",
  ]

  /// Shapes, and names in other languages.
  static let names = [
    "docker swarm join --token ⟦SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c⟧ h",
    "⟦SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv⟧", "⟦vercel_0123456789abcdefABCDEF01⟧",
    "⟦bot123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "POST /⟦bot123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧/send",
    "psk ⟦Abc123def⟧", "contraseña: ⟦x⟧", "senha=⟦x⟧", "пароль: ⟦x⟧", "密码: ⟦x⟧", "密码：⟦x⟧", "Пароль=⟦x⟧ end",
    "hasło: ⟦x⟧", "mot de passe : ⟦x⟧", "パスワード：⟦x⟧", "비밀번호: ⟦x⟧", "wachtwoord: ⟦x⟧", "токен: ⟦x⟧",
  ]

  static let values = schemesOfValues + lines + words + attachedFlags + sentences + names
}
