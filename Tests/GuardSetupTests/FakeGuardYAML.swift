@testable import GuardSetup

/// Reads the guard.yaml files of these tests, which have one key per line, and prints them as the guard does.
enum FakeGuardYAML {
  static func clusters(in text: String) -> [GuardFile] {
    var files: [GuardFile] = []
    for line in text.split(separator: "\n") {
      let indent = line.prefix { $0 == " " }.count
      let words = line.drop { $0 == " " }
      if indent == 2, words.hasPrefix("- name: ") {
        files.append(GuardFile(cluster: unquoted(words.dropFirst(8)), host: ""))
      }
      guard var file = files.popLast() else { continue }
      switch (indent, words.prefix { $0 != ":" }) {
      case (6, "host"): file.host = unquoted(words.dropFirst(6))
      case (6, "sshConfig"): file.sshConfig = unquoted(words.dropFirst(11))
      case (6, "kubeconfig"): file.kubeconfig = unquoted(words.dropFirst(12))
      case (6, "context"): file.context = unquoted(words.dropFirst(9))
      case (8, "- { listen"):
        let parts = words.dropFirst(4).dropLast(2).split(separator: ", target: ")
        if parts.count == 2 {
          file.listen = unquoted(parts[0].dropFirst(8))
          file.target = unquoted(parts[1])
        }
      default: break
      }
      files.append(file)
    }
    return files
  }

  static func json(_ files: [GuardFile], home: String) -> String {
    let clusters = files.map { file in
      let sshConfig = file.sshConfig.map { #","sshConfig":\#(quoted($0))"# } ?? ""
      return
        #"{"name":\#(quoted(file.cluster)),"tunnel":{"host":\#(quoted(file.host))\#(sshConfig),"forwards":["#
        + #"{"listen":\#(quoted(file.listen)),"target":\#(quoted(file.target))}]},"kubernetes":{"#
        + #""kubeconfig":\#(quoted(file.kubeconfig ?? "\(home)/.kube/k3s-config.yaml")),"#
        + #""context":\#(quoted(file.context ?? "default"))}}"#
    }
    return #"{"clusters":[\#(clusters.joined(separator: ","))]}"#
  }

  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  private static func unquoted(_ text: Substring) -> String {
    guard let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote else {
      return String(text)
    }
    return String(text.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
  }
}
