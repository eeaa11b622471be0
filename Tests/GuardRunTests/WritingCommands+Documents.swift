extension WritingCommands {
  /// Here-documents that end where bash ends them.
  static let documents: [String] = [
    // The delimiter of a here-document is not expanded; a line may be continued.
    "cat <<$X\na\n$X\nkubectl delete pod x", "cat <<\"$X\"\na\n$X\nkubectl delete pod x",
    "cat <<${X}\na\n${X}\nkubectl delete pod x",
    "cat <<$(x)\na\n$(x)\nkubectl delete pod x", "cat <<a$b\nx\na$b\nkubectl delete pod x",
    "cat <<`x`\na\n`x`\nkubectl delete pod x",
    "cat <<$'E'\na\nE\nkubectl delete pod x", "cat <<EO\\\nF\na\nEOF\nkubectl delete pod x",
    "cat <<EOF\na\nEO\\\nF\nkubectl delete pod x",
    "cat <<EOF\na\\\nEOF\n$(kubectl delete pod x)\nEOF", "cat <<'EOF'\na\\\nEOF\nkubectl delete pod x",
    "cat <<E$1F\na\nE$1F\nkubectl delete pod x",
  ]
}
