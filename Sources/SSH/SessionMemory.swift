internal import CLibSSH2
internal import Glibc

/// Allocates memory for libssh2 per session, limits it, and frees all of it with the session.
///
/// The peer influences how much libssh2 allocates: libssh2 queues unrequested packets without a limit and leaks memory
/// if a request is repeated (packet.c, "exit-signal").
///
/// Belongs to the thread of its session.
final class SessionMemory {
  private struct Block {
    var previous: UnsafeMutablePointer<Block>?
    var next: UnsafeMutablePointer<Block>?
    var size: Int
  }

  /// libssh2 needs one block for its session (about 100 KiB) and whole packets (40 KB); a peer may announce a size of
  /// 4 GiB.
  private static let largest = 256 << 10
  /// Size of the data before a block, so that the block has malloc(3)'s alignment.
  private static let header = 32
  /// Zeros after each block. libssh2 1.10 reads 32 bytes of a server's curve25519 or ed25519 key regardless of its
  /// announced length, and so reads past the end of a shorter packet.
  private static let trailer = 32
  /// Approximate overhead of malloc(3) per block.
  private static let overhead = 16

  private var first: UnsafeMutablePointer<Block>?
  /// Blocks without a header. One that libssh2 freed with free(3) stays listed until its address is reused.
  private var plain: Set<UnsafeMutableRawPointer> = []
  /// Allocated bytes, including the overhead per block.
  private(set) var held = 0
  /// True while libssh2 uses a private key. libssh2 1.11 frees some of that memory with free(3) instead of the
  /// session's allocator: the public half of an ECDSA key and its signature (openssl.c). So all blocks are then plain
  /// malloc(3) blocks, which are counted but only freed by libssh2.
  var usesPlainBlocks = false
  /// Called with each block before it is freed; see `AuthenticationRefusal`.
  var inspect: ((UnsafeRawBufferPointer) -> Void)?

  /// nil also if the session exceeds its memory limit.
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

  /// Number of blocks that match. Blocks without a header are left out, because libssh2 may have freed them.
  func count(where matches: (UnsafeRawBufferPointer) -> Bool) -> Int {
    var count = 0
    var block = first
    while let current = block {
      let start = UnsafeRawPointer(current) + SessionMemory.header
      if matches(UnsafeRawBufferPointer(start: start, count: current.pointee.size)) { count += 1 }
      block = current.pointee.next
    }
    return count
  }

  /// Frees the blocks that libssh2 did not free. Call it after the session was freed.
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
