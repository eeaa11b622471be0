/// The options of programs that run the command after them, so that the place of the command is known.
struct RunnerOptions {
  /// Short options without a value.
  let flags: String
  /// Short options with a value.
  let valued: String
  /// Long options with a value in the next word; true for those without.
  let long: [String: Bool]
  /// Words before the command, for example the duration of `timeout`.
  let operands: Int

  private init(_ flags: String, _ valued: String, _ long: String = "", values: String = "", operands: Int = 0)
  {
    self.flags = flags
    self.valued = valued
    self.operands = operands
    var options: [String: Bool] = [:]
    for option in long.split(separator: " ") { options["--\(option)"] = true }
    for option in values.split(separator: " ") { options["--\(option)"] = false }
    self.long = options
  }

  static let all: [String: RunnerOptions] = {
    let timeout = RunnerOptions(
      "vf", "ks", "foreground preserve-status verbose", values: "kill-after signal", operands: 1)
    let none = RunnerOptions("", "")
    return [
      "sudo": RunnerOptions(
        "AbEHKknPSVB", "uCDghpRrTtU",
        "non-interactive preserve-env set-home background askpass stdin reset-timestamp",
        values: "user group host prompt chdir close-from role type other-user command-timeout chroot"),
      "doas": RunnerOptions("Ln", "Cu"),
      "env": RunnerOptions("i0v", "uC", "ignore-environment", values: "unset chdir"),
      "timeout": timeout, "gtimeout": timeout, "nice": RunnerOptions("0123456789", "n", values: "adjustment"),
      "nohup": none, "setsid": RunnerOptions("cfw", ""), "command": RunnerOptions("p", ""), "builtin": none,
      "noglob": none, "nocorrect": none, "rtk": none, "exec": RunnerOptions("cl", "a"),
      "stdbuf": RunnerOptions("", "ioe", values: "input output error"), "ionice": RunnerOptions("t", "cnpPu"),
      "time": RunnerOptions("pvaVq", "fo"), "chronic": RunnerOptions("ve", ""),
      "unbuffer": RunnerOptions("p", ""),
    ]
  }()

  /// The place of the command among the arguments of a program, behind further such programs: `sudo timeout 5 ls`.
  static func command(of name: String, in words: ArraySlice<String>) -> (place: Int, folder: String)? {
    guard var found = all[name]?.command(in: words) else { return nil }
    while let next = all[words[found.place]]?.command(in: words[(found.place + 1)...]) {
      found = (next.place, next.folder.isEmpty ? found.folder : next.folder)
    }
    return found
  }

  /// The place of the command among the arguments, and the folder in which it runs. nil if an option is not known.
  private func command(in words: ArraySlice<String>) -> (place: Int, folder: String)? {
    var index = words.startIndex
    var folder = ""
    var left = operands
    while index < words.endIndex {
      let word = words[index]
      if word == "--" {
        index += 1
        break
      }
      // `env -` is `env -i`.
      if word == "-" {
        index += 1
        continue
      }
      if word.hasPrefix("--") {
        guard let isFlag = long[String(word.prefix { $0 != "=" })] else { return nil }
        let next = index + 1 < words.endIndex ? words[index + 1] : ""
        if word.hasPrefix("--chdir") { folder = word.contains("=") ? String(word.dropFirst(8)) : next }
        index += isFlag || word.contains("=") ? 1 : 2
      } else if word.hasPrefix("-"), word.count > 1 {
        index += 1
        guard let letter = word.dropFirst().firstIndex(where: { !flags.contains($0) }) else { continue }
        guard valued.contains(word[letter]) else { return nil }
        var value = String(word[word.index(after: letter)...])
        if value.isEmpty, index < words.endIndex {
          value = words[index]
          index += 1
        }
        if "CD".contains(word[letter]) { folder = value }
      } else if word.contains("="), word.first?.isLetter == true || word.hasPrefix("_") {
        index += 1
      } else if left > 0 {
        left -= 1
        index += 1
      } else {
        break
      }
    }
    guard index < words.endIndex, left == 0, !words[index].isComputed else { return nil }
    return (index, folder)
  }
}
