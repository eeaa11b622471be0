import Foundation
import GuardTypes
import Health
import Pipeline
import Testing

@testable import GuardConfiguration

private func parse(_ pipeline: String) throws(ConfigurationErrors) -> Configuration.Pipeline? {
  try Configuration.parse(
    "clusters:\n  - name: tethys\n    tunnel: { host: tethys }\n    pipeline: \(pipeline)\n",
    file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada")
  ).clusters[0].pipeline
}

private func errors(_ pipeline: String) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try parse(pipeline)
    return []
  } catch {
    return error.errors.map(\.message)
  }
}

@Suite struct PipelineConfigurationTests {
  private static let everything = """
    { repository: example/platform, branch: release/1,
      github: { token: { credential: github-read }, url: "http://127.0.0.1:8080/api/v3", workflow: cloud.yml,
        paths: ["cloud/**", "!cloud/docs/**"] },
      pulumi: { token: { file: ~/pulumi }, url: "https://pulumi.example.org", stack: example/cluster/prod,
        agentPool: oceanid-cluster, paths: ["cluster/**"], singleRun: true },
      flux: { source: flux-system/main, paths: ["clusters/**"] },
      markers: { checkout: ~/src, path: clusters/tethys }, probe: true }
    """

  @Test func everyKey() throws {
    let pipeline = try #require(try parse(Self.everything))
    #expect(pipeline.repository.map { "\($0)" } == "example/platform")
    #expect(pipeline.branch == "release/1")
    let github = try #require(pipeline.github)
    #expect(github.token == .credential("github-read"))
    #expect(github.url.url == "http://127.0.0.1:8080/api/v3")
    #expect(github.url.host == "127.0.0.1" && github.url.port == 8080)
    #expect(github.workflow == "cloud.yml")
    #expect(github.paths.matches("cloud/main.go") && !github.paths.matches("cloud/docs/a.md"))
    let pulumi = try #require(pipeline.pulumi)
    #expect(pulumi.token == .file("/home/ada/pulumi"))
    #expect(pulumi.url.port == 443)
    #expect(pulumi.stack.map { "\($0)" } == "example/cluster/prod")
    #expect(pulumi.agentPool == "oceanid-cluster" && pulumi.isSingleRun)
    #expect(pipeline.flux?.source == .init(namespace: "flux-system", name: "main"))
    #expect(pipeline.markers == .init(checkout: "/home/ada/src", path: "clusters/tethys"))
    #expect(pipeline.probe)
    #expect(pipeline.credentials == ["github-read"])
  }

  @Test func absentByDefault() throws {
    #expect(Configuration.builtIn(in: .reference).clusters[0].pipeline == nil)
    #expect(!Configuration.builtIn(in: .reference).yaml.contains("pipeline"))
  }

  @Test func everyPartMayBeLeftOut() throws {
    let empty = try #require(try parse("{}"))
    #expect(empty == Configuration.Pipeline())
    #expect(empty.branch == "main" && empty.github == nil && empty.pulumi == nil && !empty.probe)
    let github = try parse("{ repository: a/b, github: {} }")?.github
    #expect(github?.url.url == "https://api.github.com" && github?.token == nil && github?.workflow == nil)
  }

  @Test func printedConfigurationReadsBack() throws {
    for text in [Self.everything, "{ repository: a/b, github: {}, markers: { github: true } }", "{}"] {
      var whole = Configuration.builtIn(in: .reference)
      whole.clusters[0].pipeline = try parse(text)
      let again = try Configuration.parse(whole.yaml, file: "guard.yaml", environment: .reference)
      #expect(again.clusters == whole.clusters, "\(whole.yaml)")
    }
  }

  /// The section in the example file, behind its #.
  @Test func exampleIsValid() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/guard.yaml")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    let begin = try #require(lines.firstIndex(of: "    # pipeline:"))
    let example = lines[(begin + 1)...].prefix { $0.hasPrefix("    #") }.map { "    \($0.dropFirst(5))" }
    let pipeline = try #require(try parse("\n" + example.joined(separator: "\n")))
    #expect(pipeline.github?.workflow != nil && pipeline.pulumi?.stack != nil)
    #expect(pipeline.flux?.source != nil && pipeline.markers?.isFromGitHub == true)
  }

  @Test(arguments: [
    ("{ repository: example }", "repository: expected the name of a repository as owner/name"),
    ("{ repository: a/b/c }", "repository: expected the name of a repository as owner/name"),
    ("{ repository: a/.. }", "repository: expected the name of a repository as owner/name"),
    ("{ branch: \"-x\" }", "branch: expected the name of a branch"),
    ("{ branch: \"a..b\" }", "branch: expected the name of a branch"),
    ("{ branch: \"a b\" }", "branch: expected the name of a branch"),
    ("{ branch: \"a/\" }", "branch: expected the name of a branch"),
    ("{ repository: a/b.git }", "repository: expected owner/name without .git"),
    ("{ branch: refs/heads/main }", "branch: expected the name of a branch without refs/heads/: "),
    ("{ repository: a/b, github: { url: \"https://h:99999\" } }", "url: the port of an address is a number"),
    ("{ repository: a/b, github: { url: \"https://h:x\" } }", "url: the port of an address is a number"),
    ("{ repository: a/b, github: { url: \"https://[::1]:0\" } }", "url: the port of an address is a number"),
    ("{ github: {} }", "github: requires 'repository'"),
    ("{ repository: a/b, github: { token: ghp_x } }", "token: expected { credential: NAME }"),
    (
      "{ repository: a/b, github: { url: \"http://github.example.org\" } }",
      "url: http://github.example.org is not encrypted"
    ),
    ("{ repository: a/b, github: { url: \"https://a/?x=1\" } }", "url: the address of an API has no '?'"),
    ("{ repository: a/b, github: { workflow: .github/workflows/a.yml } }", "workflow: expected the name"),
    ("{ repository: a/b, github: { workflow: deploy } }", "workflow: expected the name"),
    ("{ repository: a/b, github: { paths: [/cloud/**] } }", "paths: '/cloud/**' is not a pattern"),
    ("{ repository: a/b, github: { paths: [cloud/] } }", "write cloud/**"),
    (
      "{ repository: a/b, github: { paths: [\"!cloud/**\"] } }",
      "paths: an exclusion (!) needs an earlier pattern"
    ),
    ("{ repository: a/b, github: { paths: \"cloud/**\" } }", "paths: expected a list of patterns"),
    ("{ pulumi: { token: { file: /t } } }", "pulumi: 'stack' is missing"),
    ("{ pulumi: { stack: a/b/c } }", "pulumi: 'token' is missing"),
    ("{ pulumi: { token: { file: /t }, stack: a/b } }", "stack: expected the name of a stack"),
    ("{ markers: { path: a } }", "markers: expected either github: true or checkout: PATH"),
    ("{ markers: { github: true, checkout: /a } }", "markers: expected either"),
    ("{ markers: { github: true } }", "markers: github: true requires 'github'"),
    ("{ markers: { checkout: /a, path: ../b } }", "path: expected a folder of the repository"),
    ("{ flux: { source: main } }", "source: expected namespace/name"),
    ("{ probe: maybe }", "probe: expected true or false"),
    ("{ repositry: a/b }", "did you mean 'repository'?"),
  ])
  func mistakes(_ text: String, _ message: String) {
    let errors = errors(text)
    #expect(errors.count == 1 && errors[0].contains(message), "\(text): \(errors)")
    #expect(!errors.contains { $0.contains("ghp_x") })
  }
}
