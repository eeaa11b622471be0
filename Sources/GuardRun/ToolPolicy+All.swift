// The tools with their rules, declared as data.

extension ToolPolicy {
  private static let k3sUnits = "k3s k3s.service k3s-agent k3s-agent.service kubelet kubelet.service"

  static let all: [ToolPolicy] = [
    ToolPolicy(
      "kubectl kubecolor oc",
      changes: [
        "apply", "create", "delete", "edit", "patch", "replace", "scale", "autoscale", "label", "annotate",
        "taint",
        "cordon", "drain", "uncordon", "set", "expose", "run", "debug", "rollout restart undo pause resume",
        "auth reconcile", "certificate approve deny", "adm drain cordon uncordon taint policy", "new-app",
        "new-project",
        "start-build", "rollback", "node-shell",
      ],
      looks: [
        "apply view-last-applied", "rollout status history", "auth can-i whoami", "get", "describe", "logs",
        "exec",
        "attach", "port-forward", "proxy", "cp", "diff", "top", "events", "explain", "api-resources",
        "api-versions",
        "cluster-info", "config", "version", "wait", "kustomize", "completion", "help", "options", "plugin",
        "alpha",
        "login", "logout", "project", "projects", "status", "whoami", "rsh", "rsync", "process", "krew",
        "ctx", "ns",
        "neat", "tree", "stern", "tail", "who-can", "access-matrix", "rbac-lookup", "get-all", "images",
        "outdated",
        "deprecations", "resource-capacity", "view-allocations", "view-utilization", "view-secret",
        "view-cert", "ktop",
        "df-pv", "lineage", "score", "oceanid",
      ],
      valued: """
        -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --as-uid --cache-dir \
        --certificate-authority --client-certificate --client-key --request-timeout --tls-server-name -v --v --vmodule \
        --username --password --profile --profile-output --log-dir --log-file --kuberc
        """,
      shows: [
        "--dry-run=client", "--dry-run=server", "--local set label annotate patch",
        "--list set label annotate",
      ], otherVerbs: .plugin),
    ToolPolicy(
      "helm",
      changes: [
        "install", "upgrade", "rollback", "uninstall", "delete", "del", "un", "test", "mapkubeapis", "2to3",
        "secrets install upgrade rollback uninstall delete",
      ],
      looks: [
        "list", "ls", "get", "history", "hist", "status", "search", "show", "inspect", "template", "lint",
        "package",
        "pull", "fetch", "push", "repo", "registry", "dependency", "dep", "dependencies", "env", "version",
        "verify",
        "plugin", "completion", "create", "help", "diff", "unittest", "docs", "schema", "dashboard",
      ],
      valued: """
        -n --namespace --kube-context --kubeconfig --kube-apiserver --kube-token --kube-as-user --kube-as-group \
        --kube-ca-file --kube-tls-server-name --registry-config --repository-cache --repository-config --burst-limit --qps
        """,
      shows: ["--dry-run", "--dry-run=client", "--dry-run=server"], otherVerbs: .plugin),
    ToolPolicy(
      "helmfile", changes: ["apply", "sync", "destroy", "delete", "charts", "test"],
      valued: """
        -f --file -e --environment -n --namespace -l --selector --kube-context --kubeconfig --state-values-set \
        --state-values-file --log-level -b --helm-binary -c --chart
        """),
    ToolPolicy(
      "flux",
      changes: [
        "reconcile", "suspend", "resume", "create", "delete", "bootstrap", "install", "uninstall", "migrate",
      ],
      valued: """
        -n --namespace --context --cluster --kubeconfig --kube-as --kube-server --as --as-group --as-uid --cache-dir \
        --certificate-authority --client-certificate --client-key --server --timeout --token --user --tls-server-name \
        --kube-api-burst --kube-api-qps
        """, shows: ["--export", "--dry-run"]),
    ToolPolicy(
      "pulumi",
      changes: [
        "up", "update", "destroy", "down", "dn", "refresh", "import", "cancel", "watch",
        "state delete unprotect rename move repair edit upgrade taint untaint protect",
        "stack rm remove import init rename change-secrets-provider",
        "config set set-all rm rm-all cp refresh",
        "env set rm edit init rotate", "deployment run",
        "policy enable disable publish rm",
      ],
      looks: ["config get", "stack ls select output export history graph", "env get open ls diff"],
      valued: "-C --cwd -s --stack --color -v --verbose --profiling --tracing --memprofilerate --config-file",
      shows: ["--preview-only"]),
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
      looks: ["app get list diff history logs manifests resources wait"],
      valued: "--server --auth-token --core --grpc-web-root-path --config -N --app-namespace --kube-context",
      shows: ["--dry-run app"]),
    ToolPolicy(
      "k9s", changes: [], looks: ["version", "info", "help", "completion"],
      valued: """
        -n --namespace --context --cluster --user --kubeconfig -c --command -r --refresh --request-timeout -l --logLevel \
        --logFile --as --as-group --token --certificate-authority --client-certificate --client-key --screen-dump-dir
        """, shows: ["--readonly"], otherVerbs: .change),
    // Tools that control a node itself can also undo the state in Git.
    ToolPolicy("k3s-uninstall.sh k3s-killall.sh k3s-agent-uninstall.sh", changes: [], otherVerbs: .change),
    ToolPolicy(
      "k3s",
      changes: [
        "server", "agent", "etcd-snapshot save delete prune",
        "secrets-encrypt enable disable rotate prepare reencrypt",
        "certificate rotate rotate-ca", "token create delete rotate generate",
      ],
      looks: ["etcd-snapshot ls list", "check-config", "completion", "help"], otherVerbs: .plugin),
    ToolPolicy(
      "systemctl",
      changes: [
        "start", "stop", "restart", "try-restart", "reload-or-restart", "kill", "mask", "disable", "enable",
      ]
      .map { "\($0) \(k3sUnits)" }, valued: "-H --host -M --machine -s --signal -t --type -p --property"),
    ToolPolicy(
      "service", changes: ["k3s", "k3s-agent", "kubelet"].map { "\($0) start stop restart reload" }),
    ToolPolicy(
      "crictl ctr nerdctl",
      changes: ["rm", "rmp", "rmi", "stop", "stopp", "run", "runp", "create", "update"],
      looks: ["ps", "pods", "images", "logs", "inspect", "inspectp", "stats", "exec", "info", "version"],
      valued: "-r --runtime-endpoint -i --image-endpoint -t --timeout -c --config -n --namespace -a --address"
    ),
    ToolPolicy(
      "kubeadm",
      changes: ["init", "join", "reset", "upgrade apply node", "certs renew", "token create delete"]),
    ToolPolicy(
      "istioctl cilium velero cmctl",
      changes: [
        "install", "uninstall", "upgrade", "restore create delete", "backup create delete",
        "schedule create delete pause",
        "renew", "tag set remove", "clustermesh enable disable connect", "hubble enable disable",
        "config set delete",
      ], shows: ["--dry-run"]),
    ToolPolicy(
      "skaffold tilt devspace werf kapp kluctl timoni kpt tk kubecfg garden okteto",
      changes: [
        "run", "dev", "apply", "delete", "deploy", "up", "down", "purge", "converge", "dismiss",
        "live apply destroy",
        "update", "prune", "destroy",
      ], shows: ["--dry-run"]),
  ]
}
