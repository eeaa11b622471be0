/// As much of a shell's grammar as it takes to see which programs a line runs (POSIX.1-2017, XCU 2).
enum ShellScript {
  static let keywords: Set = [
    "if", "then", "elif", "else", "while", "until", "do", "!", "{",
  ]

  /// A simple command.
  struct Command {
    /// Without quotes.
    var words: [String] = []
    /// The texts of its here-documents and here-strings.
    var input: [String] = []
    /// Counts the commands of the script in the order in which they begin.
    let serial: Int
    /// The command whose output it reads; it ends before this one.
    let source: Int?
  }

  /// The simple commands of a script, in the order in which they end.
  static func commands(of script: String) -> [Command] {
    var scan = Scan()
    var characters = script[...]
    while let character = characters.popFirst() { scan.take(character, &characters) }
    scan.end()
    return scan.commands
  }

  private struct Scan {
    var commands: [Command] = []
    private var command = Command(serial: 0, source: nil)
    private var begun = 1
    private var word = ""
    private var hasWord = false
    private var quote: Character?
    private var redirection = Redirection.none
    /// Here-documents whose text begins with the next line.
    private var documents: [Document] = []
    /// The text of a here-document: only its substitutions count, and a quotation mark is a character as any other.
    private var isText = false

    /// What the next word is.
    private enum Redirection {
      case none
      case file
      /// A here-string.
      case text
    }

    /// XCU 2.7.4.
    private struct Document {
      let delimiter: String
      /// Quoted: its text is taken as it stands.
      let isLiteral: Bool
      let stripsTabs: Bool
      let command: Int
    }

    /// A subshell or a substitution that is open: what ends it, the quote that it stands in, and the command that goes on
    /// after a substitution.
    private struct Open {
      let end: Character
      let quote: Character?
      var around: (command: Command, word: String, redirection: Redirection)?
    }
    private var open: [Open] = []

    mutating func take(_ character: Character, _ rest: inout Substring) {
      switch (quote, character) {
      case ("\"", "\"") where isText && open.isEmpty:
        break
      case ("'", "'"), ("\"", "\""):
        quote = nil
      case ("'", _):
        word.append(character)
      case (_, "\\"):
        if let next = rest.popFirst(), !next.isNewline { add(next) }
      case (_, "`"):
        if open.last?.end == "`" { close() } else { substitute(until: "`") }
      // A substitution runs inside double quotes too.
      case (_, "$") where rest.first == "(":
        rest.removeFirst()
        substitute(until: ")")
      case ("\"", _):
        word.append(character)
      // $'…' and $"…" are quotes.
      case (_, "$") where rest.first == "'" || rest.first == "\"":
        break
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
      case (_, "|"):
        let isOr = rest.first == "|"
        if isOr || rest.first == "&" { rest.removeFirst() }
        endCommand(isPiped: !isOr)
      case (_, ";"), (_, "&"):
        endCommand()
      case (_, let line) where line.isNewline:
        endCommand()
        readDocuments(&rest)
      case (_, "#") where !hasWord:
        rest = rest.drop { !$0.isNewline }
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

    private mutating func begin(source: Int? = nil) {
      command = Command(serial: begun, source: source)
      begun += 1
    }

    private mutating func substitute(until end: Character) {
      open.append(Open(end: end, quote: quote, around: (command, word, redirection)))
      begin()
      (word, hasWord, redirection, quote) = ("", false, .none, nil)
    }

    /// After a substitution the word that it stands in goes on: what came of it is not known, but that it is there.
    private mutating func close() {
      endCommand()
      guard let closed = open.popLast() else { return }
      quote = closed.quote
      guard let around = closed.around else { return }
      (command, word, redirection) = around
      hasWord = true
    }

    /// `>file`, `2>&1`, `<<<word`, `<<END`: neither the number before nor the word after is the command's. `<(command)`
    /// is run.
    private mutating func redirect(_ character: Character, _ rest: inout Substring) {
      if rest.first == "(" {
        rest.removeFirst()
        return substitute(until: ")")
      }
      if word.allSatisfy(\.isNumber) { (word, hasWord) = ("", false) }
      endWord()
      if character == "<", rest.hasPrefix("<<") {
        rest = rest.dropFirst(2)
        redirection = .text
      } else if character == "<", rest.first == "<" {
        rest.removeFirst()
        document(&rest)
      } else {
        rest = rest.drop { "<>&|-".contains($0) }
        redirection = .file
      }
    }

    private mutating func document(_ rest: inout Substring) {
      let stripsTabs = rest.first == "-"
      if stripsTabs { rest.removeFirst() }
      rest = rest.drop { $0 == " " || $0 == "\t" }
      let word = rest.prefix { !$0.isWhitespace && !";&|<>()".contains($0) }
      rest = rest[word.endIndex...]
      let delimiter = word.filter { !"'\"\\".contains($0) }
      documents.append(
        Document(
          delimiter: delimiter, isLiteral: delimiter.count < word.count, stripsTabs: stripsTabs,
          command: command.serial))
    }

    private mutating func readDocuments(_ rest: inout Substring) {
      for document in documents {
        var lines: [Substring] = []
        while !rest.isEmpty {
          var line = rest.prefix { !$0.isNewline }
          rest = rest[line.endIndex...].dropFirst()
          if document.stripsTabs { line = line.drop { $0 == "\t" } }
          if line == document.delimiter { break }
          lines.append(line)
        }
        let text = lines.joined(separator: "\n")
        if let index = commands.lastIndex(where: { $0.serial == document.command }) {
          commands[index].input.append(text)
        }
        if !document.isLiteral { readSubstitutions(in: text) }
      }
      documents = []
    }

    private mutating func readSubstitutions(in text: String) {
      var scan = Scan()
      scan.isText = true
      scan.quote = "\""
      scan.begun = begun
      var characters = text[...]
      while let character = characters.popFirst() { scan.take(character, &characters) }
      while !scan.open.isEmpty { scan.close() }
      begun = scan.begun
      commands += scan.commands
    }

    private mutating func endWord() {
      if hasWord || !word.isEmpty {
        switch redirection {
        case .none: command.words.append(word)
        case .file: break
        case .text: command.input.append(word)
        }
        redirection = .none
      }
      (word, hasWord) = ("", false)
    }

    mutating func endCommand(isPiped: Bool = false) {
      endWord()
      redirection = .none
      let ended = command.serial
      if !command.words.isEmpty { commands.append(command) }
      begin(source: isPiped ? ended : nil)
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
