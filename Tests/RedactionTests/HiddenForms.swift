/// Texts with credentials between `⟦` and `⟧`. Each is shown as `…`, and nothing else is.
enum HiddenForms {
  /// A name that means a credential, in every syntax of names, separators and values.
  static let names = [
    "password.value=⟦abc⟧", "spring.datasource.password=⟦a⟧", "db.password: ⟦x⟧", "dbPassword=⟦x⟧",
    "db_password=⟦x⟧", "db-password: ⟦x⟧", "DBPASSWORD=⟦x⟧", "PGPASSWORD=⟦x⟧ psql", "MYSQL_PWD=⟦x⟧ mysql",
    "pw=⟦abc⟧", "pwd=⟦a⟧", "pass=⟦a⟧", "dbpass=⟦a⟧", "adminPass=⟦a⟧", "smtpPw=⟦abc⟧", "passphrase=⟦a⟧ b",
    "user[password]=⟦x⟧", "password[0]=⟦x⟧", "password[]=⟦x⟧", "config['password'] = '⟦x⟧'",
    #"config["api_key"]="⟦x⟧""#, "secret.token.value: ⟦abc⟧", "token_value=⟦a⟧", "client_secret=⟦a⟧",
    "clientSecret:⟦a⟧", "private_key=⟦a⟧", "privateKey: ⟦a⟧", "accessKey=⟦a⟧", "secretKey: ⟦a⟧",
    "API key: ⟦abc⟧", "Access Key = ⟦abc⟧", "api.key=⟦Abc12345⟧", "psk=⟦abc⟧", "PresharedKey = ⟦abc=⟧",
    "signing_key=⟦x⟧", "otp=⟦123456⟧", "pin code, mfa_code=⟦12⟧", "session_id=⟦x⟧", "csrf=⟦x⟧",
    "keystore.storepass=⟦x⟧", "credentials=⟦ann:x⟧", "tokens.access_token=⟦x⟧", "passwort: ⟦x⟧",
    "secret_id=⟦x⟧", "secretId: ⟦x⟧", "VAULT_SECRET_ID=⟦x⟧", "routing_key=⟦x⟧", "OVH_CONSUMER_KEY=⟦x⟧",
    "--certificate-key ⟦x⟧", "sentry_key=⟦x⟧", "BW_SESSION=⟦x⟧", "awskey=⟦x⟧", "tsigKey: ⟦x⟧",
    "approle_secret=⟦x⟧", "K3S_TOKEN=⟦x⟧", "vault.unsealKey=⟦x⟧",
  ]

  static let separators = [
    "password = ⟦x⟧", "password    =    ⟦x⟧", "password\t=\t⟦x⟧", "password : ⟦x⟧", "password:⟦x⟧",
    "password=>⟦x⟧", #""password" => "⟦x⟧""#, "password := ⟦x⟧", "password%3D⟦x⟧", "password%3d⟦x⟧%26a",
    "password%3A%20⟦x⟧", "password%253D⟦x⟧", #"password\u003d⟦x⟧"#, "password&#61;⟦x⟧", "password：⟦x⟧",
    "password provided: ⟦abc⟧", "the password is: ⟦abc⟧",
    "userPassword:: ⟦eA==⟧",
  ]

  static let quotes = [
    #"password="⟦a b⟧" x"#, "password='⟦a b⟧' x", "password=`⟦a b⟧` x", #"{"password":"⟦a\"b⟧","x":1}"#,
    #"{\"password\":\"⟦a\\\"b⟧\",\"x\":1}"#, #"{\\\"token\\\":\\\"⟦x⟧\\\"}"#, "password: '⟦it''s⟧' x",
    #"PASSWORD='⟦it'"'"'s⟧' x"#, #"PASSWORD='⟦it'\''s⟧' x"#, #"""a"",""password"":""⟦x⟧"",""b"":1"#,
    #"password="""⟦a "b" c⟧""" x"#, #"\u0022password\u0022:\u0022⟦x⟧\u0022"#,
    "&quot;password&quot;:&quot;⟦a b⟧&quot;,", "%22password%22%3A%22⟦x⟧%22%7D", "password: “⟦a b⟧” x",
    "password=b'⟦x⟧' y", "PASSWORD = N'⟦x⟧';", "password=$'⟦x⟧' y", "setString(\"password\", \"⟦x⟧\")",
    "('password', '⟦x⟧')",
  ]

  static let values = [
    "password=⟦a,b⟧ x", "password=⟦a;b⟧ x", "password=⟦a)b⟧ x", "password=⟦p@ss|w<rd⟧ x",
    #"password=⟦DOMAIN\pw⟧ x"#,
    "password=⟦a}b⟧, user=x", "Password={⟦a;b⟧};Database=x", "password=⟦ü⟧ x", "password: ⟦12345⟧",
    #"{"password":⟦12345⟧,"a":1}"#, "password=⟦%!q(string=x)⟧",
    "password=⟦%!d(string=a b)⟧ x", "Data:[]byte{1} Password:[]byte{⟦0x68, 0x75⟧}",
    "map[password:[⟦104 117 110⟧] a:b]", #"{"passwords":[⟦"x","y"⟧]}"#,
    "password: !!str ⟦x⟧\na: b", "password: |\n  ⟦a b\n  c⟧\nuser: x", "password: >-\n  ⟦a\n\n  b⟧\nuser: x",
    "password:\n  ⟦x⟧\nuser: y", "a: b\npassword: ⟦correct horse, battery⟧\nc: d",
    "a: b\npassword: ⟦x y⟧ # comment\nc: d", #""password":"# + "\n  \"⟦x⟧\"",
    #"password: "⟦old⟧" -> "⟦new⟧""#,
    #"data[password]: Invalid value: "⟦x y⟧": too short"#,
  ]

  static let objects = [
    "token: ⟦abc⟧", "auth: ⟦abc⟧", "a: b\ntoken: ⟦abc⟧\nc: d", "{token: ⟦abc⟧, a: b}", #"{"token":"⟦abc⟧"}"#,
    #"{"token": "⟦expired⟧"}"#, "{Token:⟦abc⟧ Name:x}", "&{Name:x Token:⟦abc⟧}", "level=info token=⟦abc⟧ x=y",
    "map[password:⟦x⟧ user:ann]", "map[string]string{\"password\":\"⟦x⟧\"}", "failed: token: ⟦abc⟧",
    "GET /?token=⟦abc⟧&a=b HTTP/1.1", "X-Auth-Token: ⟦abc⟧", "PRIVATE-TOKEN: ⟦abc⟧", "X-Api-Key: ⟦abc⟧",
    "--from-literal=password=⟦x⟧", #"{"password":{"value":"⟦x⟧"}}"#, "password:\n  value: ⟦x⟧\n",
    #"{"name":"DB_PASSWORD","value":"⟦x⟧"}"#, "stringData:\n  ⟦host: a\n  any: b⟧\ntype: Opaque",
    #"{"stringData":{⟦"any":"x","other":"y"⟧},"type":"Opaque"}"#,
    #"{"kind":"Secret","data":{⟦"any":"eA=="⟧}}"#, "kind: Secret\ndata:\n  ⟦any: eA==⟧\n",
    #"{\"kind\":\"Secret\",\"data\":{⟦\"any\":\"eA==\"⟧}}"#,
    #"&v1.Secret{Data:map[string][]uint8{⟦"a":[]uint8{0x78}⟧}, Type:"Opaque"}"#,
    #"{"auths":{"h":{"auth":"⟦Og==⟧","identitytoken":"⟦x⟧"}}}"#, "<password>⟦x⟧</password>",
    #"<password type="x">⟦y⟧</password>"#, "<wsse:Password>⟦x⟧</wsse:Password>",
    #"<entry key="password">⟦x⟧</entry>"#,
    "<password><![CDATA[⟦x⟧]]></password>", "client-key-data: ⟦QQ==⟧",
  ]

  static let queries = [
    "GET /callback?code=⟦abc⟧&state=x", "grant_type=authorization_code&code=⟦a⟧", "code=⟦a⟧&redirect_uri=x",
    "/cb?state=x&code=⟦4/0AX4⟧", "code=⟦4/0AX4XfWh⟧ was used", "code_verifier=⟦a⟧",
    "/x%3Fcode%3D⟦abc⟧%26state",
    "?sig=⟦a⟧", "?sv=1&sig=⟦a%2Fb⟧&se=2", "X-Amz-Signature=⟦a⟧&x=y", "?key=⟦a⟧", "?a=b&amp;token=⟦x⟧&amp;c=d",
    "client_assertion=⟦a⟧&x=y", "SAMLResponse=⟦a⟧&x=y", "?api_key=⟦x⟧",
  ]

  static let headers = [
    "Authorization: Basic ⟦Og==⟧", "Authorization: Bearer ⟦a⟧", "Authorization: ⟦abc⟧",
    "authorization: ⟦abc⟧ def",
    "Authorization=Bearer%20⟦a⟧", "Authorization=Bearer+⟦a⟧", "map[Authorization:[Bearer ⟦a⟧] A:[b]]",
    #""Authorization": "token ⟦x⟧""#, "-H 'Authorization: ApiKey ⟦x⟧'", "sent Basic ⟦Og==⟧", "Basic ⟦YTpi⟧",
    "got Bearer ⟦abc⟧", "Bearer ⟦x1⟧ end", "Cookie: ⟦a=b; c; d=e⟧", "Set-Cookie: ⟦sid=x; HttpOnly; Secure⟧",
    #""Cookie":"⟦a=b; c=d⟧""#, "map[Cookie:[⟦a=b; c=d⟧] A:[b]]", "curl -b '⟦a=b⟧' x", "curl --cookie ⟦a=b⟧ x",
    "Proxy-Authorization: Basic ⟦Og==⟧", "X-Amz-Security-Token: ⟦x⟧", "X-Registry-Auth: ⟦abc⟧",
    "AUTH PLAIN ⟦AGEAYg==⟧", "AUTH ⟦abc⟧",
  ]

  static let commands = [
    "-p ⟦secret⟧", "tool -p ⟦secret⟧ x", "docker login -u ann -p ⟦x⟧ h", "--password ⟦x⟧", "--password=⟦x⟧",
    "--password '⟦a b⟧' x", "-password ⟦x⟧", "--token ⟦x⟧ y", "--api-key ⟦x⟧ y", "--client-secret ⟦x⟧ y",
    "mysql -uroot -p⟦x⟧ db", "sshpass -p ⟦x⟧ ssh h", "curl -u ann:⟦x⟧ h", "curl --user ann:⟦x⟧ h",
    "curl --user=ann:⟦x⟧ h", "smbclient -U ann --user ann%⟦x⟧", #"["--token","⟦x⟧"]"#, "- --password\n- ⟦x1⟧",
    "redis-cli -a ⟦x⟧ ping", "sqlcmd -U sa -P ⟦x⟧ -Q y", "ENV DB_PASSWORD ⟦x⟧", "setenv DB_PASSWORD ⟦x⟧",
    "keytool -storepass ⟦x⟧ -list", "requirepass ⟦x⟧", "openssl -passin pass:⟦x⟧ -in y", "export TOKEN=⟦x⟧",
    "$env:PASSWORD = \"⟦x⟧\"", "USER ann PASS ⟦x⟧",
  ]

  static let addresses = [
    "user:⟦pw⟧@host", "login to user:⟦pw⟧@host failed", "ann:⟦pw⟧@db.example", "ann:⟦x⟧@[::1]:5432",
    "root:⟦a/b@c⟧@tcp(db:3306)/x",
    "https://⟦u:p⟧@h/x", "https://⟦token⟧@h/x", "amqp://⟦guest:guest⟧@h:5672/v", "redis://⟦:p⟧@h:6379/0",
    "mongodb+srv://⟦u:p⟧@h/d", "postgres://⟦u:p⟧@h/d?sslmode=x", "jdbc:mysql://h/d?user=a&password=⟦b⟧",
    "jdbc:sqlserver://h;user=a;password=⟦b⟧;x=y", "jdbc:oracle:thin:scott/⟦tiger⟧@//h:1521/x",
    "sqlplus scott/⟦t⟧@h",
    "Driver={X};Uid=a;Pwd=⟦b⟧;", "host=h user=a password=⟦b⟧ dbname=c", "Server=h;User Id=a;Password=⟦b⟧;",
    "https%3A%2F%2F⟦u%3Ap⟧%40h%2F", "https%253A%252F%252F⟦u:p⟧@h", #"https:\/\/⟦u:p⟧@h"#,
    "AccountName=a;AccountKey=⟦b==⟧;EndpointSuffix=x", "machine h login a password ⟦b⟧",
    "machine h password ⟦b⟧",
    "machine h\n  login a\n  password ⟦b⟧", "smtp://⟦a:b⟧@h:25", "ldap://⟦a:b⟧@h", "amqps://⟦a:b⟧@h",
  ]

  /// Known tokens, with letters that no program generates.
  static let tokens = [
    "x ⟦ghp_AAAAAAAA⟧ y", "x_⟦ghp_AAAAAAAA⟧ y", #"a\n⟦ghp_AAAAAAAA⟧ y"#, "a%20⟦ghp_AAAAAAAA⟧ y",
    "⟦github_pat_11AA_AA⟧", "⟦glpat-AAAAAAAA⟧", "⟦xoxb-1-2-AA⟧", "⟦xapp-1-A0⟧", "⟦AKIAAAAAAAAAAAAAAAAA⟧",
    "⟦AIzaAAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦ya29.AAAAAAAA⟧", "⟦GOCSPX-AAAAAAAA⟧",
    "⟦abc8Q~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "⟦pul-AAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦npm_AAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦pypi-AAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "⟦sk_live_AAAA⟧", "⟦rk_test_AAAA⟧", "⟦whsec_AAAA⟧", "⟦AGE-SECRET-KEY-1QQQQ⟧", "⟦eyJhbGciOi.e30.AA⟧",
    "⟦hvs.AAAAAAAA⟧",
    "⟦123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧", "⟦0123456789abcdef0123456789abcdef-us1⟧",
    "⟦dp.pt.AAAAAAAAAAAAAAAAAAAA⟧", "⟦cfut_AAAAAAAAAAAAAAAA⟧", "root:⟦$6$salt$AAAAAAAAAAAA⟧:1",
    "⟦$2b$10$AAAAAAAAAAAAAAAA⟧",
    "data: ⟦cGFzc3dvcmQ9eA==⟧", "x ⟦aHR0cHM6Ly91OnBAaC94⟧ y", "⟦LS0tLS1CRUdJTiBQUklWQVRF⟧ x",
  ]

  static let privateKeys = [
    "a ⟦-----BEGIN RSA PRIVATE KEY-----\nQQ==\n-----END RSA PRIVATE KEY-----⟧ b",
    #"a ⟦-----BEGIN PRIVATE KEY-----\nQQ==\n-----END PRIVATE KEY-----⟧\n"#,
    "⟦-----BEGIN OPENSSH PRIVATE KEY-----\nQQ⟧",
    "k=⟦-----BEGIN+PRIVATE+KEY-----%0AQQ%0A-----END+PRIVATE+KEY-----⟧ x",
    "tail ⟦QQQQ\nQQ==\n-----END EC PRIVATE KEY-----⟧ x",
    "⟦-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nQQ==\n-----END PGP PRIVATE KEY BLOCK-----⟧",
  ]

  static let all =
    names + separators + quotes + values + objects + queries + headers + commands + addresses + tokens
}
