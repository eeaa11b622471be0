internal import Platform
internal import Synchronization

/// Counts the open connections of each owner against the limits of a tunnel. The thread that accepts and the threads
/// that end connections use it under one lock.
final class PortShares: Sendable {
  /// An admitted connection. It counts while this object exists.
  final class Admission: Sendable {
    private let shares: PortShares
    private let owner: ClientOwner

    fileprivate init(_ shares: PortShares, _ owner: ClientOwner) {
      self.shares = shares
      self.owner = owner
    }

    deinit { shares.release(owner) }
  }

  /// sshd usually has 1,024 descriptors per session, and each connection to a target uses one. The limit for clients is
  /// lower, so that some are left for the guard's own requests.
  private static let limit = 896
  /// Descriptors that the process needs for other purposes: sessions, clients of the control socket, files.
  private static let ownDescriptors = 64

  private let shares: Mutex<ConnectionShares<ClientOwner>>
  private let ownUID: UInt32

  /// - Parameter descriptors: the limit on open descriptors of this process.
  init(descriptors: Int, ownUID: UInt32) {
    let total = max(16, min(PortShares.limit, (descriptors - PortShares.ownDescriptors) / 2))
    self.shares = Mutex(ConnectionShares(perOwner: total / 2, total: total))
    self.ownUID = ownUID
  }

  /// nil if the owner has reached its limit.
  func admit(_ owner: ClientOwner) -> Admission? {
    // Several users together must not lock out root and the guard's own user.
    let isPrivileged = owner == .user(0) || owner == .user(ownUID)
    guard shares.withLock({ $0.admit(owner, isPrivileged: isPrivileged) }) else { return nil }
    return Admission(self, owner)
  }

  func count(of owner: ClientOwner) -> Int { shares.withLock { $0.count(of: owner) } }

  private func release(_ owner: ClientOwner) { shares.withLock { $0.release(owner) } }
}
