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
    self.name = String(name)
  }

  /// True if it is that program in some version: `kubectl-1.30`, `helm3`, `terraform_v1.5.7`.
  func isVersion(of program: String) -> Bool {
    guard name.hasPrefix(program) else { return false }
    var rest = name.dropFirst(program.count)
    if let mark = rest.first, "-_.".contains(mark) { rest = rest.dropFirst() }
    if rest.first == "v" { rest = rest.dropFirst() }
    return rest.isEmpty ? name == program : rest.first?.isNumber == true
  }
}
