/// The problems of one area, one case per code. The compiler requires a declaration of each case.
protocol DeclaredProblem: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
  var declaration: ProblemDeclaration { get }
}

/// The stable name of a kind of problem: `node-not-ready`.
public enum ProblemCode: Hashable, Sendable, CaseIterable {
  case access(AccessProblem)
  case api(APIProblem)
  case node(NodeProblem)
  case flux(FluxProblem)
  case fluxObject(FluxObjectProblem)
  case image(ImageProblem)
  case marker(MarkerProblem)
  case workload(WorkloadProblem)
  case platform(PlatformProblem)
  case pipeline(PipelineProblem)
  case own(OwnProblem)

  public static let allCases: [ProblemCode] =
    AccessProblem.allCases.map(access) + APIProblem.allCases.map(api) + NodeProblem.allCases.map(node)
    + FluxProblem.allCases.map(flux) + FluxObjectProblem.allCases.map(fluxObject)
    + ImageProblem.allCases.map(image) + MarkerProblem.allCases.map(marker)
    + WorkloadProblem.allCases.map(workload) + PlatformProblem.allCases.map(platform)
    + PipelineProblem.allCases.map(pipeline)
    + OwnProblem.allCases.map(own)

  private var declared: any DeclaredProblem {
    switch self {
    case .access(let problem): problem
    case .api(let problem): problem
    case .node(let problem): problem
    case .flux(let problem): problem
    case .fluxObject(let problem): problem
    case .image(let problem): problem
    case .marker(let problem): problem
    case .workload(let problem): problem
    case .platform(let problem): problem
    case .pipeline(let problem): problem
    case .own(let problem): problem
    }
  }

  public var declaration: ProblemDeclaration { declared.declaration }

  public var rawValue: String { declared.rawValue }

  public init?(rawValue: String) {
    guard let code = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = code
  }

  /// The codes whose problems may have this id. Several codes can share the form of an id.
  public static func of(id: String) -> [ProblemCode] {
    guard let slash = id.firstIndex(of: "/") else { return [] }
    let path = String(id[id.index(after: slash)...])
    let matching = allCases.filter { $0.declaration.path.matches(path) }
    let longest = matching.map { $0.declaration.path.fixedLength }.max()
    return matching.filter { $0.declaration.path.fixedLength == longest }
  }

  /// The codes whose ids end with this word, for example `not-ready`.
  public static func ending(in word: String) -> [ProblemCode] { allCases.filter { $0.ending == word } }

  /// The last word of its ids; nil if that is a name.
  public var ending: String? {
    declaration.path.description.split(separator: "/").last.map(String.init).flatMap {
      $0.hasPrefix("<") ? nil : $0
    }
  }
}
