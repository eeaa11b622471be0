extension ChangingLines {
  /// Verbs, tools and aliases beside those of daily use.
  static let verbs: [String] = [
    "k3s secrets-encrypt rotate-keys", "k3s secrets-encrypt reencrypt", "ctr images prune --all",
    "ctr i prune", "ctr image prune",
    "ctr snapshot rm x", "ctr snapshots unpack x", "ctr namespace rm x", "ctr content ingest x", "ctr c rm x",
    "k3s ctr snapshot rm x",
    "nerdctl system prune", "nerdctl volume rm x", "nerdctl compose down", "nerdctl image prune",
    "nerdctl container rm x",
    "nerdctl network rm x", "nerdctl namespace rm x", "crictl checkpoint x", "crictl rmi --prune",
    "cilium connectivity test", "cilium status; cilium install", "pulumi env clone a/b a/c",
    "pulumi env version rollback x",
    "flux-operator suspend ks apps", "flux-operator reconcile ks apps", "flux-operator install",
    "docker run ghcr.io/fluxcd/flux-cli:v2.6 reconcile ks apps",
    "docker run --rm -v ~/.kube:/k alpine/k8s kubectl delete pod x",
    "docker run alpine/helm uninstall web", "podman run rancher/kubectl delete pod x",
    "docker run pulumi/pulumi up --yes",
    "microk8s.kubectl delete pod x", "microk8s kubectl delete pod x", "kubectl.real delete pod x",
    "kubectl.orig delete pod x",
    "kubectl_real delete pod x", "kubectl-1.31.bak delete pod x", "minikube kubectl -- delete pod x",
    "k0s kubectl delete pod x",

    "uvx kubectl delete pod x",

    "k9s --readonly --write", "k9s --readonly=true --write", "argo delete web", "argo submit x.yaml",
    "argo stop web", "argo -n x terminate web",
    "tkn pipelinerun delete x", "tkn pipeline start x", "tkn -n x task delete y", "tkn pr cancel x",
    "virtctl stop vm", "virtctl restart vm",
    "virtctl migrate vm", "krmpo web", "krmdep web", "krmall", "kdelds x", "krmsvc web", "krmcm web",
    "krmsec web", "ksetn; kdelsts x",
    "krmns shop", "krmf x.yaml", "kdelhr x", "kapf x.yaml",
    // The value of an option is not the verb of a plugin.
    "kubectl cnpg -n events promote db db-2", "kubectl cnpg --namespace logs promote db",
    "kubectl -n get cnpg promote db",
    "kubectl cnpg --cluster list destroy db", "kubectl virt -n view stop vm",
    "etcdctl --endpoints x del /a", "calicoctl delete ippool x", "linkerd install | kubectl apply -f -",
    "kustomize build x | kubectl apply -f -",
    "rke2 server", "rancher kubectl delete pod x", "eksctl delete cluster x", "k3d cluster delete x",
    "longhornctl delete x; kubectl longhorn uninstall",
  ]
}
