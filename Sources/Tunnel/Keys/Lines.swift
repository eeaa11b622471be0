extension String {
  /// The lines of a file as C programs see them. To `Character` the end of a line of DOS, CR LF, is one that is no LF.
  var lines: [Substring] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
  }
}
