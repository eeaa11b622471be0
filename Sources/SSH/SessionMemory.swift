internal import CLibSSH2
internal import Glibc

/// What libssh2 holds for one session: counted, and all given back with the session.
///
/// The peer has a say in how much that is. libssh2 queues each packet that nobody asked for, for ever, and forgets
/// blocks where a request comes twice (packet.c, "exit-signal").
///
/// Belongs to the thread of its session.
final class SessionMemory {
  private struct Block {
    var previous: UnsafeMutablePointer<Block>?
    var next: UnsafeMutablePointer<Block>?
    var size: Int
  }

  /// libssh2 needs its session (some 100 KiB) and whole packets (40 KB); a peer may name a size of 4 GiB.
  private static let largest = 256 << 10
  /// What lies before a block, so that the block is aligned as malloc(3) aligns.
  private static let header = 32
  /// Zeros that end each block. libssh2 1.10 takes 32 bytes for a server's curve25519 or ed25519 key whatever length the
  /// server named, and so reads past a packet that ends before.
  private static let trailer = 32
  /// What malloc(3) itself takes for a block, about.
  private static let overhead = 16

  private var first: UnsafeMutablePointer<Block>?
  /// Blocks without a header. One that libssh2 gave back with free(3) stays named until its address is used again.
  private var plain: Set<UnsafeMutableRawPointer> = []
  /// Bytes, with what each block costs besides.
  private(set) var held = 0
  /// libssh2 works with a private key now. 1.11 gives some of that memory back with free(3), not as it asked for it: the
  /// public half of an ECDSA key and its signature (openssl.c). So all blocks are plain ones of malloc(3) then: counted,
  /// and given back by libssh2 alone.
  var usesPlainBlocks = false
  /// Shown each block before it is given back; see `AuthenticationRefusal`.
  var inspect: ((UnsafeRawBufferPointer) -> Void)?

  /// nil also for more than any honest session needs.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard !usesPlainBlocks else { return allocatePlain(size) }
    guard size <= SessionMemory.largest,
      let raw = malloc(SessionMemory.header + size + SessionMemory.trailer)
    else { return nil }
    memset(raw + SessionMemory.header + size, 0, SessionMemory.trailer)
    let block = raw.bindMemory(to: Block.self, capacity: 1)
    block.initialize(to: Block(previous: nil, next: first, size: size))
    first?.pointee.previous = block
    first = block
    held += SessionMemory.cost(size)
    let pointer = raw + SessionMemory.header
    if !plain.isEmpty { plain.remove(pointer) }
    return pointer
  }

  private func allocatePlain(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size <= SessionMemory.largest, let pointer = malloc(size + SessionMemory.trailer) else {
      return nil
    }
    memset(pointer + size, 0, SessionMemory.trailer)
    held += oceanid_usable_size(pointer)
    plain.insert(pointer)
    return pointer
  }

  func release(_ pointer: UnsafeMutableRawPointer) {
    guard isRecorded(pointer) else {
      plain.remove(pointer)
      let size = oceanid_usable_size(pointer)
      inspect?(UnsafeRawBufferPointer(start: pointer, count: size))
      held -= size
      return free(pointer)
    }
    let block = SessionMemory.block(at: pointer)
    inspect?(UnsafeRawBufferPointer(start: pointer, count: block.pointee.size))
    held -= SessionMemory.cost(block.pointee.size)
    block.pointee.next?.pointee.previous = block.pointee.previous
    if let previous = block.pointee.previous {
      previous.pointee.next = block.pointee.next
    } else {
      first = block.pointee.next
    }
    free(block)
  }

  func reallocate(_ pointer: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let pointer else { return allocate(size) }
    guard let larger = allocate(size) else { return nil }
    let count =
      isRecorded(pointer)
      ? SessionMemory.block(at: pointer).pointee.size : oceanid_usable_size(pointer)
    larger.copyMemory(from: pointer, byteCount: min(size, count))
    release(pointer)
    return larger
  }

  /// Gives back what libssh2 did not, once it is done with the session.
  func releaseAll() {
    while let block = first { release(UnsafeMutableRawPointer(block) + SessionMemory.header) }
  }

  deinit { releaseAll() }

  private static func block(at pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Block> {
    (pointer - header).assumingMemoryBound(to: Block.self)
  }

  private func isRecorded(_ pointer: UnsafeMutableRawPointer) -> Bool {
    plain.isEmpty || !plain.contains(pointer)
  }

  private static func cost(_ size: Int) -> Int { header + size + trailer + overhead }
}
