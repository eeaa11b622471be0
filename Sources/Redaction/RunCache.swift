/// The ends of runs of bytes that were found last.
///
/// A run ends at the same place for each start within it. Without this memory, a text like `a:a:a:…` would
/// be read to its end from each of its words.
struct RunCache {
  struct Run {
    var range = 0..<0
    /// The last `@` in the run, or its percent-encoding.
    var mark: Int?
  }

  var url = Run()
  var line = Run()
  var encoded = Run()
  var value = Run()
  /// The end of the last table whose columns were read.
  var tableEnd = 0
  var tableHead = 0..<0
}

extension CredentialScanner {
  /// The run of bytes of a URL and its last `@`.
  mutating func urlRun(at start: Int) -> RunCache.Run { run(\.url, at: start) { !$0.endsURL } }

  /// The run of bytes to the next blank, and its last `@`.
  mutating func visibleRun(at start: Int) -> RunCache.Run { run(\.line, at: start) { $0 > 0x20 } }

  /// The run of bytes of a percent-encoded URL, and its last `%40` or `@`.
  mutating func encodedRun(at start: Int) -> RunCache.Run {
    run(\.encoded, at: start) { !$0.endsURL && $0 != UInt8(ascii: "&") }
  }

  private mutating func run(
    _ kind: WritableKeyPath<RunCache, RunCache.Run>, at start: Int, while belongs: (UInt8) -> Bool
  ) -> RunCache.Run {
    if !runs[keyPath: kind].range.contains(start) {
      let end = end(of: start, while: belongs)
      let isEncoded = kind == \.encoded
      let mark = (start..<end).last {
        bytes[$0] == UInt8(ascii: "@") || (isEncoded && bytes.starts(with: "%40", at: $0))
      }
      runs[keyPath: kind] = RunCache.Run(range: start..<end, mark: mark)
    }
    var found = runs[keyPath: kind]
    found.range = start..<max(start, found.range.upperBound)
    if let mark = found.mark, mark < start { found.mark = nil }
    return found
  }
}

extension UInt8 {
  /// Characters that end a URL in a text.
  var endsURL: Bool { self <= 0x20 || isQuote || [0x3C, 0x3E, 0x5C, 0x7F].contains(self) }
  /// RFC 3986 §3.2
  var endsAuthority: Bool {
    self == UInt8(ascii: "/") || self == UInt8(ascii: "?") || self == UInt8(ascii: "#")
  }
}
