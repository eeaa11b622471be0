internal import FoundationEssentials

/// The encoding of a file's text in the JSON form of `contents`.
enum Base64 {
  static func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
