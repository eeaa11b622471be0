/// A growing byte buffer, written at the end and read at the start without a copy in between.
///
/// Not thread-safe: it belongs to the thread of its session or connection.
package final class ByteQueue {
  private var storage: UnsafeMutableRawBufferPointer
  private var head = 0
  private var tail = 0

  /// `capacity`: number of bytes that fit before the queue has to grow.
  package init(capacity: Int) {
    storage = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    storage.deallocate()
  }

  package var count: Int { tail - head }
  package var isEmpty: Bool { tail == head }
  /// Number of free bytes before the queue has to grow.
  package var space: Int { storage.count - count }

  /// The unread bytes, oldest first.
  package var waiting: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[head..<tail]) }

  /// Discards the oldest `count` bytes.
  package func consume(_ count: Int) {
    head += min(count, self.count)
    if head == tail {
      head = 0
      tail = 0
    }
  }

  /// Passes the free space to `body`, which returns the number of bytes that it wrote.
  package func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) {
    compact()
    let room = UnsafeMutableRawBufferPointer(rebasing: storage[tail...])
    tail += min(max(0, body(room)), room.count)
  }

  /// Appends all of `bytes` and grows if needed.
  package func append(_ bytes: UnsafeRawBufferPointer) {
    if storage.count - tail < bytes.count { compact() }
    if storage.count - tail < bytes.count { grow(toHold: count + bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: storage[tail...]).copyMemory(from: bytes)
    tail += bytes.count
  }

  private func compact() {
    guard head > 0 else { return }
    storage.copyMemory(from: waiting)
    tail -= head
    head = 0
  }

  private func grow(toHold needed: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(needed, storage.count * 2), alignment: 16)
    larger.copyMemory(from: waiting)
    tail -= head
    head = 0
    storage.deallocate()
    storage = larger
  }
}
