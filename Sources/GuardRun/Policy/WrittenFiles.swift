/// The files that a program writes, by its arguments.
enum WrittenFiles {
  /// The files; empty for a program that is not known to write. "." is the current folder.
  static func paths(_ name: String, _ words: [String]) -> [String] {
    let operands = words.filter { !$0.hasPrefix("-") }
    switch name {
    case "rm", "rmdir", "tee", "touch", "mkdir", "unlink", "shred", "truncate", "chmod", "chown", "chattr",
      "vi", "vim",
      "nvim", "ex", "ed", "nano", "emacs", "micro", "code", "sudoedit", "sponge", "patch", "mkfifo",
      "setfacl":
      return operands
    case "sudo", "doas":
      return words.contains("-e") || words.contains("--edit") ? operands : []
    case "mv": return operands + values(["-t", "--target-directory"], words)
    case "cp", "install", "ln": return targets(words, ["-t", "--target-directory"])
    case "scp": return targets(words, [])
    case "rsync":
      let isDry = words.contains { $0 == "--dry-run" || isGroup($0) && $0.contains("n") }
      return isDry ? [] : targets(words, [])
    case "dd": return words.filter { $0.hasPrefix("of=") }.map { String($0.dropFirst(3)) }
    case "sed", "perl", "yq", "ruby", "gawk":
      let isInPlace = words.contains {
        $0.hasPrefix("--in-place") || $0 == "--inplace" || $0.hasPrefix("-i")
          || isGroup($0) && $0.contains("i") && $0.utf8.count <= 4
      }
      return isInPlace ? operands : []
    case "find":
      return words.contains { $0 == "-delete" || $0.hasPrefix("-fprint") } ? operands : []
    case "tar", "bsdtar":
      let isExtracted = words.contains {
        ["--extract", "--get"].contains($0) || ($0 == words.first || isGroup($0)) && $0.contains("x")
      }
      let files = values(["-f", "--file"], words)
      guard isExtracted else { return files + archive(words) }
      return here(values(["-C", "--directory"], words))
    case "unzip":
      return words.contains { ["-l", "-p", "-v", "-t"].contains($0) } ? [] : here(values(["-d"], words))
    case "curl":
      let output = values(["-o", "--output", "--output-dir"], words)
      return output
        + (words.contains { $0 == "--remote-name" || isGroup($0) && $0.contains("O") } ? ["."] : [])
    case "wget": return here(values(["-O", "-P", "--output-document", "--directory-prefix"], words))
    case "sort": return values(["-o", "--output"], words)
    case "sftp": return operands
    case "sqlite3":
      let isChange = words.contains {
        $0.lowercased().firstMatch(
          of: /(^|\W)(delete|insert|update|drop|create|alter|replace|vacuum|pragma)(\W|$)/) != nil
      }
      return isChange ? Array(operands.prefix(1)) : []
    case "git": return git(words)
    default: return []
    }
  }

  private static let gitWrites: Set<String> = [
    "pull", "checkout", "reset", "merge", "rebase", "clone", "restore", "switch", "clean", "rm", "mv",
    "stash", "apply",
    "am", "cherry-pick", "revert", "init", "worktree",
  ]

  private static func git(_ words: [String]) -> [String] {
    guard let place = words.firstIndex(where: gitWrites.contains) else { return [] }
    let folder = here(values(["-C", "--work-tree"], Array(words[..<place])))
    return words[place] == "clone" ? Array(words[place...].suffix(1)) : folder
  }

  /// `cf x.tar`: the archive after a group that ends with f.
  private static func archive(_ words: [String]) -> [String] {
    guard let group = words.first, group.hasSuffix("f"), words.count > 1 else { return [] }
    return [words[1]]
  }

  private static func here(_ folders: [String]) -> [String] { folders.isEmpty ? ["."] : folders }

  private static func isGroup(_ word: String) -> Bool { word.hasPrefix("-") && !word.hasPrefix("--") }

  /// The target of a copy: the last word, or the value of the option. If an option is before the last word, the word may
  /// be its value, and the target is before the option.
  private static func targets(_ words: [String], _ options: [String]) -> [String] {
    let named = values(options, words)
    if !named.isEmpty { return named }
    guard let place = words.lastIndex(where: { !$0.hasPrefix("-") }) else { return [] }
    guard place > 0, words[place - 1].hasPrefix("-") else { return [words[place]] }
    return [words[place]] + words[..<place].filter { !$0.hasPrefix("-") }.suffix(1)
  }

  /// The values of options, separate or joined: `-t x`, `-tx`, `-so x`, `--output=x`.
  private static func values(_ options: [String], _ words: [String]) -> [String] {
    var values: [String] = []
    for (index, word) in words.enumerated() {
      for option in options {
        if option.hasPrefix("--") {
          if word == option, index + 1 < words.count { values.append(words[index + 1]) }
          if word.hasPrefix(option + "=") { values.append(String(word.dropFirst(option.count + 1))) }
        } else if isGroup(word), let letter = option.last, let place = word.firstIndex(of: letter) {
          let joined = String(word[word.index(after: place)...])
          if !joined.isEmpty {
            values.append(joined)
          } else if index + 1 < words.count {
            values.append(words[index + 1])
          }
        }
      }
    }
    return values
  }
}
