/// Derives the step for a folder in which no file can be written.
enum WritePlan {
  /// The obstacle to the first blocked step, whose command would write in ~/.ssh or ~/.kube.
  static func obstacle(to steps: [Plan.Step], _ facts: SetupFacts) -> WriteObstacle? {
    for step in steps {
      guard case .blocked(let next) = step.outcome else { continue }
      let line = next.line
      switch step.name {
      case "host", "host key", "login":
        guard let obstacle = facts.sshObstacle else { return nil }
        // ssh finds no key and no host key where something else is. A fault of access has its own step.
        let writes =
          obstacle.kind == .occupied || line.contains("\(facts.person.sshHome)/.ssh")
          || line.contains("ssh-keygen -t") || step.name == "host key" && !facts.isHostKnown
        let isNamed = line.contains("chmod ") || line.contains("chown ")
        return writes && !isNamed ? obstacle : nil
      case "kubeconfig": return line.contains("\(facts.person.home)/.kube") ? facts.kubeObstacle : nil
      default: return nil
      }
    }
    return nil
  }

  /// The steps, after the obstacle to their writes, if there is one. It is the first step, because the remedies of the
  /// others write files too. A machine that is set up needs no write.
  static func steps(before steps: [Plan.Step], _ obstacles: [WriteObstacle?], _ person: SetupUser) -> [Plan
    .Step]
  {
    let isReady = steps.allSatisfy { step in
      switch step.outcome {
      case .good, .note, .open: true
      case .change, .blocked: false
      }
    }
    guard !isReady, let obstacle = obstacles.compactMap(\.self).first else { return steps }
    let step = Plan.Step(
      name: "files", found: "\(person.shown(obstacle.folder)) \(obstacle.words)",
      outcome: .blocked(
        .init(command: obstacle.command, why: "\(obstacle.remedy); then repeat oceanid-ctl setup")))
    return [step] + steps
  }
}
