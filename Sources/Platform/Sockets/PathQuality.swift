internal import CLinux
internal import Glibc

/// The kernel's measurements of a TCP connection (TCP_INFO, tcp(7)).
package struct PathQuality: Hashable, Sendable {
  package let roundTrip: Duration
  /// Number of segments sent and not yet acknowledged.
  package let unacknowledged: Int
  /// Time since the last acknowledgement was received.
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
