internal import Platform

/// The owner of a local connection.
package enum ClientOwner: Hashable, Sendable, CustomStringConvertible {
  /// The guard's own requests.
  case own
  /// A user of this machine, also for the processes in the user's containers.
  case user(UInt32)
  /// Processes with user ids that belong to no account and to no range of a user: those of containers of root, of
  /// systemd, or of a range that was removed. They count as one owner, because a container has thousands of ids.
  case containers
  /// Another machine, identified by its IPv4 address or IPv6 network.
  case host(String)
  /// Local processes that had closed their connection before it was accepted. The kernel no longer knows their user.
  case departed
  /// A process of this machine whose user the kernel does not report.
  case unknown

  /// For example `uid 1001`.
  package var description: String {
    switch self {
    case .own: "the guard"
    case .user(let uid): "uid \(uid)"
    case .containers: "containers without a user of their own"
    case .host(let address): address
    case .departed: "local processes that have closed their connections"
    case .unknown: "a local process whose user is not known"
    }
  }
}

/// A value with an owner.
protocol Owned {
  var owner: ClientOwner { get }
}

/// Finds the owners of accepted connections. Belongs to the tunnel's thread.
final class PeerOwners {
  /// nil if the kernel or a sandbox does not support it. All local processes then count as one owner.
  private let diagnostics = try? SocketDiagnostics()
  private var users: LocalUsers

  init(users: LocalUsers = LocalUsers()) { self.users = users }

  /// - Parameter origin: the peer's address, from accept(2).
  func owner(of socket: Socket, origin: SocketAddress) -> ClientOwner {
    guard origin.isInternet else {
      return PeerCredentials(ofSocket: socket.raw).map { users.owner(of: $0.uid) } ?? .unknown
    }
    let peer = diagnostics?.peer(of: socket.descriptor) ?? .unknown
    if case .user(let uid) = peer { return users.owner(of: uid) }
    guard origin.isLoopback else { return .host(origin.network) }
    return peer == .closed ? .departed : .unknown
  }
}

/// Assigns user ids to owners. A container gives its processes as many ids as its user has in subuid(5), usually 65,536,
/// and each of them would otherwise have a share of its own.
struct LocalUsers {
  private static let fileLimit = 1 << 20

  private let subuid: String
  private let passwd: String
  private let accounts: KnownUsers
  private var stamps: [SmallFile.Stamp] = []
  private var subordinates = SubordinateUsers(subuid: "", passwd: "")

  init(subuid: String = "/etc/subuid", passwd: String = "/etc/passwd", accounts: KnownUsers = KnownUsers()) {
    self.subuid = subuid
    self.passwd = passwd
    self.accounts = accounts
  }

  mutating func owner(of uid: UInt32) -> ClientOwner {
    guard uid >= SubordinateUsers.firstID else { return .user(uid) }
    readFiles()
    switch subordinates.owner(of: uid) {
    // The containers of root have users whom root does not trust. They must not get its privileges.
    case 0?: return .containers
    case let owner?: return .user(owner)
    case nil: return accounts.contains(uid) == true ? .user(uid) : .containers
    }
  }

  private mutating func readFiles() {
    let current = [subuid, passwd].map { SmallFile.Stamp(of: $0) }
    guard current != stamps else { return }
    stamps = current
    let texts = [subuid, passwd].map {
      String(decoding: (try? SmallFile.read($0, limit: LocalUsers.fileLimit)) ?? [], as: UTF8.self)
    }
    subordinates = SubordinateUsers(subuid: texts[0], passwd: texts[1])
  }
}
