import Foundation
import Testing

@testable import GuardConfiguration

@Suite struct ConfigurationFileTests {
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "guard-\(UUID().uuidString).yaml").path
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func message(_ path: String) -> String {
    do throws(ConfigurationErrors) {
      _ = try Configuration.load(path: path, environment: Sample.environment)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func aMissingFileThatWasAskedForIsAnError() {
    #expect(
      message("/nonexistent/g.yaml") == "/nonexistent/g.yaml:1:1: can't be opened: No such file or directory")
    #expect(message("/tmp") == "/tmp:1:1: is not a regular file")
  }

  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/etc/oceanid"), "a configuration is installed"))
  func withoutAnyFileTheBuiltInValuesAreInForce() throws {
    var nobody = Sample.environment
    nobody.configHome = "/nonexistent"
    #expect(try Configuration.load(path: nil, environment: nobody) == Configuration.builtIn(in: nobody))
  }

  /// The configuration that a reload replaces.
  private func running() throws(ConfigurationErrors) -> Configuration {
    try Sample.parse("clusters: [{ name: dione, tunnel: { host: b } }]")
  }

  @Test func linkToAMissingFileIsNoMissingConfiguration() throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "guard-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: home) }
    var somebody = Sample.environment
    somebody.configHome = home
    try FileManager.default.createDirectory(atPath: "\(home)/oceanid", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(home)/oceanid/guard.yaml", withDestinationPath: "\(home)/gone")
    let errors = #expect(throws: ConfigurationErrors.self) {
      try Configuration.load(path: nil, environment: somebody)
    }
    #expect("\(errors.map { "\($0)" } ?? "")".contains("oceanid/guard.yaml:1:1: can't be opened"))
  }

  @Test(arguments: ["", "\n", "# clusters: []\n", "{}", "null", "---\n", "---\n...\n", "~"])
  func aFileWithoutAKeyIsAnError(_ text: String) throws {
    let message =
      "guard.yaml:1:1: has no keys: name the clusters under 'clusters' (oceanid-guard.yaml(5)), or remove the file, and "
      + "the guard starts with the built-in cluster tethys"
    #expect(Sample.errors(text) == [message])
    try withFile(Array(text.utf8)) { path in
      #expect(throws: ConfigurationErrors.self) {
        try Configuration.load(path: path, environment: Sample.environment, running: running())
      }
    }
  }

  /// A file that was cut off while it was written.
  @Test(arguments: ["control: { socket: /s }\n", "alerts: []", "metrics:"])
  func aReloadKeepsTheClustersOfAFileThatNamesNoneAnyMore(_ text: String) throws {
    #expect(try Sample.parse(text).clusters.map(\.name) == ["tethys"])
    try withFile(Array(text.utf8)) { path in
      do throws(ConfigurationErrors) {
        _ = try Configuration.load(path: path, environment: Sample.environment, running: running())
        Issue.record("accepted")
      } catch {
        #expect(error.description.hasPrefix("\(path):1:1: has no key 'clusters': a reload does not replace"))
        #expect(error.restart == nil && !error.preventStart)
      }
      let builtIn = Configuration.builtIn(in: Sample.environment)
      let again = try Configuration.load(path: path, environment: Sample.environment, running: builtIn)
      #expect(again.clusters == builtIn.clusters)
    }
  }

  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/etc/oceanid"), "a configuration is installed"))
  func aReloadKeepsTheClustersOfAFileThatNoLongerExists() throws {
    var nobody = Sample.environment
    nobody.configHome = "/nonexistent"
    do throws(ConfigurationErrors) {
      _ = try Configuration.load(path: nil, environment: nobody, running: running())
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix("guard.yaml:1:1: no longer exists: a reload does not replace"))
    }
  }

  @Test(arguments: [1, 500, 501, 999, 1000]) func upToAThousandClustersAreAccepted(_ count: Int) throws {
    let clusters = (1...count).map {
      "  - { name: c\($0), tunnel: { host: h, forwards: [{ listen: \"127.0.0.1:\(20_000 + $0)\" }] } }\n"
    }
    #expect(try Sample.parse("clusters:\n" + clusters.joined()).clusters.count == count)
    guard count == 1000 else { return }
    let more = "  - { name: more, tunnel: { host: h } }\n"
    #expect(
      Sample.errors("clusters:\n" + clusters.joined() + more)
        == ["guard.yaml:2:3: clusters: expected at most 1000 clusters, found 1001"])
  }

  @Test func aLargeFileIsRefused() throws {
    try withFile([UInt8](repeating: UInt8(ascii: "#"), count: (4 << 20) + 1)) { path in
      #expect(message(path) == "\(path):1:1: is larger than 4 MiB: this is not a configuration of the guard")
    }
  }

  @Test func otherEncodingsAreRefused() throws {
    try withFile([0x61, 0x3A, 0xFF, 0xFE]) { path in
      #expect(message(path) == "\(path):1:3: is not UTF-8 text")
    }
    try withFile([0xEF, 0xBB, 0xBF] + Array("# é\na: é".utf8) + [0xE9, 0x0A]) { path in
      #expect(message(path) == "\(path):2:5: is not UTF-8 text")
    }
  }

  @Test func zerosAndOtherControlCharactersAreRefused() throws {
    try withFile(Array("alerts: []\n\u{0}\u{1}x".utf8)) { path in
      #expect(message(path).hasPrefix("\(path):2:1: not valid YAML"))
    }
  }
}

@Suite struct HostileConfigurationTests {
  /// A small, seeded generator, so that a failure can be repeated.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      // xorshift64*
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: UInt64(1)...8)
  func aDamagedFileIsReadOrRefusedButNeverACrash(seed: UInt64) {
    var generator = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15)
    let whole = Array(Configuration.builtIn(in: Sample.environment).yaml.utf8)
    let pieces = [
      "{", "}", "[", "]", ": ", "- ", "\n", "\"", "'", "#", "|", ">", "!!int ", "%", "\t", "é", "9",
    ]
    for _ in 0..<100 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let piece = pieces.randomElement(using: &generator) ?? ""
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &generator))
        bytes.replaceSubrange(place..<end, with: Array(piece.utf8))
      }
      for message in Sample.errors(String(decoding: bytes, as: UTF8.self)) {
        #expect(message.wholeMatch(of: /guard\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\n]+/) != nil, "\(message)")
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func muchOfEverythingIsRefusedInGoodTime() {
    let names = (0..<100_000).map { "n\($0)" }
    let keys = names.map { "\($0): 1" }.joined(separator: "\n")
    #expect(Sample.errors(keys).count == 100)
    let nodes =
      "clusters: [{ name: a, tunnel: { host: b }, expect: { nodes: [\(names.joined(separator: ","))] } }]"
    #expect(
      Sample.errors(nodes) == ["guard.yaml:1:61: nodes: expected at most 1000 node names, found 100000"])
  }

  @Test func aByteOrderMarkAndWindowsLineEndsDoNoHarm() throws {
    let text = "\u{FEFF}clusters:\r\n  - name: a\r\n    tunnel: { host: b }\r\n"
    #expect(try Sample.parse(text).clusters.map(\.name) == ["a"])
  }
}
