import Health
import Testing

@testable import GuardSetup

/// Machines that are not ready, each with the one next step.
enum IncompleteSetups {
  struct State: CustomTestStringConvertible {
    let name: String
    let next: String
    let prepare: (FakeMachine) -> Void
    var testDescription: String { name }

    init(_ name: String, next: String, _ prepare: @escaping (FakeMachine) -> Void) {
      self.name = name
      self.next = next
      self.prepare = prepare
    }
  }

  static let fetch =
    "(umask 077; mkdir -p /home/person/.kube; ssh tethys sudo cat /etc/rancher/k3s/k3s.yaml >/home/person/.kube/k3s-config.yaml.new && mv /home/person/.kube/k3s-config.yaml.new /home/person/.kube/k3s-config.yaml)"

  /// The same with a copy of the file that is replaced.
  static let replace = fetch.replacing(
    "&& mv",
    with:
      "&& cp -p --backup=numbered /home/person/.kube/k3s-config.yaml /home/person/.kube/k3s-config.yaml.old && mv"
  )

  /// The command that makes a kubeconfig with one context alone.
  static let minified =
    "(umask 077; mkdir -p /home/person/.config/oceanid; kubectl --kubeconfig /home/person/.kube/k3s-config.yaml config view --minify --flatten"
    + " --context prod >/home/person/.config/oceanid/own.kubeconfig.yaml) && oceanid-ctl setup tethys"

  static func configure(_ world: FakeMachine, _ text: String) {
    world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
    world.files["/home/person/.config/oceanid/guard.yaml"] = FakeMachine.File(text: text, mode: 0o644)
  }

  nonisolated(unsafe) static let states: [State] = [
    State("nothing there", next: "editor /home/person/.ssh/config") { world in
      world.files = world.files.filter { !$0.key.hasPrefix("/home/") }
      world.hasAlias = false
      world.login = .refused
      world.isHostKnown = false
    },
    State("no ~/.ssh", next: "mkdir -m 700 /home/person/.ssh && editor /home/person/.ssh/config") { world in
      world.files = world.files.filter { !$0.key.hasPrefix("/home/person/.ssh/") }
      world.folders.remove("/home/person/.ssh")
      world.hasAlias = false
      world.isHostKnown = false
    },
    State(
      "file that is no key", next: "mv -i /home/person/.ssh/id_ed25519 /home/person/.ssh/id_ed25519.broken"
    ) {
      $0.login = .refused
      $0.keyFault = "error in libcrypto"
    },
    State(
      "RSA key that libssh2 cannot use",
      next:
        "ssh-keygen -t ed25519 -f /home/person/.ssh/id_ed25519 && ssh-copy-id -i /home/person/.ssh/id_ed25519 tethys"
    ) { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.files["/home/person/.ssh/id_rsa"] = FakeMachine.File(text: "KEY", mode: 0o600)
      world.login = .refused
      world.found["login"] = "no usable key: /home/person/.ssh/id_rsa is an RSA key: use another"
    },
    State(
      "agent with an RSA key alone",
      next:
        "ssh-keygen -t ed25519 -f /home/person/.ssh/id_ed25519 && ssh-copy-id -i /home/person/.ssh/id_ed25519 tethys"
    ) { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.login = .refused
      world.agentStatus = 0
      world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
      world.found["login"] = "no usable key for tunnel@192.0.2.7"
      world.foundWithAgent =
        "no usable key for tunnel@192.0.2.7: the agent's person@laptop is an RSA key: use another"
    },
    State("RSA key, and IdentityFile names no other", next: "editor /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/id_rsa"] = FakeMachine.File(text: "KEY", mode: 0o600)
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.sshOptions = "identitiesonly yes\n"
      world.identityFile = "~/.ssh/id_rsa"
      world.login = .refused
      world.found["login"] = "no usable key: /home/person/.ssh/id_rsa is an RSA key: use another"
    },
    State("revoked host key", next: "ssh tethys true") { world in
      world.isHostKnown = false
      world.found["host key"] = "it is revoked"
      world.advice["host key"] = NextStep(
        command: "ssh tethys true", note: "ask the host's owner for the new key")
    },
    State("RevokedHostKeys without its file", next: "ssh -G tethys") { world in
      world.found["ssh_config"] = "RevokedHostKeys cannot be read"
      world.advice["ssh_config"] = NextStep(command: "ssh -G tethys", note: "make it readable")
    },
    State("Match exec that does not end", next: "grep -is exec /home/person/.ssh/config") { world in
      world.sshFailure = "it did not end in time"
      world.advice["ssh_config"] = NextStep(
        command: "grep -is exec /home/person/.ssh/config", note: "let that command end soon")
    },
    State("jump host that cannot reach the server", next: "ssh -v tethys true") { world in
      world.login = .unreachable
      world.found["connection"] = "jump host 192.0.2.1:22 could not reach 192.0.2.7:22"
      world.advice["connection"] = NextStep(
        command: "ssh -v tethys true", note: "check AllowTcpForwarding on 192.0.2.1")
    },
    State("jump host that refuses the login", next: "ssh -v tethys") { world in
      world.login = .refused
      world.found["login"] = "jump host: 192.0.2.1 refused every key for user jumper"
    },
    State("alias without an address", next: "editor /home/person/.ssh/config") { $0.hasAlias = false },
    State("sshd unreachable", next: "ssh -v tethys") { $0.login = .unreachable },
    State("host key unknown", next: "ssh tethys") { $0.isHostKnown = false },
    State("key missing", next: "ssh-keygen -t ed25519 && ssh-copy-id tethys") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.login = .refused
    },
    State("key not accepted", next: "ssh-copy-id -i /home/person/.ssh/id_ed25519 tethys") {
      $0.login = .refused
    },
    State(
      "agent absent", next: "eval \"$(ssh-agent -s)\" && ssh-add /home/person/.ssh/id_ed25519"
    ) { world in
      world.isKeyEncrypted = true
      world.login = .refused
    },
    State("agent empty", next: "ssh-add /home/person/.ssh/id_ed25519") { world in
      world.isKeyEncrypted = true
      world.login = .refused
      world.agentStatus = 1
      world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    },
    State("agent's keys refused", next: "ssh -v tethys") { world in
      world.login = .refused
      world.agentStatus = 0
      world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    },
    State("kubeconfig missing", next: fetch) { $0.files["/home/person/.kube/k3s-config.yaml"] = nil },
    State("kubeconfig empty", next: replace) { $0.files["/home/person/.kube/k3s-config.yaml"]?.text = "" },
    State("certificate expired", next: replace) { $0.isCertificateExpired = true },
    State(
      "several servers and another cluster's context",
      next: minified
    ) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
        current: "prod", server: "https://192.0.2.7:6443")
    },
    State("several servers, and the selected one is another cluster", next: minified) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
        current: "staging", server: "https://127.0.0.1:6443")
    },
    State("several servers, in JSON", next: minified) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClustersInJSON
    },
    State("several servers and no context", next: minified) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
        current: nil, server: "https://192.0.2.7:6443")
    },
    State(
      "several servers, none of which is certain",
      next: "kubectl --kubeconfig /home/person/.kube/k3s-config.yaml config get-contexts"
    ) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
        current: "prod", server: "https://192.0.2.8:6443")
    },
    State(
      "several servers, no kubectl",
      next: "write a kubeconfig with context prod alone to /home/person/.config/oceanid/own.kubeconfig.yaml"
    ) {
      $0.programs.remove("kubectl")
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
        current: "prod", server: "https://192.0.2.7:6443")
    },
    State("guard.yaml of the user for another host", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure($0, "clusters:\n  - name: a\n    tunnel:\n      host: a\n")
      $0.wantedHost = "tethys"
    },
    State("key that others may read", next: "chmod 600 /home/person/.ssh/id_ed25519") { world in
      world.files["/home/person/.ssh/id_ed25519"]?.mode = 0o644
      world.login = .refused
    },
    State("public key alone", next: "ssh-add -L") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/hardware.pub"] = .init(text: "ssh-ed25519 AAAA", mode: 0o644)
      world.identityFile = "~/.ssh/hardware.pub"
      world.login = .refused
    },
    State("public key beside its private key", next: "ssh-copy-id -i /home/person/.ssh/work tethys") {
      world in
      world.files["/home/person/.ssh/work.pub"] = .init(text: "ssh-ed25519 AAAA", mode: 0o644)
      world.files["/home/person/.ssh/work"] = .init(text: "KEY", mode: 0o600)
      world.identityFile = "~/.ssh/work.pub"
      world.login = .refused
    },
    State(
      "guard.yaml with an error",
      next: "/usr/bin/oceanid-guard --check-config --config /home/person/.config/oceanid/guard.yaml"
    ) {
      configure($0, "nonsense\n")
    },
    State("guard.yaml with another cluster", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure(
        $0,
        "clusters:\n  - name: a\n    tunnel:\n      host: a\n  - name: b\n    tunnel:\n      host: b\n")
    },
    State("guard.yaml with expectations", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure(
        $0,
        "clusters:\n  - name: tethys\n    tunnel:\n      host: tethys\n    expect: { nodes: [calypso] }\n")
    },
    State(
      "port held by the service manager",
      next: "systemctl list-sockets --all; systemctl --user list-sockets --all"
    ) { $0.foreignHolder = PortHolder(words: "systemd (pid 900)", pid: 900, uid: 1500) },
    State("port held by a visible program", next: "kill 4242") {
      $0.foreignHolder = PortHolder(words: "ssh (pid 4242)", pid: 4242, uid: 1500)
    },
    State("port held by an invisible program", next: "sudo ss -ltnp 'sport = :16443'") {
      $0.foreignHolder = PortHolder(words: "a process of mallory (uid 1001)", pid: nil, uid: 1001)
    },
    State(
      "the machine's guard serves the cluster", next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "healthy: tethys: 3/3 nodes Ready; tunnel up since 2026-11-23 08:23 UTC"
    },
    State(
      "the machine's guard serves several clusters",
      next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "1 of 2 clusters is critical; tunnel up in 1 of 2 clusters"
    },
    State(
      "the machine's guard is reconnecting", next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "critical: SSH tunnel to tethys is down"
    },
    State("the machine's guard is starting", next: "oceanid-ctl status --socket /run/oceanid/guard.sock") {
      world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = ""
    },
    State("no service manager", next: "sudo loginctl enable-linger person") { $0.managerRuns = false },
    State("no systemd", next: "/usr/bin/oceanid-guard --config /home/person/.config/oceanid/guard.yaml") {
      world in
      world.managerRuns = false
      world.files["/run/systemd/system"] = nil
    },
    State("read-only home", next: "findmnt -T /home/person/.config") { $0.obstacle = .readOnly },
    State("full disk", next: "df -h --output=target,avail,iavail /home/person/.config") {
      $0.obstacle = .full
    },
    State("home that is not writable", next: "namei -l /home/person/.config") { $0.obstacle = .denied },
    State("read-only home, and no key", next: "findmnt -T /home/person/.config") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.login = .refused
      world.obstacle = .readOnly
    },
    State("~/.ssh that is a file, and no key", next: "namei -l /home/person/.ssh") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.login = .refused
      world.obstacles = [WriteObstacle(kind: .occupied, folder: "/home/person/.ssh")]
    },
    State("~/.ssh that is not writable, and no host key", next: "namei -l /home/person/.ssh") { world in
      world.isHostKnown = false
      world.obstacles = [WriteObstacle(kind: .denied, folder: "/home/person/.ssh")]
    },
    State("~/.kube that is a file", next: "namei -l /home/person/.kube") { world in
      world.files["/home/person/.kube/k3s-config.yaml"] = nil
      world.obstacles = [WriteObstacle(kind: .occupied, folder: "/home/person/.kube")]
    },
    State("~/.config/oceanid that is a link to nothing", next: "namei -l /home/person/.config/oceanid") {
      world in
      world.obstacles = [WriteObstacle(kind: .occupied, folder: "/home/person/.config/oceanid")]
    },
    State("no ssh", next: "sudo apt-get install openssh-client") { $0.programs.remove("ssh") },
    State("no editor", next: "edit the file /home/person/.ssh/config") { world in
      world.programs.remove("editor")
      world.hasAlias = false
    },
    State("only vi", next: "vi /home/person/.ssh/config") { world in
      world.programs.remove("editor")
      world.programs.insert("vi")
      world.hasAlias = false
    },
    State("ssh_config of mode 000", next: "chmod 600 /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/config"] = .init(text: "Host tethys", mode: 0)
      world.hasAlias = false
    },
    State("ssh_config that others may change", next: "chmod 600 /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/config"] = .init(text: "Host tethys", mode: 0o664)
      world.sshFailure = "Bad owner or permissions on /home/person/.ssh/config"
    },
    State("ssh_config that a private group may change", next: "editor /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/config"] = .init(text: "Host tethys", mode: 0o664)
      world.hasAlias = false
    },
    State("ssh_config of another user", next: "sudo chown person: /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/config"] = .init(text: "Host tethys", mode: 0o644)
      world.owners["/home/person/.ssh/config"] = 1501
      world.sshFailure = "Bad owner or permissions on /home/person/.ssh/config"
    },
    State("known_hosts of mode 000", next: "chmod 600 /home/person/.ssh/known_hosts") { world in
      world.files["/home/person/.ssh/known_hosts"]?.mode = 0
      world.isHostKnown = false
    },
    State("key of mode 000", next: "chmod 600 /home/person/.ssh/id_ed25519") { world in
      world.files["/home/person/.ssh/id_ed25519"]?.mode = 0
      world.login = .refused
    },
    State("key of another user", next: "sudo chown person: /home/person/.ssh/id_ed25519") { world in
      world.owners["/home/person/.ssh/id_ed25519"] = 0
      world.login = .refused
    },
    State("key of another user, no sudo", next: "su -c 'chown person: /home/person/.ssh/id_ed25519'") {
      world in
      world.owners["/home/person/.ssh/id_ed25519"] = 0
      world.programs.remove("sudo")
      world.login = .refused
    },
    State("~/.ssh of mode 000", next: "chmod 700 /home/person/.ssh") { world in
      world.folderModes["/home/person/.ssh"] = 0
      world.login = .refused
    },
    State(
      "key without its public key",
      next:
        "ssh-keygen -y -f /home/person/.ssh/id_ed25519 >/home/person/.ssh/id_ed25519.pub && ssh-copy-id -i /home/person/.ssh/id_ed25519 tethys"
    ) { world in
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.login = .refused
    },
    State("encrypted key, and no agent", next: "ssh-keygen -p -f /home/person/.ssh/id_ed25519") { world in
      world.isKeyEncrypted = true
      world.sshOptions = "identityagent none\n"
      world.login = .refused
    },
    State("public key alone, and no agent", next: "editor /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.sshOptions = "identityagent none\n"
      world.login = .refused
    },
    State(
      "private key with the name of a public one",
      next:
        "ssh-keygen -y -f /home/person/.ssh/odd.pub >/home/person/.ssh/odd.pub.pub && ssh-copy-id -i /home/person/.ssh/odd.pub tethys"
    ) { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.files["/home/person/.ssh/odd.pub"] = .init(
        text: "-----BEGIN OPENSSH PRIVATE KEY-----\n", mode: 0o600)
      world.identityFile = "~/.ssh/odd.pub"
      world.login = .refused
    },
    State("public key of the usual name alone", next: "ssh-add -L") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.login = .refused
    },
    State("public key of a device that ssh_config does not name", next: "ssh-add -L") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.files["/home/person/.ssh/yubikey.pub"] = .init(text: "ssh-ed25519 AAAA", mode: 0o644)
      world.login = .refused
    },
    State("key that ssh_config does not name", next: "editor /home/person/.ssh/config") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      world.files["/home/person/.ssh/work"] = .init(
        text: "-----BEGIN OPENSSH PRIVATE KEY-----\n", mode: 0o600)
      world.login = .refused
    },
    State("kubeconfig of mode 000", next: "chmod 600 /home/person/.kube/k3s-config.yaml") {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.mode = 0
    },
    State("guard.yaml of mode 000", next: "chmod 600 /home/person/.config/oceanid/guard.yaml") { world in
      configure(world, "clusters:\n  - name: a\n    tunnel:\n      host: a\n")
      world.files["/home/person/.config/oceanid/guard.yaml"]?.mode = 0
    },
    State("port held by an invisible program, no ss", next: "sudo oceanid-ctl doctor") { world in
      world.foreignHolder = PortHolder(words: "a process of mallory (uid 1001)", pid: nil, uid: 1001)
      world.programs.remove("ss")
    },
    State("no units", next: "systemd/install --user") {
      $0.files["/usr/lib/systemd/user/oceanid-guard.service"] = nil
    },
  ]
}
