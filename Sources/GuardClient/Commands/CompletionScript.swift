import ArgumentParser
import GuardTypes
import Health

/// The shells' completion scripts. A shell must never execute words that come from outside.
enum CompletionScript {
  static func text(for shell: Shell) -> String {
    switch shell {
    case .bash: OceanidCtl.completionScript(for: .bash).replacing(generatedAddition, with: addition)
    case .zsh: OceanidCtl.completionScript(for: .zsh)
    case .fish: OceanidCtl.completionScript(for: .fish)
    }
  }

  /// The words that need no quotes in any shell. Other words are left out: the completion script of an earlier version
  /// may still be loaded, and it expands the words that it gets.
  static func offered(_ words: [String]) -> [String] {
    words.filter { $0.shellWord == $0 && !$0.hasPrefix("-") && !$0.hasPrefix("~") && !$0.hasPrefix("=") }
  }

  /// How ArgumentParser's script for bash adds words: `compgen -W` expands them as the shell does a command's
  /// (bash(1), "Programmable Completion").
  static let generatedAddition = #"""
    __oceanid-ctl_add_completions() {
        local completion
        while IFS='' read -r completion; do
            COMPREPLY+=("${completion}")
        done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
    }
    """#

  /// The same without expansion: words are compared, and only files are left to compgen.
  private static let addition = #"""
    __oceanid-ctl_add_completions() {
        local completion
        if [[ "${1}" = -W ]]; then
            while IFS='' read -r completion; do
                [[ -n "${completion}" && "${completion:0:${#cur}}" = "${cur}" ]] && COMPREPLY+=("${completion}")
            done <<< "${2}"
        else
            while IFS='' read -r completion; do
                COMPREPLY+=("${completion}")
            done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
        fi
    }
    """#
}
