internal import Foundation
internal import Glibc
internal import Synchronization

/// Two network namespaces that a cable (veth(4)) connects: a workstation's, and a server's. They disappear with this
/// object and the processes in them. Needs root.
package final class NetworkNamespaces: Sendable {
  package enum Side: Sendable {
    case near, far

    /// Its end of the cable.
    package var link: String {
      switch self {
      case .near: "near0"
      case .far: "far0"
      }
    }
  }

  /// The server's address.
  package static let server = "198.18.0.1"
  private static let program = TestSupport.program("ip")
  package static var isAvailable: Bool { geteuid() == 0 && program != nil }
  /// The reason for skipping a test.
  package static let reason = "needs root and ip (package iproute2)"

  private let near: Int32
  private let far: Int32

  package init() throws {
    guard Self.isAvailable else { throw FixtureError.failed(Self.reason) }
    near = try Self.makeNamespace()
    far = try Self.makeNamespace()
    // A process in the other namespace stands for it (ip-link(8), netns PID).
    let holder = try inside(.far) { try ChildProcess("sleep", ["60"]) }
    defer { holder.kill() }
    try ip(.near, "link add \(Side.near.link) type veth peer name \(Side.far.link) netns \(holder.pid)")
    for side in [Side.near, .far] {
      try ip(side, "link set lo up")
      try ip(side, "link set \(side.link) up")
    }
    try ip(.far, "address add \(Self.server)/16 dev \(Side.far.link)")
  }

  deinit {
    close(near)
    close(far)
  }

  /// Runs ip(8) in a namespace.
  package func ip(_ side: Side, _ words: String) throws {
    let child = try inside(side) {
      try ChildProcess(Self.program ?? "ip", words.split(separator: " ").map(String.init))
    }
    guard child.wait(within: .seconds(10)) == .exited(0) else {
      throw FixtureError.failed("ip \(words): \(child.errors)")
    }
  }

  /// Runs `body` on a thread of its own in a namespace. Threads and processes that it starts, and sockets that it makes,
  /// belong to the namespace.
  package func inside<Result: Sendable>(
    _ side: Side, _ body: @escaping @Sendable () throws -> Result
  ) throws -> Result {
    let descriptor =
      switch side {
      case .near: near
      case .far: far
      }
    return try Self.onThread {
      guard Self.call("setns", descriptor, Self.newNetwork) else {
        throw FixtureError.system("setns", errno)
      }
      return try body()
    }
  }

  private static let newNetwork: Int32 = 0x4000_0000  // CLONE_NEWNET of <linux/sched.h>

  private static func makeNamespace() throws -> Int32 {
    try onThread {
      guard call("unshare", newNetwork, 0) else { throw FixtureError.system("unshare", errno) }
      let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FixtureError.system("/proc/thread-self/ns/net", errno) }
      return descriptor
    }
  }

  private static func onThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) throws -> Result {
    let answer = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    spawnThread {
      let result = Swift.Result { try body() }
      answer.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    guard let result = answer.withLock({ $0 }) else { throw FixtureError.failed("no result") }
    return try result.get()
  }

  /// unshare(2) and setns(2) require _GNU_SOURCE, which Swift's Glibc module does not set.
  private static func call(_ name: String, _ first: Int32, _ second: Int32) -> Bool {
    guard let symbol = dlsym(nil, name) else { return false }
    return unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(first, second) == 0
  }
}

extension SSHServer {
  /// A server in the far namespace.
  package static func inside(_ network: NetworkNamespaces) throws -> SSHServer {
    try network.inside(.far) { try SSHServer(options: ["ListenAddress \(NetworkNamespaces.server)"]) }
  }

  /// A client configuration for `NetworkNamespaces.server` with `Host tethys`.
  package func writeNetworkConfig() throws -> String {
    let hosts = try folder.write("* " + (try folder.read("host_key.pub")), to: "any_hosts")
    return try folder.write(
      """
      Host tethys
        HostName \(NetworkNamespaces.server)
        Port \(port)
        User \(user)
        IdentityFile \(userKey)
        IdentitiesOnly yes
        UserKnownHostsFile \(hosts)
        GlobalKnownHostsFile /dev/null
      """ + "\n", to: "network_config")
  }
}
