/// The strings of code in another language, as far as they can be the words of a command.
enum CodeStrings {
  struct Command {
    /// One string with a whole command line, or the strings of a list.
    let words: [String]
    /// The strings as they are written.
    let sources: [String]
  }

  /// Strings with a blank, and lists of strings: `system("kubectl get pods")`, `["kubectl", "get", "pods"]`.
  static func commands(in text: String) -> [Command] {
    var commands: [Command] = []
    var words: [String] = []
    var sources: [String] = []
    func finish() {
      if words.count > 1 { commands.append(Command(words: words, sources: sources)) }
      for (word, source) in zip(words, sources) where word.contains(where: \.isWhitespace) {
        commands.append(Command(words: [word], sources: [source]))
      }
      words = []
      sources = []
    }
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard "'\"`".utf8.contains(byte) else {
        // Strings of a list are separated by nothing else.
        if !" ,[\n\t\r".utf8.contains(byte) { finish() }
        continue
      }
      var word: [UInt8] = []
      var source = [byte]
      var isClosed = false
      while let next = rest.popFirst() {
        source.append(next)
        if next == byte {
          isClosed = true
          break
        }
        if next == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
          source.append(escaped)
          word.append(escaped == UInt8(ascii: "n") ? 0x0A : escaped)
        } else {
          word.append(next)
        }
      }
      guard isClosed else { break }
      // Two quotes may be the start of a string with three.
      if word.isEmpty, rest.first == byte { rest.removeFirst() }
      words.append(String(decoding: word, as: UTF8.self))
      sources.append(String(decoding: source, as: UTF8.self))
    }
    finish()
    return Array(commands.prefix(200))
  }
}
