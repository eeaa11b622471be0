/// As much of a shell's grammar as it takes to see which programs a line runs (POSIX.1-2017, XCU 2).
enum ShellScript {
  static let keywords: Set = [
    "if", "then", "elif", "else", "while", "until", "do", "!", "{",
  ]

  /// The simple commands of a script, each as its words without quotes.
  static func commands(of script: String) -> [[String]] {
    var scan = Scan()
    var characters = script[...]
    while let character = characters.popFirst() { scan.take(character, &characters) }
    scan.end()
    return scan.commands
  }

  private struct Scan {
    var commands: [[String]] = []
    private var words: [String] = []
    private var word = ""
    private var hasWord = false
    private var quote: Character?
    /// The next word is the file of a redirection.
    private var isRedirected = false

    /// A subshell or a substitution that is open: what ends it, the quote that it stands in, and the command that goes on
    /// after a substitution.
    private struct Open {
      let end: Character
      let quote: Character?
      var around: (words: [String], word: String, isRedirected: Bool)?
    }
    private var open: [Open] = []

    mutating func take(_ character: Character, _ rest: inout Substring) {
      switch (quote, character) {
      case ("'", "'"), ("\"", "\""):
        quote = nil
      case ("'", _):
        word.append(character)
      case (_, "\\"):
        if let next = rest.popFirst(), next != "\n" { add(next) }
      case (_, "`"):
        if open.last?.end == "`" { close() } else { substitute(until: "`") }
      // A substitution runs inside double quotes too.
      case (_, "$") where rest.first == "(":
        rest.removeFirst()
        substitute(until: ")")
      case ("\"", _):
        word.append(character)
      case (_, "'"), (_, "\""):
        quote = character
        hasWord = true
      case (_, "<"), (_, ">"):
        redirect(character, &rest)
      case (_, "&") where rest.first == ">":
        break
      case (_, "("):
        endCommand()
        open.append(Open(end: ")", quote: quote))
      case (_, ")"):
        if open.last?.end == ")" { close() } else { endCommand() }
      case (_, ";"), (_, "&"), (_, "|"), (_, "\n"):
        endCommand()
      case (_, "#") where !hasWord:
        rest = rest.drop { $0 != "\n" }
      case (_, let blank) where blank.isWhitespace:
        endWord()
      default:
        add(character)
      }
    }

    private mutating func add(_ character: Character) {
      word.append(character)
      hasWord = true
    }

    private mutating func substitute(until end: Character) {
      open.append(Open(end: end, quote: quote, around: (words, word, isRedirected)))
      (words, word, hasWord, isRedirected, quote) = ([], "", false, false, nil)
    }

    /// After a substitution the word that it stands in goes on: what came of it is not known, but that it is there.
    private mutating func close() {
      endCommand()
      guard let closed = open.popLast() else { return }
      quote = closed.quote
      guard let around = closed.around else { return }
      (words, word, isRedirected) = around
      hasWord = true
    }

    /// `>file`, `2>&1`, `<<<word`: neither the number before nor the word after is the command's. `<(command)` is run.
    private mutating func redirect(_ character: Character, _ rest: inout Substring) {
      if rest.first == "(" {
        rest.removeFirst()
        return substitute(until: ")")
      }
      if word.allSatisfy(\.isNumber) { (word, hasWord) = ("", false) }
      endWord()
      rest = rest.drop { "<>&|-".contains($0) }
      isRedirected = true
    }

    private mutating func endWord() {
      let isWord = hasWord || !word.isEmpty
      if isWord, !isRedirected { words.append(word) }
      if isWord { isRedirected = false }
      (word, hasWord) = ("", false)
    }

    mutating func endCommand() {
      endWord()
      if !words.isEmpty { commands.append(words) }
      words = []
      isRedirected = false
    }

    /// What is still open at the end is ended.
    mutating func end() {
      endCommand()
      while !open.isEmpty {
        close()
        endCommand()
      }
    }
  }
}
