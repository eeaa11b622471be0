import Glibc
import Testing

@testable import SSH

@Suite struct SessionMemoryTests {
  @Test func countsAndFreesAllMemory() throws {
    let memory = SessionMemory()
    let blocks = try (1...100).map { try #require(memory.allocate($0 * 100)) }
    #expect(memory.held > 505_000)
    for block in blocks { #expect(Int(bitPattern: block) % 16 == 0) }
    // The first, the last and one in between.
    for index in [99, 0, 50] { memory.release(blocks[index]) }
    let held = memory.held
    blocks[1].storeBytes(of: 0x1234_5678, as: UInt32.self)
    let larger = try #require(memory.reallocate(blocks[1], 5000))
    #expect(larger.load(as: UInt32.self) == 0x1234_5678)
    #expect(memory.held == held + 4800)
    memory.releaseAll()
    #expect(memory.held == 0)
  }

  /// libssh2 1.11 frees parts of an ECDSA key with free(3), regardless of their allocator.
  @Test func memoryFreedByLibssh2ComesFromMalloc() throws {
    let memory = SessionMemory()
    let other = try #require(memory.allocate(200))
    let held = memory.held
    memory.usesPlainBlocks = true
    let released = try #require(memory.allocate(133))
    #expect(memory.held > held)
    released.storeBytes(of: 0x1234_5678, as: UInt32.self)
    let larger = try #require(memory.reallocate(released, 500))
    #expect(larger.load(as: UInt32.self) == 0x1234_5678)
    memory.release(larger)
    #expect(memory.held == held)
    let freed = try #require(memory.allocate(133))
    free(freed)
    memory.usesPlainBlocks = false
    memory.release(other)
    memory.releaseAll()
  }

  @Test func refusesExcessiveAllocations() {
    let memory = SessionMemory()
    #expect(memory.allocate(.max) == nil)
    #expect(memory.allocate(1 << 32) == nil)
    #expect(memory.held == 0)
  }
}

@Suite struct PeerTextTests {
  // Bytes instead of text, because arguments of tests are printed.
  @Test(
    arguments: [
      ("plain", "plain"), ("  two\r\n lines ", "two lines"), ("\u{1b}[31mred\u{9b}0m", "[31mred 0m"),
      ("a\u{202e}b\u{200b}c", "a b c"), ("\u{e000}", ""), ("Größe", "Größe"),
    ].map { (Array($0.0.utf8), $0.1) })
  func isOneLineOfText(_ text: [UInt8], _ clean: String) {
    #expect(PeerText.clean(text) == clean)
    #expect(PeerText.clean(String(decoding: text, as: UTF8.self)) == clean)
  }

  @Test func isBounded() {
    #expect(PeerText.clean([UInt8](repeating: 0x61, count: 1 << 20)).count == PeerText.longest)
    #expect(PeerText.clean([0xff, 0xfe, 0x61]) == "\u{fffd}\u{fffd}a")
    // One character with very many scalars.
    #expect(PeerText.clean("e" + String(repeating: "\u{301}", count: 100_000)).unicodeScalars.count <= 400)
  }
}
