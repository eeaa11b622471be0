internal import FoundationEssentials

/// Reads and writes small files of the demo's folder; errors contain the path.
enum Files {
  static func text(of path: String) throws(DemoError) -> String {
    String(decoding: try bytes(of: path), as: UTF8.self)
  }

  static func bytes(of path: String) throws(DemoError) -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DemoError.file("\(path) can't be read")
    }
    return data
  }

  /// Writes a file atomically, readable by its owner only.
  static func write(_ text: String, to path: String) throws(DemoError) {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    } catch {
      throw DemoError.file("\(path) can't be written")
    }
  }

  static func makeFolder(_ path: String) throws(DemoError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw DemoError.file("folder \(path) can't be created; choose a folder that you may write to")
    }
  }

  static func base64(of path: String) throws(DemoError) -> String {
    try bytes(of: path).base64EncodedString()
  }
}
