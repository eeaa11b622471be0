import Testing

@testable import Pipeline

/// The examples are from "Filter pattern cheat sheet" in GitHub's documentation of workflow syntax.
@Suite struct PathPatternTests {
  @Test(arguments: [
    ("*", "README.md", true), ("*", "docs/file.txt", false), ("*.jsx?", "page.js", true),
    ("*.jsx?", "page.jsx", true), ("*.jsx?", "page.jsxx", false), ("**", "all/the/files.md", true),
    ("*.js", "app.js", true), ("*.js", "src/app.js", false), ("**.js", "js/index.js", true),
    ("docs/*", "docs/README.md", true), ("docs/*", "docs/mona/hello.txt", false),
    ("docs/**", "docs/mona/octocat.txt", true), ("docs/**", "docs", false),
    ("docs/**/*.md", "docs/README.md", true), ("docs/**/*.md", "docs/a/markdown/file.md", true),
    ("**/docs/**", "dir/docs/my-file.txt", true), ("**/docs/**", "docs/hello.md", true),
    ("**/README.md", "js/README.md", true), ("**/README.md", "README.md", true),
    ("**/README.md", "XREADME.md", false), ("**/*src/**", "a/src/app.js", true),
    ("**/*src/**", "my-src/code/js/app.js", true), ("**/*-post.md", "my-post.md", true),
    ("**/migrate-*.sql", "db/sept/migrate-v1.sql", true), ("v[12].[0-9]+", "v1.10", true),
    ("v[12].[0-9]+", "v3.0", false), ("v[12].[0-9]+", "v1.", false), ("a\\*b", "a*b", true),
    ("a\\*b", "axb", false), ("cloud/**", "cloud/a b/ü.go", true), ("cloud/**", "cloudy/x", false),
  ])
  func matches(_ pattern: String, _ path: String, _ isMatch: Bool) throws {
    #expect(try PathPattern(pattern).matches(path) == isMatch)
  }

  @Test(arguments: ["", "!", "/a", "./a", "a/", "?", "*+", "[", "[]", "[b-a]", "a\\"])
  func refused(_ pattern: String) {
    #expect(throws: PathPattern.Mistake.self) { try PathPattern(pattern) }
  }

  @Test func lastMatchingPatternDecides() throws {
    let filter = PathFilter(try ["cloud/**", "!cloud/docs/**", "cloud/docs/deploy.md"].map(PathPattern.init))
    #expect(filter.matches("cloud/main.go"))
    #expect(!filter.matches("cloud/docs/a.md"))
    #expect(filter.matches("cloud/docs/deploy.md"))
    #expect(!filter.matches("README.md"))
    #expect(PathFilter().matches("README.md"))
  }

  /// Nested repetitions take time in proportion to the lengths, not exponential time.
  @Test func hostilePatternEndsSoon() throws {
    let pattern = try PathPattern(String(repeating: "*a", count: 200) + "b")
    let begin = ContinuousClock.now
    #expect(!pattern.matches(String(repeating: "a", count: 500)))
    #expect(ContinuousClock.now - begin < .seconds(5))
  }
}
