import GuardTypes
import Health
import TestSupport
import Testing
import Tunnel

@testable import GuardConfiguration

/// The kubeconfig as a credential of the service; keys and hosts have their tests with the tunnel.
@Suite struct CredentialTests {
  private func kubernetes(_ kubeconfig: String) throws -> Configuration.Kubernetes {
    let text = "clusters: [{ name: a, tunnel: { host: b }, kubernetes: { kubeconfig: \(kubeconfig) } }]"
    let configuration = try Configuration.parse(
      text, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada"))
    // The printed text must parse to the same configuration.
    let again = try Configuration.parse(
      configuration.yaml, file: "guard.yaml",
      environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada"))
    #expect(again.clusters == configuration.clusters)
    return try #require(configuration.clusters.first).kubernetes
  }

  private func environment(_ folder: String?) -> LocalEnvironment {
    LocalEnvironment(home: "/home/ada", localUser: "ada", agentSocket: nil, credentialsDirectory: folder)
  }

  @Test func pathIsUsedUnchanged() throws {
    #expect(try kubernetes("~/k").file(in: environment("/run/credentials")) == "/home/ada/k")
  }

  @Test func credentialIsAFileOfTheServiceManager() throws {
    let folder = try TemporaryFolder()
    try folder.write("apiVersion: v1", to: "k3s")
    let place = try kubernetes("credential:k3s").file(in: environment(folder.path))
    #expect(place == "\(folder.path)/k3s")
  }

  @Test(arguments: [nil, "/nonexistent"])
  func missingCredentialNamesTheUnitsSetting(folder: String?) throws {
    let kubernetes = try kubernetes("credential:k3s")
    let failure = try #require(throws: PollFailure.self) { try kubernetes.file(in: environment(folder)) }
    #expect(failure.code == .kubeconfig)
    #expect(failure.message.contains("credential k3s"))
    #expect(failure.remedy.contains("LoadCredential=k3s:/"))
  }

  @Test(arguments: [
    ("'credential:../x'", "kubeconfig: expected the name of a credential"),
    ("{ credential: x }", "kubeconfig: expected a path or credential:NAME, without a space, found a mapping"),
  ])
  func credentialNamesAreRestricted(text: String, message: String) {
    let errors = #expect(throws: ConfigurationErrors.self) { try kubernetes(text) }
    #expect(errors?.description.contains(message) == true)
  }
}
