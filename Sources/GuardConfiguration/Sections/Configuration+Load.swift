internal import Glibc
internal import Platform

extension Configuration {
  /// The maximum size of a configuration file, in bytes: 4 KiB for each of 1000 clusters.
  private static var sizeLimit: Int { 4 << 20 }

  /// Reads the configuration at `path`. Without a path, reads the first existing default file, or uses the
  /// built-in values.
  ///
  /// Throws all errors that it found, including a `path` that can't be read.
  ///
  /// - Parameter running: the configuration that a reload is to replace; nil at a start. A file that was cut off or
  ///   removed while it was written must not replace the clusters that run by the built-in one.
  package static func load(
    path: String?, environment: ConfigurationEnvironment = .current, running: Configuration? = nil
  ) throws(ConfigurationErrors) -> Configuration {
    let file = path ?? environment.files.first(where: exists)
    guard let file else {
      let builtIn = builtIn(in: environment)
      guard let running, running.clusters != builtIn.clusters, let lost = running.file else { return builtIn }
      throw ConfigurationErrors([
        ConfigurationError(file: lost, message: "no longer exists: \(keptClusters)", isReloadOnly: true)
      ])
    }
    return try parse(read(file), file: file, environment: environment, running: running)
  }

  private static var keptClusters: String {
    "a reload does not replace the running clusters by the built-in cluster tethys; write the file again, or restart "
      + "the guard"
  }

  /// Reads a configuration from text; `file` is used in messages only.
  package static func parse(
    _ text: String, file: String, environment: ConfigurationEnvironment, running: Configuration? = nil
  ) throws(ConfigurationErrors) -> Configuration {
    let document = try YAMLDocument(text, file: file)
    guard !document.isEmpty else {
      throw ConfigurationErrors([
        ConfigurationError(
          file: file,
          message:
            "has no keys: name the clusters under 'clusters' (oceanid-guard.yaml(5)), or remove the file, and the "
            + "guard starts with the built-in cluster tethys")
      ])
    }
    var reader = ConfigurationReader(file: file, environment: environment)
    var configuration =
      document.root.flatMap { reader.section($0, "top level", as: Configuration.self) }
      ?? builtIn(in: environment)
    configuration.file = file
    var errors = document.mistakes + reader.errors
    if let running, !document.has("clusters"), running.clusters != builtIn(in: environment).clusters {
      errors.append(
        ConfigurationError(file: file, message: "has no key 'clusters': \(keptClusters)", isReloadOnly: true))
    }
    guard errors.isEmpty else { throw ConfigurationErrors(errors) }
    return configuration
  }

  /// A file that exists but can't be read must be reported, not skipped, and so must a link to a missing file.
  private static func exists(_ path: String) -> Bool {
    var entry = stat()
    return lstat(path, &entry) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  private static func read(_ path: String) throws(ConfigurationErrors) -> String {
    func failure(_ message: String) -> ConfigurationErrors {
      ConfigurationErrors([ConfigurationError(file: path, message: message)])
    }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SmallFile.read(path, limit: sizeLimit)
    } catch {
      if error.isNotRegular { throw failure("is not a regular file") }
      if error.isTooLarge { throw failure("is larger than 4 MiB: this is not a configuration of the guard") }
      throw failure("can't be \(error.operation.hasPrefix("open") ? "opened" : "read"): \(error.reason)")
    }
    do {
      return String(copying: try UTF8Span(validating: bytes.span))
    } catch {
      let (line, column) = place(ofByte: error.byteOffsets.lowerBound, in: bytes)
      throw ConfigurationErrors([
        ConfigurationError(file: path, line: line, column: column, message: "is not UTF-8 text")
      ])
    }
  }

  /// - Parameter offset: of a byte after valid UTF-8.
  private static func place(ofByte offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    // A byte order mark does not count as a column.
    let before = bytes[..<offset].dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    let line = before.lastIndex(of: UInt8(ascii: "\n")).map { before[($0 + 1)...] } ?? before
    return (
      before.count { $0 == UInt8(ascii: "\n") } + 1, line.count { $0 & 0xC0 != 0x80 } + 1
    )
  }
}
