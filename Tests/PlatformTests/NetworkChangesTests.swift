import Platform
import Testing

/// Hand-made messages in the format of rtnetlink(7).
@Suite struct NetworkChangesTests {
  private static func word<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  private static func message(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
    word(UInt32(16 + body.count)) + word(type) + word(UInt16(0)) + word(UInt64(0)) + body
      + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
  }

  private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    word(UInt16(4 + value.count)) + word(type) + value
      + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }

  private static func address(
    _ type: UInt16 = 20, scope: UInt8 = 0, flags: UInt8 = 0, last: UInt8 = 7
  ) -> [UInt8] {
    message(type, [2, 24, flags, scope] + word(UInt32(3)) + attribute(2, [192, 0, 2, last]))
  }

  private static func route(
    _ kind: UInt8 = 1, family: UInt8 = 2, flags: UInt32 = 0, to destination: [UInt8]? = nil
  ) -> [UInt8] {
    message(
      24,
      [family, 0, 0, 0, 254, 3, 0, kind] + word(flags) + (destination.map { attribute(1, $0) } ?? []))
  }

  private static func link(
    _ type: UInt16 = 16, index: Int32 = 3, flags: UInt32, kind: String? = nil
  ) -> [UInt8] {
    let info = kind.map { attribute(18 | 0x8000, attribute(1, Array($0.utf8) + [0])) } ?? []
    return message(type, [0, 0] + word(UInt16(1)) + word(index) + word(flags) + word(UInt32(0)) + info)
  }

  private static let running: UInt32 = 0x1 | 0x40
  private static let loopback: UInt32 = 0x8

  private func read(_ changes: inout NetworkChanges, _ bytes: [UInt8]) -> NetworkChanges.Kinds {
    bytes.withUnsafeBytes { changes.read($0) }
  }

  @Test func aNewAddressIsReportedOnce() {
    var changes = NetworkChanges()
    #expect(read(&changes, Self.address()) == .address)
    // A renewed lifetime.
    #expect(read(&changes, Self.address()) == [])
    #expect(read(&changes, Self.address(last: 8)) == .address)
    #expect(read(&changes, Self.address(21)) == .addressRemoved)
    #expect(read(&changes, Self.address()) == .address)
  }

  @Test func tentativeAddressesAreIgnored() {
    var changes = NetworkChanges()
    #expect(read(&changes, Self.address(scope: 254)) == [])
    #expect(read(&changes, Self.address(scope: 253)) == [])
    #expect(read(&changes, Self.address(flags: 0x40)) == [])
    #expect(read(&changes, Self.address()) == .address)
  }

  @Test func aUnicastRouteIsReported() {
    var changes = NetworkChanges()
    #expect(read(&changes, Self.route()) == .route)
    #expect(read(&changes, Self.route(to: [198, 51, 100, 0])) == .route)
    #expect(read(&changes, Self.route(family: 10)) == .route)
    // Local, multicast, a cached clone, the link-local prefix.
    #expect(read(&changes, Self.route(2)) == [])
    #expect(read(&changes, Self.route(5)) == [])
    #expect(read(&changes, Self.route(flags: 0x200)) == [])
    #expect(
      read(&changes, Self.route(family: 10, to: [0xfe, 0x80] + [UInt8](repeating: 0, count: 14))) == [])
  }

  @Test func aLinkIsReportedWhenItComesUp() {
    var changes = NetworkChanges()
    #expect(read(&changes, Self.link(flags: 0x1)) == [])
    #expect(read(&changes, Self.link(flags: Self.running)) == .link)
    #expect(read(&changes, Self.link(flags: Self.running)) == [])
    #expect(read(&changes, Self.link(flags: 0)) == [])
    #expect(read(&changes, Self.link(flags: Self.running)) == .link)
    #expect(read(&changes, Self.link(17, flags: Self.running)) == [])
    #expect(read(&changes, Self.link(flags: Self.running)) == .link)
  }

  @Test func containersAndLoopbackAreIgnored() {
    var changes = NetworkChanges()
    for index in 10..<500 as Range<Int32> {
      #expect(read(&changes, Self.link(index: index, flags: Self.running, kind: "veth")) == [])
    }
    #expect(read(&changes, Self.link(index: 1, flags: Self.running | Self.loopback)) == [])
    #expect(read(&changes, Self.link(index: 9, flags: Self.running, kind: "wireguard")) == .link)
  }

  @Test func aDatagramMayContainSeveralMessages() {
    var changes = NetworkChanges()
    let all = Self.link(flags: Self.running) + Self.address() + Self.message(3, []) + Self.route()
    #expect(read(&changes, all) == [.link, .address, .route])
    #expect(read(&changes, Self.message(4, [])) == .overrun)
  }

  @Test func truncatedDatagramsAreSafe() {
    let whole =
      Self.link(flags: Self.running, kind: "dummy") + Self.address()
      + Self.route(family: 10, to: [UInt8](repeating: 1, count: 16))
    for length in 0..<whole.count {
      var changes = NetworkChanges()
      #expect(!read(&changes, Array(whole.prefix(length))).contains(.overrun))
    }
  }

  @Test func invalidLengthsAreSafe() {
    let whole = Self.link(flags: Self.running, kind: "dummy") + Self.address() + Self.route()
    for position in whole.indices {
      for value in [0, 1, 3, 0x7f, 0xff] as [UInt8] {
        var bytes = whole
        bytes[position] = value
        var changes = NetworkChanges()
        _ = read(&changes, bytes)
      }
    }
    var changes = NetworkChanges()
    #expect(read(&changes, Self.message(20, [2, 24])) == [])
    #expect(read(&changes, Self.message(20, [2, 24, 0, 0, 0, 0, 0, 0])) == [])
  }
}
