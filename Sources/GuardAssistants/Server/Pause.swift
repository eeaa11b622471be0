import Glibc

/// A pause of the calling thread.
enum Pause {
  /// At most one second.
  static func sleep(_ length: Duration) {
    let microseconds = length.components.attoseconds / 1_000_000_000_000
    usleep(length >= .seconds(1) ? 1_000_000 : UInt32(clamping: microseconds))
  }
}
