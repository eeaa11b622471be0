internal import Curl
internal import Health

/// One poll: what is still to be asked and what came home. It does no I/O: answers go in, requests come out.
struct Poll {
  private let kubeconfig: Kubeconfig
  private let limits: PollLimits
  private let secretNames: [Expectations.Name]

  // What was asked, by the tag of the request.
  private var questions: [Question] = []
  // How often each was asked again.
  private var repetitions: [Question: Int] = [:]
  /// What the server wants to be left alone with, by path.
  private(set) var pauses: [String: Pause]
  private let deadline: ContinuousClock.Instant
  private var pathPrefix: String { kubeconfig.server.pathPrefix }

  private(set) var listings: [String: Listing] = [:]
  private(set) var version: String?
  private(set) var isReady: Bool?
  /// What /readyz says has failed.
  private(set) var failedChecks: [String] = []
  /// Questions about the server itself that found no answer, by what is not known for it.
  private(set) var gaps: [String: PollFailure] = [:]
  private(set) var serverTime: Timestamp?
  private(set) var secrets: [Expectations.Name: Result<Bool, PollFailure>] = [:]

  /// What was known before, or what this poll found out.
  private(set) var discovery: Discovery?
  private(set) var discoveryFailure: PollFailure?
  /// This poll asked, and the answer may be kept.
  private(set) var hasDiscovered = false
  /// Something that discovery named was not there.
  private(set) var isDiscoveryOutdated = false
  /// This poll asked what the server has, and was told.
  private(set) var hasLooked = false
  /// What is believed of each kind.
  var known: KnownKinds
  /// Kinds that this poll did not find.
  var missing: Set<String> = []
  private var groups: [Discovery.Group] = []
  private var groupFailures: [String: PollFailure] = [:]
  private var groupVersionsDue = 0

  /// Some request was answered, with whatever status.
  private(set) var hasAnswer = false
  /// Says why nothing was answered better than the others: where TLS fails, some connections just break,
  /// because the peer's alert and our next bytes cross.
  private(set) var tellingFailure: PollFailure?
  private var closed = 0
  /// Connections were made and ended before they carried an answer, and nothing says why.
  var isCutOff: Bool { closed > 0 && tellingFailure == nil }

  init(
    kubeconfig: Kubeconfig, limits: PollLimits, secrets: [Expectations.Name], discovery: DiscoveryState,
    pauses: [String: Pause], deadline: ContinuousClock.Instant
  ) {
    self.pauses = pauses.filter { $0.value.until > .now }
    self.deadline = deadline
    self.kubeconfig = kubeconfig
    self.limits = limits
    self.secretNames = secrets
    self.discovery = discovery.discovery
    self.known = discovery.kinds
  }

  /// - Parameter isFresh: what is known of the server's kinds need not be asked again.
  mutating func firstRequests(isDiscoveryFresh isFresh: Bool) -> [Request] {
    var requests = [ask(.version, "/version"), askReadiness()]
    if !isFresh {
      requests.append(ask(.groups, "/apis", accept: Discovery.accept, ifNoneMatch: discovery?.etag))
    }
    for kind in Kind.builtIn {
      requests.append(list(Listing(ServedKind(kind, "v1"))))
    }
    for name in Set(secretNames) {
      // From the server's cache: a quorum of etcd need not be asked whether a Secret exists. Lists are asked for
      // as they are now: with 0 they may be old, and older servers then ignore `limit`.
      requests.append(ask(.secret(name), path(ofSecret: name) + "?resourceVersion=0", accept: Poll.metadata))
    }
    if isFresh { requests += listDiscovered() }
    return admitted(requests)
  }

  // No second choice: a server that can't leave the values out must answer 406.
  private static let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

  private func path(ofSecret name: Expectations.Name) -> String {
    "/api/v1/namespaces/\(name.namespace.percentEncoded)/secrets/\(name.name.percentEncoded)"
  }

  /// What is asked when no question had an answer.
  mutating func diagnosis() -> Request { ask(.version, "/version") }

  /// Takes one answer, or the lack of one; returns what is to be asked next.
  mutating func receive(_ request: Request, _ result: Result<Response, CurlError>) -> [Request] {
    guard questions.indices.contains(request.tag) else { return [] }
    let question = questions[request.tag]
    switch result {
    case .success(let response):
      hasAnswer = true
      if let date = response.date.flatMap({ Timestamp(httpDate: $0) }) {
        serverTime = max(serverTime ?? date, date)
      }
      if let again = repeated(question, request, after: response) { return [again] }
      return admitted(receive(question, response, request.sink as? ListReader))
    case .failure(let error):
      if error.code == .closed, let again = repeated(question, request) { return [again] }
      if error.code == .closed { closed += 1 }
      var failure = PollFailure(error, asking: subject(of: question), of: kubeconfig)
      if let fault = (request.sink as? ListReader)?.fault {
        failure = PollFailure(fault, asking: subject(of: question), of: kubeconfig)
        hasAnswer = true
      }
      if failure.code == .tls || failure.code == .kubeconfig { tellingFailure = failure }
      return admitted(fail(question, failure))
    }
  }

  // MARK: Asking again

  /// A kept connection may die just when it is used, and a server that restarts ends all of them: a GET may be sent
  /// once more.
  private mutating func repeated(_ question: Question, _ request: Request) -> Request? {
    guard repetitions[question, default: 0] < 1 else { return nil }
    return again(question, request)
  }

  /// The same after the time that the server asked for; where that is later than this poll lasts, a later poll will
  /// wait for it.
  private mutating func repeated(_ question: Question, _ request: Request, after response: Response)
    -> Request?
  {
    guard let pause = Pause.asked(by: response) else { return nil }
    let until = ContinuousClock.now + pause
    guard until < deadline, repetitions[question, default: 0] < limits.repetitions else {
      if let failure = PollFailure(response, asking: subject(of: question), of: kubeconfig) {
        pauses[request.path.withoutQuery] = Pause(until: until, failure: failure)
      }
      return nil
    }
    return again(question, request, notBefore: until)
  }

  private mutating func again(
    _ question: Question, _ request: Request, notBefore: ContinuousClock.Instant? = nil
  ) -> Request {
    repetitions[question, default: 0] += 1
    questions.append(question)
    return Request(
      tag: questions.count - 1, path: request.path, accept: request.accept,
      ifNoneMatch: request.ifNoneMatch, notBefore: notBefore,
      sink: reader(for: question))
  }

  /// Without those that the server wants to be left alone with, which have failed for now.
  private mutating func admitted(_ requests: [Request]) -> [Request] {
    var admitted: [Request] = []
    for request in requests {
      if let pause = pauses[request.path.withoutQuery], questions.indices.contains(request.tag),
        pause.until > .now
      {
        admitted += self.admitted(fail(questions[request.tag], pause.failure))
      } else {
        admitted.append(request)
      }
    }
    return admitted
  }

  // MARK: Asking

  private mutating func ask(
    _ question: Question, _ path: String, accept: String = "application/json", ifNoneMatch: String? = nil
  ) -> Request {
    questions.append(question)
    return Request(
      tag: questions.count - 1, path: pathPrefix + path, accept: accept, ifNoneMatch: ifNoneMatch,
      sink: reader(for: question))
  }

  private func reader(for question: Question) -> ListReader? {
    guard case .list(let kind) = question else { return nil }
    return listings[kind]?.reader(limits: limits)
  }

  private mutating func list(_ listing: Listing) -> Request {
    let name = listing.served.kind.name
    listings[name] = listing
    return ask(.list(kind: name), listing.path(limits: limits))
  }

  private mutating func listDiscovered() -> [Request] {
    var requests: [Request] = []
    guard let discovery else { return [] }
    for served in discovery.kinds + unnamedKinds(in: discovery) { requests.append(list(Listing(served))) }
    return requests
  }

  private func subject(of question: Question) -> Subject {
    switch question {
    case .version: Subject(path: "/version")
    case .readiness, .readinessChecks: Subject(path: "/readyz")
    case .groups: Subject(path: "/apis")
    case .resources(let group, let version): Subject(path: "/apis/\(group)/\(version)")
    case .list(let kind): listings[kind]?.subject ?? Subject(path: kind)
    case .secret(let name), .uncachedSecret(let name): Subject(secret: name)
    }
  }

  // MARK: Answers

  private mutating func receive(
    _ question: Question, _ response: Response, _ reader: ListReader?
  ) -> [Request] {
    let subject = subject(of: question)
    switch question {
    case .version:
      if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(question, failure)
      }
      version = (try? ObjectPage.decode(response.body, as: Fields.self))?.text("gitVersion")
      return []
    case .readiness:
      // 500 with the names of the checks that failed; the text of a 200 is "ok".
      if response.status == 200 || (500...599).contains(response.status) {
        // Asked twice where a kind is not named: one refusal is enough.
        guard response.status != 200 else {
          isReady = isReady ?? true
          return []
        }
        isReady = false
        failedChecks = response.failedChecks
        // What stands before the server may keep its words to itself.
        guard failedChecks.isEmpty else { return [] }
        return [ask(.readinessChecks, "/readyz?verbose", accept: "*/*")]
      } else if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(question, failure)
      }
      return []
    case .readinessChecks:
      failedChecks = response.failedChecks
      return []
    case .list(let kind):
      let (kubeconfig, limits) = (kubeconfig, limits)
      guard let reader else { return [] }
      guard let next = listings[kind]?.receive(response, reader, of: kubeconfig, limits: limits) else {
        if listings[kind]?.isLost == true { isDiscoveryOutdated = true }
        return []
      }
      return [ask(question, next)]
    case .secret(let name) where response.status == 404:
      // A cache may lag behind for ever (kine#770); only etcd knows what is missing.
      return [ask(.uncachedSecret(name), path(ofSecret: name), accept: Poll.metadata)]
    case .secret(let name), .uncachedSecret(let name):
      receive(secret: name, response, subject)
      return []
    case .groups where response.status == 304 && discovery != nil:
      (hasDiscovered, hasLooked) = (true, true)
      return listDiscovered()
    case .groups, .resources:
      if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(question, failure)
      }
      do throws(ObjectPage.Fault) {
        return try receive(discovery: question, response)
      } catch {
        return fail(question, PollFailure(error, asking: subject, of: kubeconfig))
      }
    }
  }

  private mutating func receive(secret name: Expectations.Name, _ response: Response, _ subject: Subject) {
    if response.saysNotFound(name.name) {
      secrets[name] = .success(false)
    } else if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
      secrets[name] = .failure(failure)
    } else {
      do throws(ObjectPage.Fault) {
        let kind = try ObjectPage.decode(response.body, as: Fields.self).text("kind") ?? "unknown"
        guard kind == "PartialObjectMetadata" else { throw .otherKind(kind) }
        secrets[name] = .success(true)
      } catch {
        secrets[name] = .failure(PollFailure(error, asking: subject, of: kubeconfig))
      }
    }
  }

  private mutating func receive(
    discovery question: Question, _ response: Response
  ) throws(ObjectPage.Fault) -> [Request] {
    if case .resources(let group, let version) = question {
      note(try Discovery.kinds(response.body), group, version)
      return finishDiscovery()
    }
    groups = try Discovery.groups(response.body)
    var requests: [Request] = []
    for group in groups {
      for version in group.versions {
        if version.isStale {
          groupFailures["\(group.name)/\(version.name)"] = PollFailure(
            code: .unreachable, message: "the API server could not look into \(group.name)/\(version.name)",
            remedy: "Look at it: \(kubeconfig.kubectl("get apiservices"))")
        }
        let isKnown = Kind.discovered.contains {
          $0.group == group.name && $0.versions.contains(version.name)
        }
        guard version.kinds == nil, isKnown else { continue }
        groupVersionsDue += 1
        requests.append(
          ask(
            .resources(group: group.name, version: version.name),
            "/apis/\(group.name)/\(version.name.percentEncoded)"))
      }
    }
    guard requests.isEmpty else { return requests }
    return finishDiscovery(etag: response.etag)
  }

  private mutating func note(_ kinds: [String: String], _ group: String, _ version: String) {
    groupVersionsDue -= 1
    guard let index = groups.firstIndex(where: { $0.name == group }),
      let place = groups[index].versions.firstIndex(where: { $0.name == version })
    else { return }
    groups[index].versions[place].kinds = kinds
  }

  private mutating func finishDiscovery(etag: String? = nil) -> [Request] {
    guard groupVersionsDue == 0 else { return [] }
    discovery = Discovery(groups, failures: groupFailures, etag: groupFailures.isEmpty ? etag : nil)
    hasDiscovered = groupFailures.isEmpty
    hasLooked = true
    let isComplete = discovery.map { unnamedKinds(in: $0).isEmpty } ?? true
    // The answer about readiness that came before may be the one of a server that has ended since.
    return (isComplete ? [] : [askReadiness()]) + listDiscovered()
  }

  private mutating func askReadiness() -> Request { ask(.readiness, "/readyz", accept: "*/*") }

  // MARK: Failures

  private mutating func fail(_ question: Question, _ failure: PollFailure) -> [Request] {
    switch question {
    case .readinessChecks: return []
    case .version, .readiness:
      gaps[question == .version ? "version" : "readiness"] = failure
      return []
    case .list(let kind):
      listings[kind]?.fail(failure)
      return []
    case .secret(let name), .uncachedSecret(let name):
      secrets[name] = .failure(failure)
      return []
    case .groups:
      // What was known a while ago is better than nothing, and may be out of date.
      guard discovery == nil else {
        gaps["discovery"] = failure
        return listDiscovered()
      }
      discoveryFailure = failure
      return []
    case .resources(let group, let version):
      groupFailures["\(group)/\(version)"] = failure
      note([:], group, version)
      return finishDiscovery()
    }
  }
}

extension String {
  fileprivate var withoutQuery: String { String(prefix { $0 != "?" }) }
}
