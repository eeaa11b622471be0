/// The kind of value that the name of a field, parameter or header suggests.
enum SecretName {
  /// A credential of any form: `password`, `client_secret`, `X-Auth-Token`.
  case credential
  /// A credential, unless it reads like prose: `token`, `secret`, `auth`.
  case maybe
  /// A credential in an assignment only: `sig=`, `pass=`.
  case assigned
  /// `Authorization`: a scheme and a credential follow.
  case authorization
  /// `Cookie`: a list of credentials follows.
  case cookie

  private static let suffixes = [
    "password", "passwd", "passphrase", "apikey", "accesskey", "secretkey", "privatekey", "accountkey",
    "sharedkey", "signingkey", "encryptionkey", "masterkey", "authkey", "sessionkey", "storagekey", "hmackey",
    "keydata", "dockerconfigjson", "dockercfg", "subscriptionkey", "agekey", "idrsa", "ided25519", "idecdsa",
    "secretkeybase", "passcode", "passwords", "passphrases", "apikeys", "presharedkey", "psk", "unsealkey",
    "recoverykey", "functionskey", "deploykey", "adminkey", "appkey", "applicationkey", "licensekey",
    "userpwd",
    "passwort", "kennwort", "contrasena", "senha", "wachtwoord", "motdepasse", "salasana", "heslo", "parola",
    "sifre", "mnemonic", "seedphrase", "sessioncookie", "recoverycode",
    "devicecode", "usercode", "authcode", "authorizationcode", "codeverifier", "clientassertion",
    "samlresponse", "sharedaccesssignature", "connectionstring", "backupcode", "verificationcode", "mfacode",
    "otpcode", "sessionid", "sessid", "tunnelkey", "privkey", "storepass", "keypass", "secretstring",
    "secretid", "routingkey", "consumerkey", "insertkey", "integrationkey", "sentrykey", "certificatekey",
    "customerkey",
    "awskey", "bwsession", "jfrogartapi", "ovhconsumer", "tsigkey", "instrumentationkey", "ingestkey",
    "ingestionkey", "setupkey", "servicekey", "joinkey", "pushkey", "authsalt", "noncekey", "noncesalt",
    "loggedinkey", "loggedinsalt", "passord", "adgangskode", "katasandi", "snmpcommunity", "communitystring",
  ]
  /// Names that end with these words are credentials. As a name alone, they may be.
  private static let endings = ["token", "secret"]
  private static let words: Set = [
    "jwt", "auth", "bearer", "credential", "credentials", "clave", "geheim", "jeton",
  ]
  private static let assignedWords: Set = [
    "pass", "pwd", "pw", "pat", "otp", "totp", "sig", "signature", "secrets", "creds", "cred",
    "csrf", "xsrf", "assertion", "hmac",
  ]
  /// Suffixes after which a name still means a credential: `token_value`.
  private static let additions: Set = [
    "value", "val", "text", "plain", "plaintext", "raw", "base64", "b64", "encoded", "hash", "old", "new",
    "current", "previous", "primary", "secondary", "default", "v", "data", "content", "string",
    // `password_in` of iSCSI
    "in",
  ]
  /// Names that end like credentials but contain a name or a position.
  private static let others = [
    "pullsecret", "pullsecrets", "continuetoken", "nexttoken", "pagetoken", "nextpagetoken", "tlssecret",
    "secretname", "existingsecret", "fromsecret", "credentialssecret", "credentialsecret", "passwordsecret",
    "secretsecret",
    // Names of credentials and their files in units of systemd
    "loadcredential", "importcredential",
  ]
  /// Words that end like a short form of "password" without being one.
  private static let passes: Set = [
    "bypass", "compass", "pass", "trespass", "surpass", "overpass", "encompass",
  ]

  /// True for a word after which a name still means a credential, as in `password.value`.
  static func isAddition(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    name.count <= 16 && additions.contains(String(decoding: name, as: UTF8.self).lowercased())
  }

  /// - Parameter name: letters, digits, `_` and `-`.
  init?(_ name: Slice<UnsafeBufferPointer<UInt8>>) {
    guard name.count >= 2, name.count <= 64 else { return nil }
    var joined = ""
    var lastWord = ""
    var words = 1
    var wasLower = false
    for byte in name {
      let isUpper = (0x41...0x5A).contains(byte)
      if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (isUpper && wasLower) {
        if !lastWord.isEmpty { words += 1 }
        lastWord = ""
      }
      wasLower = (0x61...0x7A).contains(byte)
      guard byte != UInt8(ascii: "_"), byte != UInt8(ascii: "-") else { continue }
      let letter = Unicode.Scalar(isUpper ? byte | 0x20 : byte)
      joined.unicodeScalars.append(letter)
      lastWord.unicodeScalars.append(letter)
    }
    if joined.hasSuffix("keydata") {
      self = .credential
      return
    }
    if let length = SecretName.addition(to: lastWord, words) {
      let rest = name.dropLast(length).reversed().drop { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
      guard let shorter = SecretName(name.prefix(rest.count)) else { return nil }
      self = shorter == .maybe ? .credential : shorter
      return
    }
    if SecretName.others.contains(where: joined.hasSuffix) { return nil }
    if joined.hasSuffix("authorization") {
      self = .authorization
    } else if ["cookie", "setcookie", "cookie2", "cookies"].contains(joined) {
      self = .cookie
    } else if SecretName.suffixes.contains(where: joined.hasSuffix) {
      self = .credential
    } else if SecretName.endings.contains(where: joined.hasSuffix) {
      self = SecretName.endings.contains(joined) ? .maybe : .credential
    } else if SecretName.words.contains(lastWord) {
      self = words > 1 && lastWord == "jwt" ? .credential : .maybe
    } else if words > 1, ["pass", "pwd", "pw"].contains(lastWord) {
      self = .maybe
    } else if joined.hasSuffix("pw") || joined.hasSuffix("pwd"), joined.utf8.count > 4 {
      self = .assigned
    } else if joined.hasSuffix("pass"), !SecretName.passes.contains(lastWord) {
      self = .assigned
    } else if SecretName.assignedWords.contains(lastWord) {
      self = .assigned
    } else {
      return nil
    }
  }

  /// The length of a suffix without meaning: `_2` of `PASSWORD_2`, `1` of `password1`, `_value`.
  private static func addition(to lastWord: String, _ words: Int) -> Int? {
    if words > 1, additions.contains(lastWord) { return lastWord.utf8.count }
    let digits = lastWord.utf8.reversed().prefix(while: \.isDigit).count
    guard digits > 0, digits < 4, !lastWord.hasSuffix("base64"), !lastWord.hasSuffix("ed25519") else {
      return nil
    }
    return digits
  }
}
