internal import Crypto
internal import FoundationEssentials
internal import Health

/// The answer of an exec plugin: a token, a client certificate with its key, or both, and their expiry.
struct ExecCredential: Hashable, Sendable {
  let token: Secret<String>?
  let identity: Kubeconfig.Identity?
  /// nil means that it is valid until the server rejects it.
  let expiry: Timestamp?

  /// The reason why an output is not an `ExecCredential` of the requested version.
  struct Fault: Error, Equatable {
    let words: String
  }

  init(_ output: [UInt8], apiVersion: String) throws(Fault) {
    let document: Fields
    do throws(JSONDocument.Fault) {
      document = try JSONDocument.decode(output, as: Fields.self)
    } catch {
      throw Fault(words: output.isEmpty ? "printed nothing" : "printed no JSON object")
    }
    guard document.text("kind") == "ExecCredential" else {
      throw Fault(words: "did not print an ExecCredential")
    }
    guard document.text("apiVersion") == apiVersion else {
      throw Fault(
        words: "answered in \((document.text("apiVersion") ?? "no apiVersion").shown), not in \(apiVersion)")
    }
    guard let status = document.shown("status") else { throw Fault(words: "returned no status") }
    // These values may be longer than `text` allows.
    let token = try? status.requireText("token")
    let certificate = try? status.requireText("clientCertificateData")
    let key = try? status.requireText("clientKeyData")
    if let token, !token.isEmpty {
      guard Kubeconfig.Token.isPrintable(token) else {
        throw Fault(words: "returned a token with invalid characters")
      }
      self.token = Secret(token)
    } else {
      self.token = nil
    }
    switch (certificate ?? "", key ?? "") {
    case ("", ""): identity = nil
    case (_, ""): throw Fault(words: "returned a client certificate without its key")
    case ("", _): throw Fault(words: "returned a client key without its certificate")
    case (let certificate, let key):
      let (certificate, key) = (Array(certificate.utf8), Array(key.utf8))
      guard PEM.blocks(in: certificate).contains(where: { $0.label == "CERTIFICATE" }),
        PEM.blocks(in: key).contains(where: { $0.label.hasSuffix("PRIVATE KEY") })
      else { throw Fault(words: "returned a client certificate that is not PEM") }
      identity = Kubeconfig.Identity(certificate: Secret(certificate), key: Secret(key))
    }
    guard self.token != nil || identity != nil else {
      throw Fault(words: "returned neither a token nor a client certificate")
    }
    if let text = status.text("expirationTimestamp") {
      guard let time = Timestamp(rfc3339: text) else {
        throw Fault(words: "returned an invalid expirationTimestamp")
      }
      expiry = time
    } else {
      expiry = nil
    }
  }
}
