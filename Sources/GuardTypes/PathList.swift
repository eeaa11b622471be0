/// Paths in the format of KUBECONFIG, with `:` between them.
package enum PathList {
  /// The paths, without empty entries. A part that begins neither with `/` nor with `~` continues the path before it,
  /// because a folder such as `/home/ann:work` may have a colon in its name.
  package static func paths(_ list: String) -> [String] {
    var paths: [String] = []
    var isContinued = false
    for part in list.split(separator: ":", omittingEmptySubsequences: false) {
      let begins = part.hasPrefix("/") || part == "~" || part.hasPrefix("~/")
      if !begins, !part.isEmpty, isContinued, let last = paths.last {
        paths[paths.count - 1] = "\(last):\(part)"
      } else if !part.isEmpty {
        paths.append(String(part))
      }
      isContinued = !part.isEmpty
    }
    return paths
  }

  /// The beginning of a kubectl command with these files: `KUBECONFIG=/a:/b kubectl`. kubectl splits KUBECONFIG at every
  /// colon, so one path with a colon in it is an argument.
  package static func kubectl(_ list: String) -> String {
    list.contains(":") && paths(list).count == 1
      ? "kubectl --kubeconfig \(list.shellWord)" : "KUBECONFIG=\(list.shellWord) kubectl"
  }
}
