internal import Platform
internal import Synchronization

/// Counts the open connections of each owner against the limits of a tunnel. Used by the thread that accepts, and by
/// whichever thread ends a connection; one lock.
final class PortShares: Sendable {
  /// An admitted connection: it counts for as long as this object lives.
  final class Admission: Sendable {
    private let shares: PortShares
    private let owner: ClientOwner

    fileprivate init(_ shares: PortShares, _ owner: ClientOwner) {
      self.shares = shares
      self.owner = owner
    }

    deinit { shares.release(owner) }
  }

  /// sshd usually has 1,024 descriptors per session, one for each connection to a target. The limit of clients
  /// is lower, so that the guard's own requests find room.
  private static let most = 896
  /// Descriptors that the process needs besides: sessions, clients of the control socket, files.
  private static let ownDescriptors = 64

  private let shares: Mutex<ConnectionShares<ClientOwner>>
  private let ownUID: UInt32

  /// - Parameter descriptors: as many as this process may have open.
  init(descriptors: Int, ownUID: UInt32) {
    let total = max(16, min(PortShares.most, (descriptors - PortShares.ownDescriptors) / 2))
    self.shares = Mutex(ConnectionShares(perOwner: total / 2, total: total))
    self.ownUID = ownUID
  }

  /// nil: the owner has as many as it may have for now.
  func admit(_ owner: ClientOwner) -> Admission? {
    // Several users together must not lock out root and the guard's own user.
    let isPrivileged = owner == .user(0) || owner == .user(ownUID)
    guard shares.withLock({ $0.admit(owner, isPrivileged: isPrivileged) }) else { return nil }
    return Admission(self, owner)
  }

  func count(of owner: ClientOwner) -> Int { shares.withLock { $0.count(of: owner) } }

  private func release(_ owner: ClientOwner) { shares.withLock { $0.release(owner) } }
}
