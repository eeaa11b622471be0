/// The treatment of arguments by programs that have no rules. An unlisted program may run them.
enum RunPolicy {
  enum Kind {
    /// It uses its arguments as text or files and runs none of them.
    case data
    /// Like data, but some of its options and commands run programs.
    case editor
    /// It runs the command in its arguments: its options are followed by the command.
    case runner
    case shell
    /// A shell with another language.
    case otherShell
    /// It passes its joined arguments to a shell.
    case wordsOfShell
    /// It executes its standard input as a script.
    case scheduler
    /// It adds words of its standard input to the command in its arguments.
    case collector
    /// It passes its joined arguments to a shell on another machine. Without arguments it opens a session.
    case remoteShell
    /// It runs code from a file or in another language.
    case interpreter
    /// It sends signals to processes, or closes connections.
    case killer
    /// It sends HTTP requests.
    case web
    /// It writes to files that it names.
    case writer
    /// It runs a command for each file that it finds.
    case finder
    /// It opens a connection, or listens, and may pass it to a command.
    case socket
    /// It runs the command in its arguments, where one argument may be a whole line for a shell.
    case terminal
    /// It runs modules on other machines.
    case automation
  }

  /// The names of each kind; a name has one kind.
  static let names: [(kind: Kind, names: [Substring])] = names([
    (.shell, "sh bash dash zsh ksh ksh93 mksh ash yash rbash busybox-sh"),
    (.otherShell, "fish pwsh elvish nu xonsh tcsh csh"),
    (.wordsOfShell, "eval watch trap hyperfine"), (.scheduler, "at batch crontab"),
    (.collector, "xargs parallel"),
    (.remoteShell, "ssh autossh dbclient plink"), (.finder, "find fd fdfind"),
    (.socket, "nc ncat netcat socat openssl telnet websocat"),
    (.automation, "ansible"),
    (
      .terminal,
      """
      tmux screen zellij byobu xterm konsole gnome-terminal alacritty kitty wezterm foot nodemon concurrently
      watchexec mprocs nix-shell sops salt salt-call salt-ssh pdsh clush
      """
    ),
    (
      .interpreter,
      """
      python python2 python3 pypy3 perl ruby node nodejs deno bun php lua awk gawk mawk tclsh expect osascript make
      gmake just task rake mage ansible-playbook source . lens openlens freelens octant
      """
    ),
    (
      .runner,
      """
      sudo doas env timeout nice nohup stdbuf time exec builtin command ionice chrt taskset setsid setpriv unshare
      nsenter flock chroot runuser su systemd-run strace ltrace script unbuffer proxychains proxychains4 torsocks
      firejail bwrap faketime pkexec gtimeout caffeinate chronic retry noglob nocorrect catchsegv busybox toybox
      sshpass mosh rtk run0 setarch prlimit softlimit daemonize start-stop-daemon repeat dbus-run-session xvfb-run
      numactl perf heaptrack valgrind gdb rlwrap entr tsp nq pueue ts sem newgrp sg chpst envdir uvx pipx
      """
    ),
    (.killer, "kill pkill killall skill snice fuser ss"),
    (.web, "curl wget http https xh xhs curlie httpie"),
    (
      .writer,
      """
      cp mv rm rmdir tee install scp rsync dd truncate ln chmod chown touch mkdir unlink shred sftp ed sudoedit sponge
      patch
      """
    ),
    (.editor, "git tar bsdtar sed vi vim nvim ex view less more man emacs nano rg sort"),
    (
      .data,
      """
      : [ [[ ack ag bind compgen complete mapfile readarray alias apropos apt-cache base64 basename brew
      bzip2 bat case cargo cat cd claude cmp code codex column comm cut date declare diff dig dirname dpkg du echo
      export false file fold for gemini getent gh glab go grep egrep fgrep zgrep gunzip gzip hash head help history
      info journalctl dmesg jq join jobs let local logger ls lsof md5sum micro mkfifo mktemp nl notify-send npm
      nslookup paste pgrep pip pip3 pnpm printenv printf ps pushd popd pwd read readlink readonly realpath return rev
      say select seq set sha256sum shellcheck shift shopt sleep snap split stat strings swift tac tail test tldr tr
      tree true type typeset ulimit umask unalias uname uniq unset unzip uv wait wc whatis whereis which whoami write
      xxd yarn yq zcat zip mail sendmail slack jira linear fzf tig delta ssh-keygen ssh-add ssh-keyscan ssh-copy-id
      wall tput od hexdump iconv envsubst kubeconform kubeval yamllint kustomize age
      """
    ),
  ])

  static let kinds: [String: Kind] = names.reduce(into: [:]) { kinds, group in
    for name in group.names { kinds[String(name)] = group.kind }
  }

  /// Subcommands of programs that otherwise use their arguments as text, after which a command follows.
  static let subcommands: [String: Set<String>] = [
    "go": ["run"], "cargo": ["run", "watch"], "swift": ["run"], "uv": ["run"], "npm": ["exec", "x"],
    "pnpm": ["dlx", "exec"], "yarn": ["dlx", "exec"], "brew": ["sh"], "snap": ["run"],
  ]

  /// Programs that end or restart a machine.
  static let powerPrograms: Set<String> = ["reboot", "shutdown", "poweroff", "halt"]
  /// The same by the number of a run level.
  static let levelPrograms: Set<String> = ["init", "telinit"]

  /// Words of other programs after which a command follows: `docker exec web ls`.
  static let runWords: Set<String> = ["run", "exec", "shell", "exec-env", "exec-file", "sh", "dlx"]

  /// Options of other programs whose value is a line for a shell.
  static let lineOptions: Set<String> = [
    "-c", "-S", "--command", "--cmd", "--exec", "--run", "--call", "--shell-command", "--sh-exec",
    "--split-string",
  ]

  private static func names(_ groups: [(Kind, String)]) -> [(kind: Kind, names: [Substring])] {
    groups.map { ($0.0, $0.1.split { $0 == " " || $0 == "\n" }) }
  }
}
