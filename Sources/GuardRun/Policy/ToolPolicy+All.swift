// The tools with their rules, declared as data.

extension ToolPolicy {
  private static let k3sUnits = "k3s k3s.service k3s-agent k3s-agent.service kubelet kubelet.service"

  private static let guardUnits =
    "oceanid-guard oceanid-guard.service oceanid-guard.socket oceanid-forward.socket oceanid-online.target"

  /// Every host may be the one that the tunnel leads to.
  private static let sshUnits = "ssh ssh.service ssh.socket sshd sshd.service sshd.socket"

  /// The same next words for each name of a verb.
  private static func rules(_ verbs: String, _ parts: String) -> [String] {
    verbs.split(separator: " ").map { "\($0) \(parts)" }
  }

  static let all: [ToolPolicy] = [
    ToolPolicy(
      "kubectl kubecolor oc",
      changes: [
        "apply", "create", "delete", "edit", "patch", "replace", "scale", "autoscale", "label", "annotate",
        "taint",
        "cordon", "drain", "uncordon", "set", "expose", "run", "debug",
        "rollout restart undo pause resume latest cancel retry",
        "auth reconcile", "certificate approve deny", "adm drain cordon uncordon taint policy", "new-app",
        "new-project", "start-build", "rollback", "node-shell", "rolling-update",
      ],
      reads: [
        "apply view-last-applied", "rollout status history", "auth can-i whoami", "get", "describe", "logs",
        "port-forward", "proxy", "diff", "top", "events", "explain", "api-resources",
        "api-versions",
        "cluster-info", "config", "version", "wait", "kustomize", "completion", "help", "options", "plugin",
        "login", "logout", "project", "projects", "status", "whoami", "process", "krew",
        "ctx", "ns",
        "neat", "tree", "stern", "tail", "who-can", "access-matrix", "rbac-lookup", "get-all", "images",
        "outdated",
        "deprecations", "resource-capacity", "view-allocations", "view-utilization",
        "view-cert", "ktop",
        "df-pv", "lineage", "score", "kuberc", "convert", "cp", "oceanid",
      ],
      restricted: [
        (.container, ["exec", "attach", "rsh", "rsync"]),
        (.credentials, ["view-secret", "get-secret", "modify-secret"]),
      ],
      valued: """
        -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --as-uid --cache-dir \
        --certificate-authority --client-certificate --client-key --request-timeout --tls-server-name -v --v --vmodule \
        --username --password --profile --profile-output --log-dir --log-file --kuberc --log-backtrace-at \
        --log-file-max-size --stderrthreshold --log-flush-frequency --as-user-extra \
        -l --selector -f --filename -k --kustomize -o --output --template --field-selector --field-manager --patch \
        --patch-file --type --image --replicas -c --container --from-literal --from-file --from-env-file --port \
        --target-port --name --grace-period --timeout --for --since --since-time --sort-by --overrides --subresource \
        --current-replicas --resource-version --pod-selector --raw
        """,
      shows: [
        "--dry-run", "--dry-run=client", "--dry-run=server", "--local set label annotate patch",
        "--list set label annotate",
      ], otherVerbs: .plugin),
    ToolPolicy(
      "helm",
      changes: [
        "install", "upgrade", "rollback", "uninstall", "delete", "del", "un", "test", "mapkubeapis", "2to3",
        "secrets install upgrade rollback uninstall delete",
      ],
      reads: [
        "list", "ls", "get", "history", "hist", "status", "search", "show", "inspect", "template", "lint",
        "package",
        "pull", "fetch", "push", "repo", "registry", "dependency", "dep", "dependencies", "env", "version",
        "verify",
        "plugin", "completion", "create", "help", "diff", "unittest", "docs", "schema", "dashboard",
      ],
      valued: """
        -n --namespace --kube-context --kubeconfig --kube-apiserver --kube-token --kube-as-user --kube-as-group \
        --kube-ca-file --kube-tls-server-name --registry-config --repository-cache --repository-config --burst-limit --qps \
        -f --values --set --set-string --set-file --set-json --version --timeout -o --output --description
        """,
      shows: ["--dry-run", "--dry-run=client", "--dry-run=server"], otherVerbs: .plugin),
    ToolPolicy(
      "helmfile", changes: ["apply", "sync", "destroy", "delete", "charts", "test"],
      valued: """
        -f --file -e --environment -n --namespace -l --selector --kube-context --kubeconfig --state-values-set \
        --state-values-file --log-level -b --helm-binary -c --chart
        """),
    ToolPolicy(
      "flux flux-cli",
      changes: [
        "reconcile", "suspend", "resume", "create", "delete", "bootstrap", "install", "uninstall", "migrate",
        "push", "tag",
      ],
      reads: [
        "get", "logs", "tree", "trace", "build", "diff", "export", "check", "version", "stats", "events",
        "list",
        "pull", "envsubst", "debug", "completion", "help",
      ],
      revealing: "--with-credentials --show-values --show-vars",
      valued: """
        -n --namespace --context --cluster --kubeconfig --kube-as --kube-server --as --as-group --as-uid --cache-dir \
        --certificate-authority --client-certificate --client-key --server --timeout --token --user --tls-server-name \
        --kube-api-burst --kube-api-qps --path --url --branch --source --interval --since --kind --level --flux-namespace
        """, shows: ["--export", "--dry-run"], otherVerbs: .unknown),
    ToolPolicy(
      "pulumi",
      changes: [
        "up", "update", "destroy", "down", "dn", "refresh", "import", "cancel", "watch",
        "state delete unprotect rename move repair edit upgrade taint untaint protect",
        "stack rm remove import init rename change-secrets-provider set",
        "config set set-all rm rm-all cp refresh",
        "env set rm edit init rotate clone", "env version rollback retract", "env tag set rm mv",
        "deployment run", "deployment settings",
        "policy enable disable publish rm",
      ],
      reads: [
        "config get", "stack ls select output export history graph unselect", "env get open ls diff run",
        "preview", "pre",
        "config", "stack", "about", "whoami", "logs", "login", "logout", "new", "install", "plugin",
        "package",
        "schema", "convert", "gen-completion", "console", "org", "version", "help", "env",

        "project", "trace-to-mermaid", "view-trace", "ai", "template",
      ],
      revealing: "--show-secrets",
      valued:
        "-C --cwd -s --stack --color -v --verbose --profiling --tracing --memprofilerate --config-file -m --message",
      shows: ["--preview-only"], otherVerbs: .unknown),
    ToolPolicy("esc", changes: ["env set rm edit init rotate"]),
    ToolPolicy(
      "etcdctl etcdutl",
      changes: [
        "put", "del", "txn", "compaction", "defrag", "snapshot restore", "member add remove update promote",
        "lease revoke grant", "auth enable disable", "user add delete passwd", "role add delete", "restore",
      ], valued: "--endpoints --cacert --cert --key --command-timeout -w --write-out"),
    ToolPolicy(
      "terraform tofu terragrunt",
      changes: [
        "apply", "destroy", "import", "taint", "untaint", "refresh", "state rm mv push replace-provider",
        "force-unlock", "run-all apply destroy", "workspace delete new",
      ]),
    ToolPolicy(
      "argocd",
      changes: [
        "app sync set unset delete create edit patch rollback terminate-op add-source remove-source delete-resource "
          + "patch-resource actions", "appset create delete",
        "proj create delete edit set add-source remove-source role",
        "cluster add rm set rotate-auth", "repo add rm", "repocreds add rm", "cert add-tls add-ssh rm",
        "account update-password delete-token generate-token",
      ],
      reads: ["app get list diff history logs manifests resources wait"],
      valued: "--server --auth-token --core --grpc-web-root-path --config -N --app-namespace --kube-context",
      shows: ["--dry-run app"]),
    ToolPolicy(
      "k9s", changes: [], reads: ["version", "info", "help", "completion"],
      valued: """
        -n --namespace --context --cluster --user --kubeconfig -c --command -r --refresh --request-timeout -l --logLevel \
        --logFile --as --as-group --token --certificate-authority --client-certificate --client-key --screen-dump-dir
        """, shows: ["--readonly"], unshows: "--write", otherVerbs: .change),
    // Tools that control a node itself can also undo the state in Git.
    ToolPolicy(
      "k3s-uninstall.sh k3s-killall.sh k3s-agent-uninstall.sh rke2-killall.sh rke2-uninstall.sh "
        + "rke2-agent-uninstall.sh", changes: [], hasHelp: false, otherVerbs: .change),
    ToolPolicy(
      "k3sup", changes: ["install", "join", "join-many", "apply"], reads: ["get-config", "ready", "version"]),
    ToolPolicy(
      "k3d", changes: ["cluster create delete edit start stop", "node create delete edit start stop"]),
    ToolPolicy("eksctl", changes: ["create", "delete", "upgrade", "scale", "drain", "update", "apply"]),
    ToolPolicy(
      "k3s rke2 k0s microk8s",
      changes: [
        "server", "agent", "etcd-snapshot save delete prune",
        "secrets-encrypt enable disable rotate rotate-keys prepare reencrypt",
        "certificate rotate rotate-ca", "token create delete rotate generate",
      ],
      reads: [
        "etcd-snapshot ls list", "secrets-encrypt status", "status", "version", "check-config", "completion",
        "help",
      ], otherVerbs: .plugin),
    ToolPolicy(
      "systemctl",
      changes: [
        "start", "stop", "restart", "try-restart", "reload-or-restart", "reload", "try-reload-or-restart",
        "kill",
        "mask", "unmask", "disable", "enable", "edit", "revert", "set-property", "freeze", "clean",
      ]
      .map { "\($0) \(k3sUnits)" },
      restricted: [(.tunnel, ["stop", "kill", "mask", "disable"].map { "\($0) \(guardUnits) \(sshUnits)" })],
      valued: "-H --host -M --machine -s --signal -t --type -p --property"),
    ToolPolicy(
      "service rc-service invoke-rc.d",
      changes: ["k3s", "k3s-agent", "kubelet"].map { "\($0) start stop restart reload" },
      restricted: [(.tunnel, ["oceanid-guard", "ssh", "sshd"].map { "\($0) stop" })]),
    ToolPolicy(
      "crictl nerdctl",
      changes: [
        "rm", "rmp", "rmi", "stop", "stopp", "run", "runp", "create", "update", "start", "pull", "kill",
        "restart",
        "load", "tag", "checkpoint", "commit", "pause", "unpause", "rename", "build", "push",
        "system prune", "volume rm remove create prune",
        "compose up down stop start restart rm kill create run",
        "image prune rm remove load pull tag import", "network rm remove create prune",
        "namespace rm remove create update", "ns rm remove create update", "builder prune",
        "container rm remove stop start kill prune create run restart update pause commit rename",
      ],
      reads: ["ps", "pods", "images", "logs", "inspect", "inspectp", "stats", "info", "version"],
      restricted: [(.container, ["exec", "attach", "cp"])],
      valued: "-r --runtime-endpoint -i --image-endpoint -t --timeout -c --config -n --namespace -a --address"
    ),
    ToolPolicy(
      "ctr",
      changes: [
        "run", "shim", "install",
      ]
        + rules(
          "images image i",
          "rm remove del delete import pull push tag label unpack mount unmount prune convert decrypt encrypt"
        )
        + rules("containers container c", "create delete del rm remove label update restore checkpoint")
        + rules("tasks task t", "start kill delete del rm remove pause resume checkpoint")
        + rules("snapshots snapshot", "rm remove del delete commit prepare unpack mounts label view")
        + rules("namespaces namespace ns", "create rm remove del delete label")
        + rules("content", "rm remove del delete prune edit ingest label fetch push")
        + rules("leases", "create rm remove del delete")
        + rules("sandboxes sandbox sb s", "create run rm remove del delete"),
      restricted: [(.container, ["tasks exec attach", "task exec attach", "t exec attach"])],
      valued: "-n --namespace -a --address --timeout --connect-timeout"),
    ToolPolicy(
      "kubeadm",
      changes: ["init", "join", "reset", "upgrade apply node", "certs renew", "token create delete"]),
    ToolPolicy(
      "istioctl cilium velero cmctl",
      changes: [
        "install", "uninstall", "upgrade", "restore create delete", "backup create delete",
        "schedule create delete pause",
        "renew", "approve", "deny", "create certificaterequest", "tag set remove",
        "clustermesh enable disable connect", "hubble enable disable",
        "connectivity test perf", "encryption rotate-key",
        "config set delete",
      ], shows: ["--dry-run"]),
    ToolPolicy(
      "skaffold tilt devspace werf kapp kluctl timoni kpt tk kubecfg garden okteto",
      changes: [
        "run", "dev", "apply", "delete", "deploy", "up", "down", "purge", "converge", "dismiss",
        "live apply destroy",
        "update", "prune", "destroy",
      ], shows: ["--dry-run"]),
    ToolPolicy(
      "flux-operator",
      changes: ["suspend", "resume", "reconcile", "delete", "install", "uninstall", "create", "patch"],
      reads: [
        "get", "export", "stats", "trace", "tree", "version", "build", "diff", "list", "completion", "help",
      ],
      valued: "-n --namespace --context --kubeconfig --timeout", otherVerbs: .unknown),
    ToolPolicy(
      "argo",
      changes: [
        "delete", "submit", "resubmit", "retry", "stop", "suspend", "resume", "terminate", "node set",
        "cron create delete suspend resume update", "template create delete update",
        "cluster-template create delete update", "archive delete retry resubmit",
        "rollouts abort promote restart retry set terminate undo pause create delete",
      ],
      reads: [
        "rollouts get list status version lint", "cron list get", "template list get lint",
        "cluster-template list get",
        "archive list get", "list", "get", "logs", "lint", "watch", "wait", "version", "auth", "help",
        "completion",
      ],
      valued: "-n --namespace --context --kubeconfig", shows: ["--dry-run"], otherVerbs: .unknown),
    ToolPolicy(
      "tkn",
      changes: rules(
        "pipelinerun pipelineruns pr taskrun taskruns tr pipeline pipelines p task tasks t clustertask ct hub bundle "
          + "customrun eventlistener el triggerbinding tb triggertemplate tt",
        "delete cancel start create install push reinstall upgrade"),
      valued: "-n --namespace -c --context -k --kubeconfig", shows: ["--dry-run"]),
    ToolPolicy(
      "virtctl",
      changes: [
        "start", "stop", "restart", "pause", "unpause", "migrate", "migrate-cancel", "soft-reboot", "reset",
        "addvolume", "removevolume", "image-upload", "expose", "create", "memory-dump", "vmexport",
        "credentials",
      ],
      restricted: [(.container, ["ssh", "console", "vnc", "scp"])],
      valued: "-n --namespace --context --kubeconfig"),
    ToolPolicy(
      "calicoctl longhornctl",
      changes: ["delete", "apply", "create", "replace", "patch", "uninstall", "label", "upgrade", "install"]),
    ToolPolicy(
      "talosctl",
      changes: [
        "reset", "reboot", "shutdown", "upgrade", "upgrade-k8s", "apply-config", "patch", "edit", "bootstrap",
        "rollback", "etcd remove-member leave forfeit-leadership defrag", "service kubelet etcd", "rotate-ca",
      ], valued: "-n --nodes -e --endpoints --talosconfig --context --cluster"),
    ToolPolicy(
      "vcluster", changes: ["create", "delete", "pause", "resume", "restore", "snapshot"],
      reads: ["list", "connect", "version"]),
    ToolPolicy("cdktf", changes: ["deploy", "apply", "destroy"]),
    ToolPolicy(
      "apt apt-get dnf yum", changes: [],
      restricted: [(.tunnel, ["remove", "purge", "autoremove", "autopurge"].map { "\($0) oceanid-guard" })]),
    ToolPolicy(
      "sv monit",
      changes: ["stop", "restart", "down", "kill", "exit", "unmonitor"].map { "\($0) \(k3sUnits)" }),
  ]
}
