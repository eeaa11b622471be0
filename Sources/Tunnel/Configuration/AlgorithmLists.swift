internal import GuardTypes
internal import Platform
internal import SSH

/// An option of ssh_config that is a list of algorithms.
enum AlgorithmOption: String, CaseIterable {
  case ciphers = "Ciphers"
  case macs = "MACs"
  case keyExchange = "KexAlgorithms"
  case hostKeys = "HostKeyAlgorithms"
  case publicKeys = "PubkeyAcceptedAlgorithms"
  case hostBased = "HostbasedAcceptedAlgorithms"
  case authorities = "CASignatureAlgorithms"

  init?(keyword: String) {
    let keyword = keyword.lowercased()
    let option = Self.allCases.first {
      $0.rawValue.lowercased() == keyword || $0.oldKeywords.contains(keyword)
    }
    guard let option else { return nil }
    self = option
  }

  private var oldKeywords: [String] {
    switch self {
    case .publicKeys: ["pubkeyacceptedkeytypes"]
    case .hostBased: ["hostbasedacceptedkeytypes", "hostbasedkeytypes"]
    case .ciphers, .macs, .keyExchange, .hostKeys, .authorities: []
    }
  }

  /// The argument with which `ssh -Q` lists the algorithms.
  var query: String {
    switch self {
    case .ciphers: "cipher"
    case .macs: "mac"
    case .keyExchange: "kex"
    case .hostKeys, .publicKeys, .hostBased, .authorities: "HostKeyAlgorithms"
    }
  }

  /// True if ssh(1) accepts patterns in the list, beside in one that begins with `-`.
  var hasPatterns: Bool { query == "HostKeyAlgorithms" }

  /// The name of the option in messages of ssh(1) about an invalid list (readconf.c, fill_default_options).
  var internalName: String {
    switch self {
    case .ciphers: "ciphers"
    case .macs: "macs"
    case .keyExchange: "kex_algorithms"
    case .hostKeys: "expand HostKeyAlgorithms"
    case .publicKeys: "pubkey_accepted_algos"
    case .hostBased: "hostbased_accepted_algos"
    case .authorities: "ca_sign_algorithms"
    }
  }
}

/// A list of algorithms in a file of ssh_config.
struct AlgorithmLine: Hashable {
  let file: String
  /// Counted from 1.
  let line: Int
  let option: AlgorithmOption
  let list: String

  var place: String { "\(file):\(line)" }

  /// The names in the list that ssh(1) must know. It ignores unknown names in a list that begins with `-`.
  private var names: [Substring] {
    guard !list.hasPrefix("-") else { return [] }
    let names = list.hasPrefix("+") || list.hasPrefix("^") ? list.dropFirst() : list[...]
    return names.split(separator: ",")
  }

  func unknown(_ known: [String]) -> [String] {
    names.filter { name in
      // For a name that ssh(1) may know, the difference of ? and * is left to it.
      let pattern = String(name.hasPrefix("!") ? name.dropFirst() : name).replacing("?", with: "*")
      return !known.contains { $0 == name || option.hasPatterns && Wildcard.matches(pattern, $0) }
    }.map(String.init)
  }

  /// True if the list leaves no algorithm: `,`, or in a list of patterns only excluded ones.
  var isEmpty: Bool { !list.hasPrefix("-") && names.allSatisfy { $0.hasPrefix("!") } }

  /// The lists in these files. A file that cannot be read is omitted.
  static func find(in files: [String]) -> [AlgorithmLine] {
    files.flatMap { file -> [AlgorithmLine] in
      let bytes = (try? SmallFile.read(file, limit: IncludedPaths.maxBytes)) ?? []
      return String(decoding: bytes, as: UTF8.self).lines.enumerated().compactMap {
        index, text -> AlgorithmLine? in
        let line = ConfigurationLine(text)
        guard let option = AlgorithmOption(keyword: line.keyword), let list = line.arguments.first else {
          return nil
        }
        return AlgorithmLine(file: file, line: index + 1, option: option, list: list)
      }
    }
  }
}

extension TunnelFailure {
  /// The failure for a list of algorithms that ssh(1) refuses; nil if there is none.
  ///
  /// For some of these lists, `ssh -G` ends with success and prints other options without their values, or the list with
  /// the unknown name. ssh(1) does not connect with any of them.
  ///
  /// - Parameter known: the algorithms that `ssh -Q` lists; nil if it does not answer.
  init?(
    algorithms answer: ConfigurationAnswer, isRefused: Bool, files: [String],
    known: (AlgorithmOption) -> [String]?
  ) {
    let lines = AlgorithmLine.find(in: files)
    guard !lines.isEmpty else { return nil }
    let refused = lines.first { answer.refuses($0) }
    let emptied = AlgorithmOption.allCases.first(where: answer.cannotExpand)
    if let line = refused ?? lines.first(where: { $0.option == emptied && $0.isEmpty }) {
      let unknown = known(line.option).map(line.unknown) ?? []
      self.init(line, unknown, files)
      return
    }
    guard !isRefused else { return nil }
    for line in lines {
      let listed = answer.algorithms(of: line.option)
      // A name in a part of the file that does not apply to the host is left to ssh.
      let unknown = known(line.option).map(line.unknown)?.filter(listed.contains) ?? []
      guard unknown.isEmpty else {
        self.init(line, unknown, files)
        return
      }
    }
    return nil
  }

  private init(_ line: AlgorithmLine, _ unknown: [String], _ files: [String]) {
    let names = unknown.map { "'\(PeerText.clean($0))'" }.listed()
    let fault =
      line.isEmpty
      ? "leaves no algorithm ('\(PeerText.clean(line.list))')"
      : unknown.isEmpty
        ? "has an algorithm that ssh does not know ('\(PeerText.clean(line.list))')"
        : "has \(names), which ssh does not know"
    self.init(
      .config, "\(line.option.rawValue) at \(line.place) \(fault), so ssh does not connect",
      command: "ssh -Q \(line.option.query)",
      remedy:
        "that lists the names that ssh knows; "
        + (unknown.isEmpty || line.isEmpty
          ? "correct or remove the line \(line.place)" : "remove \(names) from \(line.place)"),
      files: files)
  }
}

extension ConfigurationAnswer {
  /// `FILE line 4: Bad SSH2 cipher spec 'nonsense'.` (readconf.c)
  fileprivate func refuses(_ line: AlgorithmLine) -> Bool {
    // ssh(1) shortens the path.
    let file = PeerText.clean(line.file).prefix(200)
    return errors.contains { $0.hasPrefix("\(file) line \(line.line): Bad ") }
  }

  /// `fill_default_options: ciphers: invalid argument`
  fileprivate func cannotExpand(_ option: AlgorithmOption) -> Bool {
    errors.contains { $0.contains(": \(option.internalName): ") }
  }

  /// The names that `ssh -G` prints for the option.
  fileprivate func algorithms(of option: AlgorithmOption) -> [String] {
    let line = output.split(whereSeparator: \.isNewline).first {
      $0.prefix { $0 != " " }.lowercased() == option.rawValue.lowercased()
    }
    return line?.split(separator: " ").last?.split(separator: ",").map(String.init) ?? []
  }
}
