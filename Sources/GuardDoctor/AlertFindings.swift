internal import GuardAPI
internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import Platform
internal import Tunnel

/// The findings about the alert channels. Nothing is sent: `oceanid-ctl alerts test` does that.
struct AlertFindings {
  private let environment: LocalEnvironment
  /// The problems of the guard itself.
  private let problems: [Problem]

  init(_ problems: [Problem], in environment: LocalEnvironment) {
    self.problems = problems
    self.environment = environment
  }

  func finding(_ channel: Configuration.AlertChannel) -> FindingDocument {
    let step = "alerts \(channel.name)"
    if let problem = problems.first(where: { $0.kind == .alerts && $0.subject == step }) {
      return FindingDocument(step, .warning, problem.detail, next: problem.step)
    }
    for case .file(let path) in channel.secrets {
      if let refusal = refusal(of: path) {
        return FindingDocument(step, .warning, refusal.words, next: refusal.step)
      }
    }
    return FindingDocument(
      step, .ok, "\(channel.means.word): no message has failed since the last success",
      next: nil)
  }

  private func refusal(of path: String) -> (words: String, step: NextStep)? {
    if SecretFile.exposure(of: path) != nil {
      return (
        "\(path) can be read by others, so it is not used",
        NextStep(command: "\(environment.asOwner)chmod 600 \(path.shellWord)")
      )
    }
    do throws(SystemError) {
      _ = try SmallFile.read(path, limit: 4096)
      return nil
    } catch {
      return (
        "\(path) can't be read: \(error.reason)",
        NextStep(
          command: "\(environment.asOwner)namei -l \(path.shellWord)",
          note: "write the secret there as one line, readable for the guard's user alone")
      )
    }
  }
}
