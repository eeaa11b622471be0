internal import FoundationEssentials

/// Small files of the demo's folder, with errors that name them.
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

  /// Writes a file that only its owner may read, in one step.
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
      throw DemoError.file("folder \(path) can't be made; choose one that you may write to")
    }
  }

  static func base64(of path: String) throws(DemoError) -> String {
    try bytes(of: path).base64EncodedString()
  }
}
