/// A stack of Pulumi Cloud: `organization/project/stack`.
package struct StackName: Hashable, Sendable, CustomStringConvertible {
  package let organization: String
  package let project: String
  package let stack: String

  /// nil for anything but three names of letters, digits, `-`, `_` and `.`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts.allSatisfy(RepositoryName.isName) else { return nil }
    (organization, project, stack) = (parts[0], parts[1], parts[2])
  }

  package var description: String { "\(organization)/\(project)/\(stack)" }
}
