internal import CJournal

/// The functions of libsystemd that read the journal, loaded when the first reader is made.
enum JournalLibrary {
  static let functions: Result<oceanid_journal, JournalError> = {
    var functions = oceanid_journal()
    guard let missing = oceanid_journal_load(&functions) else { return .success(functions) }
    return .failure(.library(String(cString: missing)))
  }()
}
