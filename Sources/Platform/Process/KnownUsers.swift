internal import Dispatch
internal import Synchronization

/// Whether user ids belong to accounts of any user database, without waiting for it. A database may need the network.
package final class KnownUsers: Sendable {
  /// The largest number of answers that are stored, and of requests that wait.
  private static let answerLimit = 256
  private static let waiting = 16

  private struct State {
    var answers: [UInt32: Bool] = [:]
    var asked: Set<UInt32> = []
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "user ids")
  private let isAccount: @Sendable (UInt32) -> Bool

  /// - Parameter isAccount: asks the databases; it may block.
  package init(isAccount: @escaping @Sendable (UInt32) -> Bool = { UserAccount(uid: $0) != nil }) {
    self.isAccount = isAccount
  }

  /// nil if the answer is not known yet. It is asked for, and a later call returns it.
  package func contains(_ uid: UInt32) -> Bool? {
    let (answer, isNew) = state.withLock { state -> (Bool?, Bool) in
      if let answer = state.answers[uid] { return (answer, false) }
      guard state.asked.count < KnownUsers.waiting else { return (nil, false) }
      return (nil, state.asked.insert(uid).inserted)
    }
    if isNew { queue.async { [self] in ask(uid) } }
    return answer
  }

  private func ask(_ uid: UInt32) {
    let answer = isAccount(uid)
    state.withLock { state in
      state.asked.remove(uid)
      // Ids without an account are as many as a container likes. They must not displace the accounts.
      if state.answers.count >= KnownUsers.answerLimit {
        if let other = state.answers.first(where: { !$0.value })?.key { state.answers[other] = nil }
        guard state.answers.count < KnownUsers.answerLimit else { return }
      }
      state.answers[uid] = answer
    }
  }
}
