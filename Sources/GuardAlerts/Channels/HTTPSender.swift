internal import Curl
internal import FoundationEssentials
internal import GuardAPI
internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import Platform
internal import Posting
internal import Redaction

/// Sends a channel's messages over HTTP with its address, login and certificate authorities, and evaluates
/// the responses.
struct HTTPSender: Sendable {
  static let timeout: Duration = .seconds(10)

  let target: WebTarget
  let channel: String
  let means: String
  let secretReader: SecretReader

  /// `webhook https://alerts.example.org`
  var description: String {
    switch target.location {
    case .address(let address): "\(means) \(address.origin)"
    case .secret(.credential(let name)): "\(means) at credential \(name)"
    case .secret(.file(let path)): "\(means) at the address in \(path)"
    }
  }

  func address() throws(DeliveryError) -> WebAddress {
    let place: SecretSource
    switch target.location {
    case .address(let address): return address
    case .secret(let secret): place = secret
    }
    let text = try secretReader.text(place)
    func refusal(_ reason: String) -> DeliveryError {
      DeliveryError(
        .refused, "the address of \(channel) can't be used: \(reason)", remedy: "put another one there")
    }
    let address: WebAddress
    do throws(WebAddress.Mistake) { address = try WebAddress(text) } catch { throw refusal(error.reason) }
    if let reason = address.exposure(isInsecure: target.access.isInsecure) { throw refusal(reason) }
    return address
  }

  /// The body for a message. Only numbers that are not finite cannot be encoded, and no message has one.
  static func json(_ message: some Encodable) -> [UInt8] {
    (try? DocumentCoding.encode(message)).map { Array($0) } ?? []
  }

  /// - Parameters:
  ///   - headers: `Name: value`
  /// - Throws: `DeliveryError` unless the status is 2xx.
  func post(
    _ body: [UInt8], type: String, headers: [String] = [], to address: WebAddress, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    let answer = try send(
      .post, body, headers: headers + ["Content-Type: \(type)"], to: address, isCancelled: isCancelled)
    guard !(200...299).contains(answer.status) else { return }
    throw refusal(answer, from: address)
  }

  /// - Parameters:
  ///   - headers: `Name: value`
  ///   - returnedBytes: the maximum size of the answer's body.
  /// - Returns: the answer of the server, with any status.
  func send(
    _ method: Post.Method, _ body: [UInt8], headers: [String], to address: WebAddress,
    returnedBytes: Int = 2048,
    isCancelled: () -> Bool
  ) throws(DeliveryError) -> Post.Answer {
    var headers = headers
    if let login = try login() { headers.append("Authorization: \(login)") }
    var authorities: [UInt8]?
    if let path = target.access.authorities {
      do throws(SystemError) {
        authorities = try SmallFile.read(path, limit: 1 << 20)
      } catch {
        throw DeliveryError(
          .refused, "authorities: \(path) can't be read: \(error.reason)", remedy: "ls -l \(path)")
      }
    }
    do throws(CurlError) {
      return try Post(
        method, url: address.url, headers: headers, body: body, timeout: HTTPSender.timeout,
        authorities: authorities, returnedBytes: returnedBytes
      ).send(isCancelled: isCancelled)
    } catch {
      throw failure(error, at: address)
    }
  }

  /// The value of the Authorization header, read anew; nil without a login.
  func login() throws(DeliveryError) -> String? {
    switch target.access.login {
    case nil: nil
    case .token(let place): "Bearer \(try secretReader.text(place))"
    case .password(let user, let place):
      "Basic \(Data("\(user):\(try secretReader.text(place))".utf8).base64EncodedString())"
    }
  }

  // MARK: - Failures

  private func failure(_ error: CurlError, at address: WebAddress) -> DeliveryError {
    let host = address.authority
    let remedy =
      switch error.code {
      case .resolve: "getent hosts \(host.prefix { $0 != ":" })"
      case .serverCertificate, .authorityUnusable:
        "openssl s_client -connect \(host) </dev/null; name its authority under 'authorities' in guard.yaml"
      case .connect, .timeout, .cancelled, .unwanted, .tooLarge, .clientCertificateRefused,
        .clientCertificateUnusable, .closedDuringHandshake, .handshake, .closed, .invalidResponse, .setup:
        "curl -v \(address.origin)"
      }
    return DeliveryError(
      .passing, "\(address.origin): \(hidingSecrets(error.detail, address))", remedy: remedy)
  }

  private func refusal(_ answer: Post.Answer, from address: WebAddress) -> DeliveryError {
    let again = "then: oceanid-ctl alerts test \(channel)"
    // Redact before shortening, because a shortened secret is not recognized.
    let said = answer.body.split(whereSeparator: \.isNewline).first.map {
      ": \(redacted(hidingSecrets(String($0), address)).limited(to: 200))"
    }
    let message = "\(address.origin) answered HTTP \(answer.status)\(said ?? "")"
    switch answer.status {
    case 408, 425, 429, 500...599:
      return DeliveryError(
        .passing, message, remedy: "check the logs of \(address.authority)", retryAfter: answer.retryAfter)
    case 400, 413, 415, 422:
      return DeliveryError(
        .unfit, message,
        remedy: "\(address.authority) rejects the guard's messages: check 'url'; \(again)")
    case 401, 403, 407:
      return DeliveryError(
        .refused, message, remedy: "check token, user and password of \(channel) in guard.yaml; \(again)")
    case 300...399:
      return DeliveryError(
        .refused, message + " (redirects are not followed)",
        remedy: "set 'url' of \(channel) to the target of the redirect; \(again)")
    default:
      return DeliveryError(.refused, message, remedy: "check 'url' of \(channel) in guard.yaml; \(again)")
    }
  }

  /// Error responses often repeat the request, either literally or decoded.
  func hidingSecrets(_ text: String, _ address: WebAddress) -> String {
    var secrets = address.secrets
    // If the topic was moved into the message, only the channel's own address contains it.
    if let own = try? self.address() { secrets += own.secrets }
    switch target.access.login {
    case .token(let place): secrets.append((try? secretReader.text(place)) ?? "")
    case .password(let user, let place):
      let password = (try? secretReader.text(place)) ?? ""
      let code = Data("\(user):\(password)".utf8).base64EncodedString()
      secrets += [password, String(code.prefix { $0 != "=" })]
    case nil: break
    }
    // Replace the longest first, because a shorter secret may be a part of a longer one.
    return secrets.filter { $0.utf8.count > 3 }.sorted { $0.utf8.count > $1.utf8.count }
      .reduce(text) { $0.replacing($1, with: "…") }
  }
}

extension WebAddress {
  /// The path and query, whole and in parts, as written and percent-decoded. They are secret because they
  /// often grant access.
  fileprivate var secrets: [String] {
    let whole = path + query
    let parts = whole.split { "/?&=".contains($0) }.map(String.init)
    return ([whole, path] + parts).flatMap { [$0, $0.percentDecoded] }
  }
}
