internal import GuardTypes
internal import Health
internal import YAML

/// The files of a list such as KUBECONFIG's, read as kubectl reads them: of an entry that several files have, the
/// first file's counts, whole; the first `current-context` that is set counts; files that do not exist are passed
/// over unless none does.
struct KubeconfigFiles {
  /// As it is shown and as KUBECONFIG takes it: `/a/config:/b/config`.
  let list: String
  let paths: [String]
  private let files: [KubeconfigFile]

  /// - Throws: `PollFailure` with code `.kubeconfig`.
  init(list: String) throws(PollFailure) {
    var seen: Set<String> = []
    let paths = list.split(separator: ":").map { FileContents.expandingTilde(String($0)) }
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
          ? "kubeconfig \(list): no file is named" : "kubeconfig \(shown): none of these files exists",
        remedy: "Copy the cluster's kubeconfig there, or name another with kubernetes.kubeconfig.")
    }
    guard files.contains(where: { !$0.isEmpty }) else {
      throw PollFailure(
        code: .kubeconfig, message: "kubeconfig \(shown) is empty",
        remedy: "Copy the cluster's kubeconfig there: on k3s it is /etc/rancher/k3s/k3s.yaml.")
    }
    self.list = shown
    self.paths = paths
    self.files = files
  }

  private static func unreadable(_ path: String, _ failure: FileContents.Failure) -> PollFailure {
    let remedy =
      switch failure {
      case .missing: "Copy the cluster's kubeconfig to \(path), or name another with kubernetes.kubeconfig."
      case .unreadable: "Let the guard's user read it: ls -l \(path)"
      case .notAFile, .tooLarge:
        "Name the kubeconfig file itself with kubernetes.kubeconfig: ls -lL \(path)"
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

  /// The entry of `clusters`, `users` or `contexts` with this name: the mapping under `cluster`, `user`, `context`.
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
        ? "Set kubernetes.context to one of these: KUBECONFIG=\(self.list.shellWord) kubectl config get-contexts"
        : "Put it right: KUBECONFIG=\(self.list.shellWord) kubectl config view")
  }
}
