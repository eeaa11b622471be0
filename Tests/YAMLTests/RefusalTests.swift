import Testing
import YAML

/// The error of an invalid text.
private func refusal(_ text: String, limits: Document.Limits = Document.Limits()) -> YAMLError? {
  do throws(YAMLError) {
    _ = try Document(text, limits: limits)
    return nil
  } catch {
    return error
  }
}

private let unknownTag = "unknown tag: remove it, or put the value in quotes if it begins with '!'"

private func refusal(bytes: [UInt8]) -> YAMLError? {
  do throws(YAMLError) {
    _ = try Document(bytes: bytes)
    return nil
  } catch {
    return error
  }
}

@Suite struct RefusalTests {
  @Test(arguments: [
    ("a: b: c", "1:5: mapping values are not allowed in this context"),
    ("a: [", "2:1: while parsing a flow node: did not find expected node content"),
    ("a: 'x", "1:6: while scanning a quoted scalar: found unexpected end of stream"),
    ("a:\n\t- b", "2:1: while scanning for the next token: found character that cannot start any token"),
    ("a: 1\n---\nb: 2", "2:1: expected a single document in the stream: but found another document"),
    ("a: *x", "1:4: found undefined alias"),
    ("a: &x [*x]", "1:8: found undefined alias"),
    ("b: 1\na: 1\nb: 2\na: 2\nb: 3", "3:1: 'a', 'b' is given more than once"),
    ("x: {a: 1, 'a': 2}", "1:11: 'a' is given more than once"),
    ("a: 1\nb: !secret x", "2:4: \(unknownTag)"), ("a: !hunter2", "1:4: \(unknownTag)"),
    ("!x {a: 1}", "1:1: \(unknownTag)"), ("a: !!binary eA==", "1:4: \(unknownTag)"),
    ("a: !x [1]", "1:4: \(unknownTag)"),
    ("a: !!int x", "1:4: the value is not of type !!int: correct it, or remove the tag"),
    ("a: !!seq {}", "1:4: the value is not of type !!seq: correct it, or remove the tag"),
    ("a: !!map x", "1:4: the value is not of type !!map: correct it, or remove the tag"),
    ("a: !!null x", "1:4: the value is not of type !!null: correct it, or remove the tag"),
    ("a: \u{1}", "1:4: control characters are not allowed"),
    ("a: 1\né: \0", "2:4: control characters are not allowed"),
  ])
  func errorsHaveAPosition(text: String, description: String) throws {
    #expect(refusal(text)?.description == description)
  }

  @Test(
    arguments: [
      ([0x61, 0x3A, 0x20, 0xFF], 4), ([0x61, 0xC3], 2), ([0xC3, 0xA9, 0xC0, 0xAF], 2),
      ([0xED, 0xA0, 0x80], 1),
      ([0xFE, 0xFF, 0x00, 0x61], 1),
    ] as [([UInt8], Int)])
  func invalidUTF8IsRejectedWithItsPosition(bytes: [UInt8], column: Int) throws {
    let error = try #require(refusal(bytes: bytes))
    guard case .characters(_, let mark) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(mark == Mark(line: 1, column: column))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "a:\n "])
  func nestingDepthIsLimited(opening: String) throws {
    #expect(refusal(String(repeating: opening, count: 100_000)) != nil)
  }

  @Test func theDepthLimitIsExact() {
    var limits = Document.Limits()
    limits.depth = 3
    #expect(refusal("[[[]]]", limits: limits) == nil)
    #expect(refusal("[[[[]]]]", limits: limits)?.description == "1:4: is nested deeper than 3 levels")
  }

  @Test(.timeLimit(.minutes(10))) func anAliasBombIsRejectedAtOnce() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...80 {
      let inside = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(inside)]\n"
    }
    guard case .limit(_, let mark?) = refusal(bomb) else {
      Issue.record("the bomb went off")
      return
    }
    #expect(mark.line < 8)
  }

  @Test func theNodeLimitIsExact() {
    var limits = Document.Limits()
    limits.nodes = 6
    #expect(refusal("[&a [x, y], *a]", limits: limits)?.description == "1:13: expands to more than 6 values")
    limits.nodes = 7
    #expect(refusal("[&a [x, y], *a]", limits: limits) == nil)
  }

  @Test func sizeIsLimited() {
    var limits = Document.Limits()
    limits.size = 4
    #expect(refusal("a: 1", limits: limits) == nil)
    #expect(refusal("a: 12", limits: limits)?.description == "is larger than 4 bytes")
  }

  @Test(.timeLimit(.minutes(10))) func everyPrefixIsParsedOrRejected() {
    let text = Array(
      "a: &x [1, 'é', \"\\x41\"]\n? {b: *x}\n: |2\n    c\n%YAML 1.1\n--- !!map {d: >-\n e\n}\n".utf8)
    for end in text.indices {
      if let error = refusal(bytes: Array(text[..<end])) { #expect(!error.problem.isEmpty) }
    }
    #expect(refusal(bytes: text) != nil)
  }
}
