import TestSupport
import Testing

@testable import Redaction

/// The tables of texts with and without credentials.
@Suite struct RedactionTableTests {
  private static func parts(_ form: String) -> (text: String, shown: String, credentials: [String]) {
    let credentials = form.split(separator: "⟦").dropFirst(form.hasPrefix("⟦") ? 0 : 1).compactMap {
      $0.split(separator: "⟧", omittingEmptySubsequences: false).first.map(String.init)
    }
    let text = form.replacing("⟦", with: "").replacing("⟧", with: "")
    let shown = form.replacing(#/⟦[^⟧]*⟧/#, with: "…")
    return (text, shown, credentials)
  }

  @Test func tablesAreLongEnough() {
    #expect(Set(HiddenForms.all).count >= 150)
    #expect(Set(KeptTexts.all).count >= 100)
    #expect(HiddenForms.all.allSatisfy { !Self.parts($0).credentials.isEmpty })
  }

  @Test(arguments: HiddenForms.all) func credentialIsHiddenAndNothingElse(_ form: String) {
    let (text, shown, _) = Self.parts(form)
    #expect(redacted(text) == shown)
    #expect(redacted(shown) == shown, "a second time")
  }

  @Test(arguments: HiddenForms.privateKeys) func privateKeyIsHiddenAndNothingElse(_ form: String) {
    let (text, shown, _) = Self.parts(form)
    #expect(redacted(text) == shown.replacing("…", with: "(private key withheld)"))
    #expect(redacted(redacted(text)) == redacted(text))
  }

  @Test(arguments: KeptTexts.all) func ordinaryTextIsUnchanged(_ text: String) {
    #expect(redacted(text) == text)
  }

  /// A line of a log has a time before and other fields after the text.
  @Test(arguments: HiddenForms.all) func credentialIsHiddenWithinALog(_ form: String) {
    // A marker in place of a short credential can't be part of the rest of the text.
    guard !form.contains("\n"), let credential = Self.parts(form).credentials.first, credential == "x" else {
      return
    }
    let text = form.replacing("⟦x⟧", with: "zq9")
    #expect(!redacted("2026-01-02T03:04:05Z error: \(text)").contains("zq9"))
    #expect(!redacted("first line\n\(text)\nlast line").contains("zq9"))
  }

  /// Texts that make a scanner read far ahead, from each of their words.
  private static let hostile = [
    "a:", "a://", "a://b:c\"", "a%3a%2f%2f", "password=\"${", "password='${\"", "token:", "pass:", "-p ",
    "a-", "a.",
    "K10-", "a/", "a+", "key ", "    key", "-----BEGIN ", "-----END PRIVATE KEY-----", "eyJ-", "password=${",
    "password=a,", "token=no,", "<password>", #"\"password\":\""#, "\\", "%", "stringData:\n a: b\n", "$2b$",
    "password:\n", "a:b@", ":@a:", "Cookie: a;", "Authorization: a ", "AUTH ", "YWJj", "code=", "[",
    "password:[",
    "secret: a/", "&quot;password&quot;:&quot;", "a/b@", "''", "password='a''b", "password", "pw[", "value: ",
    "password -> ", "{\"kind\":\"Secret\",\"data\":", "\"", "PASSWORD_",
  ]

  /// Four times the text takes about four times as long; sixteen times as long if each word reads ahead.
  @Test(arguments: hostile) func hostileTextTakesLinearTime(_ pattern: String) {
    func seconds(_ length: Int) -> Double {
      let text = String(
        decoding: repeatElement(Array(pattern.utf8), count: length / pattern.utf8.count + 1).joined().prefix(
          length),
        as: UTF8.self)
      // Other tests run at the same time, so that the time of a clock says little.
      let start = threadSeconds()
      _ = redacted(text, limit: 2 * length)
      return threadSeconds() - start
    }
    let (short, long) = (max(seconds(4 << 10), 0.002), seconds(16 << 10))
    #expect(long < 10 * short, "\(long) s after \(short) s")
  }

  @Test func mebibyteOfCredentialsIsHidden() {
    let text = String(repeating: "password=hunter2 ", count: (1 << 20) / 17)
    #expect(!redacted(text, limit: 2 << 20).contains("hunter2"))
    #expect(redacted(text).utf8.count <= redactedTextLimit)
  }
}
