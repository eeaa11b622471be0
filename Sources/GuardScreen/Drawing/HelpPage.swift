import GuardTerminal

/// The list of keys. The manual has the same.
enum HelpPage {
  private static let margin = 18

  private static let parts: [(title: String, keys: [(key: String, action: String)])] = [
    (
      "Move",
      [
        ("Up, Down, k, j", "one row; also with the mouse wheel"),
        ("PgUp, PgDn", "one page; also Ctrl-B, Ctrl-F and Space"),
        ("Home, End, g, G", "first and last"),
        ("Enter, Right", "open the selected problem"),
        ("Esc, Backspace", "go back; in the list, Esc clears the filter"),
        ("Tab, Shift-Tab", "next and previous cluster; the overview comes first"),
      ]
    ),
    (
      "Find and copy",
      [
        (
          "/",
          """
          filter: words of a problem's id, subject, title, detail, severity or code; * is any text. Enter keeps \
          the filter, Esc clears it.
          """
        ),
        (
          "y",
          "copy the problem's command to the clipboard (OSC 52; in tmux: set -s set-clipboard on)"
        ),
      ]
    ),
    (
      "Ask the guard",
      [
        ("p", "poll the Kubernetes API now: of this cluster, or of all in the overview"),
        ("r", "reconnect the tunnel; asks first (y)"),
        ("s", "silence the notices of the problem for some time, with a reason"),
      ]
    ),
    (
      "Program",
      [
        ("?", "this page"), ("Ctrl-L", "draw the screen again"), ("Ctrl-Z", "suspend; fg continues"),
        ("q, Ctrl-C", "quit"),
        ("Shift and mouse", "select text in most terminals, because the mouse moves the selection here"),
      ]
    ),
  ]

  static func lines(_ terminal: Terminal) -> [Line] {
    var page = Page()
    for part in parts {
      page.gap()
      page += Line(Span(part.title, .strong))
      for (key, action) in part.keys {
        page += terminal.labeled(key, margin: margin, Span(action))
      }
    }
    return page.lines
  }
}
