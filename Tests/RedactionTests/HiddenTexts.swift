/// More texts with credentials between `⟦` and `⟧`, as programs print them. Each is shown as `…`, and nothing else
/// is.
enum HiddenTexts {
  /// Passwords with slashes and blanks in addresses.
  static let urls = [
    #"field "password": ⟦swordfish⟧ is too short"#, "Wrote kv/db/password: ⟦swordfish⟧",
    "https://⟦ann:12345/hunter⟧@h", "clone https://⟦ann:12345/hunter⟧@git.example/x.git failed",
    "https://⟦ann:pa/ss wd⟧@host/x", "https://⟦ann:correct horse battery⟧@h/x",
    "https://⟦ann.lee:12345/hunter⟧@git.example/x", "https://⟦ann:12345 hunter⟧@h/x",
    #""https://⟦ann:a b c d⟧@h/x": invalid"#, "ann:⟦12345/hunter⟧@h", "login ann:⟦pa/ss⟧@db.example failed",
    "ann:⟦12345/a/B7x⟧@h:5432/x", "postgres://⟦ann:a/b/c⟧@h/d", "https://⟦ann:a?b c⟧@h",
    "amqp://⟦ann:p w⟧@h:5672", "dial app:⟦hunter⟧@/x", "https://⟦admin:9000/s3cret⟧@minio.example:9000",
    "git clone https://⟦ci:8080/p@ss⟧@git.example/x",
    "fatal: unable to access 'https://⟦oauth2:12/ab⟧@gitlab.example/x.git/': 403",
    "redis://⟦default:1/2⟧@cache:6379", "postgresql://⟦app:p w d⟧@db/x", "amqp://⟦u:a b/c⟧@mq:5672/v",
    "ftp://⟦ann:1234 5678⟧@h/x", "mongodb://⟦u:p/w⟧@a:1,b:2/d", "mysql://⟦u:1 2⟧@h", "nats://⟦u:p w⟧@h:4222",
    "connect ann:⟦s3/cr3t⟧@10.0.0.5:22 failed",
  ]

  /// Schemes of authorization in any case.
  static let schemes = [
    "Authorization: sso-key ⟦K:S⟧", "authorization: api-key ⟦X⟧", "authorization: hmac ⟦X⟧",
    "authorization: hmac ⟦ann:c2ln⟧ end", "Authorization: hmac-sha256 ⟦X⟧", "authorization: token ⟦X⟧",
    "authorization: secret ⟦X⟧", "authorization: apikey ⟦ann:X⟧",
    #"authorization: signature ⟦keyId="a",algorithm="b",signature="c"⟧"#,
    "authorization: aws4-hmac-sha256 ⟦Credential=a, SignedHeaders=b, Signature=c⟧",
    "-H 'authorization: jwt ⟦X⟧'", #""authorization":"api-key ⟦X⟧""#, "authorization: private-token ⟦X⟧",
    "Authorization: GenieKey ⟦X⟧", "authorization: geniekey ⟦X⟧", "sso-key ⟦K12:S34⟧",
    "sent sso-key ⟦abc:def⟧ to host", "Proxy-Authorization: ntlm ⟦X⟧", "authorization: user-token ⟦X⟧",
    "authorization=hmac%20⟦X⟧", "authorization: x-api-key ⟦X⟧", "authorization: client-secret ⟦X⟧",
    "Authorization: apikey ⟦abc⟧", #"authorization: oauth ⟦oauth_token="x", oauth_signature="y"⟧"#,
    #"authorization: digest ⟦username="ann", response="x"⟧"#,
    "Authorization: HMAC-SHA256 ⟦Credential=a&Signature=b⟧", "authorization: OCPI ⟦X⟧",
    "authorization:sso-key ⟦a:b⟧", "map[authorization:[api-key ⟦X⟧]]", "X-Authorization: sso-key ⟦k:s⟧",
    "authorization: discourse-api-key ⟦x⟧",
  ]

  /// Names of several words without a separator.
  static let spoken = [
    "tsigSecret ⟦hunter⟧", "tsigSecret ⟦Abc123def=⟧ is invalid", "Unseal Key 1: ⟦x⟧",
    "Unseal Key 2: ⟦aBcDeFgh+1=⟧", "Recovery Key 1: ⟦x⟧", "Initial Root Token: ⟦x⟧",
    "hmac key ⟦Abc123def456⟧", "hmac key ⟦Abc123def456⟧ rejected",
    #"key "k" { algorithm hmac-sha256; secret "⟦abcd=⟧"; };"#, #"secret "⟦aGVsbG8gd29ybGQ=⟧";"#,
    "algorithm hmac-md5;\nsecret \"⟦x⟧\";", "the clientSecret ⟦Abc123def456⟧ is wrong",
    "tsig key ⟦Abc123def456⟧", "dbPassword    ⟦hunter⟧", "aws configure set aws_secret_access_key ⟦hunter⟧",
    "license key ⟦ABCD-1234-EFGH⟧", "deploy key: ⟦Abc123def456⟧", "session key ⟦Abc123def456⟧",
    "encryption key: ⟦Abc123def456⟧", "admin password ⟦Abc123def456⟧", "one-time password ⟦123456⟧ is wrong",
    "bootstrap token ⟦Abc123def456⟧", "hmacKey ⟦Abc123def⟧", #"rndc key: secret "⟦abcDEF123==⟧";"#,
    #"secret "⟦abcDEF123==⟧" ; "#, #"secret    "⟦dGVzdA==⟧";"#, "Unseal Key 5: ⟦abc+def/ghi=⟧",
    "Root Token: ⟦abc⟧", "Recovery key 3: ⟦abc⟧", "Generated password: ⟦abc⟧",
    "Your password is ⟦abc123⟧", "The generated password is: ⟦abc⟧", "Password is ⟦hunter2x⟧",
    "adminPassword ⟦hunter2x⟧", "rootPassword ⟦Abc⟧", "ssh key passphrase ⟦Abc123xyz⟧",
    "shared secret ⟦Abc123xyz⟧", "client secret = ⟦abc⟧",
    "https://prod.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sp=a&sig=⟦abc⟧",
  ]

  /// Values that a validation quotes.
  static let complaints = [
    #"password: invalid value "⟦x⟧""#, #"password: Invalid value "⟦x y⟧": too short"#,
    #"token: got "⟦x⟧", want a string"#, #"spec.password: Invalid value: "⟦x⟧": must be longer"#,
    #"password: Unsupported value: "⟦x⟧": supported values: none"#, #"apiKey: must be a string, got "⟦x⟧""#,
    #"password: expected string, received "⟦x⟧""#, #"password: value "⟦x⟧" is too short"#,
    "token: invalid value: '⟦x⟧'", #"invalid value "⟦x⟧" for flag --password"#,
    #"invalid argument "⟦x⟧" for "--token" flag: bad"#, #"password: does not match, got: "⟦x⟧""#,
    #"password: conflicting values "⟦x⟧" and "⟦y⟧""#, #"password: cannot parse "⟦x⟧" as int"#,
    #"password: illegal base64 data in "⟦x⟧""#, #""⟦x⟧" is not a valid password"#,
    "'⟦hunter2⟧' is an invalid token", #"password: invalid: "⟦x⟧""#, #"api key "⟦hunter⟧" is invalid"#,
    #"token "⟦Abc123def⟧" is invalid"#, "password: unexpected value ⟦hunter2⟧",
    "password: invalid value ⟦hunter2⟧", #"data.password: Not found: "⟦x⟧""#,
    "signing secret ⟦Abc123xyz⟧ invalid", #"password: "⟦x⟧" is too short"#,
    #"password: "⟦abc⟧" is too short"#, #"password "⟦abc⟧" does not meet requirements"#,
    #"invalid password "⟦abc⟧""#, #"invalid password: "⟦abc⟧""#, "bad password '⟦abc⟧'",
    #"password must not be "⟦abc⟧""#, #"password: invalid format: "⟦abc⟧""#,
    #"token: malformed value "⟦abc⟧""#, #"password: strconv.ParseInt: parsing "⟦abc⟧": invalid syntax"#,
    #"apiToken: must match regex, given "⟦abc⟧""#,
    #"spec.adminPassword: Invalid value: "⟦abc⟧": spec.adminPassword in body should be at least 8 chars long"#,
    #"stringData.password: Duplicate value: "⟦abc⟧""#, #"field "password": invalid value "⟦abc⟧""#,
    #""password" has invalid value "⟦abc⟧""#, #"flag --password: invalid value "⟦abc⟧""#,
    "invalid value '⟦abc⟧' for '--token <TOKEN>'", "error: invalid value '⟦abc⟧' for '--api-key': too short",
    "argument --password: invalid choice: '⟦abc⟧'", "wrong password '⟦abc⟧' for user ann",
    #"unexpected value "⟦abc⟧" for password"#, #"value "⟦abc⟧" for password is invalid"#,
    #"password=⟦invalid⟧ value "⟦x⟧""#, #"password: invalid ⟦ghp_AAAAAAAA⟧ value "⟦x⟧""#,
  ]

  /// Arguments of commands, and statements.
  static let commands = [
    "curl -u⟦X⟧ https://h", "curl -uann:⟦x⟧ https://h", "curl -sS -u ann:⟦x⟧ h", "nsupdate -y ⟦x⟧",
    "nsupdate -y hmac-sha256:name:⟦x⟧", "dig -y hmac-sha256:name:⟦x⟧ AXFR z", "nsupdate -y name:⟦x⟧ file",
    "CREATE USER ann IDENTIFIED WITH mysql_native_password BY '⟦x⟧'",
    "ALTER USER 'ann'@'%' IDENTIFIED WITH caching_sha2_password BY '⟦hunter⟧' REPLACE 'x'",
    "ALTER USER ann IDENTIFIED WITH mysql_native_password AS '⟦*ABC⟧'",
    "IDENTIFIED VIA mysql_native_password USING '⟦x⟧'", "IDENTIFIED WITH sha256_password BY '⟦x⟧'",
    "IDENTIFIED BY PASSWORD '⟦*ABC⟧'", "SET PASSWORD FOR 'ann'@'%' = '⟦x⟧'",
    "SET PASSWORD FOR ann = PASSWORD('⟦x⟧')", "SET PASSWORD = '⟦x⟧'", "SET PASSWORD TO '⟦x⟧'",
    "ALTER ROLE ann WITH PASSWORD '⟦x⟧'", "CREATE ROLE ann WITH LOGIN ENCRYPTED PASSWORD '⟦x⟧'",
    "ALTER LOGIN sa WITH PASSWORD = N'⟦x⟧'", "ACL SETUSER ann on >⟦hunter⟧ ~* +@all",
    "ACL SETUSER ann #⟦0123abc⟧ on", "acl setuser ann on nopass >⟦x⟧", "CONFIG SET requirepass ⟦x⟧",
    "AUTH ⟦ann hunter⟧", "HELLO 3 AUTH ⟦ann hunter⟧", "htpasswd -b file ann ⟦x⟧",
    "skopeo copy --src-creds ann:⟦x⟧ a b", "skopeo inspect --creds=ann:⟦x⟧ a",
    "etcdctl --user root:⟦x⟧ get a", "etcdctl --user=root:⟦x⟧ get a", "smbclient //h/s -U ann%⟦x⟧",
    "rabbitmqctl add_user ann ⟦x⟧", "rabbitmqctl change_password ann ⟦x⟧", "consul -token=⟦x⟧",
    "kubectl create secret generic db --from-literal=any=⟦x⟧", "pulumi config set --secret name ⟦x⟧",
    "ldappasswd -s ⟦x⟧ -D a", "vault login ⟦hunter⟧", "ssh-keygen -t rsa -N '⟦x⟧' -f y",
    "snmpwalk -v2c -c ⟦x⟧ h", "mc alias set a https://h ⟦K S⟧", "mc alias set a https://h ⟦AKEY SKEY⟧",
    "wget --http-password=⟦x⟧ h", "gpg --batch --passphrase ⟦x⟧ -d f",
    "helm upgrade a b --set auth.password=⟦x⟧,a=b", "helm upgrade a b --set-string auth.token=⟦x⟧",
    "oras login -u ann -p ⟦x⟧ h", "crane auth login -u ann -p ⟦x⟧ h", "openssl enc -k ⟦x⟧ -in f",
    "tailscale up --auth-key ⟦x⟧", #"curl -u"ann:⟦x⟧" h"#, "curl -u 'ann:⟦x⟧' h",
    "curl --user 'ann:⟦x y⟧' h", "nsupdate -y 'hmac-sha512:k:⟦x==⟧'", "dig @ns -y k:⟦x⟧ axfr z",
    "knsupdate -y hmac-sha256:k:⟦x⟧", "kdig -y hmac-sha256:k:⟦x⟧",
    "alter user ann identified with mysql_native_password by '⟦x⟧'",
    "CREATE USER ann IDENTIFIED WITH sha256_hash BY '⟦x⟧'",
    "CREATE USER ann IDENTIFIED WITH plaintext_password BY '⟦x⟧'", #"CREATE USER ann IDENTIFIED BY "⟦x⟧""#,
    "CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '⟦$A$005$x⟧'",
    #"SET PASSWORD FOR ann@h = PASSWORD("⟦x⟧")"#, "set password for 'ann' = '⟦x⟧'", "SET PASSWORD='⟦x⟧'",
    "ALTER USER ann SET PASSWORD '⟦x⟧'", "CREATE USER ann WITH PASSWORD '⟦x⟧' SUPERUSER",
    "CREATE ROLE ann PASSWORD '⟦x⟧'", "ALTER SYSTEM SET x = 'y' PASSWORD '⟦x⟧'",
    #""ACL" "SETUSER" "ann" "on" ">⟦x⟧""#, "ACL SETUSER ann reset on >⟦p1⟧ >⟦p2⟧ ~*",
    "user ann on >⟦x⟧ ~* +@all", "user default on #⟦0123456789abcdef⟧ ~*",
    "userPassword: {CRYPT}⟦$6$AAAAAAAAAAAAAAAA⟧", "curl -sSu ann:⟦x⟧ h", #""AUTH" "⟦hunter⟧""#,
    #""CONFIG" "SET" "requirepass" "⟦hunter⟧""#,
  ]

  /// Operators that assign or compare.
  static let operators = [
    "PASSWORD+=⟦x⟧", "PASSWORD?=⟦x⟧", "PASSWORD ||= '⟦x⟧'", #"password .= "⟦x⟧""#, "PASSWORD ?= ⟦x⟧",
    #"token += "⟦x⟧""#, #"password <- "⟦x⟧""#, "password==⟦x⟧", "password ~= '⟦x⟧'", #"PASSWORD+="⟦x y⟧""#,
    "DB_PASSWORD:=⟦x⟧", "password ??= '⟦x⟧'", "token|=⟦x⟧", "PASSWORD&=⟦x⟧", "$password .= '⟦x⟧';",
    #"if password == "⟦x⟧""#, #"password != "⟦x⟧""#,
  ]

  /// Tokens, paths of webhooks, and hashes of passwords.
  static let shapes = [
    "seed ⟦SUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧ x",
    "⟦SOAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦dp.st.prd.AAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "⟦dp.ct.AAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦dp.audit.AAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.⟦ZXlKaGJHY2lPaUpTVXpJMU5pSjk⟧, v4.channel.k8s.io",
    "POST /hooks/64b1c2d3/⟦AbCdEf123456⟧ 404",
    "https://chat.example/hooks/⟦64b1c2d3e4f5a6b7c8d9/AbCdEf123456⟧",
    "https://chat.example/hooks/1234/⟦AbCdEf123456⟧: 404", "{SSHA}⟦AAAAAAAAAAAAAAAA⟧",
    "userPassword: {SSHA}⟦AAAAAAAAAAAAAAAA⟧", "hash {SSHA512}⟦AAAAAAAAAAAAAAAA==⟧ end",
    "{CRYPT}⟦$6$AAAAAAAAAAAAAAAA⟧", "{PBKDF2-SHA256}⟦10000$AAAAAAAAAAA$AAAAAAA⟧",
    "⟦SCRAM-SHA-256$4096:AAAA$AAAA=:AAAA=⟧", "⟦pbkdf2_sha256$260000$AAAA$AAAA=⟧",
    "⟦*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19⟧", "https://uptime.example/api/push/⟦AbCdEf1234⟧?status=up",
    "https://gitlab.example/api/webhooks/123/⟦AbCdEf123⟧", "webhook secret: ⟦abc⟧",
    "NKEY SEED: ⟦SUABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWX⟧",
    "nk -inkey ⟦SAAABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWX⟧",
    "DOPPLER_TOKEN=⟦dp.st.dev.abc⟧", "base64url.bearer.authorization.k8s.io.⟦abc⟧",
    #""Sec-WebSocket-Protocol":["base64url.bearer.authorization.k8s.io.⟦abcdef⟧"]"#,
    "/hooks/abc123/⟦d41d8cd98f00b204⟧", "POST https://rocket.example/hooks/63f1/⟦aBcDeFgHiJkLmN⟧ 500",
    "https://mattermost.example/hooks/⟦xen8ajbgtpnzpkzd1ucnpyg9qa⟧", "https://ci.example/hook/⟦abc⟧",
    "https://x.webhook.office.com/webhookb2/⟦1-2@3/IncomingWebhook/abc/4⟧",
    "{SHA}⟦W6ph5Mm5Pz8GgiULbPgzG37mj9g=⟧", "{SSHA256}⟦abcdefgh==⟧",
    "{ARGON2}⟦$argon2id$v=19$m=1,t=1,p=1$abc$def⟧", "olcRootPW: {SSHA}⟦abcdefgh⟧",
    "⟦md50123456789abcdef0123456789abcdef⟧", "rolpassword ⟦md50123456789abcdef0123456789abcdef⟧",
  ]

  /// Output of Flux, cloudflared, K3s, databases and cloud providers.
  static let programs = [
    #"Post "https://api.telegram.org/bot⟦123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/sendMessage⟧": EOF"#,
    "warning: cannot overwrite table with non table for x.auth (map[password:⟦hunter⟧ user:ann])",
    "Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccessKey=⟦abc=⟧",
    "GET https://h/v2/token?account=ann&offline_token=true&refresh_token=⟦abc⟧",
    #"{"AccountTag":"a","TunnelSecret":"⟦YWJj⟧","TunnelID":"b"}"#,
    "{AccountTag:a TunnelSecret:[⟦1 2 3⟧] TunnelID:b}", #"invalid dsn "app:⟦hunter⟧@tcp(db:3306)/x""#,
    "STATEMENT:  ALTER USER app PASSWORD '⟦hunter⟧'",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password=⟦x⟧'", "OPTIONS (user 'ann', password '⟦x⟧')",
    "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET '⟦x⟧')", #"  + password : "⟦hunter⟧""#,
    #"  ~ dbPassword: "⟦old⟧" => "⟦new⟧""#, #""client_token":"⟦x⟧","accessor":"y""#,
    "CF-Access-Client-Secret: ⟦x⟧", "X-Auth-Key: ⟦x⟧",
    #"level=error msg="login failed" password=⟦x⟧ user=ann"#, "export AWS_SESSION_TOKEN=⟦x⟧",
    "//registry.npmjs.org/:_authToken=⟦x⟧", #"//h/:_password="⟦x⟧""#, "_auth=⟦YTpi⟧",
    "machine h login ann password ⟦x⟧", "s3://⟦KEY:SECRET⟧@bucket/x",
    "Failed to connect: mssql: sqlserver://⟦sa:x⟧@h:1433?database=d", "rclone: pass = ⟦x⟧",
    "GITHUB_APP_PRIVATE_KEY: ⟦abc⟧", "SOPS_AGE_KEY=⟦x⟧",
    "kubeconfig: users: [{name: a, user: {token: ⟦x⟧}}]",
    "client_id=a&client_secret=⟦x⟧&grant_type=client_credentials", #""identitytoken": "⟦x⟧""#,
    "x-vault-token: ⟦x⟧", #"curl -H "X-Vault-Token: ⟦x⟧" h"#, #"curl -H "Circle-Token: ⟦x⟧" h"#,
    "grpc metadata: map[authorization:[Bearer ⟦x⟧] user-agent:[y]]", "DATABASE_URL=postgres://⟦u:p⟧@h/d",
    "sentry dsn https://⟦0123456789abcdef⟧@o1.ingest.sentry.io/1", "WIREGUARD_PRIVATE_KEY=⟦x=⟧",
    "PrivateKey = ⟦x=⟧", "node-token: ⟦x⟧", "join k3s --token ⟦x⟧ --server https://h:6443",
    "K3S_TOKEN=⟦x⟧ K3S_URL=https://h:6443",
    "k3s: failed to validate token: ⟦K10aaaaaaaaaaaaaaaaaaaaaaaaaaaaa::server:x⟧",
    "cloudflared tunnel run --token ⟦eyJhIjoiYWJjIn0⟧", "cloudflared service install ⟦eyJhIjoiYWJjIn0⟧",
    "restic: RESTIC_PASSWORD=⟦x⟧", "velero: aws_secret_access_key=⟦x⟧", "minio: MINIO_ROOT_PASSWORD: ⟦x⟧",
    "longhorn: AWS_SECRET_ACCESS_KEY:⟦x⟧", #"oauth2: "invalid_grant" response: {"refresh_token":"⟦x⟧"}"#,
    "Login-Password: ⟦x⟧", "set system login user ann authentication plain-text-password ⟦Abc123def⟧",
  ]

  /// Characters that are not displayed, and colors of a terminal.
  static let invisible = [
    "pass\u{200b}word=⟦x⟧", "password=⟦hun\u{200b}ter⟧ y", "\u{200b}password=⟦x⟧", #"pass\u200bword=⟦x⟧"#,
    "\u{1b}[31mpassword\u{1b}[0m=⟦x⟧", "tok\u{ad}En: ⟦abc⟧", "https://⟦u:p\u{2060}w⟧@h",
    "pass\u{feff}word: ⟦x⟧",
  ]

  static let all =
    urls + schemes + spoken + complaints + commands + operators + shapes + programs + invisible + values
    + further
}
