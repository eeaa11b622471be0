/// The part of a request's target after `?`.
struct Query {
  private let values: [String: String]

  init(_ target: String) {
    var values: [String: String] = [:]
    for pair in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&").prefix(16) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0])] = parts.count > 1 ? parts[1].removingPercentEncoding : ""
    }
    self.values = values
  }

  subscript(name: String) -> String? { values[name] }
}

extension Substring {
  /// RFC 3986 §2.1; a damaged escape stands as it is.
  fileprivate var removingPercentEncoding: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
