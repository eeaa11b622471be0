import Testing

@testable import Pipeline

/// Markers that write another part of an image than their value has.
@Suite struct WrongKindTests {
  struct Case: Sendable, CustomStringConvertible {
    let line: String
    /// The words; nil for a marker of the right kind.
    var words: String?
    /// The form that the remedy names.
    var form = Marker.Part.image
    var latest = "ghcr.io/o/cloudflared:2025.9.0@sha256:ab"

    var description: String { line }
  }

  static let wrong = [
    Case(line: "repository: ghcr.io/o/cloudflared # ", words: "a whole image where a name is", form: .name),
    Case(line: "repository: cloudflared # ", words: "a whole image where a name is", form: .name),
    Case(line: "newName: ghcr.io/o/cloudflared # ", words: "a whole image where a name is", form: .name),
    Case(line: "tag: 2025.8.1 # ", words: "a whole image where a tag is", form: .tag),
    Case(line: "version: latest # ", words: "a whole image where a tag is", form: .tag),
    Case(line: "digest: sha256:00 # ", words: "a whole image where a digest is", form: .digest),
    Case(line: "image: ghcr.io/o/cloudflared:2025.8.1 # :name", words: "a name where a whole image is"),
    Case(line: "image: cloudflared:2025.8.1 # :name", words: "a name where a whole image is"),
    Case(line: "tag: 2025.8.1 # :name", words: "a name where a tag is", form: .tag),
    Case(line: "- v2025.8.1 # :name", words: "a name where a tag is", form: .tag),
    Case(line: "newTag: main # :name", words: "a name where a tag is", form: .tag),
    Case(line: "image: cloudflared:2025.8.1 # :tag", words: "a tag where a whole image is"),
    Case(line: "image: ghcr.io/o/cloudflared:1@sha256:cd # :tag", words: "a tag where a whole image is"),
    Case(line: "repository: ghcr.io/o/cloudflared # :tag", words: "a tag where a name is", form: .name),
    Case(line: "digest: sha256:00 # :tag", words: "a tag where a digest is", form: .digest),
    Case(line: "tag: 2025.8.1 # :digest", words: "a digest where a tag is", form: .tag),
    Case(line: "image: cloudflared:2025.8.1 # :digest", words: "a digest where a whole image is"),
    Case(
      line: "digest: sha256:00 # :digest", words: "no digest, because the policy reflects none,", form: .tag,
      latest: "r/app:2"),
  ]

  static let right = [
    Case(line: "image: ghcr.io/o/cloudflared:2025.8.1 # "), Case(line: "image: host:5000/app # "),
    Case(line: "image: nginx # "), Case(line: "- cloudflared:1 # "), Case(line: "image: r/a:1@sha256:cd # "),
    Case(line: "tag: 2025.8.1 # :tag"), Case(line: "tag: latest # :tag"), Case(line: "x: main # :tag"),
    Case(line: "tag: 1.2@sha256:cd # :tag"), Case(line: "tag: '' # :tag"),
    Case(line: "repository: ghcr.io/o/cloudflared # :name"), Case(line: "name: nginx # :name"),
    Case(line: "newName: host:5000/app # :name"), Case(line: "digest: sha256:00 # :digest"),
  ]

  private static func mistake(_ example: Case) throws -> WrongKind? {
    let parts = example.line.split(separator: "# ", omittingEmptySubsequences: false)
    let text = "\(parts[0])# {\"$imagepolicy\": \"ns:p\(parts.last ?? "")\"}\n"
    let marker = try #require(
      try MarkedFile(Array((example.line.hasPrefix("-") ? "l:\n\(text)" : text).utf8)).markers.first)
    return WrongKind(of: marker, latest: ImageParts(example.latest))
  }

  @Test(arguments: wrong) func otherPartIsWritten(_ example: Case) throws {
    let mistake = try #require(try Self.mistake(example))
    #expect(mistake.words == example.words && mistake.form == example.form)
  }

  @Test(arguments: right) func samePartIsWritten(_ example: Case) throws {
    #expect(try Self.mistake(example) == nil)
  }

  @Test func keyIsThatOfTheValue() throws {
    let text = """
      a: {b: r/a:1, # {"$imagepolicy": "ns:p"}
        c: d}
      e: &x r/a:1 # {"$imagepolicy": "ns:p"}
      f:
      - r/a:1 # {"$imagepolicy": "ns:p"}
      - image: r/a:1 # {"$imagepolicy": "ns:p"}

      """
    #expect(try MarkedFile(Array(text.utf8)).markers.map(\.key) == ["b", "e", nil, "image"])
  }
}
