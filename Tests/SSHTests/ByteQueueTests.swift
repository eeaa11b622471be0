import SSH
import Testing

@Suite struct ByteQueueTests {
  @Test func keepsOrderThroughRandomUse() {
    var random = SystemRandomNumberGenerator()
    let queue = ByteQueue(capacity: 64)
    var written: UInt8 = 0
    var read: UInt8 = 0
    for _ in 0..<5000 {
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        let count = Int.random(in: 0..<100, using: &random)
        let bytes = (0..<count).map { _ -> UInt8 in
          defer { written &+= 1 }
          return written
        }
        bytes.withUnsafeBytes { queue.append($0) }
      case 1:
        let room = queue.space
        queue.fill { buffer in
          #expect(buffer.count == room)
          let count = min(buffer.count, Int.random(in: 0..<40, using: &random))
          for index in 0..<count {
            buffer[index] = written
            written &+= 1
          }
          return count
        }
      default:
        let count = min(queue.count, Int.random(in: 0..<120, using: &random))
        for byte in queue.waiting.prefix(count) {
          #expect(byte == read)
          read &+= 1
        }
        queue.consume(count)
      }
    }
    #expect(queue.count == Int(written &- read) || queue.count > 255)
  }

  @Test func fillAddsNoMoreThanTheFreeSpace() {
    let queue = ByteQueue(capacity: 8)
    queue.fill { _ in 1000 }
    #expect(queue.count == 8)
    queue.consume(1000)
    #expect(queue.isEmpty)
    queue.fill { _ in -5 }
    #expect(queue.isEmpty)
  }
}

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func followsRFC4648(_ plain: String, _ coded: String) {
    #expect(Base64.encodeUnpadded(Array(plain.utf8)) == coded)
    #expect(Base64.decode(coded) == Array(plain.utf8))
    let padded = coded + String(repeating: "=", count: (4 - coded.count % 4) % 4)
    #expect(Base64.decode(padded) == Array(plain.utf8))
  }

  @Test(arguments: ["Zm9v!", "Zm 9v", "=Zg"])
  func rejectsInvalidText(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
