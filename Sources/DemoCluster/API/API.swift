/// Computes the API server's response to a request. Pure, so that tests need no socket.
struct API {
  let state: ClusterState
  let now: APITime
  var refusesContinue = false

  private var phase: Startup.Phase? { state.start?.phase(at: now) }

  func answer(_ request: Request) -> Answer {
    guard let user = request.user else { return .unauthorized }
    guard request.method == "GET" else {
      return .failure(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
        details: [:])
    }
    let path = request.path.split(separator: "/").map(String.init)
    switch path.first ?? "" {
    case "version" where path.count == 1: return version
    case "readyz", "livez", "healthz": return health(path, isVerbose: request.query["verbose"] != nil)
    case "api", "apis":
      return Discovery(state: state, hidesCustomResources: phase?.hidesCustomResources ?? false)
        .answer(path, accept: request.accept) ?? resource(path, request, user)
    default: return .noSuchPath
    }
  }

  private var version: Answer {
    Answer([
      "major": "1", "minor": "33", "emulationMajor": "1", "emulationMinor": "33",
      "gitVersion": .string(ClusterState.kubernetesVersion), "gitTreeState": "clean",
      "gitCommit": .string(Hash.hex("k3s", digits: 40)), "buildDate": "2025-08-19T15:32:51Z",
      "goVersion": "go1.24.5", "compiler": "gc", "platform": "linux/amd64",
    ])
  }

  private func health(_ path: [String], isVerbose: Bool) -> Answer {
    let isStoreFailing = state.ongoingFaults[.datastoreFailing] != nil
    let failed = path[0] == "livez" ? [] : isStoreFailing ? ["etcd"] : phase?.failedChecks ?? []
    guard path.count == 1, isVerbose || !failed.isEmpty else { return Answer(text: "ok") }
    let checks = [
      "ping", "log", "etcd", "informer-sync", "poststarthook/start-apiextensions-controllers",
      "poststarthook/crd-informer-synced", "poststarthook/rbac/bootstrap-roles",
      "poststarthook/apiservice-discovery-controller",
    ]
    guard failed.isEmpty else {
      let lines = checks.map {
        failed.contains($0) ? "[-]\($0) failed: reason withheld\n" : "[+]\($0) ok\n"
      }
      return Answer(text: lines.joined() + "\(path[0]) check failed\n", status: 500)
    }
    return Answer(
      text: checks.map { "[+]\($0) ok\n" }.joined() + "\(path[0]) check passed\n")
  }

  /// Handles `/api/v1/…` and `/apis/GROUP/VERSION/…`, with or without `namespaces/NAME`.
  private func resource(_ path: [String], _ request: Request, _ user: String) -> Answer {
    let isCore = path[0] == "api"
    guard path.count >= (isCore ? 3 : 4) else { return .noSuchPath }
    let group = isCore ? "" : path[1]
    let version = isCore ? path[1] : path[2]
    var rest = path.dropFirst(isCore ? 2 : 3)
    var namespace: String?
    if rest.first == "namespaces", rest.count >= 3 {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    guard let plural = rest.first, rest.count <= 2,
      let kind = Discovery(state: state).kinds(of: group, version).first(where: { $0.plural == plural }),
      kind.isNamespaced || namespace == nil
    else { return .noSuchPath }
    if kind.isCustom, let refusal = phase?.refusal { return refusal }
    if state.ongoingFaults[.datastoreFailing] != nil {
      return .failure(500, "InternalError", "etcdserver: request timed out")
    }
    guard let form = Representation(accept: request.accept) else {
      return .failure(
        406, "NotAcceptable",
        """
        only the following media types are accepted: application/json, \
        application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io
        """
      )
    }
    guard rest.count == 2 else {
      return Listing(
        kind: kind, version: version, namespace: namespace, request: request, state: state, now: now,
        refusesContinue: refusesContinue
      ).answer(form)
    }
    guard !kind.isNamespaced || namespace != nil else { return .noSuchPath }
    let name = rest[rest.startIndex + 1]
    guard
      let object = state.objects(of: kind, at: now).first(where: {
        $0.name == name && $0.namespace == namespace
      })
    else { return .notFound(kind.plural, name, group: kind.group) }
    return form == .table
      ? Answer(
        Table(kind: kind, state: state, now: now).json(
          [object], ["resourceVersion": .string(String(state.version))]))
      : Answer(object.json(form, version: version, in: state))
  }
}
