import Testing
import YAML

private func mark(_ line: Int, _ column: Int) -> Mark { Mark(line: line, column: column) }

@Suite struct DocumentTests {
  @Test(arguments: ["", "\n", "# nothing\n", "\u{FEFF}", "  \n# a\n\n"])
  func anEmptyDocumentHasNoRoot(text: String) throws {
    #expect(try Document(text).root == nil)
  }

  @Test func everyNodeHasAPosition() throws {
    let text = """
      first: 1
      list:
        - é: [a, "b"]
        - |
          text
      """
    let root = try #require(try Document(text).root?.mapping)
    #expect(root.mark == mark(1, 1))
    #expect(root.map(\.key.mark) == [mark(1, 1), mark(2, 1)])
    #expect(root["first"]?.mark == mark(1, 8))
    let list = try #require(root["list"]?.sequence)
    #expect(list.mark == mark(3, 3))
    let inner = try #require(list.first?.mapping)
    #expect(inner.first?.value.mark == mark(3, 8))
    // Scalars are counted, not bytes.
    #expect(inner["é"]?.sequence?.map(\.mark) == [mark(3, 9), mark(3, 12)])
    #expect(list.last?.scalar?.string == "text")
    #expect(list.last?.mark == mark(4, 5))
  }

  @Test func keysKeepTheirOrder() throws {
    let root = try #require(try Document("{c: 1, a: 2, b: 3}").root?.mapping)
    #expect(root.map(\.key.scalar?.string) == ["c", "a", "b"])
  }

  @Test(arguments: [
    ("a: x", Node.Scalar.Style.plain), ("a: 'x'", .singleQuoted), ("a: \"x\"", .doubleQuoted),
    ("a: |-\n  x", .literal), ("a: >-\n  x", .folded),
  ])
  func aScalarHasItsStyle(text: String, style: Node.Scalar.Style) throws {
    let scalar = try #require(try Document(text).root?.mapping?["a"]?.scalar)
    #expect(scalar.string == "x")
    #expect(scalar.style == style)
  }

  @Test(arguments: [
    ("", true), ("~", true), ("null", true), ("Null", true), ("NULL", true), ("!!null null", true),
    ("!!null ''", true), ("!!null", true),
    ("!!str", false), ("!!str ~", false),
    ("nULL", false), ("''", false), ("'~'", false), ("\"null\"", false), ("!!str null", false), ("[]", false),
  ])
  func onlyPlainScalarsAreNull(text: String, isNull: Bool) throws {
    #expect(try Document("a: \(text)").root?.mapping?["a"]?.isNull == isNull)
  }

  @Test(arguments: [
    ("true", true), ("True", true), ("yes", true), ("on", true), ("false", false), ("NO", false),
    ("off", false),
    ("!!bool 'true'", true), ("'true'", nil), ("\"no\"", nil), ("!!str true", nil), ("1", nil), ("y", nil),
    ("{}", nil),
  ])
  func onlyPlainScalarsAreBooleans(text: String, truth: Bool?) throws {
    #expect(try #require(try Document("a: \(text)").root?.mapping?["a"]).bool == truth)
  }

  @Test(arguments: [
    ("12", 12), ("-3", -3), ("+4", 4), ("!!int '5'", 5), ("'6'", nil), ("7.0", nil), ("!!str 8", nil),
    ("99999999999999999999", nil),
  ])
  func onlyPlainScalarsAreIntegers(text: String, number: Int?) throws {
    #expect(try #require(try Document("a: \(text)").root?.mapping?["a"]?.scalar).int == number)
  }

  @Test func escapesMayProduceControlCharacters() throws {
    #expect(try Document(#""a\0b\e""#).root?.scalar?.string == "a\0b\u{1B}")
  }

  @Test func anAliasIsReplacedByItsNode() throws {
    let root = try #require(try Document("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n").root?.mapping)
    #expect(root["b"]?.sequence?.compactMap(\.scalar?.string) == ["1", "2"])
    #expect(root["b"]?.mark == mark(1, 4))
    #expect(root["d"]?.scalar?.string == "3")
  }

  @Test func aMergeKeyIsAnOrdinaryKey() throws {
    let root = try #require(try Document("a: &x {k: 1}\nb: {<<: *x}\n").root?.mapping)
    #expect(root["b"]?.mapping?["k"] == nil)
    #expect(root["b"]?.mapping?["<<"]?.mapping?["k"]?.scalar?.string == "1")
  }

  @Test func aByteOrderMarkIsNotAColumn() throws {
    let root = try #require(try Document("\u{FEFF}a: 1\nb: 2\n").root?.mapping)
    #expect(root.map(\.key.mark) == [mark(1, 1), mark(2, 1)])
  }
}
