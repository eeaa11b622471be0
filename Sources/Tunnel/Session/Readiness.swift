internal import Platform

/// What a socket is ready for, remembered until the kernel says otherwise: edge-triggered epoll tells once.
struct Readiness {
  var canRead = true
  var canWrite = true
  /// An end is there to be read: a short read is no sign that nothing more comes.
  private var isEnding = false

  mutating func note(_ edge: Epoll.Readiness) {
    if edge.wakesReader { canRead = true }
    if edge.wakesWriter { canWrite = true }
    if edge.endsReading { isEnding = true }
  }

  /// After a read of `count` bytes into room for `room`: a stream that gave less has no more, and the next edge
  /// will tell (epoll(7), Questions and answers 9). Of a bulk stream more has come meanwhile: it is read on.
  mutating func noteRead(_ count: Int, room: Int) {
    if count < min(room, Readiness.bulk), !isEnding { canRead = false }
  }

  private static let bulk = 16 << 10
}
