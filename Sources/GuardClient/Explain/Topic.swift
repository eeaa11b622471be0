/// A word of problems and errors: what it means, and what to do.
struct Topic: Hashable, Sendable {
  /// The last part of a problem's id, or a `code` of the document.
  let word: String
  let meaning: String
  let step: String

  init(_ word: String, _ meaning: String, _ step: String) {
    self.word = word
    self.meaning = meaning
    self.step = step
  }

  static let all = tunnel + api + nodes + reconciling + flux + others

  /// Of a problem's id (`tethys/node/calypso/not-ready`), or of a word alone. What means something else in one part of
  /// the cluster has that part before it: `api/not-ready`.
  static func of(_ name: String) -> Topic? {
    let path = name.split(separator: "/").map(String.init)
    let part = path.count > 2 ? path[1] : path.first ?? ""
    return path.reversed().lazy.compactMap { word in
      all.first { $0.word == "\(part)/\(word)" } ?? all.first { $0.word == word }
    }.first
  }
}

extension Topic {
  private static let tunnel = [
    Topic(
      "connect_refused",
      "The server's address answered that nobody listens on the port: sshd does not run there, listens elsewhere, or a firewall rejects.",
      "ssh -v HOST; on the server: systemctl status ssh"),
    Topic(
      "connect_timeout",
      "Nothing came back from the server's address: the network, the route or a firewall that drops, or the server is off.",
      "ping HOST; compare HostName and Port: ssh -G HOST"),
    Topic(
      "dns", "The server's name could not be turned into an address.",
      "getent ahosts NAME; look at /etc/resolv.conf and at HostName in ssh_config"),
    Topic(
      "host_key_unknown",
      "No known_hosts file has a key for this server, and the guard never trusts a key at first sight. It tries again when the file changes, and by itself first after 5 s, then ever later.",
      "compare the fingerprint with the server's console, then connect once by hand: ssh HOST true"),
    Topic(
      "host_key_changed",
      "The server shows another key than known_hosts has: it was installed anew, or the connection is intercepted. The guard tries again when the file changes, and by itself first after 5 s, then ever later.",
      "compare the fingerprint with the server's console first; only then: ssh-keygen -R HOST && ssh HOST true"
    ),
    Topic(
      "auth_refused",
      "The server accepted none of the keys that the guard offered, ended the login before all were offered, or wants more than a key.",
      "oceanid-ctl tunnel says which; the user name, authorized_keys and AuthenticationMethods on the server; IdentitiesOnly yes in ssh_config"
    ),
    Topic(
      "no_usable_key",
      "There is no key that could be offered: missing, encrypted without a passphrase, readable by others, or of a kind that libssh2 can't use.",
      "oceanid-ctl tunnel lists each key with its reason; an ed25519 key always works"),
    Topic(
      "keepalive_timeout",
      "The server fell silent: nothing of what was sent was acknowledged within keepalive.timeout.",
      "nothing, when the tunnel is back; else look at the path: ping HOST, mtr HOST"),
    Topic(
      "peer_closed",
      "The server ended the session: sshd was restarted, the machine shut down, or the process was killed. With words of the server's: it refuses this address for a while (PerSourcePenalties) or has too many connections (MaxStartups), and the pauses grow.",
      "nothing, when the tunnel is back; else on the server: journalctl -u ssh"),
    Topic(
      "protocol", "What came is not SSH as it should be, or both sides have no algorithm in common.",
      "ssh -v HOST shows what the server offers; is it sshd that listens there?"),
    Topic(
      "forward_refused",
      "The session is up, and the server can't or may not reach the target of the forward.",
      "on the server: ss -ltn; AllowTcpForwarding and PermitOpen in sshd_config, permitopen in authorized_keys"
    ),
    Topic(
      "config",
      "ssh_config asks for something that the guard can't do, can't be read, or has a Match exec whose command does not end or may not be run.",
      "ssh -G HOST; the message names the option"),
    Topic(
      "port-busy",
      "Another process listens where the forward should, so programs that use the port do not go through the guard. The guard's own polls are not concerned.",
      "see who it is: ss -ltnp 'sport = :16443' (with your port); the guard takes the port as soon as it is free"
    ),
    Topic(
      "accepts-nobody",
      "The process has as many descriptors open as it may have, or the machine has no memory for one more connection, so programs that use the port wait. The guard's own polls have descriptors set aside.",
      "oceanid-ctl tunnel shows what is open; LimitNOFILE= of the unit is the limit"),
    Topic(
      "crowded",
      "One user, or one machine, has as many connections open at the forward as its share, and more of them are reset. A user alone gets half of what the port has room for, 448 with the unit's limits; there is always room for others, for root and for the guard.",
      "see which programs have them open: sudo ss -tnpe 'dport = :16443' (with your port)"),
    Topic(
      "target-refused", "The server refused the last connection to the forward's target.",
      "on the server: ss -ltn; is the API there, and does sshd permit it?"),
  ]

  private static let api = [
    Topic(
      "tunnel_down",
      "The API can't be asked because the tunnel is not up. The tunnel's own problem is the cause.",
      "oceanid-ctl tunnel"),
    Topic(
      "unreachable", "The tunnel is up, and no connection to the API came about through it.",
      "is k3s running there? On the server: systemctl status k3s; compare the kubeconfig's server with the forward"
    ),
    Topic(
      "tls",
      "The API's certificate is not one that the kubeconfig vouches for, or the client's certificate is over.",
      "the kubeconfig's certificate-authority-data and server name; its dates: kubectl config view --raw"),
    Topic(
      "unauthorized",
      "The API does not know who asks: the token or the certificate of the kubeconfig is wrong or over.",
      "fetch the kubeconfig anew, or renew the certificate"),
    Topic(
      "forbidden", "The API knows who asks and does not let him read this.",
      "kubectl auth can-i list RESOURCE -A; give the guard's user get and list on it"),
    Topic(
      "timeout", "The API did not answer within poll.timeout.",
      "is the server busy? kubectl get --raw '/readyz?verbose'"),
    Topic(
      "bad_response", "What answered is not a Kubernetes API, or its answer can't be understood.",
      "what listens at the target? curl -k through the forward shows it"),
    Topic(
      "kubeconfig", "The kubeconfig is missing, unreadable, or lacks what the guard needs.",
      "kubectl --kubeconfig FILE config view; file and context in guard.yaml"),
    Topic(
      "undecodable", "One object of a list could not be understood. The others are shown.",
      "kubectl get the object with -o yaml; tell the guard's makers when it looks right"),
    Topic(
      "api/not-ready", "The API server answers, and says that one of its own parts is not ready (/readyz).",
      "kubectl get --raw '/readyz?verbose'; on the control plane: journalctl -u k3s"),
    Topic(
      "stale",
      "The tunnel is up, no poll failed, and none succeeded for three intervals. What is shown is that old.",
      "oceanid-ctl poll; journalctl -u oceanid-guard -n 50"),
    Topic(
      "insecure", "The kubeconfig says insecure-skip-tls-verify: whoever answers on the port is believed.",
      "put the cluster's certificate-authority-data there instead: sudo cat /etc/rancher/k3s/k3s.yaml on the control plane"
    ),
    Topic(
      "client-certificate-expiring",
      "The certificate by which the kubeconfig's user is known ends in less than 14 days: after that the API knows nobody.",
      "sudo systemctl restart k3s on the control plane renews it; then copy a new kubeconfig"),
    Topic(
      "certificate-authority-expiring",
      "The authority that the kubeconfig trusts ends in less than 14 days: after that no certificate of the cluster is good.",
      "on k3s: k3s certificate rotate-ca; then copy a new kubeconfig to everybody who has one"),
    Topic(
      "rejected",
      "A reload found mistakes in guard.yaml. The configuration before it stays in force; a restart would fail.",
      "oceanid-guard --check-config"),
  ]

  private static let nodes = [
    Topic(
      "not-ready", "The node's kubelet reports that it is not ready, or reports nothing any more.",
      "kubectl describe node NAME; on the node: systemctl status k3s k3s-agent"),
    Topic(
      "missing", "guard.yaml expects it under 'expect', and the cluster does not have it.",
      "is it gone for good? Then take it out of 'expect'"),
    Topic(
      "cordoned", "No new pods are placed on the node: somebody cordoned or drained it.",
      "kubectl describe node NAME shows since when; kubectl uncordon NAME once the work is done"),
    Topic(
      "unexpected", "The cluster has a node that guard.yaml does not expect.",
      "add it to expect.nodes, or find out who joined it"),
    Topic(
      "lease-stale", "The node's kubelet has stopped renewing its lease: it will be NotReady in a moment.",
      "on the node: systemctl status k3s k3s-agent"),
    Topic(
      "gpu-lost", "The node offers fewer GPUs than guard.yaml expects, or than it has by its own account.",
      "on the node: nvidia-smi; kubectl -n kube-system get pods for the device plugin"),
    Topic(
      "version-skew", "The node's kubelet is further from the API's version than Kubernetes supports.",
      "upgrade the node: https://kubernetes.io/releases/version-skew-policy"),
    Topic(
      "DiskPressure", "The node runs out of disk, and evicts pods.", "on the node: df -h; crictl rmi --prune"),
    Topic(
      "MemoryPressure", "The node runs out of memory, and evicts pods.",
      "kubectl top pods -A --sort-by=memory"),
    Topic("PIDPressure", "The node runs out of process ids.", "on the node: ps -eLf | wc -l"),
    Topic(
      "node", "A condition of the node says that something is wrong with it; its name and reason say what.",
      "kubectl describe node NAME shows who set the condition, and when"),
    Topic(
      "EtcdIsVoter", "The etcd member on this server node does not vote: K3s gives the reason.",
      "on the node: journalctl -u k3s -n 200 | grep -i etcd; kubectl get --raw /livez/etcd"),
    Topic(
      "NetworkUnavailable", "The node's pod network is not set up.", "the network plugin's pods on that node"),
  ]

  private static let reconciling = [
    Topic(
      "suspended", "Somebody suspended it: nothing is applied until it is resumed.",
      "ask who and why before you resume it"),
    Topic(
      "terminating", "It is being deleted and a finalizer holds it.",
      "kubectl get it -o yaml; who should remove the finalizer?"),
    Topic(
      "failed", "The last reconcile failed; the message says why.",
      "mend the cause in Git; the next interval takes it up"),
    Topic(
      "stuck",
      "It has been in progress for longer than its own timeout, or no controller has written a status for it.",
      "kubectl describe it; the controller's log"),
    Topic(
      "behind-source", "The source has a newer revision than what is applied.",
      "flux get all -A; the controller's log"),
    Topic(
      "scan-overdue", "The registry was not scanned when it should have been.",
      "is image-reflector-controller running?"),
    Topic(
      "overdue", "It did not run when it should have.",
      "is its controller running? kubectl -n flux-system get pods"),
    Topic(
      "not-taken-up",
      "The policy has chosen a newer image, and the image automation has run since without seeing it.",
      "kubectl describe imageupdateautomation NAME; flux logs --kind=ImageUpdateAutomation"),
    Topic(
      "behind",
      "A workload runs another image than the policy's latest: the update was not committed, or not rolled out.",
      "oceanid-ctl images; did the automation push? flux get images all -A"),
  ]

  private static let flux = [
    Topic(
      "unanswered",
      "Somebody asked for a reconcile (an annotation of the object), and no controller took it up.",
      "is its controller running? kubectl -n flux-system get pods; its log"),
    Topic(
      "waiting", "It waits for another object that is not ready.",
      "look at what it depends on first: oceanid-ctl flux"),
    Topic(
      "stalled", "Its controller gave up: it tries again only once the object or its source changes.",
      "mend the cause in Git; the message says what it is"),
    Topic(
      "no-tags", "The registry answered, and no tag is left after the exclusionList.",
      "kubectl describe imagerepository NAME; is the image's name right?"),
    Topic(
      "stopped", "The controller runs no pod: what it looks after stands still.",
      "kubectl -n flux-system describe deployment NAME"),
    Topic(
      "idle",
      "The controller's pod runs and does nothing: its Lease is not renewed. Good statuses of its objects are old.",
      "kubectl -n flux-system logs deploy/NAME --tail=50"),
    Topic(
      "flux/missing",
      "Flux, or one of its controllers that objects in the cluster need, is not installed.", "flux check"),
    Topic(
      "controllers-missing", "Flux's resources are there, and none of its controllers: nothing is applied.",
      "flux check"),
    Topic(
      "not-served",
      "The API server does not have a kind that it had, or whose controller runs: its CustomResourceDefinition was deleted, and its objects with it. What was seen last stays in the lists, as stale.",
      "kubectl get crds; install the missing definitions again, and the objects come back from Git"),
    Topic(
      "version", "The controllers are of another release than expect.flux wants.",
      "flux check; is an upgrade under way? Then change guard.yaml with it"),
    Topic(
      "version-unknown",
      "The controllers have no label app.kubernetes.io/version, so their release can't be compared with expect.flux.",
      "flux check"),
  ]

  private static let others = [
    Topic(
      "tunnel/stopped", "The guard is on its way out, or stopped this tunnel for good.",
      "systemctl status oceanid-guard"),
    Topic(
      "workload",
      "A Deployment, StatefulSet or DaemonSet has fewer pods than it should, and does not get further by itself.",
      "kubectl describe it; the remedy names its worst pod"),
    Topic(
      "crash-looping", "Containers start, end with an error and are started again, ever later.",
      "kubectl logs POD --previous"),
    Topic(
      "job", "A Job has failed, or has not started.",
      "kubectl logs job/NAME --all-containers; kubectl describe job NAME"),
    Topic(
      "cronjob", "The last run of a CronJob has failed, and none has succeeded since.",
      "kubectl get jobs shows its runs; kubectl logs job/NAME --all-containers"),
    Topic(
      "pods/not-ready",
      "Pods run and have not been ready for more than ten minutes: a readiness probe fails.",
      "kubectl describe pod NAME; kubectl logs NAME"),
    Topic(
      "pods/terminating",
      "Pods are still there minutes after their grace period: a finalizer or the kubelet holds them.",
      "kubectl describe pod NAME; on its node: journalctl -u k3s -u k3s-agent"),
    Topic(
      "pods/failed", "Pods that no controller replaces have ended in failure.", "kubectl logs NAME"),
    Topic(
      "pending", "Pods can't be placed on a node, or their image can't be had.", "kubectl describe pod NAME"),
    Topic(
      "secret/missing", "guard.yaml expects the Secret, and the namespace does not have it.",
      "is what makes it in order (a SealedSecret, SOPS, the operator)? oceanid-ctl flux"),
    Topic(
      "certificate/not-ready", "cert-manager could not issue the certificate.",
      "kubectl describe certificate NAME; then its CertificateRequest, Order and Challenge"),
    Topic(
      "renewal-overdue", "The certificate should have been renewed for more than an hour, and still is good.",
      "kubectl describe certificate NAME; cert-manager's log"),
    Topic(
      "alerts/failing",
      "A channel under 'alerts:' could not deliver. What it should have told waits in its spool and is told later.",
      "oceanid-ctl alerts; then oceanid-ctl alerts test CHANNEL"),
    Topic(
      "state/unwritable",
      "The guard can't write its state directory: the disk is full or read-only, or something else stands in a file's place. Alerts are still sent. A restart would repeat or lose some of them, and forget silences.",
      "df -h /var/lib/oceanid; ls -la /var/lib/oceanid; the guard tries again every few seconds"),
    Topic(
      "expiring", "The certificate's renewal is overdue.",
      "kubectl describe certificate NAME; cert-manager's log"),
    Topic(
      "expired", "The certificate is over: clients refuse it.",
      "kubectl describe certificate NAME; cert-manager's log"),
  ]
}
