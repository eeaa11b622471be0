/// A reader of foreign bytes, and what holds of it whatever they are.
///
/// Run by libFuzzer (Tests/Fuzz/run) and, with the seeds and the inputs that once failed, by the tests.
struct FuzzTarget: Sendable {
  /// Also the name of the folder with its seeds.
  let name: String
  /// Throws `Broken` where something does not hold; a trap is a finding of its own.
  let run: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.run = run
  }

  static let all = [
    agent, certificate, configuration, control, discovery, documents, execCredential, history, httpResponse,
    identityFile, incidents, journal, knownHosts, kubeconfig, list, notice, patterns, query, spool,
    sshConfiguration, stateFiles, texts, watchLine,
  ]

  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// What should hold and does not.
struct Broken: Error, CustomStringConvertible {
  let description: String
}

func hold(_ condition: Bool, _ words: @autoclosure () -> String) throws {
  guard condition else { throw Broken(description: words()) }
}

extension String {
  init(foreign bytes: some Collection<UInt8>) { self.init(decoding: bytes, as: UTF8.self) }
}
