internal import CLinux
internal import Glibc

/// What the kernel knows of a TCP connection (TCP_INFO, tcp(7)).
package struct PathQuality: Hashable, Sendable {
  /// Smoothed round-trip time.
  package let roundTrip: Duration
  /// Segments sent and not acknowledged.
  package let unacknowledged: Int
  /// Since the last acknowledgement came in.
  package let sinceLastAcknowledgement: Duration

  package init?(of descriptor: borrowing Descriptor) {
    var info = tcp_info()
    var length = socklen_t(MemoryLayout<tcp_info>.size)
    guard getsockopt(descriptor.raw, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { return nil }
    self.roundTrip = .microseconds(Int64(info.tcpi_rtt))
    self.unacknowledged = Int(info.tcpi_unacked)
    self.sinceLastAcknowledgement = .milliseconds(Int64(info.tcpi_last_ack_recv))
  }
}
