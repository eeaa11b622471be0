import GuardTypes
import Testing

@Suite struct EscapingTests {
  @Test(arguments: [
    ("a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;"), ("it's", "it&#39;s"),
    ("<b>not bold</b>", "&lt;b&gt;not bold&lt;/b&gt;"), ("plain\nlines", "plain\nlines"), ("", ""),
    // With a combining mark, each is one character, and still markup.
    ("<\u{301}b>\u{338}", "&lt;\u{301}b&gt;\u{338}"), ("&\u{20DD}", "&amp;\u{20DD}"),
    ("\"\u{301} onload='\u{301}", "&quot;\u{301} onload=&#39;\u{301}"),
  ])
  func markupIsEscaped(text: String, markup: String) {
    #expect(text.xmlEscaped == markup)
    #expect(!text.xmlEscaped.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
  }

  @Test func scalarsAreReplacedInsideCharacters() {
    #expect("a\r\nb'\u{301}".escaping(["\n": "\\n", "'": "'\\''"]) == "a\r\\nb'\\''\u{301}")
    #expect("\u{1F469}\u{200D}\u{1F680}".escaping(["\u{200D}": "+"]) == "\u{1F469}+\u{1F680}")
  }
}
