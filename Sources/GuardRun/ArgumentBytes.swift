/// The command line as bytes. Swift's `CommandLine.arguments` replaces bytes that are not UTF-8, such as those of a file
/// name in Latin-1.
package enum ArgumentBytes {
  /// The original arguments whose texts are the last ones of the command line, for execvp(3); nil if they are others.
  static func ofThisProcess(_ words: [String]) -> [UnsafeMutablePointer<CChar>?]? {
    let all = original
    guard words.count <= all.count else { return nil }
    let last = all.suffix(words.count)
    return zip(last, words).allSatisfy { String(cString: $0) == $1 } ? Array(last) : nil
  }

  /// The place of the first argument that is not UTF-8, counted from the end; nil if all are.
  package static var firstInvalidFromEnd: Int? {
    let all = original
    return all.firstIndex { String(validatingCString: $0) == nil }.map { all.count - $0 }
  }

  private static var original: [UnsafeMutablePointer<CChar>] {
    (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
  }
}
