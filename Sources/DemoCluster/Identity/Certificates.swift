/// Temporary certificates in a folder: the demo's authority, and valid and invalid server and client certificates.
///
/// `openssl` creates them. Keys are P-256, which takes milliseconds to generate.
package struct Certificates: Sendable {
  package enum Server: String, CaseIterable, Sendable {
    /// Signed by the demo's authority for 127.0.0.1, ::1 and localhost.
    case valid = "server"
    case expired = "server-expired"
    /// Valid for another five days.
    case ending = "server-ending"
    /// Valid, but signed by an authority that no kubeconfig of the demo contains.
    case foreign = "server-foreign"
  }

  package enum Client: String, CaseIterable, Sendable {
    /// CN=system:oceanid-viewer.
    case valid = "client"
    case expired = "client-expired"
    case foreign = "client-foreign"
  }

  /// The user of the valid client certificate and of the token.
  package static let user = "system:oceanid-viewer"

  package let folder: String
  /// A bearer token that is accepted instead of a client certificate.
  package let token: String

  package var authority: String { folder + "/ca.pem" }

  package func certificate(_ server: Server) -> String { "\(folder)/\(server.rawValue).pem" }
  package func key(_ server: Server) -> String { "\(folder)/\(server.rawValue).key" }
  package func certificate(_ client: Client) -> String { "\(folder)/\(client.rawValue).pem" }
  package func key(_ client: Client) -> String { "\(folder)/\(client.rawValue).key" }

  /// Creates new certificates in a folder and replaces existing ones. Blocks for about 200 ms.
  package static func make(in folder: String) throws(DemoError) -> Certificates {
    try Files.makeFolder(folder)
    let issuer = CertificateIssuer(folder: folder)
    try issuer.prepare()
    try issuer.makeAuthority("ca", name: "oceanid-demo-ca")
    try issuer.makeAuthority("foreign-ca", name: "somebody-elses-ca")

    let server = "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost\nextendedKeyUsage=serverAuth\n"
    let client = "extendedKeyUsage=clientAuth\n"
    let viewer = "/O=oceanid-viewers/CN=\(user)"
    let name = "/CN=oceanid-demo"
    try issuer.issue(Server.valid.rawValue, subject: name, extensions: server)
    try issuer.issue(Server.expired.rawValue, subject: name, extensions: server, isExpired: true)
    try issuer.issue(Server.ending.rawValue, subject: name, extensions: server, days: 5)
    try issuer.issue(Server.foreign.rawValue, subject: name, extensions: server, by: "foreign-ca")
    try issuer.issue(Client.valid.rawValue, subject: viewer, extensions: client)
    try issuer.issue(Client.expired.rawValue, subject: viewer, extensions: client, isExpired: true)
    try issuer.issue(Client.foreign.rawValue, subject: viewer, extensions: client, by: "foreign-ca")

    var generator = SystemRandomNumberGenerator()
    let token = "demo-" + String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    return Certificates(folder: folder, token: token)
  }
}

/// Issues certificates with `openssl ca`, which can set a start date in the past.
private struct CertificateIssuer {
  let folder: String

  private func path(_ file: String) -> String { "\(folder)/\(file)" }

  func prepare() throws(DemoError) {
    try Files.write(
      """
      [demo]
      database = \(path("index.txt"))
      new_certs_dir = \(folder)
      serial = \(path("serial"))
      default_md = sha256
      policy = any
      unique_subject = no
      [any]
      organizationName = optional
      commonName = supplied
      [req]
      distinguished_name = name
      [name]
      [authority]
      basicConstraints = critical,CA:TRUE
      keyUsage = critical,keyCertSign,cRLSign
      subjectKeyIdentifier = hash
      """ + "\n", to: path("openssl.cnf"))
    try Files.write("", to: path("index.txt"))
    try Files.write("01\n", to: path("serial"))
  }

  private func openssl(_ command: String, _ arguments: [String]) throws(DemoError) {
    try OpenSSL.run([command, "-config", path("openssl.cnf")] + arguments, logging: folder)
  }

  private func newKey(_ file: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path("\(file).key")]
  }

  func makeAuthority(_ file: String, name: String) throws(DemoError) {
    try openssl(
      "req",
      ["-x509", "-extensions", "authority"] + newKey(file)
        + ["-out", path("\(file).pem"), "-days", "3650", "-subj", "/CN=\(name)"])
  }

  func issue(
    _ file: String, subject: String, extensions: String, isExpired: Bool = false, days: Int = 365,
    by authority: String = "ca"
  ) throws(DemoError) {
    try openssl("req", ["-new"] + newKey(file) + ["-out", path("\(file).csr"), "-subj", subject])
    try Files.write("basicConstraints=CA:FALSE\n" + extensions, to: path("\(file).ext"))
    let dates =
      isExpired ? ["-startdate", "20240101000000Z", "-enddate", "20240201000000Z"] : ["-days", "\(days)"]
    try openssl(
      "ca",
      ["-batch", "-name", "demo", "-notext", "-extfile", path("\(file).ext")]
        + ["-cert", path("\(authority).pem"), "-keyfile", path("\(authority).key")]
        + ["-in", path("\(file).csr"), "-out", path("\(file).pem")] + dates)
  }
}
