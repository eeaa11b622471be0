package import GuardTypes
package import Health
package import Pipeline

extension Configuration {
  /// The section `pipeline` of a cluster: how a commit gets there. The guard asks for nothing that is not in it.
  package struct Pipeline: Hashable, Sendable {
    /// The repository on GitHub.
    package var repository: RepositoryName?
    /// The branch that is deployed.
    package var branch = "main"
    package var github: GitHub?
    package var pulumi: Pulumi?
    package var flux: Flux?
    package var markers: Markers?
    /// True if the guard asks the control plane over SSH why K3s does not answer.
    package var probe = false
  }
}

extension Configuration.Pipeline {
  /// The API of GitHub, and the workflow that deploys.
  package struct GitHub: Hashable, Sendable {
    /// nil for requests without a login, of which GitHub accepts 60 per hour.
    package var token: SecretSource?
    package var url: WebAddress
    /// The name of the file in `.github/workflows`; nil: no workflow is checked.
    package var workflow: String?
    /// The files that start the workflow.
    package var paths = PathFilter()
  }

  /// The API of Pulumi Cloud, and the stack that its deployments update.
  package struct Pulumi: Hashable, Sendable {
    package var token: SecretSource?
    package var url: WebAddress
    /// nil only in a section without keys.
    package var stack: StackName?
    /// The pool whose agents run the deployments; nil: they run at Pulumi.
    package var agentPool: String?
    package var paths = PathFilter()
    /// True if the agents of the pool end after each deployment, so that an offline pool is normal.
    package var isSingleRun = false
  }

  /// The source of Flux that follows the branch.
  package struct Flux: Hashable, Sendable {
    /// nil for every GitRepository that follows the branch.
    package var source: Expectations.Name?
    package var paths = PathFilter()
  }

  /// The files with the markers of image policies.
  package struct Markers: Hashable, Sendable {
    /// True if they are read from GitHub.
    package var isFromGitHub = false
    /// The folder of a checkout; nil if they are read from GitHub.
    package var checkout: String?
    /// The folder in the repository; nil for the path of each automation.
    package var path: String?
  }

  /// The names of the credentials that the section uses.
  package var credentials: [String] {
    [github?.token, pulumi?.token].compactMap {
      if case .credential(let name)? = $0 { name } else { nil }
    }
  }
}

extension Configuration.Pipeline: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Pipeline>] {
    [
      .init(
        "repository", optional: \.repository, .repository, standard: "GitHub is not queried",
        "The repository on GitHub from which everything is deployed."),
      .init("branch", \.branch, .branch, "The branch that is deployed."),
      .init("github", style: .flow, get: \.github, set: { $0.github = $1 }),
      .init("pulumi", style: .flow, get: \.pulumi, set: { $0.pulumi = $1 }),
      .init("flux", style: .flow, get: \.flux, set: { $0.flux = $1 }),
      .init("markers", style: .flow, get: \.markers, set: { $0.markers = $1 }),
      .init(
        "probe", \.probe, .boolean,
        "Whether the guard asks the control plane over SSH why K3s does not answer. It needs the line of "
          + "authorized_keys with the forced command; see oceanid-guard(8)."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    func fail(_ key: String, _ message: String) -> Bool {
      reader.fail(section.values[key] ?? section.node, "\(key): \(message)")
      return false
    }
    if github != nil, repository == nil {
      return fail("github", "requires 'repository': owner/name")
    }
    if markers?.isFromGitHub == true, github == nil {
      return fail("markers", "github: true requires 'github': { token: { file: PATH } }")
    }
    return true
  }
}

extension Configuration.Pipeline.GitHub: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(url: .gitHub) }

  static var keys: [ConfigurationKey<Configuration.Pipeline.GitHub>] {
    [
      .init(
        "token", optional: \.token, .secretPlace, standard: "requests without a login, 60 per hour",
        "A fine-grained token for that repository with read access to Actions, Contents and Metadata."),
      .init("url", \.url, .apiAddress, "The address of GitHub's API."),
      .init(
        "workflow", optional: \.workflow, .workflow, standard: "no workflow is checked",
        "The file of the workflow that deploys the cloud stack, as named in .github/workflows."),
      .init("paths", \.paths, .pathFilter, "The files that start the workflow. An empty list is all files."),
    ]
  }
}

extension Configuration.Pipeline.Pulumi: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(url: .pulumi) }

  static var keys: [ConfigurationKey<Configuration.Pipeline.Pulumi>] {
    [
      .init(
        "token", optional: \.token, .secretPlace,
        missing: "'token' is missing: { credential: NAME } or { file: PATH }",
        "An access token of Pulumi Cloud that may read the stack."),
      .init("url", \.url, .apiAddress, "The address of Pulumi Cloud's API."),
      .init(
        "stack", optional: \.stack, .stack, missing: "'stack' is missing: organization/project/stack",
        "The stack that Pulumi Deployments update."),
      .init(
        "agentPool", optional: \.agentPool, .text("the name of an agent pool"),
        standard: "runners of Pulumi Cloud", "The pool whose agents run the deployments."),
      .init(
        "paths", \.paths, .pathFilter, "The files that start a deployment. An empty list is all files."),
      .init(
        "singleRun", \.isSingleRun, .boolean, isPrinted: { $0 },
        "Whether agents end after one deployment. A pool without an agent is not a problem then while nothing "
          + "waits."),
    ]
  }
}

extension Configuration.Pipeline.Flux: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Pipeline.Flux>] {
    [
      .init(
        "source", optional: \.source, .namespacedName,
        standard: "every GitRepository that follows the branch",
        "The GitRepository that follows the branch."),
      .init(
        "paths", \.paths, .pathFilter,
        "The files that Flux applies. An empty list is the path of each Kustomization."),
    ]
  }
}

extension Configuration.Pipeline.Markers: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Pipeline.Markers>] {
    [
      .init(
        "github", \.isFromGitHub, .boolean, isPrinted: { $0 },
        "True to read the files with the markers of image policies from GitHub; not together with checkout."),
      .init(
        "checkout", optional: \.checkout, .path, standard: "none; required unless github is true",
        "A checkout of the repository on this machine. Its remote branch is read, never its working tree."),
      .init(
        "path", optional: \.path, .folder, standard: "the path of each ImageUpdateAutomation",
        "The folder in the repository that has the markers."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard isFromGitHub == (checkout == nil) else {
      reader.fail(section.node, "markers: expected either github: true or checkout: PATH")
      return false
    }
    return true
  }
}
