internal import CLibZ

/// The gzip format (RFC 1952).
package enum Gzip {
  /// Compresses with the fastest level; nil if memory is exhausted.
  package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    // Adding 16 to the window bits selects gzip (zlib.h, deflateInit2).
    let code = deflateInit2_(
      &stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, uLong(bytes.count)))
    var input = bytes
    let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(clamping: input.count)
        stream.next_out = buffer.baseAddress
        stream.avail_out = uInt(clamping: buffer.count)
        // One call is sufficient, because the buffer has the size of deflateBound().
        count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
      }
    }
    return output.isEmpty ? nil : output
  }
}
