/// Further texts with credentials between `⟦` and `⟧`: in several lines, in tables and in files of programs. Each is
/// shown as `…`, and nothing else is.
extension HiddenTexts {
  /// Private keys in DER without the lines of PEM around them. The numbers in them count up.
  static let keys: [String] = [
    "illegal key ⟦MHcCAQEEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4foAoGCCqGSM49AwEHoUQDQgAAAAAAAAAAAAA"
      + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==⟧ end",
    "asn1: parse ⟦MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f⟧: bad",
    "⟦MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+hRANCAAA"
      + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "key=⟦MH8wSwYJKoZIhvcNAQUNMD4EPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      + "AAAAAAAAAAAQwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "key: bad data\n⟦MIGJAgEAAoGAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn\nKCkqKywtLi8wMTIzND"
      + "U2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX\nWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+"
      + "f4ACAQM=⟧\nend",
    "body ⟦MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAECAwQFBgcICQoL\nDA0ODxAREhMUFRYXGBkaGxwdHh+h"
      + "RANCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧\nThe"
      + " next line.",
    #"log: ⟦MIGJAgEAAoGAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn\nKCkqKywtLi8wMTIzNDU2Nzg5Ojs8"#
      + #"PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX\nWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4ACAQM=⟧"#
      + #"\nend of it"#,
  ]

  /// Values in several lines.
  static let folded: [String] = [
    "Authorization: Bearer ⟦eyJhbGciOi0123\n  Abc123def456Ghi789Jkl012Mno345Pqr678⟧\nHost: a",
    "[a]\npassword          ⟦hunter22⟧", #"env[3].value: Invalid value: "⟦x⟧": DB_PASSWORD must match a"#,
    "users:\n- name: a\n  user:\n    client-key-data: ⟦QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2"
      + "xtbm9wcXJzdHV2\n      d3h5ejAxMjM0NTY3ODk=⟧\n  x: y",
    "user:\n  token: ⟦Abc123def456Ghi789\n    Jkl012mno345\n    x⟧\n  a: b",
    "- token: ⟦Abc123def456Ghi789\n    Jkl012mno345⟧\n- a: b",
    "token: ⟦Abc123def456\\\nGhi789jkl012⟧ refused",
    "password: ⟦!vault x⟧",
    "password: ⟦!vault x⟧\nuser: y",
    "a: b\npassword: ⟦&pw x⟧",
    "password: ⟦!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162⟧\nuser: y",
    #"password: !Sub "⟦a b⟧" x"#,
  ]

  /// Quoted marks: of ODBC, of JSON and of SQL.
  static let braces: [String] = [
    "Driver={X};PWD={⟦ab}}cd⟧};Database=y",
    "PWD={⟦a}}b}}c⟧};x=y",
    "map[a:{PWD={⟦ab⟧}}]",
    #"{"url":"https:\/\/⟦guest:ab\/cd⟧@h\/y"}"#,
    #"parse "amqp:\/\/⟦guest:a\/b\/c⟧@h:5672": bad"#,
    "STATEMENT: INSERT INTO users (name, password) VALUES ('ann', '⟦x⟧')",
    "insert into a.users(id, \"api_key\", n) values (1, '⟦a, (b)⟧', 2), (2, '⟦c''d⟧', 3) on conflict",
    "INSERT INTO t (password) VALUES (⟦0x1234⟧)",
    "INSERT INTO `t` (`token`, `a`) VALUES ('⟦x⟧'::text, 'y');",
  ]

  /// Columns whose head is the name of a credential.
  static let tables: [String] = [
    "name,password\nann,⟦x⟧",
    "user;db_password;n\nann;⟦a b⟧;1\nbob;⟦y⟧;2\nend",
    "USER\tPASSWORD\nann\t⟦x⟧\n",
    "name,password\n\"ann\",\"⟦a,b⟧\"",
    "| user | password |\n|---|---|\n| ann | ⟦a b⟧ |",
    " name | password \n------+----------\n ann  | ⟦hunter⟧\n(1 row)",
    "name,token\nann,⟦Abc123def456⟧",
    "USER   PASSWORD\nann    ⟦x⟧\nbob    ⟦y⟧\n",
    "PASSWORD    USER\n⟦x⟧           ann",
    "log:\nID  API_KEY  N\n1   ⟦x⟧        2",
  ]

  /// Files of programs, and names with escapes.
  static let documents: [String] = [
    #"variable "db_password" { default = "⟦x⟧" }"#,
    "variable \"db_password\" {\n  type = string\n  default = \"⟦x y⟧\"\n}",
    "<key>Password</key><string>⟦x⟧</string>",
    "<key>apiToken</key>\n  <string>⟦a b⟧</string>",
    #"{"\u0070assword":"⟦x⟧"}"#,
    #"{"pass\u0077ord": "⟦a b⟧", "n": 1}"#,
    "sent GenieKey ⟦bebb2737-f6a6-4f0f-8b23-c6f5da2cec25⟧",
    "request had cookie session=⟦kibjL5DZPjN0⟧; path=/",
    "cookie sid=⟦x⟧ is expired",
    "error: invalid --from-literal=⟦x⟧, expected key=value",
    "decode ⟦70617373776f72643d68756e746572⟧ failed",
    "release ⟦H4sIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧ is broken",
  ]

  /// Tokens of products, with letters that no program generates.
  static let products: [String] = [
    "invalid key ⟦cfk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "unauthorized: ⟦tk_a1a1a1a1a1a1a1a1a1a1a1a1a1a1b⟧ x",
    "⟦CFPAT-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA⟧",
    "x ⟦sl.Ba1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a"
      + "1a1a1a1a1a1a1a1a1a1a1a1a1a1⟧ y",
    "⟦shippo_live_a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1⟧",
    "⟦rnd_A1A1A1A1A1A1A1A1A1A1A1A1A1A1⟧",
    "⟦pat-na1-0a1b2c3d-0000-0000-0000-000000000000⟧",
    "⟦oy2a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1b⟧ x",
    "⟦ATTAa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1⟧",
    "⟦mfa.A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1⟧",
    "login: ⟦MTEA1A1A1A1A1A1A1A1A1A1B.GAAAAA.a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1⟧ refused",
    "x ⟦st.a1a1a1a1a1a1a1a1a1a1a1a1.b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2.c3c3c3c3c3c3c3c3⟧ y",
  ]

  /// Blanks and letters that look like those of ASCII.
  static let lookalikes: [String] = [
    "password\u{A0}=\u{A0}⟦x⟧", "password\u{202F}: ⟦x⟧", "password\u{2009}:\u{2009}⟦x⟧",
    "Bearer\u{A0}⟦abc1⟧ end",
    "--password\u{A0}⟦x⟧", "password =\u{3000}⟦x⟧", #"password\u00a0=\u00a0⟦x⟧"#, "ｐａｓｓｗｏｒｄ=⟦x⟧ end",
    "p\u{430}ssword=⟦x⟧", "DB_P\u{410}SSWORD=⟦hunter2⟧", "T\u{41E}KEN=⟦hunter2xQ9⟧",
    "PASSW\u{41E}RD: ⟦hunter2⟧",
    "\u{410}PI_KEY=⟦hunter2xQ9⟧", "\u{3A1}ASSWORD=⟦hunter2⟧", "t\u{3BF}ken=⟦hunter2xQ9⟧",
    "\u{440}\u{430}ssword=⟦hunter2⟧", "to\u{212A}en=⟦hunt3r⟧", "PAS\u{17F}WORD=⟦x⟧", "password﹦⟦x⟧",
    "password∶⟦x⟧",
    "password꞉⟦x⟧",
    #"password=\t⟦x⟧"#, #"PASSWORD\t=\t⟦x⟧"#, #"password:\t⟦x⟧"#,
  ]

  /// Values before their name, and in lists.
  static let lists: [String] = [
    #"{"value":"⟦x⟧","name":"DB_PASSWORD"}"#, #"{"value": "⟦a b⟧", "name": "API_TOKEN"}"#,
    "- value: ⟦x⟧\n  name: DB_PASSWORD", #"{"Value":"⟦x⟧","Key":"password"}"#,
    #"{"key":"password","val":"⟦x⟧"}"#,
    #"{\"value\":\"⟦x⟧\",\"name\":\"DB_PASSWORD\"}"#, "value: ⟦x⟧\nname: DB_PASSWORD",
    "password:\n- ⟦x⟧", "passwords:\n  - ⟦x⟧\n  - ⟦b⟧\nuser: ann", "token:\n    - \"⟦hunt3rX9Q⟧\"",
    "tokens: [⟦hunt3rX9Q⟧]", "tokens:\n- ⟦hunt3rX9Q⟧\nuser: ann",
  ]

  /// Lines of a shell.
  static let shell: [String] = [
    "echo ⟦x⟧ | docker login -u ann --password-stdin ghcr.io",
    "echo -n \"⟦a b⟧\" | helm registry login --password-stdin h",
    "printf %s ⟦x⟧ | gh auth login --with-token", "gh auth login --hostname h --with-token <<< ⟦y⟧",
    "cat <<< ⟦x⟧ | gh auth login --with-token",
    "docker login --password-stdin <<< \"⟦x⟧\"", "gh auth login --with-token <<< ⟦x⟧",
    "vault login - <<< ⟦x⟧",
    "chpasswd <<< \"⟦root:x⟧\"", "echo ⟦root:x⟧ | chpasswd", "echo ⟦x⟧ | sudo -S ls",
    "PASSWORD='⟦ab⟧'\"⟦x⟧\" run", "PASSWORD=\"⟦ab⟧\"⟦x⟧ run", "password=$(echo ⟦x⟧) run",
    "password=$(echo $PREFIX ⟦ghp_abcdefghijklmnopqrstuvwxyz0123456789⟧)",
    "echo ⟦hunter2⟧ | tee x | docker login --password-stdin",
  ]

  /// Codes, phrases and encoded users.
  static let codes: [String] = [
    "https://⟦user%3Ahunter⟧%40h/", "postgres://⟦app%3Ahunter⟧%40db/x",
    "seed phrase: ⟦abandon ability able about⟧",
    "Recovery Phrase = ⟦abandon ability able about⟧\nnext", "TOTP secret ⟦JBSWY3DPEHPK3PXP⟧",
    "mfa secret ⟦JBSWY3DPEHPK3PXP⟧",
    "auth data ⟦YWRtaW46aHVudDNyWDlRelNFQ1JFVA==⟧ end",
  ]

  static let further =
    lookalikes + lists + shell + codes + keys + folded + braces + tables + documents + products
}
