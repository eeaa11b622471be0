internal import Glibc

/// The search path of programs.
package enum ProgramPath {
  /// execvp(3) searches these folders if PATH is not set (confstr(3), _CS_PATH).
  private static let fallback = "/bin:/usr/bin"

  /// The paths to try, in order: the name itself if it contains a slash, else one path per folder in PATH.
  static func candidates(for program: String, path: String?) -> [String] {
    guard !program.isEmpty, !program.contains("/") else { return [program] }
    let folders = (path ?? fallback).split(separator: ":", omittingEmptySubsequences: false)
    // An empty entry is the working directory (environ(7)).
    return folders.map { $0.isEmpty ? program : "\($0)/\(program)" }
  }

  /// True if this process can execute a program of that name.
  package static func has(_ program: String) -> Bool {
    candidates(for: program, path: inEnvironment).contains { access($0, X_OK) == 0 }
  }

  static var inEnvironment: String? { getenv("PATH").map { String(cString: $0) } }
}
