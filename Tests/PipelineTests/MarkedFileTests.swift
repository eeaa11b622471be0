import Testing

@testable import Pipeline

/// Where a marker works. The expectations are those of go-yaml v3.0.1 with the field reader of kyaml.
@Suite struct MarkedFileTests {
  /// `M` stands for a marker.
  static let marker = #"# {"$imagepolicy": "ns:p"}"#

  struct Case: CustomStringConvertible, Sendable {
    let name: String
    let text: String
    var good: [Int] = []
    var ignored: [IgnoredMarker.Reason] = []

    var description: String { name }
  }

  private static func file(_ text: String) throws -> MarkedFile {
    try MarkedFile(Array(text.replacing("M", with: marker).utf8))
  }

  static let behind = [
    Case(name: "plain", text: "image: r/a:1 M\n", good: [1]),
    Case(name: "single quotes", text: "image: 'r/a:1' M\n", good: [1]),
    Case(name: "double quotes", text: "image: \"r/a:1\" M\n", good: [1]),
    Case(name: "quoted key", text: "\"image\": \"r/a:1\" M\n", good: [1]),
    Case(name: "number", text: "tag: 1.2 M\n", good: [1]),
    Case(name: "empty text in quotes", text: "tag: \"\" M\nb: c\n", good: [1]),
    Case(name: "several lines", text: "image: r/a\n  b:1 M\n", good: [1]),
    Case(name: "several quoted lines", text: "image: \"r/\n  a:1\" M\n", good: [1]),
    Case(name: "on the value's own line", text: "image:\n  r/a:1 M\n", good: [2]),
    Case(name: "anchor", text: "image: &x r/a:1 M\n", good: [1]),
    Case(name: "anchor, value on the next line", text: "image: &x M\n  r/a:1\n", good: [2]),
    Case(name: "tag", text: "image: !!str r/a:1 M\n", good: [1]),
    Case(name: "tabulator before it", text: "image: r/a:1\tM\n", good: [1]),
    Case(name: "no line break at the end", text: "image: r/a:1 M", good: [1]),
    Case(name: "Windows", text: "a: b\r\nimage: r/a:1 M\r\nc: d\r\n", good: [2]),
    Case(name: "byte order mark", text: "\u{FEFF}image: r/a:1 M\n", good: [1]),
    Case(name: "two documents", text: "a: r/a:1 M\n---\nb: c\nd: r/a:1 M\n", good: [1, 4]),
    Case(name: "a document that is empty", text: "---\n# none\n---\nb: r/a:1 M\n", good: [4]),
    Case(name: "Windows with two documents", text: "a: r/a:1 M\r\n---\r\nd: r/a:1 M\r\n", good: [1, 3]),
    Case(name: "literal block", text: "a: | M\n  r/a:1\nb: c\n", good: [1]),
    Case(name: "folded block", text: "a: >- M\n  r/a:1\nb: c\n", good: [1]),
    Case(name: "block in a list", text: "l:\n- |- M\n  r/a:1\n- x\n", good: [2]),
    Case(name: "list", text: "l:\n  - r/a:1 M\n  - x\n", good: [2]),
    Case(name: "list of lists", text: "l:\n- - r/a:1 M\n  - x\n- y\n", good: [2]),
    Case(name: "flow map over lines", text: "l: {\n  a: r/a:1, M\n  b: x\n}\n", good: [2]),
    Case(name: "last of a flow map", text: "l: {\n  a: x,\n  b: r/a:1 M\n}\n", good: [3]),
    Case(name: "comma on the next line", text: "l: {\n  a: r/a:1 M\n  , b: x\n}\n", good: [2]),
    Case(name: "flow list over lines", text: "l: [\n  r/a:1, M\n  x\n]\n", good: [2]),
    Case(name: "value of a question mark's key", text: "? image\n: r/a:1 M\n", good: [2]),
    Case(name: "repeated key", text: "image: r/a:1 M\nimage: r/a:2 M\n", good: [1, 2]),
  ]

  static let above = [
    Case(name: "element", text: "l:\n- x\nM\n- r/a:1\n", good: [4]),
    Case(name: "first element", text: "l:\n  M\n  - r/a:1\n", good: [3]),
    Case(name: "indented less", text: "l:\n  - x\nM\n  - r/a:1\n", good: [4]),
    Case(name: "indented more", text: "l:\n  - x\n    M\n  - r/a:1\n", good: [4]),
    Case(name: "blank line before it", text: "l:\n  - x\n\n  M\n  - r/a:1\n", good: [5]),
    Case(name: "blank lines around it", text: "l:\n  - x\n\n  M\n\n  - r/a:1\n", good: [6]),
    Case(name: "first, with a blank line", text: "l:\n  M\n\n  - r/a:1\n", good: [4]),
    Case(name: "after another comment", text: "l:\n  - x\n  # t\n\n  M\n  - r/a:1\n", good: [6]),
    Case(name: "inner list", text: "l:\n  - - x\n    M\n    - r/a:1\n", good: [4]),
    Case(name: "behind the dash", text: "l:\n- x\n- M\n  r/a:1\n", good: [4]),
    Case(name: "behind the dash of an empty element", text: "l:\n- M\n- r/a:1\n", good: [3]),
    Case(name: "flow list", text: "l: [\n  x,\n  M\n  r/a:1\n]\n", good: [4]),
    Case(name: "between key and value", text: "image:\n  M\n  r/a:1\n", good: [3]),
  ]

  static let elsewhere = [
    Case(name: "value on the next line", text: "image: M\n  r/a:1\n", ignored: [.onKey]),
    Case(name: "value is a map", text: "image: M\n  a: r/a:1\n", ignored: [.onKey]),
    Case(name: "value is a list", text: "image: M\n- r/a:1\n", ignored: [.onKey]),
    Case(name: "question mark's key", text: "? image M\n: r/a:1\n", ignored: [.onKey]),
    Case(name: "no value", text: "image: M\nb: c\n", ignored: [.onEmptyValue]),
    Case(name: "above the first key", text: "M\nimage: r/a:1\n", ignored: [.aboveKey]),
    Case(name: "above a key", text: "a: b\nM\nimage: r/a:1\n", ignored: [.aboveKey]),
    Case(name: "below", text: "image: r/a:1\nM\n", ignored: [.below]),
    Case(name: "below, blank line", text: "l:\n  - r/a:1\n  M\n\n  - x\n", ignored: [.below]),
    Case(name: "behind a flow map", text: "l: {a: x, b: r/a:1} M\n", ignored: [.onFlow]),
    Case(name: "behind a flow list", text: "l: [r/a:1] M\n", ignored: [.onFlow]),
    Case(name: "behind a bracket and a comma", text: "l: [{a: r/a:1}, M\n x]\n", ignored: [.onFlow]),
    Case(name: "behind an opening bracket", text: "l: { M\n  a: r/a:1\n}\n", ignored: [.onFlow]),
    Case(name: "alias", text: "a: &x r/b:1\nimage: *x M\nb: c\n", ignored: [.onAlias]),
    Case(name: "above an inner list", text: "l:\n  - - x\n  M\n  - - r/a:1\n", ignored: [.onList]),
    Case(name: "above a map of a list", text: "l:\n  - x\n  M\n  - image: r/a:1\n", ignored: [.aboveKey]),
    Case(name: "first line", text: "--- M\nimage: r/a:1\n", ignored: [.aboveKey]),
    Case(name: "separator", text: "x: 1\n--- M\nimage: r/a:1\n", ignored: [.onSeparator]),
    Case(name: "in a block", text: "a: |\n  r/a:1 M\nb: c\n", ignored: [.inText]),
    Case(name: "in quotes", text: "a: 'r/a:1 M'\nb: c\n", ignored: [.inText]),
  ]

  static let content = [
    Case(name: "several #", text: #"a: r/a:1 ##{"$imagepolicy": "ns:p"}"#, good: [1]),
    Case(name: "white space", text: "a: r/a:1 #\t{ \"$imagepolicy\" :\"ns:p\" }\t \n", good: [1]),
    Case(name: "further keys", text: #"a: r/a:1 # {"x": "y", "$imagepolicy": "ns:p"}"#, good: [1]),
    Case(
      name: "escapes", text: #"a: r/a:1 # {"x": "\"\u00e9\ud83d\ude00", "$imagepolicy": "ns:p"}"#, good: [1]),
    Case(name: "null of another key", text: #"a: r/a:1 # {"x": null, "$imagepolicy": "ns:p"}"#, good: [1]),
    Case(name: "# apart", text: "a: r/a:1 # M\n", ignored: [.isNotStrings]),
    Case(
      name: "number", text: #"a: r/a:1 # {"x": 1, "$imagepolicy": "ns:p"}"#, ignored: [.isNotStrings]),
    Case(name: "text before", text: "a: r/a:1 # set by M\n", ignored: [.withText]),
    Case(name: "text behind", text: "a: r/a:1 M pinned\n", ignored: [.withText]),
    Case(name: "twice", text: "a: r/a:1 M M\n", ignored: [.isTwice, .isTwice]),
    Case(name: "single quotes", text: #"a: r/a:1 # {'$imagepolicy': 'ns:p'}"#, ignored: [.withQuotes]),
    Case(name: "with another comment", text: "l:\n  - x\n  # t\n  M\n  - r/a:1\n", ignored: [.withComments]),
    Case(
      name: "with one before a blank line", text: "l:\n  # t\n\n  M\n  - r/a:1\n", ignored: [.withComments]),
    Case(name: "value with a comment", text: "l:\n  M\n  - r/a:1 # t\n", ignored: [.isOverruled]),
    Case(name: "prose", text: "a: b # \"$imagepolicy\" is set elsewhere\n"),
  ]

  @Test(arguments: behind + above + elsewhere + content)
  func markerCountsWhereFluxFindsIt(_ example: Case) throws {
    let file = try Self.file(example.text)
    #expect(file.markers.map(\.line) == example.good)
    #expect(file.ignored.map(\.reason) == example.ignored)
    #expect((file.markers.map(\.text) + file.ignored.map(\.text)).allSatisfy { $0 == "ns:p" })
  }

  @Test func valueIsThatOfTheFile() throws {
    let file = try Self.file("a: 'r/a:1' M\nb: >- M\n  r/\n  a:2\n")
    #expect(file.markers.map(\.value) == ["r/a:1", "r/ a:2"])
  }

  @Test func lineOfAnIgnoredMarkerIsItsOwn() throws {
    let file = try Self.file("a: b\n---\nc: |\n\n  x M\nd: {a: r/a:1} M\n")
    #expect(file.ignored.map(\.line) == [5, 6])
  }

  @Test func lineOfYAMLInAComment() throws {
    let file = try Self.file("a: r/a:1 M\n# b: r/b:1 M\n")
    #expect(file.markers.count == 1)
    #expect(file.ignored.map(\.isCommentedOut) == [true])
  }

  struct Skipped: Sendable {
    let text: String
    var line: Int? = 1
    let problem: String
  }

  @Test(arguments: [
    Skipped(
      text: "{{- if .x }}\nimage: r/a:1 M\n{{- end }}\n", problem: "did not find expected node content"),
    Skipped(text: "a: b\n---\nimage: r/a:1: 2 M\n", line: 3, problem: "mapping values are not allowed"),
    Skipped(text: "image: r/a:1# {\"$imagepolicy\": \"ns:p\"}\n", problem: "mapping values"),
    Skipped(text: "- r/a:1 M\n", problem: "a document is a list, not a map"),
    Skipped(text: "a: b\n---\n- r/a:1 M\n", line: 3, problem: "a document is a list, not a map"),
    Skipped(text: "r/a:1 M\n", problem: "a document is a text, not a map"),
    Skipped(text: "a: b\n--- c: d\nimage: r/a:1 M\n", line: 2, problem: "only a comment may follow ---"),
    Skipped(text: "a: *x M\n", problem: "found undefined alias"),
    Skipped(text: "a: b\n\tc: d M\n", line: 2, problem: "found a tab character"),
  ])
  func unreadableFileHasAReasonAndALine(_ example: Skipped) {
    let error = #expect(throws: MarkedFile.Unreadable.self) { try Self.file(example.text) }
    #expect(error?.problem.contains(example.problem) == true, "\(error?.problem ?? "")")
    #expect(error?.line == example.line)
  }

  @Test func textThatIsNotUTF8IsSkipped() {
    #expect(throws: MarkedFile.Unreadable(line: nil, problem: "it is not UTF-8")) {
      try MarkedFile([0x61, 0x3A, 0x20, 0xFF, 0x0A])
    }
  }

  @Test func deepNestingEndsInAReason() {
    let text = "a: " + String(repeating: "[", count: 5000) + " " + Self.marker + "\n"
    #expect(throws: MarkedFile.Unreadable.self) { try MarkedFile(Array(text.utf8)) }
  }
}
