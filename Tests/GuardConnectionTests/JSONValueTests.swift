import Foundation
import TestSupport
import Testing

@testable import GuardConnection

@Suite struct JSONValueTests {
  /// A real YAML reader gets the same value from both formats, also where YAML would read a word as another type.
  @Test(.enabled(if: program("python3") != nil, "no python3"))
  func yamlHasTheValuesOfTheJSON() throws {
    let texts = [
      "", "no", "null", "1.0", "0x1F", "2026-03-01", "- a", "a: b", "#", "*x", "&x", "'", "\"", "\\", "a\nb",
      "\u{1B}[31m", "\u{85}", "\u{2028}", "é", "🐚", " a ", "~", "!tag", "%", "@", "`", "{}", "[]", "\t",
    ]
    let value = JSONValue.object([
      "texts": .array(texts.map { .string($0) }),
      "keys": .object(Dictionary(uniqueKeysWithValues: texts.map { ($0, .integer(1)) })),
      "y": .bool(false), "null": .null, "number": .number(0.1), "big": .integer(.max),
      "empty": .array([.array([]), .object([:]), .array([.array([.null])])]),
      "nested": .array([.object(["name": .string("a"), "list": .array([.integer(1), .integer(2)])])]),
    ])
    let folder = try TemporaryFolder()
    let json = try folder.write(value.pretty, to: "json")
    let yaml = try folder.write(value.yaml, to: "yaml")
    let compare =
      "import json, yaml, sys; sys.exit(json.load(open(sys.argv[1])) != yaml.safe_load(open(sys.argv[2])))"
    let result = try run("python3", ["-c", compare, json, yaml])
    #expect(result.exit == .exited(0), "\(result.errors)\n\(value.yaml)")
  }
}
