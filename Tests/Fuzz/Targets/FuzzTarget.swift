/// A parser of untrusted bytes, with properties that hold for any input.
///
/// Run by libFuzzer (Tests/Fuzz/run) and by the tests, with the seeds and the inputs that once failed.
struct FuzzTarget: Sendable {
  /// Also the name of the folder with its seeds.
  let name: String
  /// Throws `Broken` if a property is violated; a trap is a separate kind of finding.
  let run: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.run = run
  }

  static let all = [
    agent, assistantMessage, certificate, configuration, control, discovery, documents, execCredential,
    foreignText, githubAnswer, history, httpResponse, identityFile, incidents, journal, keys, knownHosts,
    kubeconfig, list, markedFile, notice, patterns, places, pulumiAnswer, query, shellLine, spool,
    sshConfiguration, stateFiles, texts, watchLine, webRequest,
  ]

  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A violated property.
struct Broken: Error, CustomStringConvertible {
  let description: String
}

func hold(_ condition: Bool, _ words: @autoclosure () -> String) throws {
  guard condition else { throw Broken(description: words()) }
}

extension String {
  init(foreign bytes: some Collection<UInt8>) { self.init(decoding: bytes, as: UTF8.self) }
}
