internal import GuardAPI
package import Health
package import Platform
internal import Synchronization

/// The state directory of the guard. All of its files are read and written here, so that write failures are
/// tracked in one place.
///
/// Thread-safe. One lock protects the failures; the other one serializes writes.
package final class StateFolder: Sendable {
  private struct Failure {
    let error: SystemError
    let since: Timestamp
  }

  private struct State {
    /// Failures by file name.
    var failures: [String: Failure] = [:]
    /// Contents that could not be written, by file name. `check` retries them.
    var unwritten: [String: [UInt8]] = [:]
    var probedAt: Timestamp?
  }

  /// The interval of test writes while no file is written.
  private static let probeInterval: Duration = .seconds(60)
  private static let probe = ".probe"
  /// Not empty, because an empty file can be created on a full disk.
  private static let probeSize = 4096

  /// The path of the directory.
  package let folder: String
  private let clock: @Sendable () -> Timestamp
  private let state = Mutex(State())
  private let writing = Mutex(())

  /// - Parameter clock: returns the current time.
  package init(folder: String, clock: @escaping @Sendable () -> Timestamp = { .now }) {
    self.folder = folder
    self.clock = clock
  }

  /// - Parameter environment: of this process. systemd sets the path of `StateDirectory=` in it.
  /// - Returns: nil without a state directory.
  package convenience init?(environment: [String: String]) {
    guard let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first, folder.hasPrefix("/")
    else { return nil }
    self.init(folder: String(folder))
  }

  /// The path of a file in it.
  package func path(of name: String) -> String { "\(folder)/\(name)" }

  /// - Returns: nil if there is no such file.
  package func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8]? {
    do throws(SystemError) {
      return try SmallFile.read(path(of: name), limit: limit)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// True if there is such a file.
  package func exists(_ name: String) -> Bool { SmallFile.exists(path(of: name)) }

  /// The names of the files in a subfolder.
  package func names(in subfolder: String) -> [String] { SmallFile.names(in: path(of: subfolder)) }

  /// Replaces the contents of a file atomically.
  package func replace(_ name: String, with contents: [UInt8]) throws(SystemError) {
    try writing.withLock { (_) throws(SystemError) in try write(name, contents) }
  }

  /// Like `replace`, for a file that is not written again soon. After a failure, `check` retries it.
  package func persist(_ name: String, _ contents: [UInt8]) {
    writing.withLock { _ in
      do throws(SystemError) {
        try write(name, contents)
      } catch {
        state.withLock { $0.unwritten[name] = contents }
      }
    }
  }

  /// Call it with the writer's lock, because all writers of a file use the same draft name.
  private func write(_ name: String, _ contents: [UInt8]) throws(SystemError) {
    do throws(SystemError) {
      do throws(SystemError) {
        try SmallFile.replace(path(of: name), with: contents, mode: 0o600)
      } catch {
        // The folder was removed while the guard runs.
        guard error.isMissing else { throw error }
        makeFolders(of: name)
        try SmallFile.replace(path(of: name), with: contents, mode: 0o600)
      }
      settle(name, nil)
    } catch {
      settle(name, error)
      throw error
    }
  }

  /// Appends to a file.
  package func append(_ contents: [UInt8], to name: String) throws(SystemError) {
    do throws(SystemError) {
      try SmallFile.append(contents, to: path(of: name), mode: 0o600)
      settle(name, nil)
    } catch {
      settle(name, error)
      throw error
    }
  }

  /// Removes a file, if there is one.
  package func remove(_ name: String) {
    SmallFile.remove(path(of: name))
    settle(name, nil)
  }

  /// Renames an unreadable file, so that it can be examined and a new one can be created.
  package func setAside(_ name: String) {
    try? SmallFile.move(path(of: name), to: path(of: name) + StateFile.damaged)
  }

  /// Creates a subfolder if there is none.
  package func makeFolder(_ name: String) {
    let path = name.isEmpty ? folder : path(of: name)
    // If this fails, writing the first file in it reports the error.
    try? SmallFile.makeFolder(path, mode: 0o700)
  }

  private func makeFolders(of name: String) {
    makeFolder("")
    if let slash = name.lastIndex(of: "/") { makeFolder(String(name[..<slash])) }
  }

  private func settle(_ name: String, _ error: SystemError?) {
    let now = clock()
    state.withLock { state in
      state.unwritten[name] = nil
      guard let error else {
        state.failures[name] = nil
        return
      }
      state.failures[name] = Failure(error: error, since: state.failures[name]?.since ?? now)
    }
  }

  // MARK: - Failures

  /// Retries failed writes, and periodically tests whether the folder is writable. Call it every few seconds.
  package func check() {
    let now = clock()
    let (unwritten, isDue) = state.withLock { state -> ([String], Bool) in
      let isDue =
        !state.failures.isEmpty
        || state.probedAt.map { now < $0 || now - $0 >= StateFolder.probeInterval } ?? true
      if isDue { state.probedAt = now }
      return (state.unwritten.keys.sorted(), isDue)
    }
    for name in unwritten {
      writing.withLock { _ in
        // Newer contents may have been written meanwhile.
        guard let contents = state.withLock({ $0.unwritten[name] }) else { return }
        guard (try? write(name, contents)) == nil else { return }
        state.withLock { $0.unwritten[name] = contents }
      }
    }
    guard isDue else { return }
    do throws(SystemError) {
      try replace(StateFolder.probe, with: [UInt8](repeating: 0, count: StateFolder.probeSize))
      SmallFile.remove(path(of: StateFolder.probe))
    } catch {
      // `replace` has recorded the failure.
    }
  }

  /// One problem for all files, with the oldest failure.
  package var problem: Problem? {
    let failures = state.withLock { $0.failures }
    guard let first = failures.min(by: { ($0.value.since, $0.key) < ($1.value.since, $1.key) }) else {
      return nil
    }
    return Problem(
      .own(.stateUnwritable), ["folder": folder], subject: "state directory",
      detail:
        "\(first.value.error); a restart of the guard would repeat or lose alerts and forget silences",
      since: first.value.since)
  }
}
