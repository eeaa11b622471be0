internal import DemoCluster
internal import NIOHTTP1

/// The mutable state of the running demo. The event loop owns it.
struct ServerState {
  private(set) var state: PipelineState
  /// `http://127.0.0.1:PORT` of the simulated GitHub.
  var origin = ""
  private var responseFaults: [(api: DemoAPI, fault: ResponseFault, path: String)] = []
  /// The last requests. The number is bounded, so that a demo can run for weeks.
  private(set) var records: [RequestRecord] = []
  private static let recordLimit = 20_000

  init(state: PipelineState) { self.state = state }

  mutating func apply(_ fault: PipelineFault, at now: PipelineTime) {
    switch fault {
    case .apiAnswersWrong(let api, let how, let path): responseFaults.insert((api, how, path), at: 0)
    case .apiAnswersRight, .healed: responseFaults = []
    default: break
    }
    state.apply(fault, at: now)
  }

  /// Image automation writes the selected tags in a commit with this name.
  mutating func writeImages(in sha: String, at now: PipelineTime) {
    state.advance(to: now)
    state.push(
      [Markers.path: Markers.manifest(state.images, state.mistakes)], message: "Update images",
      author: ImageAutomation.author, at: now, sha: sha)
  }

  mutating func clearRecords() { records = [] }

  /// Records a request and returns how to answer it.
  mutating func delivery(of head: HTTPRequestHead, to api: DemoAPI, at now: PipelineTime) -> Delivery {
    state.advance(to: now)
    let request = Request(head)
    let fault = responseFaults.first { $0.api == api && request.target.contains($0.path) }?.fault
    let asked = AskedAPI(api: api, answer: answer(request, api, at: now))
    let delivery = Delivery(fault, asked.answer.encoded, of: asked)
    if records.count >= Self.recordLimit { records.removeFirst(Self.recordLimit / 2) }
    records.append(
      RequestRecord(
        api: api, method: request.method, target: request.target, token: request.credential?.token,
        isConditional: request.header("if-none-match") != nil, status: delivery.status))
    return delivery
  }

  private mutating func answer(_ request: Request, _ api: DemoAPI, at now: PipelineTime) -> Answer {
    switch api {
    case .github:
      let plain = GitHubAPI(state: state, now: now, origin: origin).answer(request)
      let used = state.gitHub.used + 1
      let answer = GitHubHeaders.complete(plain, request, state, used: used, at: now)
      // An answer without content does not count against the limit.
      if answer.status != 304 { state.countRequest() }
      return answer
    case .pulumi: return PulumiAPI(state: state, now: now).answer(request)
    }
  }
}

extension PipelineState {
  fileprivate mutating func countRequest() { gitHub.used += 1 }
}
