/// The reason why a request gets no answer, with its status and the page that names the next step.
enum Refusal: Error, Hashable, Sendable {
  case malformed(String)
  case headTooLarge
  case body
  case method
  /// The Host field names another server: a page of another site was resolved to this machine.
  case host
  /// A page of another site or another port sent the request.
  case foreignPage
  case noSession
  /// The connection belongs to another user of this machine.
  case otherUser
  case spentToken
  case wrongToken
  case notFound
  case query
  case tooSlow
  case tooMany
  /// The data could not be read.
  case unavailable(String)

  /// The status line's number and words (RFC 9110 §15).
  var status: (code: Int, words: String) {
    switch self {
    case .malformed, .query: (400, "Bad Request")
    case .body: (413, "Content Too Large")
    case .headTooLarge: (431, "Request Header Fields Too Large")
    case .method: (405, "Method Not Allowed")
    case .host: (421, "Misdirected Request")
    case .foreignPage, .noSession, .otherUser, .spentToken, .wrongToken: (403, "Forbidden")
    case .notFound: (404, "Not Found")
    case .tooSlow: (408, "Request Timeout")
    case .tooMany, .unavailable: (503, "Service Unavailable")
    }
  }

  var title: String {
    switch self {
    case .malformed: "The request is not valid"
    case .headTooLarge: "The request is too large"
    case .body: "A request must not have a body"
    case .method: "Only GET and HEAD are allowed"
    case .host: "This server has another name"
    case .foreignPage: "Another page sent this request"
    case .noSession: "This browser has no session"
    case .otherUser: "This page belongs to another user"
    case .spentToken: "This address was already used"
    case .wrongToken: "This address is not valid"
    case .notFound: "There is no such page"
    case .query: "The query is not valid"
    case .tooSlow: "The request took too long"
    case .tooMany: "Too many connections are open"
    case .unavailable: "The data is not available"
    }
  }

  /// The user's next step.
  var step: String {
    switch self {
    case .malformed(let detail): "The server cannot read it: \(detail)."
    case .headTooLarge: "Delete the cookies of this address in your browser and try again."
    case .otherUser: "Start oceanid-ctl web as the user of this browser."
    case .body, .method: "This server only shows the status of the guard."
    case .host: "Open the address that oceanid-ctl web printed."
    case .foreignPage:
      "Type the address that oceanid-ctl web printed into the address bar instead of following a link."
    case .noSession, .wrongToken:
      """
      Open the address that oceanid-ctl web printed. If it was used before, stop oceanid-ctl web with Ctrl-C and \
      start it again.
      """
    case .spentToken:
      """
      It works once. In the browser that used it, open this address without the part that begins with the question \
      mark. For another browser, stop oceanid-ctl web with Ctrl-C and start it again.
      """
    case .notFound, .query: "Open the start page."
    case .tooSlow: "Load the page again."
    case .tooMany: "Close some tabs of this page and load it again."
    case .unavailable(let reason): reason
    }
  }
}
