internal import Glibc
internal import Platform

extension Configuration {
  /// The maximum size of a configuration file, in bytes.
  private static var sizeLimit: Int { 1 << 20 }

  /// Reads the configuration at `path`. Without a path, reads the first existing default file, or uses the
  /// built-in values.
  ///
  /// Throws all errors that it found, including a `path` that can't be read.
  package static func load(
    path: String?, environment: ConfigurationEnvironment = .current
  ) throws(ConfigurationErrors) -> Configuration {
    if let path { return try parse(read(path), file: path, environment: environment) }
    for path in environment.files where exists(path) {
      return try parse(read(path), file: path, environment: environment)
    }
    return builtIn(in: environment)
  }

  /// Reads a configuration from text; `file` is used in messages only.
  package static func parse(
    _ text: String, file: String, environment: ConfigurationEnvironment
  ) throws(ConfigurationErrors) -> Configuration {
    let document = try YAMLDocument(text, file: file)
    var reader = ConfigurationReader(file: file, environment: environment)
    var configuration =
      document.root.flatMap { reader.section($0, "top level", as: Configuration.self) }
      ?? builtIn(in: environment)
    configuration.file = file
    let errors = document.mistakes + reader.errors
    guard errors.isEmpty else { throw ConfigurationErrors(errors) }
    return configuration
  }

  /// A file that exists but can't be read must be reported, not skipped.
  private static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
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
      if error.isTooLarge { throw failure("is larger than 1 MiB: this is no configuration of the guard") }
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
