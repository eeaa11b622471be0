/// Texts with credentials between `⟦` and `⟧`: values with a syntax of their own, lines of programs for networks, and
/// sentences. Each is shown as `…`, and nothing else is.
enum HiddenStructures {
  /// Lists of fields, objects, types, here documents and sections.
  static let structures: [String] = [
    "--vpn-auth name=tailscale,joinKey=⟦abcdef123⟧ end", "--vpn-auth ⟦name=tailscale,extra=abcdef⟧ --x y",
    "--vpn-auth name=tailscale,token=⟦abcdef⟧,a=b end", "auth: ⟦user=ann,code=x⟧\n",
    "--creds user=ann,password=⟦x⟧", "auth: password=⟦x⟧,user=ann",
    #"{"authorizationData":[{"authorizationToken":"⟦QVdTOmh1bnRlcjI=⟧","expiresAt":1}]}"#,
    #"{"authorizationData": [ {"authorizationToken": "⟦x⟧"} ]}"#,
    "\"authorizationData\": [\n    {\n      \"authorizationToken\": \"⟦x⟧\"\n    }\n  ]",
    #"{"cookies":[{"name":"sid","session_id":"⟦x⟧"}]}"#, #"{"auth":{"authorization":{"token":"⟦x⟧"}}}"#,
    #"{"tokens":[[{"token":"⟦x⟧"}]]}"#,
    #"array(2) { ["password"]=> string(10) "⟦hunter2xQ9⟧" }"#, #"["password"]=>"# + "\n  string(3) \"⟦a b⟧\"",
    #"password: Some("⟦a b⟧"), user"#, #"token: Some(Secret("⟦x⟧")) }"#,
    "'password': SecretStr('⟦a b⟧'), 'x': 1",
    #"password: Optional("⟦x⟧"))"#, #"{\"password\": Some(\"⟦a b⟧\")}"#, #"Password: types.String("⟦x y⟧"),"#,
    "password = <<EOT\n⟦hunter2xQ9⟧\nEOT", "password = <<-EOT\n  ⟦a b\n  c⟧\n  EOT\nuser = ann",
    "token=<<'EOT'\n⟦x⟧\nEOT", "password: <<~EOS\n  ⟦x⟧\nEOS", "$password = <<<EOT\n⟦a b⟧\nEOT;",
    "$password = <<<'X'\n⟦a b⟧\nX;", #"password = <<EOT\n⟦a b⟧\nEOT\nuser"#, "password = <<EOT\n⟦never ends⟧",
    "chpasswd <<EOF\n⟦root:x⟧\nEOF\nnext", "chpasswd -e <<'EOF'\n⟦root:x\nann:y⟧\nEOF",
    "docker login -u ann --password-stdin <<EOF\n⟦x⟧\nEOF",
    "cat <<EOF | docker login --password-stdin\n⟦x⟧\nEOF",
    "chpasswd: list: |\n  ⟦root:hunter2xQ9⟧", "chpasswd:\n  list: |\n    ⟦root:x\n    ann:y⟧\nuser: z",
    #"{"chpasswd":{"list":"⟦root:x⟧"}}"#, "chpasswd:\n  list:\n    - ⟦root:x⟧\n", "auth: other: |\n  ⟦x⟧",
    "postfix sasl_passwd: [smtp.example]:587 ann:⟦hunter2x⟧", "sasl_passwd: smtp.example ann@a.example:⟦x⟧",
    "sasl_passwd: smtp.example:587 ann:⟦x⟧\n", "ceph auth: [client.k8s]\n\tkey = ⟦\(ceph)⟧",
    #"auth: [client.k8s]\n\tkey = ⟦\#(ceph)⟧\n"#, "keyring [client.admin] key = ⟦\(ceph)⟧",
    "running rbd args: [--id admin --key=⟦\(ceph)⟧ map pool/img]",
    "auth {Username:ann Password:⟦x⟧ Auth: ServerAddress:}", "{Password: Token:⟦x⟧ Name:}",
    "X-Hub-Signature-256: sha256=⟦0123456789abcdef⟧", "X-Hub-Signature: sha1=⟦0123456789abcdef⟧ is wrong",
  ]

  private static let ceph = "AQ\(a1(36))=="

  /// A credential with letters that no program generates.
  private static func a1(_ length: Int) -> String {
    String(String(repeating: "a1A1", count: length).prefix(length))
  }
  private static func f0(_ length: Int) -> String {
    String(String(repeating: "f0", count: length).prefix(length))
  }
  private static let uuid = "f0f0f0f0-f0f0-f0f0-f0f0-f0f0f0f0f0f0"

  /// Two values that are compared, and values at a distance from their name.
  static let claims: [String] = [
    "expected password '⟦a⟧' but got '⟦hunter2xQ9⟧'", #"expected token "⟦Abc123def⟧", got "⟦b⟧""#,
    "expected password '⟦a⟧', but was '⟦b⟧'", "password '⟦x⟧' != '⟦y⟧'",
    "password: '⟦x⟧' does not match '⟦y⟧'",
    "password mismatch: ⟦hunter2xQ9⟧ != ⟦hunter3xQ9⟧", "token mismatch: '⟦a⟧' vs '⟦b⟧'",
    "cookie_secret must be 16, 24, or 32 bytes but is ⟦hunter2xQ9hunter2xQ9z⟧",
    #"the password must have 8 characters, but got "⟦x⟧""#, "api_key should be 32 long but was ⟦Abc123def⟧",
    "passphrase for /dev/sda is ⟦hunter2x⟧", "cryptsetup: passphrase for /dev/sda is ⟦hunter2x⟧",
    "the password for user ann is ⟦hunt3rxx⟧", "password for ann: ⟦hunter2xQ9⟧",
    "token for web was '⟦hunt3rx⟧'",
    "the password of ann is ⟦hunter2xQ9⟧", "LUKS key: ⟦hunter2x⟧", "luks key: ⟦x⟧", "wifi key: ⟦hunter2x⟧",
    "amqp: ACCESS_REFUSED - Login was refused (svc / ⟦hunter2xQ9⟧)", "bad credentials (svc:⟦hunter2xQ9⟧)",
    "login(svc, ⟦hunter2xQ9⟧) failed", #"authenticate("svc", "⟦hunter⟧")"#, "bind(ann, '⟦x⟧') failed",
    "login failed (ann:⟦hunter2xQ9⟧)", #"signIn(\"ann\", \"⟦hunter⟧\")"#,
    "пароль пользователя: ⟦hunter2xQ9⟧", "пароль пользователя ann: ⟦hunter2xQ9⟧",
    "Passwort lautet ⟦hunter2xQ9⟧",
    "Das Passwort ist ⟦hunter2xQ9⟧", "Passwort für ann: ⟦hunter2xQ9⟧", "le mot de passe est ⟦hunter2xQ9⟧",
    "contraseña es ⟦hunter2xQ9⟧", "пароль — это не токен; токен: ⟦x⟧",
  ]

  /// Names and flags of storage, networks, mail and alerts.
  static let networks: [String] = [
    "iscsiadm: node.session.auth.password_in = ⟦s3cret⟧", "discovery.sendtargets.auth.password_in = ⟦x⟧",
    "iscsiadm -m node -o update -n node.session.auth.password -v ⟦x⟧ failed",
    "--name db-password --value ⟦x⟧ --vault-name a",
    "--name=/app/db-password --value=⟦x⟧", "gh secret set DEPLOY --body ⟦x⟧",
    "helm --set 'env[0].name=DB_PASSWORD,env[0].value=⟦x⟧'", "--set env[0].value=⟦x⟧,env[0].name=DB_PASSWORD",
    "--set a.env[1].name=API_TOKEN,a.env[1].value=⟦x⟧,b=c",
    "netbird up --setup-key ⟦0A1B2C3D-0000-1111-2222-333344445555⟧", "NB_SETUP_KEY=⟦x⟧",
    "pagerduty: service_key: ⟦x⟧", "serviceKey=⟦x⟧", "auth_pass ⟦x⟧", "keepalived: auth_pass ⟦hunter2x⟧",
    "haproxy: stats auth ann:⟦x⟧", "stats auth ann:⟦a:b⟧\n", "define('AUTH_SALT', '⟦put your unique⟧' );",
    "define('NONCE_KEY',        '⟦abc def⟧');", "define( 'LOGGED_IN_SALT', '⟦a⟧' );", "SECURE_AUTH_SALT=⟦x⟧",
    "hmac-sha256:k:⟦abcdefabcdefabcdef==⟧ refused", "TSIG keyname.:⟦VrLvHdgwHvps/SmgJq==⟧ NOTAUTH",
    #"key "k." hmac-sha512:k.example.:⟦abcdefabcdef==⟧"#,
    #"{"kty":"OKP","crv":"Ed25519","d":"⟦x⟧","x":"abc"}"#, #"{"kty":"oct","k":"⟦x⟧"}"#,
    #"{"kty":"RSA","n":"abc","e":"AQAB","d":"⟦x⟧","p":"⟦y⟧","q":"⟦z⟧","dp":"⟦x⟧","dq":"⟦x⟧","qi":"⟦x⟧"}"#,
    #"{\"kty\":\"EC\",\"d\":\"⟦x⟧\"}"#, "{\n  \"d\": \"⟦x⟧\",\n  \"kty\": \"EC\"\n}",
    "<property><name>fs.s3a.secret.key</name><value>⟦x⟧</value></property>",
    "<name>javax.jdo.option.ConnectionPassword</name>\n  <value>⟦a b⟧</value>",
    #"<setting name="Password" serializeAs="String"><value>⟦x⟧</value></setting>"#,
    "<property name=\"dbPassword\">\n  <value>⟦x⟧</value>",
    #"<property name="fs.s3a.secret.key" value="⟦x⟧"/>"#,
    "*:*:*:postgres:⟦x⟧", "pgpass line 'db.example:5432:app:ann:⟦hunter2x⟧' is malformed",
    "localhost:5432:*:ann:⟦x⟧", "10.0.0.1:5432:app:ann:⟦a:b⟧",
    "snmp-server community ⟦x⟧ RO", "rocommunity ⟦x⟧ 10.0.0.0/8", "rwcommunity6 ⟦x⟧", "com2sec a default ⟦x⟧",
    "snmp_community=⟦x⟧", #"createUser ann SHA "⟦x y⟧" AES "⟦z⟧""#, "createUser ann MD5 ⟦x⟧ DES",
    "createUser ann SHA-256 ⟦x⟧ AES-128 ⟦y⟧", "username ann privilege 15 password 7 ⟦0822455D0A16⟧",
    "'neighbor 10.0.0.1 password 7 ⟦0822455D0A16⟧' failed", "password 8 ⟦$8$abcDEF⟧",
  ]

  /// Tokens of products without a name beside them.
  static let tokens: [String] = [
    "unauthorized: ⟦syt_\(a1(8))_\(a1(20))_\(a1(6))⟧ was rejected", "x ⟦token-abcde:\(f0(54))⟧ y",
    "⟦kubeconfig-user-abcde:\(f0(54))⟧", "login with '⟦robot$ci+\(a1(32))⟧' failed", "⟦cmVmdGtu\(a1(56))⟧",
    "⟦hcaik_01\(f0(58))⟧", "⟦nbp_\(a1(36))⟧", "⟦sqp_\(f0(40))⟧", "⟦squ_\(f0(40))⟧", "⟦ptr_\(a1(43))=⟧ x",
    "⟦st.\(uuid).\(f0(32)).\(f0(32))⟧", "⟦0.\(uuid).\(a1(30)):\(a1(22))==⟧", "⟦K005\(a1(27))⟧ x",
    "⟦\(a1(76))AZDO\(a1(4))⟧", "⟦xkeysib-\(f0(64))-\(a1(16))⟧", "⟦re_\(a1(8))_\(a1(24))⟧", "⟦napi_\(f0(64))⟧",
    "⟦sb_secret_\(a1(22))_\(a1(8))⟧", "⟦rzp_live_\(a1(14))⟧", "⟦pat\(a1(14)).\(f0(64))⟧", "⟦sdk-\(uuid)⟧ x",
    "⟦mob-\(uuid)⟧", "⟦xaat-\(uuid)⟧", "⟦\(a1(11)):APA91b\(a1(134))⟧", "⟦at_\(a1(10))_s1\(a1(80))⟧",
    "⟦pcsk_\(a1(70))⟧", "⟦CCDB1_\(a1(22))_\(a1(40))⟧", "⟦tvly-dev-\(a1(32))⟧", "⟦e2b_\(f0(40))⟧",
    "⟦csk-\(f0(48))⟧", "⟦zpka_\(f0(32))_\(f0(8))⟧", "⟦unkey_\(a1(22))⟧", "⟦wandb_v1_\(a1(40))⟧",
    "⟦AKID\(a1(32))⟧", "⟦AQVN\(a1(36))⟧", "⟦y0_AgAAAA\(a1(48))⟧", "⟦nsec1\(f0(58))⟧", "x ⟦oauth:\(f0(30))⟧",
    "unauthorized: Splunk ⟦\(uuid)⟧ was rejected", "⟦ion_\(a1(42))⟧", "⟦fw_\(a1(22))⟧", "⟦tr_prod_\(a1(20))⟧",
    "⟦PDU\(a1(30))⟧", "⟦cio\(a1(32))⟧", "⟦rf_\(a1(20))⟧", "?x=⟦nbp_\(a1(36))⟧&y=z", "⟦\(ceph)⟧ x",
  ]

  /// Addresses that work without further credentials.
  static let addresses: [String] = [
    #"Post "https://ntfy.sh/⟦AbCd1234⟧": EOF"#, "https://ntfy.sh/⟦alerts⟧?up=1",
    "http://ntfy.lan:8080/⟦oceanid⟧ x",
    "https://⟦ann:x⟧@ntfy.example/⟦oceanid⟧", "https://hook.eu1.make.com/⟦abc⟧",
    "https://hook.us2.make.com/⟦a⟧ x",
    "https://n8n.example/webhook/⟦\(uuid)⟧", "https://n8n.example/webhook-test/⟦\(uuid)⟧ x",
    "https://api.day.app/⟦AbCd/title/body⟧", "https://sctapi.ftqq.com/⟦SCT1.send⟧ x",
    "https://alert.victorops.com/integrations/generic/20131114/alert/⟦\(uuid)/team⟧",
  ]

  /// Names in other languages, and names with escapes.
  static let names: [String] = [
    "clave: ⟦hunter2xQ9⟧", "clave=⟦x⟧", "adgangskode: ⟦x⟧", "passord: ⟦x⟧", "kata sandi: ⟦x⟧", "geheim: ⟦x1⟧",
    "jeton: ⟦x⟧", "clé API : ⟦hunter2xQ9⟧", "clé: ⟦hunter2xQ9⟧", "Schlüssel: ⟦hunter2xQ9⟧",
    "API-Schlüssel = ⟦x⟧",
    "รหัสผ่าน: ⟦x⟧", "секрет=⟦x⟧", "секрет: ⟦hunter2xQ9⟧", "ключ API: ⟦hunter2xQ9⟧", "密钥：⟦hunter2xQ9⟧",
    #"\x70\x61\x73\x73word=⟦x⟧"#, "&#112;assword=⟦x⟧", "&#x70;assword=⟦x⟧", #"\160assword=⟦x⟧"#,
    #"\u{70}assword=⟦x⟧"#, #"\\u0070assword=⟦x⟧"#, #"pass\x77ord: ⟦x⟧"#, #"pass\u{77}ord=⟦x⟧"#,
    #"{\\u0022token\\u0022:\\u0022⟦a b⟧\\u0022}"#, #"\x22password\x22\x3a\x22⟦a b⟧\x22"#,
    #"a\0--password\0⟦x⟧\0--user\0ann"#, #"--token\u0000⟦x⟧\u0000--x"#, "k3s\0agent\0--token\0⟦x⟧\0--server",
    "multipart: Content-Disposition: form-data; name=\"password\"\r\n\r\n⟦hunter2xQ9⟧\r\n--x",
    #"form-data; name="token"\r\n\r\n⟦a b⟧\r\n--x"#,
    "name=\"api_key\"\r\nContent-Type: text/plain\r\n\r\n⟦x⟧\r\n--x",
  ]

  static let all = structures + claims + networks + tokens + addresses + names
}
