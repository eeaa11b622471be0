/// Decides about each request: who asks, from which page, and for what. Pure.
///
/// The token in the printed address is exchanged for a cookie once. Afterwards, the address in the history of a shell
/// or of a browser gives no access.
struct AccessControl: Sendable {
  enum Decision: Hashable, Sendable {
    case serve(PagePath)
    /// The token was right: set this cookie and go to the address without it.
    case exchange(setCookie: String)
    case refuse(Refusal)
  }

  private let hosts: Set<String>
  private let cookieName: String
  private let token: AccessToken
  private let session: AccessToken
  private var isSpent = false

  init(port: UInt16, token: AccessToken, session: AccessToken) {
    // A browser that was led here by the name of another site (DNS rebinding) sends that name.
    hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
    // Browsers send the cookies of a host to all of its ports. The port in the name keeps several instances apart.
    cookieName = "oceanid-web-\(port)"
    self.token = token
    self.session = session
  }

  mutating func decide(_ head: RequestHead) -> Decision {
    do throws(Refusal) {
      try checkOrigin(head)
      if head.path == "/", let offered = head.parameter("token") { return try exchange(offered, head) }
      guard let cookie = head.cookie(cookieName), session.matches(cookie) else { throw .noSession }
      return .serve(try PagePath(head))
    } catch {
      return .refuse(error)
    }
  }

  private func checkOrigin(_ head: RequestHead) throws(Refusal) {
    guard let host = head["host"], hosts.contains(host.lowercased()) else { throw .host }
    if let origin = head["origin"], origin.lowercased() != "http://\(host.lowercased())" {
      throw .foreignPage
    }
    // `none` is a request of the user: the address bar, a bookmark, another program.
    if let site = head["sec-fetch-site"], site != "same-origin", site != "none" { throw .foreignPage }
  }

  private mutating func exchange(_ offered: Substring, _ head: RequestHead) throws(Refusal) -> Decision {
    guard token.matches(offered) else { throw .wrongToken }
    // HEAD has no effect (RFC 9110 §9.2.1), so it must not use up the token.
    guard !isSpent, head.method == .get else { throw isSpent ? .spentToken : .method }
    isSpent = true
    return .exchange(setCookie: "\(cookieName)=\(session.text); Path=/; HttpOnly; SameSite=Strict")
  }
}
