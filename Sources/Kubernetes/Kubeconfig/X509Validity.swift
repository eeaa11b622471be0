internal import Health

/// The Validity field of an X.509 certificate (RFC 5280 §4.1.2.5), read from its DER form.
struct X509Validity: Hashable {
  let notBefore: Timestamp
  let notAfter: Timestamp

  /// nil if the structure differs from RFC 5280 §4.1.
  init?(der: [UInt8]) {
    var file = DER(der[...])
    guard var certificate = file.enter(.sequence), var tbs = certificate.enter(.sequence) else { return nil }
    // Version 1 certificates omit version [0].
    if tbs.nextTag == DER.Tag.version.rawValue { _ = tbs.next() }
    // serialNumber, signature, issuer.
    guard tbs.enter(.integer) != nil, tbs.enter(.sequence) != nil, tbs.enter(.sequence) != nil,
      var validity = tbs.enter(.sequence), let from = validity.time(), let to = validity.time()
    else { return nil }
    notBefore = from
    notAfter = to
  }

  /// Reads the first certificate in a PEM file, which is the client's own.
  init?(pem: [UInt8]) {
    guard let der = PEM.firstBlock("CERTIFICATE", in: pem) else { return nil }
    self.init(der: der)
  }

  /// Reads all valid certificates in a PEM file.
  static func all(pem: [UInt8]) -> [X509Validity] {
    PEM.allBlocks("CERTIFICATE", in: pem).compactMap { X509Validity(der: $0) }
  }
}

/// A DER reader (X.690) for a sequence of tag, length, value.
private struct DER {
  enum Tag: UInt8 {
    case integer = 0x02
    case utcTime = 0x17
    case generalizedTime = 0x18
    case sequence = 0x30
    case version = 0xa0
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var nextTag: UInt8? { rest.first }

  mutating func next() -> (tag: UInt8, value: ArraySlice<UInt8>)? {
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      // Long form: the low bits are the number of length bytes. Four bytes are enough for any certificate.
      let count = Int(first & 0x7f)
      guard (1...4).contains(count), rest.count >= count else { return nil }
      length = 0
      for byte in rest.prefix(count) { length = length << 8 | Int(byte) }
      rest = rest.dropFirst(count)
    }
    guard length <= rest.count else { return nil }
    defer { rest = rest.dropFirst(length) }
    return (tag, rest.prefix(length))
  }

  mutating func enter(_ tag: Tag) -> DER? {
    guard let (found, value) = next(), found == tag.rawValue else { return nil }
    return DER(value)
  }

  /// UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`; RFC 5280 allows no other form.
  mutating func time() -> Timestamp? {
    guard let (tag, value) = next(), value.last == UInt8(ascii: "Z") else { return nil }
    var digits = String(decoding: value.dropLast(), as: UTF8.self)
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if tag == Tag.utcTime.rawValue, digits.count == 12 {
      // Years 50 to 99 are in the 20th century (RFC 5280 §4.1.2.5.1).
      digits = (digits < "50" ? "20" : "19") + digits
    }
    guard digits.count == 14 else { return nil }
    let d = Array(digits)
    func part(_ range: Range<Int>) -> String { String(d[range]) }
    let day = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
    return Timestamp(rfc3339: "\(day)T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
  }
}
