import Glibc
import SessionBus

/// Notices as lines on standard output, for where there is no desktop.
final class PrintedDisplay: NoticeDisplay {
  private var last: UInt32 = 0
  private let write: (String) -> Bool
  private var isWritable = true

  init(write: @escaping (String) -> Bool = { StandardOutput.write($0) }) { self.write = write }

  func open() {}

  func screen() -> String? { nil }

  func show(_ notice: Notice, replacing replaced: UInt32?) -> UInt32 {
    if replaced == nil { last += 1 }
    let number = replaced ?? last
    let body = notice.body.split(separator: "\n").map { "  \($0)\n" }.joined()
    let verb = replaced == nil ? "show" : "replace"
    isWritable = write("\(verb) \(number) \(notice.urgency.rawValue) \(notice.summary)\n\(body)")
    return number
  }

  func close(_ number: UInt32) { isWritable = write("close \(number)\n") }

  func events() -> [NotificationServer.Event] { [] }

  /// A pipe whose reader has gone is ready with an error (poll(2)).
  var wakes: pollfd? { pollfd(fd: STDOUT_FILENO, events: 0, revents: 0) }

  var isAbandoned: Bool { !isWritable || !StandardOutput.hasReader }
}
