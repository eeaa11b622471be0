import Testing

@testable import SessionBus

@Suite struct MarkupTests {
  @Test(arguments: [
    ("a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;"), ("it's", "it&#39;s"),
    ("<b>not bold</b>", "&lt;b&gt;not bold&lt;/b&gt;"), ("plain\nlines", "plain\nlines"), ("", ""),
  ])
  func markupIsEscaped(text: String, markup: String) {
    #expect(NotificationServer.escaped(text) == markup)
  }
}
