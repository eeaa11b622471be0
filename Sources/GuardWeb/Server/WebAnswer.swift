import Health

/// A response with its security fields. Pure.
struct WebAnswer: Sendable {
  private let status: (code: Int, words: String)
  private let type: String
  private let body: [UInt8]
  private var fields: [(name: String, value: String)] = []
  private let isEndless: Bool

  /// Allows only this server's own files and no inline code.
  static let contentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static let common = [
    ("Content-Security-Policy", contentPolicy), ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Connection", "close"),
  ]

  init(_ type: String, _ body: [UInt8]) {
    status = (200, "OK")
    self.type = type
    self.body = body
    isEndless = false
  }

  /// The head of a stream of events. The stream ends with its connection.
  static let stream = WebAnswer(stream: "text/event-stream; charset=utf-8")

  private init(stream type: String) {
    status = (200, "OK")
    self.type = type
    body = []
    isEndless = true
  }

  /// Redirects to the address without the token and sets the session cookie.
  init(exchange setCookie: String) {
    status = (303, "See Other")
    type = "text/plain; charset=utf-8"
    body = []
    fields = [("Location", "/"), ("Set-Cookie", setCookie)]
    isEndless = false
  }

  init(_ refusal: Refusal) {
    status = refusal.status
    isEndless = false
    if case .unavailable(let reason) = refusal {
      type = "text/plain; charset=utf-8"
      body = Array(reason.singleLine.utf8)
      return
    }
    type = "text/html; charset=utf-8"
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark"><title>\(refusal.title)</title></head>
      <body><main><h1>\(refusal.title)</h1><p>\(refusal.step)</p><p><a href="/">Start page</a></p></main></body></html>

      """
    body = Array(page.html.utf8)
    if refusal == .method { fields = [("Allow", "GET, HEAD")] }
  }

  /// - Parameter isHead: true for the answer to HEAD, which has the same fields and no body.
  func bytes(isHead: Bool) -> [UInt8] {
    var all = WebAnswer.common + [("Content-Type", type)] + fields
    if !isEndless { all.append(("Content-Length", "\(body.count)")) }
    let head =
      "HTTP/1.1 \(status.code) \(status.words)\r\n" + all.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
    return Array(head.utf8) + (isHead ? [] : body)
  }
}
