internal import CJournal

/// The journal functions of libsystemd. They are loaded with the first reader, because linking the library
/// would slow the start of every command.
enum JournalLibrary {
  static let functions: Result<oceanid_journal, JournalError> = {
    var functions = oceanid_journal()
    guard let missing = oceanid_journal_load(&functions) else { return .success(functions) }
    return .failure(.library(String(cString: missing)))
  }()
}
