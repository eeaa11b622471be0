internal import GuardTypes
internal import Health

extension Kubeconfig.Token {
  /// The token to send now. Its file is read each time, because its owner renews it.
  func current() throws(PollFailure) -> String? {
    guard let file else { return inline?.value }
    let problem: String
    do throws(FileContents.Failure) {
      let bytes = try FileContents.read(file, limit: 64 << 10)
      let text = String(String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline && $0 != " " })
      if !text.isEmpty, Self.isPrintable(text) { return text }
      problem = "holds no token"
    } catch {
      problem = error.words
    }
    if let inline { return inline.value }
    throw PollFailure(
      code: .kubeconfig, message: "tokenFile \(file) \(problem)",
      remedy: "Put a token there, readable for the guard's user: ls -l \(file)")
  }

  /// A token goes into a header line: no control character may pass.
  static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }
}
