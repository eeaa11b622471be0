/// A number of bytes in the configuration: `64MiB`.
struct ByteSize: Hashable, Comparable {
  private static var units: [(suffix: String, shift: Int)] { [("KiB", 10), ("MiB", 20), ("GiB", 30)] }

  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  static func < (one: ByteSize, other: ByteSize) -> Bool { one.bytes < other.bytes }

  static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }

  /// Reads one whole number and one unit; nil for anything else.
  init?(configuration text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    // Nine digits of GiB fit in an Int.
    guard (1...9).contains(digits.count), let number = Int(digits),
      let unit = ByteSize.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
    else { return nil }
    self.bytes = number << unit.shift
  }

  /// The text in the largest unit without a remainder.
  var configurationText: String {
    for unit in ByteSize.units.reversed() where bytes % (1 << unit.shift) == 0 {
      return "\(bytes >> unit.shift)\(unit.suffix)"
    }
    return "\(bytes)"
  }
}
