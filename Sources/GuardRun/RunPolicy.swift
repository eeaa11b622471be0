/// The treatment of arguments by programs that have no rules. An unlisted program may run them.
enum RunPolicy {
  enum Kind {
    /// It uses its arguments as text or files and runs none of them.
    case data
    case shell
    /// It passes its joined arguments to a shell.
    case wordsOfShell
    /// It passes its joined arguments to a shell on another machine. Without arguments it opens a session.
    case remoteShell
    /// It runs code from a file or in another language.
    case interpreter
  }

  static let kinds: [String: Kind] = kinds([
    (.shell, "sh bash dash zsh ksh ksh93 mksh ash fish yash rbash pwsh elvish nu xonsh tcsh csh"),
    (.wordsOfShell, "eval watch parallel trap entr"),
    (.remoteShell, "ssh mosh autossh sshpass"),
    (
      .interpreter,
      """
      python python2 python3 pypy3 perl ruby node nodejs deno bun php lua awk gawk mawk tclsh expect osascript make gmake \
      just task rake mage ansible ansible-playbook source . tmux screen zellij byobu lens openlens freelens octant
      """
    ),
    (
      .data,
      """
      : [ [[ ack ag alias apropos apt apt-cache apt-get base64 basename brew bzip2 case cat cd cmp code column comm cp cut date \
      declare diff dig dirname dnf dpkg du echo emacs export false file fold for getent git gh grep egrep fgrep zgrep gunzip \
      gzip hash head help history info jq join kill less let ln local logger ls lsof man md5sum micro mkdir more mv nano nl \
      notify-send nslookup paste pgrep pip pip3 printenv printf ps pushd popd pwd read readlink readonly realpath return rev \
      rg rm rmdir say sed select seq set sha256sum shellcheck shift shopt sleep snap sort split stat strings tac tail tar tee test \
      tldr touch tr tree true type typeset ulimit umask unalias uname uniq unset unzip vi view vim nvim wc whatis whereis \
      which whoami xxd yq zcat zip
      """
    ),
  ])

  private static func kinds(_ groups: [(Kind, String)]) -> [String: Kind] {
    groups.reduce(into: [:]) { kinds, group in
      for name in group.1.split(separator: " ") { kinds[String(name)] = group.0 }
    }
  }
}
