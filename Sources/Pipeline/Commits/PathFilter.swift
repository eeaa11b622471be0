/// The files of a repository that a stage deploys.
package struct PathFilter: Hashable, Sendable {
  /// In the order of the configuration. Empty for all files.
  package let patterns: [PathPattern]

  package init(_ patterns: [PathPattern] = []) { self.patterns = patterns }

  /// True if every file matches.
  package var isEmpty: Bool { patterns.isEmpty }

  /// True if the last pattern that matches the path is not an exclusion.
  package func matches(_ path: String) -> Bool {
    guard !patterns.isEmpty else { return true }
    return patterns.last { $0.matches(path) }.map { !$0.isExclusion } ?? false
  }
}
