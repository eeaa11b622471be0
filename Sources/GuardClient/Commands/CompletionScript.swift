import ArgumentParser
import GuardTypes
import Health

/// The shells' completion scripts. A shell must never execute words that the scripts insert.
enum CompletionScript {
  static func text(for shell: Shell) -> String {
    switch shell {
    case .bash: OceanidCtl.completionScript(for: .bash).replacing(generatedAddition, with: addition)
    case .zsh: OceanidCtl.completionScript(for: .zsh)
    case .fish: OceanidCtl.completionScript(for: .fish)
    }
  }

  /// The words that need no quotes in any shell. Other words are omitted, because the completion script of an
  /// earlier version may still be loaded, which expands its words.
  static func offered(_ words: [String]) -> [String] {
    words.filter { $0.shellWord == $0 && !$0.hasPrefix("-") && !$0.hasPrefix("~") && !$0.hasPrefix("=") }
  }

  /// The function of ArgumentParser's script for bash. Its `compgen -W` expands words like those of a command
  /// (bash(1), "Programmable Completion").
  static let generatedAddition = #"""
    __oceanid-ctl_add_completions() {
        local completion
        while IFS='' read -r completion; do
            COMPREPLY+=("${completion}")
        done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
    }
    """#

  /// The replacement, which does not expand words: it compares them, and uses compgen only for files.
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
