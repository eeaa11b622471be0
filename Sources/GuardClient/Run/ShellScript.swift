/// As much of a shell's grammar as it takes to see which programs a line runs (POSIX.1-2017, XCU 2).
enum ShellScript {
  static let keywords: Set = [
    "if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "exec", "command",
  ]

  /// The simple commands of a script, each as its words without quotes.
  static func commands(of script: String) -> [[String]] {
    var scan = Scan()
    var characters = script[...]
    while let character = characters.popFirst() { scan.take(character, &characters) }
    scan.endCommand()
    return scan.commands
  }

  private struct Scan {
    var commands: [[String]] = []
    private var words: [String] = []
    private var word = ""
    private var hasWord = false
    private var quote: Character?
    /// Substitutions that are open: what ends each, and the quote that it stands in.
    private var open: [(end: Character, quote: Character?)] = []

    mutating func take(_ character: Character, _ rest: inout Substring) {
      switch (quote, character) {
      case ("'", "'"), ("\"", "\""):
        quote = nil
      case ("'", _):
        word.append(character)
      case (_, "\\"):
        if let next = rest.popFirst(), next != "\n" { add(next) }
      case (_, "`"):
        if open.last?.end == "`" { close() } else { enter(until: "`") }
      // A substitution runs inside double quotes too.
      case (_, "$") where rest.first == "(":
        rest.removeFirst()
        enter(until: ")")
      case ("\"", _):
        word.append(character)
      case (_, "'"), (_, "\""):
        quote = character
        hasWord = true
      case (_, "("):
        enter(until: ")")
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

    private mutating func enter(until end: Character) {
      endCommand()
      open.append((end, quote))
      quote = nil
    }

    private mutating func close() {
      endCommand()
      quote = open.popLast()?.quote
    }

    private mutating func endWord() {
      if hasWord || !word.isEmpty { words.append(word) }
      (word, hasWord) = ("", false)
    }

    mutating func endCommand() {
      endWord()
      if !words.isEmpty { commands.append(words) }
      words = []
    }
  }
}
