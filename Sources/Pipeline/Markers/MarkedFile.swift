internal import YAML

/// The markers of one file, as Flux's image automation reads it (image-automation-controller 0.41, pkg/update).
package struct MarkedFile: Hashable, Sendable {
  /// Why Flux does not read a file that has a marker.
  package struct Unreadable: Error, Hashable, Sendable {
    /// Starts at 1; nil if it concerns the whole file.
    package let line: Int?
    package let problem: String

    package init(line: Int?, problem: String) {
      self.line = line
      self.problem = problem
    }
  }

  package private(set) var markers: [Marker] = []
  package private(set) var ignored: [IgnoredMarker] = []

  /// True if Flux parses the file: it searches for these bytes first.
  package static func hasToken(_ bytes: [UInt8]) -> Bool { bytes.contains(Array("\"\(Marker.key)\"".utf8)) }

  /// True if the text may be meant as a marker.
  package static func mentionsMarker(_ bytes: [UInt8]) -> Bool { bytes.contains(Array(Marker.key.utf8)) }

  /// - Throws: the reason why Flux skips the file without reporting it.
  package init(_ bytes: [UInt8]) throws(Unreadable) {
    let hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    guard let text = String(validating: bytes.dropFirst(hasByteOrderMark ? 3 : 0), as: UTF8.self) else {
      throw Unreadable(line: nil, problem: "it is not UTF-8")
    }
    for (firstLine, whole) in try documents(of: text) {
      let document = MarkedFile.beforeEndMark(whole)
      let list: TokenList
      do throws(YAMLError) { list = try TokenList(bytes: Array(document.utf8)) } catch {
        throw Unreadable(line: error.mark.map { $0.line + firstLine - 1 }, problem: error.problem)
      }
      // The scanner does not read the text after the last token.
      if let index = document.unicodeScalars.firstIndex(of: "\0") {
        let line = document.unicodeScalars[..<index].count { $0 == "\n" }
        throw Unreadable(line: firstLine + line, problem: "control characters are not allowed")
      }
      switch list.root {
      case .none: continue
      case .mapping: try MarkedFile.checkMetadata(of: document, from: firstLine)
      case .sequence:
        // Flux annotates each object that it reads, and a list has no annotations (kyaml, kio.ByteReader).
        throw Unreadable(line: firstLine, problem: "a document is a list, not a map")
      case .scalar:
        guard list.tokens.compactMap(\.isNullScalar).first ?? true else {
          throw Unreadable(line: firstLine, problem: "a document is a text, not a map")
        }
        continue
      }
      add(CommentedText(list, text: document), from: firstLine)
    }
  }

  /// The text up to a line that begins with `...`: go-yaml reads one document, and nothing after its end.
  private static func beforeEndMark(_ text: String) -> String {
    var lines: [Substring] = []
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
      let rest = line.dropFirst(3)
      if line.hasPrefix("..."), rest.first.map({ $0 == " " || $0 == "\t" }) ?? true {
        return lines.joined(separator: "\n") + "\n...\n"
      }
      lines.append(line)
    }
    return text
  }

  /// Flux adds annotations to each object that it reads, which fails if these places are no maps. null is replaced.
  private static func checkMetadata(of document: String, from firstLine: Int) throws(Unreadable) {
    var limits = Document.Limits()
    limits.allowsDuplicateKeys = true
    // The tokens were checked before. Flux ignores errors that only the tree has.
    guard let root = try? Document(document, limits: limits).root?.mapping, let metadata = root["metadata"],
      !metadata.isNull
    else { return }
    func mistake(_ node: Node, _ name: String) -> Unreadable {
      Unreadable(
        line: node.mark.line + firstLine - 1,
        problem: "\(name) is a \(node.sequence == nil ? "text" : "list"), not a map")
    }
    guard let map = metadata.mapping else { throw mistake(metadata, "metadata") }
    guard let annotations = map["annotations"], !annotations.isNull, annotations.mapping == nil else {
      return
    }
    throw mistake(annotations, "metadata.annotations")
  }

  /// Divides the text at lines that begin with `---`, as kyaml does before it parses (splitDocuments in
  /// byteio_reader.go): neither a line without a line break nor one directly below another separator counts.
  private mutating func documents(of text: String) throws(Unreadable) -> [(firstLine: Int, text: String)] {
    // A carriage return with a line feed is one Character, so both kinds of line are found.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    var documents: [(firstLine: Int, text: String)] = []
    var begin = 0
    for (index, line) in lines.enumerated().dropLast() where index > begin && line.hasPrefix("---") {
      let rest = line.dropFirst(3).drop(while: \.isWhitespace)
      guard rest.isEmpty || rest.hasPrefix("#") else {
        throw Unreadable(line: index + 1, problem: "only a comment may follow --- on its line")
      }
      for marker in IgnoredMarker.texts(in: String(rest)) {
        ignored.append(IgnoredMarker(text: marker, line: index + 1, reason: .onSeparator))
      }
      documents.append((begin + 1, lines[begin..<index].joined(separator: "\n") + "\n"))
      begin = index + 1
    }
    return documents + [(begin + 1, lines[begin...].joined(separator: "\n"))]
  }

  private mutating func add(_ text: CommentedText, from firstLine: Int) {
    func line(_ line: Int) -> Int { line + firstLine - 1 }
    var seen: Set<Comment> = []
    for scalar in text.scalars {
      let behind = scalar.behind.map(\.text).joined(separator: "\n")
      let comment = scalar.behind.isEmpty ? scalar.above.text : behind
      if let marker = Marker.text(in: comment) {
        markers.append(
          Marker(text: marker, line: line(scalar.line), value: scalar.value, key: scalar.key))
        // Flux reads no other comment of this value, so the others need no warning.
        seen.formUnion(scalar.behind + scalar.above.comments)
      }
      for (offset, part) in scalar.value.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      {
        for marker in IgnoredMarker.texts(in: String(part)) {
          let below = scalar.isBlock ? offset + 1 : 0
          ignored.append(
            IgnoredMarker(text: marker, line: line(scalar.line + below), reason: .inText))
        }
      }
    }
    for (comment, place) in text.places where !seen.contains(comment) {
      for marker in IgnoredMarker.texts(in: comment.text) {
        ignored.append(
          IgnoredMarker(
            text: marker, line: line(comment.line), reason: reason(comment, at: place, in: text),
            isCommentedOut: comment.isCommentedOut))
      }
    }
    ignored.sort { ($0.line, $0.text) < ($1.line, $1.text) }
  }

  private func reason(
    _ comment: Comment, at place: CommentPlace, in text: CommentedText
  ) -> IgnoredMarker.Reason {
    switch place {
    case .key: .onKey
    case .emptyValue: .onEmptyValue
    case .aboveKey: .aboveKey
    case .flow: .onFlow
    case .alias: .onAlias
    case .list: .onList
    case .foot: .below
    case .value(let index): reason(comment, of: text.scalars[index])
    }
  }

  /// Why a comment of a value is not a marker.
  private func reason(_ comment: Comment, of scalar: CommentedText.Scalar) -> IgnoredMarker.Reason {
    if Marker.text(in: comment.text) != nil {
      return scalar.above.comments.contains(comment) && !scalar.behind.isEmpty ? .isOverruled : .withComments
    }
    if IgnoredMarker.texts(in: comment.text).count > 1 { return .isTwice }
    let json = comment.text.drop { $0 == "#" || $0.isWhitespace }
    if json.hasPrefix("{'") || json.contains("'\(Marker.key)'") { return .withQuotes }
    return json.hasPrefix("{\"") && json.reversed().first { !$0.isWhitespace } == "}"
      ? .isNotStrings : .withText
  }
}

extension Comment {
  /// `# image: app:1 # {…}`
  fileprivate var isCommentedOut: Bool {
    let rest = text.drop { $0 == "#" || $0.isWhitespace }
    return !rest.hasPrefix("{") && rest.contains("#")
  }
}

extension Token {
  /// True for a scalar that is null, which only a plain one can be; nil for other tokens.
  fileprivate var isNullScalar: Bool? {
    guard case .scalar(let value, let style) = kind else { return nil }
    return style == .plain && ["", "~", "null", "Null", "NULL"].contains(value)
  }
}
