/// The limits of one answer. A body is decoded only if it is within them, because decoding takes a multiple of its size.
struct AnswerLimits: Hashable {
  /// The size of the body.
  let bytes: Int
  /// The number of values in a JSON text; nil for an answer that is no JSON.
  let values: Int?

  /// One object, for example a workflow.
  static let object = AnswerLimits(bytes: 1 << 20, values: 20_000)
  /// A page of runs, jobs or deployments. A run of GitHub Actions has about 250 values and 15 KiB.
  static let list = AnswerLimits(bytes: 4 << 20, values: 60_000)
  /// A commit or a comparison, which has up to 300 files with their patches and 250 commits.
  static let changes = AnswerLimits(bytes: 10 << 20, values: 60_000)
  /// GitHub lists up to 100,000 entries with seven values each, in up to 7 MiB.
  static let tree = AnswerLimits(bytes: 10 << 20, values: 1_000_000)
  /// A file of the repository.
  static let file = AnswerLimits(bytes: 1 << 20, values: nil)
  /// The name of a commit, or the target of a symbolic link.
  static let word = AnswerLimits(bytes: 16 << 10, values: nil)

  /// An upper limit of the number of values in a JSON text: each but the first one follows a comma or an opening bracket.
  static func values(in json: [UInt8]) -> Int {
    json.withUnsafeBufferPointer { bytes in
      var count = 1
      var isInString = false
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        if isInString {
          if byte == UInt8(ascii: "\\") {
            index += 1
          } else if byte == UInt8(ascii: "\"") {
            isInString = false
          }
        } else {
          switch byte {
          case UInt8(ascii: "\""): isInString = true
          case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
          default: break
          }
        }
        index += 1
      }
      return count
    }
  }
}
