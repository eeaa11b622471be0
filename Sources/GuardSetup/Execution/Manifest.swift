internal import FoundationEssentials
internal import GuardAPI
internal import GuardTypes

/// The record of what setup wrote, so that it can be undone. Each entry is on disk before the write that it describes.
package struct Manifest: Codable, Hashable, Sendable {
  package enum Entry: Codable, Hashable, Sendable {
    /// - Parameters:
    ///   - checksums: of the contents that setup wrote, oldest first.
    ///   - backup: of the file that was there before; nil if there was none.
    case file(path: String, checksums: [Checksum], backup: String?)
    case folder(path: String)
    /// A folder of the guard's state, which did not exist before.
    case state(path: String)
    /// A folder of the guard's state that existed before, with the files that were there. systemd changes its mode
    /// (systemd.exec(5), StateDirectoryMode=).
    case stateFiles(path: String, kept: [String], mode: UInt32?)
    /// A folder that existed before, and that systemctl(1) removes when it is empty.
    case keptFolder(path: String, mode: UInt32?)
    /// Units that setup enabled or started, and those that ran before.
    case units(scope: Units.Scope, enabled: [String], started: [String], running: [String])
    /// Units of the machine's guard that setup disabled or stopped.
    case machineGuard(enabled: [String], started: [String])
    case manager(uid: UInt32)
    case linger(user: String)
    /// A key pair that setup created. The public key is nil until the pair exists.
    case key(path: String, publicKey: String?)
    case authorized(AuthorizedKey, line: String)
    case member(user: String)
  }

  var schema = "oceanid.setup/1"
  package var entries: [Entry] = []
  /// True if files were written that the running guard has not read.
  var isRestartPending = false

  /// Returns nil if there is no record. Throws if the file is not a record of this program.
  static func load(_ system: any SetupSystem, _ path: String) throws(SetupFailure) -> Manifest? {
    switch system.contents(of: path) {
    case .absent: return nil
    case .unreadable(let reason):
      throw SetupFailure("\(path) cannot be read: \(reason)", next: "namei -l \(path.shellWord)")
    case .bytes(let bytes):
      guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)),
        manifest.schema == Manifest().schema
      else {
        throw SetupFailure(
          "\(path) is not a setup record of this version of oceanid-ctl, so setup does not know what it wrote",
          next: "ls -l \(path.shellWord)")
      }
      return manifest
    }
  }

  func save(_ system: any SetupSystem, _ path: String) throws(SetupFailure) {
    guard let json = try? DocumentCoding.encode(self) else {
      throw SetupFailure("\(path) cannot be encoded", next: "ls -l \(path.shellWord)")
    }
    try system.write(Array(json) + [UInt8(ascii: "\n")], to: path, mode: 0o600, owner: nil)
  }

  /// True if setup wrote the file, and it was not changed since.
  func wrote(_ path: String, _ system: any SetupSystem) -> Bool {
    guard let known = file(path), case .bytes(let now) = system.contents(of: path) else { return false }
    return known.checksums.contains(Checksum(of: now))
  }

  /// True if the state of the guard in the folder is recorded.
  func hasState(in folder: String) -> Bool {
    entries.contains { entry in
      if case .state(folder) = entry { return true }
      if case .stateFiles(folder, _, _) = entry { return true }
      return false
    }
  }

  /// The newest entry of a file.
  func file(_ path: String) -> (index: Int, checksums: [Checksum], backup: String?)? {
    for (index, entry) in entries.enumerated().reversed() {
      if case .file(path, let checksums, let backup) = entry { return (index, checksums, backup) }
    }
    return nil
  }
}

/// Distinguishes an edited file from an unchanged one (FNV-1a, 64 bits, with the length). It need not resist attacks,
/// because the files belong to the user.
package struct Checksum: Codable, Hashable, Sendable {
  let size: Int
  let hash: UInt64

  init(of bytes: [UInt8]) {
    size = bytes.count
    hash = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
