internal import GuardTypes
internal import Health
internal import YAML

/// The files of a list such as KUBECONFIG, merged as kubectl does: the first file with an entry provides the whole
/// entry, and the first `current-context` that is set applies. Missing files are skipped unless all are missing.
struct KubeconfigFiles {
  /// The list in the format of KUBECONFIG: `/a/config:/b/config`.
  let list: String
  let paths: [String]
  private let files: [KubeconfigFile]

  /// - Throws: `PollFailure` with code `.kubeconfig`.
  init(list: String) throws(PollFailure) {
    var seen: Set<String> = []
    let paths = PathList.paths(list).map(FileContents.expandingTilde)
      .filter { seen.insert($0).inserted }
    let shown = paths.joined(separator: ":")
    var files: [KubeconfigFile] = []
    for path in paths {
      let contents: [UInt8]
      do throws(FileContents.Failure) {
        contents = try FileContents.read(path)
      } catch {
        if error == .missing, paths.count > 1 { continue }
        throw Self.unreadable(path, error)
      }
      files.append(try KubeconfigFile(path: path, contents: contents))
    }
    guard !files.isEmpty else {
      throw PollFailure(
        code: .kubeconfig,
        message: paths.isEmpty
          ? "kubeconfig \(list): the list is empty" : "kubeconfig \(shown): none of these files exists",
        remedy: "Copy the cluster's kubeconfig there, or set kubernetes.kubeconfig to another file.")
    }
    guard files.contains(where: { !$0.isEmpty }) else {
      throw PollFailure(
        code: .kubeconfig, message: "kubeconfig \(shown) is empty",
        remedy: "Copy the cluster's kubeconfig there: on k3s it is \(KubeconfigAdvice.serverFile).")
    }
    self.list = shown
    self.paths = paths
    self.files = files
  }

  private static func unreadable(_ path: String, _ failure: FileContents.Failure) -> PollFailure {
    let remedy =
      switch failure {
      case .missing: "Copy the cluster's kubeconfig to \(path), or set kubernetes.kubeconfig to another file."
      case .homeless: "Set HOME, or kubernetes.kubeconfig to a whole path."
      case .unreadable: "Let the guard's user read it: ls -l \(path)"
      case .notAFile, .tooLarge:
        "Set kubernetes.kubeconfig to the kubeconfig file itself: ls -lL \(path)"
      }
    return PollFailure(code: .kubeconfig, message: "kubeconfig \(path) \(failure.words)", remedy: remedy)
  }

  var currentContext: String? {
    get throws(PollFailure) {
      for file in files {
        if let context = try file.currentContext { return context }
      }
      return nil
    }
  }

  /// The mapping under `cluster`, `user` or `context` of the entry with this name.
  func entry(_ name: String, in list: String, under key: String) throws(PollFailure) -> KubeconfigEntry {
    var found: KubeconfigEntry?
    var names: Set<String> = []
    for file in files {
      let entries = try file.entries(of: list)
      names.formUnion(entries.keys)
      found = found ?? entries[name]
    }
    if let found {
      guard let content = found[key], content.node.mapping != nil else {
        throw found.fail("the entry \(name) of \(list) has no \(key)")
      }
      return content
    }
    let known = names.isEmpty ? "there are none" : "there are: \(names.sorted().joined(separator: ", "))"
    throw PollFailure(
      code: .kubeconfig, message: "kubeconfig \(self.list) has no \(key) named \(name); \(known)",
      remedy: key == "context"
        ? "Set kubernetes.context to one of these: \(PathList.kubectl(self.list)) config get-contexts"
        : "Check it: \(PathList.kubectl(self.list)) config view")
  }
}
