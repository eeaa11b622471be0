import Testing

@testable import Pipeline

/// Files that Flux skips because it can't add its annotations, and those that it reads in spite of odd parts. The
/// expectations are those of kyaml's `ByteReader` with go-yaml v3.0.1.
@Suite struct MarkedFileObjectTests {
  private static let image = "image: r/a:1 # {\"$imagepolicy\": \"ns:p\"}\n"

  private static func file(_ text: String) throws -> MarkedFile {
    try MarkedFile(Array(text.replacing("M", with: "# {\"$imagepolicy\": \"ns:p\"}").utf8))
  }

  @Test(arguments: [
    ("metadata: x\n", 2, "metadata is a text, not a map"),
    ("metadata: ''\n", 2, "metadata is a text, not a map"),
    ("metadata: [a]\n", 2, "metadata is a list, not a map"),
    ("metadata: 5\n", 2, "metadata is a text, not a map"),
    ("metadata:\n  annotations: x\n", 3, "metadata.annotations is a text, not a map"),
    ("metadata:\n  annotations: ['a']\n", 3, "metadata.annotations is a list, not a map"),
    ("metadata: {annotations: \"\"}\n", 2, "metadata.annotations is a text, not a map"),
    ("---\n''\n", 3, "a document is a text, not a map"),
    ("---\n\"\"\n", 3, "a document is a text, not a map"),
    ("---\n'null'\n", 3, "a document is a text, not a map"),
    ("---\nx\n", 3, "a document is a text, not a map"),
    ("\0", 2, "control characters are not allowed"), ("a: b\n\0\n", 3, "control characters are not allowed"),
    ("...\0\n", 2, "control characters are not allowed"),
  ])
  func fileIsSkipped(_ rest: String, _ line: Int, _ problem: String) {
    let error = #expect(throws: MarkedFile.Unreadable.self) { try Self.file(Self.image + rest) }
    #expect(error?.problem == problem && error?.line == line, "\(String(describing: error))")
  }

  @Test(arguments: [
    "metadata:\n", "metadata: ~\n", "metadata: {}\n", "metadata: null\n", "metadata:\n  annotations:\n",
    "metadata:\n  annotations: {a: b}\n", "metadata:\n  name: x\nspec: [a]\n", "---\nNull\n", "---\nNULL\n",
    "---\nnull\n", "---\n~\n", "---\n", "---\n# x\n", "...\ntext, no YAML: [\n", "...\n", "... # x\n}\n",
  ])
  func fileIsRead(_ rest: String) throws {
    #expect(try Self.file(Self.image + rest).markers.map(\.line) == [1])
  }

  @Test(arguments: [
    "l: {a, M\n  b: c}\n", "l: {b: c, a, M\n  d: e}\n", "l: {\n  a M\n}\n", "l: {&x a, M\n b: c}\n",
  ])
  func keyWithoutValueInAFlowMapHasNoMarker(_ text: String) throws {
    let file = try Self.file(text)
    #expect(file.markers.isEmpty && file.ignored.map(\.reason) == [.onEmptyValue])
  }

  @Test(arguments: ["l: [a, M\n  b]\n", "l: [\n  {x: a, M\n  b: c}]\n", "l: [x: a, M\n  b]\n"])
  func valueInAFlowCollectionHasAMarker(_ text: String) throws {
    #expect(try Self.file(text).markers.count == 1)
  }

  @Test(
    arguments: [
      (#"{"$imagepolicy":"x:y","$imagepolicy":null}"#, nil), (#"{"$imagepolicy":null}"#, nil),
      (#"{"$imagepolicy":null,"$imagepolicy":"x:y"}"#, "x:y"),
      (#"{"$imagepolicy":"a:b","$imagepolicy":"x:y"}"#, "x:y"),
      (#"{"a":"b","a":null,"$imagepolicy":"x:y"}"#, "x:y"),
    ] as [(String, String?)])
  func repeatedKeyCountsAsInGo(_ json: String, _ marker: String?) {
    #expect(Marker.text(in: "# \(json)") == marker)
  }
}
