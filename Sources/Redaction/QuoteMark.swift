/// A quotation mark in the spellings that occur in texts within texts: `"`, `\"`, `""`, `\u0022`, `&quot;`,
/// `%22`, `“`.
struct QuoteMark {
  /// The start of the quoted text.
  let end: Int
  let closing: Closing

  enum Closing: Equatable {
    /// A byte after at most this many backslashes.
    case byte(UInt8, escapes: Int)
    /// The same byte several times: CSV doubles it, and some languages have three.
    case several(UInt8, count: Int)
    /// An entity, an escape or a character outside ASCII.
    case spelled(Int)
  }

  /// Opening and closing marks. The closing mark is the same for most.
  static let spellings: [(opening: StaticString, closing: StaticString)] = [
    (#"\u0022"#, #"\u0022"#), (#"\u0027"#, #"\u0027"#), (#"\\u0022"#, #"\\u0022"#),
    (#"\\u0027"#, #"\\u0027"#), (#"\\x22"#, #"\\x22"#), (#"\042"#, #"\042"#), (#"\u{22}"#, #"\u{22}"#),
    (#"\x22"#, #"\x22"#), (#"\x27"#, #"\x27"#),
    ("&quot;", "&quot;"), ("&#34;", "&#34;"), ("&#39;", "&#39;"), ("&apos;", "&apos;"), ("&#x22;", "&#x22;"),
    ("&#x27;", "&#x27;"),
    ("%22", "%22"), ("%27", "%27"), ("%2522", "%2522"), ("%5c%22", "%5c%22"), ("“", "”"), ("‘", "’"),
    ("«", "»"),
  ]

  /// More backslashes than texts within texts need. The bound keeps the search linear.
  fileprivate static let maxEscapes = 15
}

extension CredentialScanner {
  func quoteMark(at start: Int) -> QuoteMark? {
    guard let first = byte(at: start), first.mayBeginQuote else { return nil }
    for (index, spelling) in QuoteMark.spellings.enumerated() where bytes.spells(spelling.opening, at: start)
    {
      return QuoteMark(end: start + spelling.opening.utf8CodeUnitCount, closing: .spelled(index))
    }
    let backslashes = end(of: start, max: QuoteMark.maxEscapes) { $0 == UInt8(ascii: "\\") }
    guard let quote = byte(at: backslashes), quote.isQuote else { return nil }
    if backslashes == start {
      let count = end(of: start, max: 3) { $0 == quote } - start
      if count == 3 { return QuoteMark(end: start + 3, closing: .several(quote, count: 3)) }
      if count == 2, let next = byte(at: start + 2), next > 0x20, !next.endsQuotedValue {
        return QuoteMark(end: start + 2, closing: .several(quote, count: 2))
      }
    }
    return QuoteMark(end: backslashes + 1, closing: .byte(quote, escapes: backslashes - start))
  }

  /// True if the mark, in its spelling as an opening one, is right before the index.
  func opens(_ closing: QuoteMark.Closing, before index: Int) -> Bool {
    switch closing {
    case .byte(let quote, _): byte(at: index - 1) == quote
    case .several(let quote, _): byte(at: index - 1) == quote && byte(at: index - 2) == quote
    case .spelled(let spelling):
      bytes.spells(
        QuoteMark.spellings[spelling].opening,
        at: index - QuoteMark.spellings[spelling].opening.utf8CodeUnitCount)
    }
  }

  /// The quoted text; up to the end of the text, or the limit, if the mark is not closed.
  func quoted(_ mark: QuoteMark, max limit: Int = .max) -> Range<Int> {
    let start = mark.end
    let last = limit < bytes.count - start ? start + limit : max(start, bytes.count)
    switch mark.closing {
    case .byte(let quote, let escapes): return quoted(from: start, to: last, by: quote, escapes: escapes)
    case .several(let quote, let count):
      for index in start..<last
      where bytes[index] == quote && end(of: index, max: count, while: { $0 == quote }) - index == count {
        return start..<index
      }
    case .spelled(let spelling):
      for index in start..<last where bytes.spells(QuoteMark.spellings[spelling].closing, at: index) {
        return start..<index
      }
    }
    return start..<last
  }

  private func quoted(from start: Int, to last: Int, by quote: UInt8, escapes: Int) -> Range<Int> {
    var backslashes = 0
    var index = start
    while index < last {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        backslashes += 1
      } else {
        // A quote with more backslashes is part of the value.
        if byte == quote, backslashes <= escapes {
          guard backslashes == 0, let next = continuation(of: quote, at: index) else {
            return start..<index - backslashes
          }
          index = next
        }
        backslashes = 0
      }
      index += 1
    }
    return start..<last
  }

  /// The last byte of what continues a quoted text: `''` in YAML and SQL, and `'"'"'` in a shell.
  private func continuation(of quote: UInt8, at index: Int) -> Int? {
    if byte(at: index + 1) == quote {
      return byte(at: index + 2).map { $0 > 0x20 && !$0.endsQuotedValue } == true ? index + 1 : nil
    }
    guard quote == 0x27 else { return nil }
    return [#"'"'"'"#, #"'\''"#].first { bytes.starts(with: $0, at: index) }
      .map { (text: StaticString) in index + text.utf8CodeUnitCount - 1 }
  }
}

extension UInt8 {
  fileprivate var mayBeginQuote: Bool {
    isQuote || [0x5C, 0x26, 0x25, 0xE2, 0xC2].contains(self)
  }

  /// Characters after a quoted value.
  fileprivate var endsQuotedValue: Bool {
    isQuote
      || [
        UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"),
        UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "\\"), UInt8(ascii: ">"),
        UInt8(ascii: "/"), UInt8(ascii: "."),
      ].contains(self)
  }
}
