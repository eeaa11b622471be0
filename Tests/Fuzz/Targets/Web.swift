@testable internal import GuardWeb

private func read(_ bytes: [UInt8], searched: Int = 0) -> Result<RequestHead?, Refusal> {
  Result { () throws(Refusal) in try RequestHead.read(bytes, searched: searched) }
}

extension FuzzTarget {
  /// Requests to the page's server: the result does not depend on how the bytes arrive, and nothing is served without a
  /// secret.
  static let webRequest = FuzzTarget("web-request") { bytes in
    let whole = read(bytes)
    let middle = bytes.count / 2
    if case .success(nil) = read(Array(bytes[..<middle])) {
      try hold(read(bytes, searched: middle) == whole, "an end is overlooked after \(middle) bytes")
    }
    guard case .success(let head?) = whole else { return }
    var access = AccessControl(port: 8080, token: AccessToken(), session: AccessToken())
    guard case .refuse(let refusal) = access.decide(head) else {
      throw Broken(description: "a request without a secret is served")
    }
    let answer = WebAnswer(refusal).bytes(isHead: false)
    try hold(answer.starts(with: Array("HTTP/1.1 4".utf8)), "an answer that is none")
  }
}
