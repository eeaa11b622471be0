/// Derives the step for a folder in which no file can be written.
enum WritePlan {
  /// The steps, after the obstacle to their writes, if there is one. It is the first step, because the remedies of the
  /// others write files too. A machine that is set up needs no write.
  static func steps(before steps: [Plan.Step], _ obstacles: [WriteObstacle?], _ person: Person) -> [Plan.Step]
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
