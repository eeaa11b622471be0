internal import GuardTypes

// The reasons of failures in the messages of controllers. No other field has them.

/// Why an object can fail although its files in Git are right, by the words of the controller's message.
enum OutsideFault: CaseIterable, Hashable {
  case webhookMissing
  case webhookCertificate
  case webhook
  case namespaceTerminating
  case helmLock
  case stackLock
  case diskFull
  case rateLimit
  case writeConflict
  case etcdFull
  case etcd
  case aggregatedAPI
  case certificate
  case serverError
  case network

  /// The most special fault comes first: a webhook that refuses connections is not a fault of the network.
  ///
  /// - Parameter isDownload: true if the controller only reads from a server. An end without an answer is then a fault of
  ///   the network; otherwise it may be that of a health check.
  init?(_ message: String, isDownload: Bool = false) {
    // The controller's own limiter (client-go) says nothing about the server. go-git writes `status code: 503`.
    let message = message.lowercased().replacing("client rate limiter", with: "")
      .replacing("status code: ", with: "status code ")
    guard !OutsideFault.refusals.contains(where: message.contains) else { return nil }
    let found = OutsideFault.allCases.first { fault in
      fault.words.contains(where: message.contains)
        && (fault.details.isEmpty || fault.details.contains(where: message.contains))
    }
    let isCut =
      ["context deadline exceeded", "unexpected eof"].contains(where: message.contains)
      || message.hasSuffix(": eof")
    guard let fault = found ?? (isDownload && isCut ? .network : nil) else { return nil }
    self = fault
  }

  /// Refusals of a policy, of the API server or of a chart: the files are wrong, whatever the text is about.
  private static let refusals = [
    "denied the request", "denied request", "invalid value:", "(invalid)", " is invalid:",
    "request is too large", "execution error at",
  ]

  private var words: [String] {
    switch self {
    case .webhook, .webhookMissing, .webhookCertificate:
      ["failed calling webhook", "failed to call webhook", "conversion webhook for"]
    case .namespaceTerminating: ["because it is being terminated"]
    case .helmLock: ["another operation (install/upgrade/rollback) is in progress"]
    case .stackLock: ["another update is currently in progress", "stack is currently locked"]
    case .diskFull: ["no space left on device", "disk quota exceeded"]
    case .rateLimit: ["too many requests", "toomanyrequests", "rate limit", "status code 429", "status 429"]
    case .writeConflict: ["please apply your changes to the latest version", "non-fast-forward"]
    case .etcdFull: ["database space exceeded"]
    case .etcd: ["etcdserver:"]
    case .aggregatedAPI:
      [
        "the server is currently unable to handle the request",
        "unable to retrieve the complete list of server apis",
      ]
    case .certificate: ["x509:", "tls: failed to verify"]
    case .serverError:
      [
        "bad gateway", "service unavailable", "gateway timeout", "gateway time-out", "internal server error",
        "status code 500", "status code 502", "status code 503", "status code 504", "status code 52",
      ]
    case .network:
      [
        "no such host", "server misbehaving", "temporary failure in name resolution", "dial tcp",
        "dial unix", "i/o timeout", "tls handshake timeout", "connection refused", "connection reset",
        "connection timed out", "broken pipe", "no route to host", "network is unreachable",
        "client connection lost", "goaway", "stream error:", "handshake failure", "client.timeout",
        "timeout awaiting response headers", "could not resolve host",
      ]
    }
  }

  /// One of these is also in the message; empty if nothing else has to be.
  private var details: [String] {
    switch self {
    case .webhookMissing: ["\" not found"]
    case .webhookCertificate: ["x509:", "tls:"]
    case .webhook, .namespaceTerminating, .helmLock, .stackLock, .diskFull, .rateLimit, .writeConflict,
      .etcdFull, .etcd, .aggregatedAPI, .certificate, .serverError, .network:
      []
    }
  }

  /// The next step, which is not a commit.
  var note: String {
    switch self {
    case .webhookMissing:
      "the service of an admission webhook does not exist: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations shows what is left of it"
    case .webhookCertificate:
      "the API server does not trust the certificate of an admission webhook: compare it with the caBundle of its configuration"
    case .webhook: "an admission webhook does not answer: look at the pods behind its service"
    case .namespaceTerminating:
      "the namespace is being deleted: kubectl describe namespace shows what its finalizers wait for"
    case .helmLock:
      "an interrupted Helm operation left the release locked: helm history shows it, and a rollback unlocks it"
    case .stackLock: "another update holds the lock of the stack, or ended without releasing it"
    case .diskFull: "free space on the disk that the message names; the operation is repeated"
    case .rateLimit: "the server limits requests: wait, sign in, or use a longer interval"
    case .writeConflict: "another client changed the object at the same time; the operation is repeated"
    case .etcdFull:
      "the database of etcd is full, and nothing can be written: compact and defragment it, then clear its alarm (etcdctl alarm disarm)"
    case .etcd: "the cluster's etcd was too slow or changed its leader; the operation is repeated"
    case .aggregatedAPI:
      "an aggregated API does not answer: kubectl get apiservices names it and the service behind it"
    case .certificate:
      "compare the server's certificate, its names and its dates with the trusted authorities"
    case .serverError: "the server that the message names is failing; the operation is repeated"
    case .network:
      "check the network and the DNS of the cluster, and the server that the message names; the operation is repeated"
    }
  }
}

/// Why a Git server refuses Flux's token, by the words that its HTTP status has in the error (go-git,
/// plumbing/transport). 401 is a problem of the credentials themselves.
enum GitRefusal: Hashable {
  /// 403
  case forbidden
  /// 404; also what a server answers if the token may not see the repository.
  case notFound

  /// - Parameter message: in small letters.
  init?(_ message: String) {
    if message.contains("authorization failed") {
      self = .forbidden
    } else if message.contains("repository not found") {
      self = .notFound
    } else {
      return nil
    }
  }

  var note: String {
    switch self {
    case .forbidden:
      "the token is valid and a policy refuses it: single sign-on, a list of addresses, or its rights"
    case .notFound: "the token has no access to the repository, or the URL is wrong"
    }
  }
}

extension String {
  /// The name of the Secret that does not exist, if that is why a controller failed (client-go: `secrets "x" not found`).
  var missingSecret: String? {
    let parts = split(separator: "\"", omittingEmptySubsequences: false)
    for index in parts.indices.dropLast(2)
    where parts[index].hasSuffix("secrets ") && parts[index + 2].hasPrefix(" not found") {
      return parts[index + 1].isEmpty ? nil : String(parts[index + 1])
    }
    return nil
  }

  /// True if the message says that the server's SSH host key is not the known one (golang.org/x/crypto/ssh/knownhosts).
  var isUnknownHostKey: Bool {
    let text = lowercased()
    return ["knownhosts: key", "host key verification failed"].contains(where: text.contains)
  }

  /// True if the message says that a registry knows the credentials and refuses what they ask for.
  var isForbidden: Bool {
    let text = lowercased()
    return [
      "denied: ", "forbidden: ", "access forbidden", "no pull access", "403 forbidden", "status code 403",
      "status code: 403",
    ].contains(where: text.contains)
  }

  /// True if the message says that a server refused the credentials. URLs, paths and quoted names say nothing.
  var isRefusedLogin: Bool {
    let text = lowercased()
    let isOther = [
      "no such host", "x509", "deadline exceeded", "timeout", "connection refused", "mkdir", "\" not found",
      "' not found", "yaml:", "any token", "template:", "reference not found",
    ].contains(where: text.contains)
    guard !isOther else { return false }
    let unquoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
    let words = unquoted.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }
      .flatMap { $0.element.split(separator: " ") }
      .filter { !$0.contains("/") && !$0.dropLast().contains(".") }
      .joined(separator: " ")
    return ["authentic", "token", "permission denied", "unauthorized"].contains(where: words.contains)
  }
}

extension Condition {
  /// True if it says that the object waits for another one.
  ///
  /// ArtifactFailed is also the reason of an artifact that cannot be used, for example because it lacks spec.path.
  var isWait: Bool {
    guard FluxCauses.waitingReasons.contains(reason) else { return false }
    guard reason == "ArtifactFailed", !message.isEmpty else { return true }
    let text = message.lowercased()
    return ["artifact not found", "no artifact", "not ready", "retrying in"].contains(where: text.contains)
      || isDownloadFault
  }

  /// True if an artifact was not downloaded for a reason that is not the source's. It may be over soon.
  var isDownloadFault: Bool {
    reason == "ArtifactFailed" && OutsideFault(message, isDownload: true) != nil
  }
}

extension Evaluation {
  /// The next step for a failure that no commit corrects; nil if one may.
  ///
  /// - Parameters:
  ///   - isDownload: true if it only reads from a server.
  ///   - secret: the Secret with its credentials, if that is known.
  func stepOutsideGit(
    for resource: Resource, _ message: String, isDownload: Bool, secret: String? = nil
  ) -> NextStep? {
    func step(_ note: String) -> NextStep { NextStep(command: log(of: resource), note: note) }
    if let name = message.missingSecret {
      let note =
        "Secret \("\(resource.namespace)/\(name)".singleLine) does not exist: restore it from its source"
      guard let word = name.argumentWord, let namespace = resource.namespace.argumentWord else {
        return .byHand(note)
      }
      return NextStep(command: kubectl("-n \(namespace) get secret \(word)"), note: note)
    }
    if isDownload {
      let unnamed =
        resource.kind == "ImageUpdateAutomation" ? "of its GitRepository" : "that its secretRef names"
      let place = (secret.map { "in Secret \(resource.namespace)/\($0)" } ?? unnamed).singleLine
      if message.isUnknownHostKey {
        return step("compare the server's SSH host key with known_hosts \(place), and renew it at its source")
      }
      if message.isRefusedLogin { return step("renew the credentials \(place) at their source") }
      if resource.kind == "GitRepository", let refusal = GitRefusal(message.lowercased()) {
        return step(refusal.note)
      }
      if message.isForbidden {
        return step("let the credentials \(place) read it, or renew them at their source")
      }
    }
    return OutsideFault(message, isDownload: isDownload).map { step($0.note) }
  }

  /// Collects the subjects of the problems that explain a failed health check, or Helm's wait. Its own problem would be
  /// critical, too, and a cause that is found later must not look like an improvement.
  mutating func collectCauses(of object: FluxObject) {
    var (open, seen): ([FluxObject], Set<Reference>) = ([object], [])
    while let next = open.popLast(), seen.count < 256 {
      guard seen.insert(next.resource.reference).inserted, let failure = lastFailure(of: next) else {
        continue
      }
      let checked = failure.checkedObjects(of: next.resource)
      criticalSubjects.formUnion(checked.map(\.description))
      // The problems of pods are about all of them.
      if checked.contains(where: { $0.kind == "Pod" }) { criticalSubjects.insert("pods") }
      open += checked.compactMap(causes.object)
      criticalSubjects.formUnion(causesOfWait(failure, next).map(\.description))
    }
  }

  /// The workloads and Jobs with their own problems that a release has, if Helm gave up waiting for them.
  func causesOfWait(_ failure: Condition, _ object: FluxObject) -> [Reference] {
    guard isWaitForWorkloads(failure, object) else { return [] }
    let release = object.resource.reference
    let subjects = Set(problems.map(\.subject))
    let jobs = (observation.snapshot?.jobs.value ?? []).filter {
      $0.manager == release && subjects.contains($0.resource.reference.description)
    }
    return brokenWorkloads.filter { $0.manager == release }.map(\.resource.reference)
      + jobs.map(\.resource.reference)
  }

  /// Makes the problems of the collected subjects critical, once for all objects that they explain.
  mutating func raiseCollectedCauses() {
    guard !criticalSubjects.isEmpty else { return }
    raiseProblems(of: criticalSubjects)
    for index in workloads.indices
    where workloads[index].verdict == .degraded
      && criticalSubjects.contains(workloads[index].value.resource.reference.description)
    {
      workloads[index].verdict = .critical
    }
  }

  /// The next step for a health check that names an object without a problem of its own. If it is a workload, no fault of
  /// it is known.
  func stepForChecked(_ object: FluxObject, _ failure: Condition) -> NextStep? {
    let named = failure.checkedObjects(of: object.resource)
    guard let checked = named.first(where: { !Evaluation.workloadKinds.contains($0.kind) }) else {
      return nil
    }
    let path = [checked.kind, checked.namespace, checked.name].joined(separator: "/")
    let note =
      failure.message.contains("\(path) status: 'NotFound'")
      ? "\(checked.title.singleLine) does not exist: add it in Git, or correct the health check"
      : "\(checked.title.singleLine) does not become ready: its status and its events say why"
    guard let name = checked.name.argumentWord, let kind = checked.kind.lowercased().argumentWord else {
      return .byHand(note)
    }
    let namespace = checked.namespace.isEmpty ? "" : "-n \(checked.namespace.shellWord) "
    return NextStep(command: kubectl("\(namespace)describe \(kind) \(name)"), note: note)
  }
}
