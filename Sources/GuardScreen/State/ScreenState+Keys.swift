import GuardAPI
import GuardTerminal
import Health

extension ScreenState {
  /// The rows around a text.
  private static let frameRows = 4

  mutating func press(_ key: Key) -> [ScreenEffect] {
    clearNote()
    switch key {
    // Usually the terminal sends a signal instead.
    case .control("c"): return [.quit]
    case .control("l"): return [.redraw]
    default: break
    }
    if let prompt { return answer(prompt, key) }
    switch key {
    case .character("q"): return [.quit]
    case .character("?"):
      help = help == nil ? 0 : nil
      return []
    default: break
    }
    if help != nil || open != nil { return read(key) }
    return browse(key)
  }

  /// A key on the help page or on the page of a problem.
  private mutating func read(_ key: Key) -> [ScreenEffect] {
    if let movement = Movement(key, page: max(1, size.rows - ScreenState.frameRows)) {
      scroll(movement)
      return []
    }
    if [.escape, .backspace, .left].contains(key) {
      if help != nil { help = nil } else { open = nil }
      return []
    }
    return help == nil ? order(key) : []
  }

  /// A key on the list.
  private mutating func browse(_ key: Key) -> [ScreenEffect] {
    if let movement = Movement(key, page: max(1, size.rows / 2)) {
      move(movement)
      return []
    }
    switch key {
    case .enter, .right:
      guard let problem = list.selected else { return [] }
      keepSelection()
      open = OpenProblem(problem)
      return readRecord()
    case .escape: match("")
    case .character("/"): prompt = .filter(TextField(list.filter))
    case .tab: turn(by: 1)
    case .backTab: turn(by: -1)
    case .click(let row, _): _ = select(row: row)
    default: return order(key)
    }
    return []
  }

  /// A key that copies or sends a request.
  private mutating func order(_ key: Key) -> [ScreenEffect] {
    let problem = open?.problem ?? list.selected
    switch key {
    case .character("y"):
      guard let problem else { return [] }
      guard let command = problem.step.command else {
        show("There is no command for this problem.", .warning)
        return []
      }
      // The copied text is the shown one: no invisible character reaches a shell.
      let text = Span(command).text
      keepSelection()
      show("Copied: \(text)", .good)
      return [.copy(text)]
    case .character("p"): return request(.poll(cluster: cluster(of: open?.problem)))
    case .character("r"):
      if let cluster = cluster(of: problem) {
        prompt = .reconnect(cluster: cluster)
      } else {
        show("Choose a cluster with Tab first.", .warning)
      }
    case .character("s"): if let problem { prompt = .silence(SilenceDraft(problem: problem.id)) }
    default: break
    }
    return []
  }

  /// The cluster of a request: the shown one, or the problem's.
  private func cluster(of problem: ProblemDocument?) -> String? {
    let shown = list.cluster ?? (isFleet ? nil : status?.clusters.first?.name)
    return shown ?? problem.flatMap { $0.cluster.isEmpty ? nil : $0.cluster }
  }

  /// A key while a question is on the status line.
  private mutating func answer(_ prompt: Prompt, _ key: Key) -> [ScreenEffect] {
    if key == .escape {
      if case .filter = prompt { match("") }
      self.prompt = nil
      return []
    }
    switch prompt {
    case .filter(var field):
      if key == .enter {
        self.prompt = nil
      } else if field.edit(key) {
        self.prompt = .filter(field)
        match(field.text)
      } else if let movement = Movement(key, page: max(1, size.rows / 2)) {
        move(movement)
      }
    case .reconnect(let cluster):
      switch key {
      case .character("y"), .character("Y"):
        self.prompt = nil
        return request(.reconnect(cluster: cluster))
      case .character("n"), .character("N"): self.prompt = nil
      default: break
      }
    case .silence(var draft):
      guard key == .enter else {
        draft.edit(key)
        self.prompt = .silence(draft)
        return []
      }
      let complete = draft.submit()
      self.prompt = complete == nil ? .silence(draft) : nil
      return complete.map { request($0) } ?? []
    }
    return []
  }
}
