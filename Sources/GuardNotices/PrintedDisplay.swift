import Glibc
import GuardConnection
import GuardTerminal
import SessionBus

/// Prints notices as lines on standard output, for systems without a desktop.
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

  /// poll(2) reports an error for a pipe whose reader has gone.
  var wakes: pollfd? { pollfd(fd: STDOUT_FILENO, events: 0, revents: 0) }

  var isAbandoned: Bool { !isWritable || !StandardOutput.hasReader }
}
