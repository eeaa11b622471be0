/// A program as written in a command line: `/usr/bin/kubectl`, `\kubectl`, `kubectl-1.30`,
/// `docker.io/bitnami/kubectl:1.30`.
struct ProgramName: Hashable {
  /// The name without folder, image tag or file extension.
  let name: String

  init(_ word: String) {
    // zsh replaces =kubectl by the path of kubectl.
    let word = word.hasPrefix("=") ? word.dropFirst() : word[...]
    // The attribute of a flake follows #, as in nixpkgs#kubectl; the version of an image or package follows :
    // or @.
    let last = word.split(whereSeparator: { "/#\\".contains($0) }).last ?? ""
    var name = last.prefix { !":@".contains($0) }
    if name.isEmpty { name = last }
    if name.hasSuffix(".exe") { name = name.dropLast(4) }
    // A snap prefixes the names of its programs; Nix hides a wrapped program behind a dot.
    if name.hasPrefix("microk8s.") { name = name.dropFirst(9) }
    if name.hasPrefix("."), name.count > 1 { name = name.dropFirst() }
    self.name = String(name)
  }

  /// Endings of the original beside a wrapper.
  private static let copies: Set<String> = [
    "real", "orig", "original", "bin", "old", "bak", "wrapped", "unwrapped",
  ]

  /// True if it is that program in some version: `kubectl-1.30`, `helm3`, `terraform_v1.5.7`.
  func isVersion(of program: String) -> Bool {
    guard name.hasPrefix(program) else { return false }
    var rest = name.dropFirst(program.count)
    if let mark = rest.first, "-_.".contains(mark) { rest = rest.dropFirst() }
    if rest.first == "v" { rest = rest.dropFirst() }
    if rest.isEmpty { return name == program }
    return rest.first?.isNumber == true || ProgramName.copies.contains(String(rest))
  }
}
