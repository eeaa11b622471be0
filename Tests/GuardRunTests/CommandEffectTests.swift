import Testing

@testable import GuardRun

/// One table of command lines, and what `run` makes of each.
@Suite(.timeLimit(.minutes(10))) struct CommandEffectTests {
  /// The words of a line as a shell would hand them over.
  private func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = line[...]
    while let character = rest.popFirst() {
      switch (quote, character) {
      case ("'", "'"), ("\"", "\""): quote = nil
      case (nil, "'"), (nil, "\""):
        quote = character
        word = word ?? ""
      case (nil, "\\"), ("\"", "\\"): word = (word ?? "") + String(rest.popFirst() ?? "\\")
      case (nil, let blank) where blank.isWhitespace:
        words += word.map { [$0] } ?? []
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  private func effect(_ line: String) -> CommandEffect { CommandReader.effect(of: words(line)) }

  static let changes: [(line: String, words: String)] = [
    ("kubectl apply -f x.yaml", "kubectl apply"), ("kubectl -n shop delete pod web-0", "kubectl delete"),
    ("kubectl --namespace shop --context=default edit deploy web", "kubectl edit"),
    ("kubectl --insecure-skip-tls-verify delete pod x", "kubectl delete"),
    ("kubectl -nshop patch x", "kubectl patch"),
    ("kubectl rollout restart deploy/web", "kubectl rollout restart"),
    ("kubectl -n x rollout -l a=b undo deploy/web", "kubectl rollout undo"),
    ("/usr/local/bin/kubectl scale --replicas=0 deploy/web", "kubectl scale"),
    ("kubectl run x --image=y", "kubectl run"), ("kubectl drain calypso --dry-run=none", "kubectl drain"),
    ("kubectl drain calypso --dry-run=client --dry-run=none", "kubectl drain"),
    ("k3s kubectl taint node x a=b:NoSchedule", "kubectl taint"),
    ("minikube kubectl -- delete pod x", "kubectl delete"),
    ("helm -n x upgrade --install web ./chart", "helm upgrade"), ("helm uninstall web", "helm uninstall"),
    ("flux reconcile kustomization apps --with-source", "flux reconcile"),
    ("flux -n flux-system suspend ks apps", "flux suspend"), ("flux resume hr x", "flux resume"),
    ("pulumi up --yes", "pulumi up"), ("pulumi -C infra -s prod destroy", "pulumi destroy"),
    ("pulumi state delete urn", "pulumi state delete"), ("terraform apply", "terraform apply"),
    ("env KUBECONFIG=/x kubectl delete pod x", "kubectl delete"),
    ("env -i PATH=/bin kubectl label x y", "kubectl label"),
    ("sudo -u root kubectl delete pod x", "kubectl delete"),
    ("timeout 10 nice -n 5 kubectl edit x", "kubectl edit"),
    ("xargs -n1 kubectl delete pod", "kubectl delete"),
    ("find . -name x -exec kubectl apply -f {} +", "kubectl apply"),
    ("watch -n 5 kubectl delete pod x", "kubectl delete"),
    ("sh -c 'kubectl get pods; kubectl delete pod x'", "kubectl delete"),
    ("bash -euc 'A=1 kubectl apply -f - <<EOF'", "kubectl apply"),
    ("bash -c 'if true; then flux suspend ks x; fi'", "flux suspend"),
    ("bash -c 'echo \"$(kubectl delete pod x)\"'", "kubectl delete"),
    ("sh -c 'kubectl get x | xargs helm del'", "helm del"),
    ("sh -c \"sh -c 'kubectl delete x'\"", "kubectl delete"), ("env -S 'kubectl delete x'", "kubectl delete"),
    ("sh -c 'env X=1 k\"ube\"ctl de\\lete x'", "kubectl delete"),
    ("bash -c '{ kubectl delete x; }'", "kubectl delete"),
    ("pulumi down --yes", "pulumi down"), ("pulumi -s prod stack remove old", "pulumi stack remove"),
    ("pulumi deployment run update", "pulumi deployment run"), ("helmfile -e prod apply", "helmfile apply"),
    ("helm secrets upgrade web ./chart", "helm secrets upgrade"),
    ("kubecolor delete pod x", "kubecolor delete"),
    ("bash -c 'kubectl -n \"$(cat ns)\" delete pod x'", "kubectl delete"),
    ("bash -c 'kubectl -n $(echo a) apply -f x'", "kubectl apply"),
    ("bash -c 'kubectl \"--context=$(cat c)\" scale deploy/x'", "kubectl scale"),
    ("bash -c 'kubectl -n `cat ns` delete pod x'", "kubectl delete"),
    ("bash -c 'function f { kubectl delete x; }; f'", "kubectl delete"),
    ("bash -c 'f() { kubectl delete x; }; f'", "kubectl delete"),
    ("bash -c 'time -p kubectl delete x'", "kubectl delete"),
    ("bash -c '>out kubectl delete x'", "kubectl delete"),
    ("bash -c '2>/dev/null kubectl delete x'", "kubectl delete"),
    ("bash -c 'kubectl get x 2>&1 | tee y; kubectl delete x &>z'", "kubectl delete"),
    ("bash -c 'trap \"kubectl delete x\" EXIT'", "kubectl delete"),
    ("bash -c 'diff <(kubectl get x) <(kubectl delete x)'", "kubectl delete"),
    ("env '-Skubectl delete x'", "kubectl delete"),
    ("env '--split-string=kubectl delete x'", "kubectl delete"),
    ("kubectl apply edit-last-applied -f x", "kubectl apply"),
    ("kubectl label x a=b --list=false", "kubectl label"),
    ("kubectl label x a=b --local=false", "kubectl label"),
    ("kubectl scale deploy/x --replicas=0 --local", "kubectl scale"),
    // Programs that run others, listed nowhere.
    ("systemd-run --user kubectl delete pod x", "kubectl delete"),
    ("setpriv --reuid=1000 kubectl delete pod x", "kubectl delete"),
    ("tmux new -d 'kubectl delete pod x'", "kubectl delete"),
    ("tmux new-session kubectl delete pod x", "kubectl delete"),
    ("screen -dm kubectl delete pod x", "kubectl delete"),
    ("ssh tethys kubectl delete pod x", "kubectl delete"),
    ("ssh -p 22 root@tethys 'sudo kubectl delete pod x'", "kubectl delete"),
    ("ssh tethys 'kubectl get x;kubectl' delete x", "kubectl delete"),
    ("docker run --rm bitnami/kubectl:1.30 delete pod x", "kubectl delete"),
    ("docker exec box kubectl delete pod x", "kubectl delete"),
    ("nix run nixpkgs#kubectl -- delete pod x", "kubectl delete"),
    ("direnv exec . helm uninstall web", "helm uninstall"), ("op run -- flux suspend ks x", "flux suspend"),
    ("sops exec-env x.yaml 'pulumi up'", "pulumi up"),
    ("mise exec -- terraform destroy", "terraform destroy"),
    ("npx pulumi up", "pulumi up"), ("npx --yes pulumi@3 up", "pulumi up"),
    ("chrt -b 0 kubectl delete pod x", "kubectl delete"),
    ("taskset 1 kubectl delete pod x", "kubectl delete"),
    ("bwrap --bind / / kubectl delete pod x", "kubectl delete"),
    ("pkexec kubectl delete pod x", "kubectl delete"),
    ("faketime yesterday kubectl delete pod x", "kubectl delete"),
    ("busybox sh -c 'kubectl delete pod x'", "kubectl delete"),
    ("su - oceanid -c 'kubectl delete pod x'", "kubectl delete"),
    ("parallel kubectl delete pod ::: a b", "kubectl delete"),
    ("perl -e 'system(\"kubectl delete pod x\")'", "kubectl delete"),
    ("python3 -c \"import os; os.system('kubectl delete pod x')\"", "kubectl delete"),
    // Tools under other names, and plugins.
    ("kubectl-1.30 delete pod x", "kubectl-1.30 delete"), ("kubectl1.30 delete pod x", "kubectl1.30 delete"),
    ("/opt/kubectl_v1.30.2 delete pod x", "kubectl_v1.30.2 delete"),
    ("helm3 uninstall web", "helm3 uninstall"),
    ("kubectl flux reconcile ks apps", "flux reconcile"), ("kubectl-flux suspend ks apps", "flux suspend"),
    ("kubectl -n x argocd app sync web", "argocd app sync"),
    ("kubectl node-shell calypso", "kubectl node-shell"),
    ("pulumi config set x y", "pulumi config set"), ("pulumi -s prod config rm x", "pulumi config rm"),
    ("pulumi stack init dev", "pulumi stack init"), ("argocd app sync web", "argocd app sync"),
    ("argocd app set web -p a=b", "argocd app set"), ("argocd app delete web", "argocd app delete"),
    ("k9s", "k9s without --readonly"), ("k9s -n shop", "k9s without --readonly"),
    ("k9s --readonly=false", "k9s without --readonly"), ("systemctl restart k3s", "systemctl restart k3s"),
    ("sudo systemctl stop k3s-agent.service", "systemctl stop k3s-agent.service"),
    ("service k3s restart", "service k3s restart"),
    ("k3s etcd-snapshot delete x", "k3s etcd-snapshot delete"),
    ("k3s-uninstall.sh", "k3s-uninstall.sh"), ("crictl rmp x", "crictl rmp"),
    ("istioctl install", "istioctl install"), ("velero restore create", "velero restore create"),
    ("skaffold run", "skaffold run"), ("oc adm drain calypso", "oc adm drain"),
    // Here-documents, pipes and what a shell does to words.
    ("bash -c 'cat <<EOF\nit'\\''s\nEOF\nkubectl delete pod x'", "kubectl delete"),
    ("bash -c 'cat <<EOF\n$(kubectl delete pod x)\nEOF'", "kubectl delete"),
    ("bash -c 'cat <<EOF\n`kubectl delete pod x`\nEOF'", "kubectl delete"),
    ("bash -c 'bash <<EOF\nkubectl delete pod x\nEOF'", "kubectl delete"),
    ("bash -c 'sh -s <<-\"EOF\"\n\tkubectl delete pod x\n\tEOF'", "kubectl delete"),
    ("bash -c 'ssh tethys <<EOF\nkubectl delete pod x\nEOF'", "kubectl delete"),
    ("bash -c 'ssh tethys bash -s <<EOF\nkubectl delete pod x\nEOF'", "kubectl delete"),
    ("bash -c 'cat <<EOF | sudo sh\nkubectl delete pod x\nEOF'", "kubectl delete"),
    ("bash -c 'cat <<EOF | kubectl apply -f -\nkind: Pod\nEOF'", "kubectl apply"),
    ("bash -c 'bash <<< \"kubectl delete pod x\"'", "kubectl delete"),
    ("bash -c 'echo kubectl delete pod x | sh'", "kubectl delete"),
    ("bash -c 'echo \"kubectl delete pod x\" | tee y | bash -s'", "kubectl delete"),
    ("bash -c 'echo delete pod x | xargs kubectl'", "kubectl delete"),
    ("bash -c 'cat <<A <<B\nx\nA\ny\nB\nhelm uninstall web'", "helm uninstall"),
    ("bash -c 'at now <<EOF\nkubectl delete pod x\nEOF'", "kubectl delete"),
    ("bash -c \"$'kubectl' delete pod x\"", "kubectl delete"),
    ("bash -c 'echo $(cat <<EOF\na\nEOF\n); kubectl delete x'", "kubectl delete"),
    ("bash -c 'while read x; do kubectl delete pod $x; done <<EOF\na\nEOF'", "kubectl delete"),
    ("bash -c 'case $1 in a) kubectl delete x;; esac'", "kubectl delete"),
    ("bash -c 'coproc kubectl delete x'", "kubectl delete"),
    ("bash -c 'false || kubectl delete x'", "kubectl delete"),
    ("sh -c '\"$@\"' sh kubectl delete pod x", "kubectl delete"),
    ("fish -c 'kubectl delete pod x'", "kubectl delete"),
  ]

  @Test(arguments: changes) func changesAreDetected(_ line: String, _ words: String) {
    #expect(effect(line).change == words)
  }

  @Test(arguments: [
    "kubectl get pods", "kubectl -n delete get pods", "kubectl get deploy apply", "kubectl describe node x",
    "kubectl logs -f web-0",
    "kubectl rollout status deploy/web", "kubectl rollout history deploy restart",
    "kubectl rollout history deploy/web", "kubectl diff -f x", "kubectl auth can-i delete pods",
    "kubectl apply -f x --dry-run=server", "kubectl create secret generic x --dry-run=client -o yaml",
    "kubectl --context delete top nodes", "kubectl config set-context x", "helm list", "helm template x",
    "helm upgrade x y --dry-run", "flux get all -A", "flux logs", "flux diff ks apps",
    "flux create ks x --export", "pulumi preview", "pulumi stack ls", "pulumi state", "terraform plan",
    "grep -r kubectl delete", "echo kubectl delete", "git commit -m 'kubectl delete pod'",
    "env",
    "find . -name 'foo bar'", "sh -c ''", "env A=b kubectl get x",
    "kubectl apply --help", "kubectl delete -h", "helm upgrade --help", "flux reconcile --help",
    "pulumi up --help", "kubectl apply view-last-applied deploy/web", "kubectl label --list node x",
    "kubectl help delete",
    // Shown, and not made.
    "kubectl set image --local -f x.yaml a=b -o yaml", "kubectl label --local -f x.yaml a=b -o yaml",
    "kubectl annotate -f x.yaml a=b --local=true -o yaml", "kubectl patch --local -f x.yaml -p '{}' -o yaml",
    "kubectl set env deploy/web --list", "argocd app sync web --dry-run", "pulumi up --preview-only",
    // Tools that only look.
    "argocd app get web", "argocd app diff web", "k9s --readonly", "k9s version", "pulumi config",
    "pulumi config get set", "helm secrets view x", "helm diff upgrade web .", "kubectl ctx", "kubectl neat",
    "systemctl status k3s", "systemctl restart nginx", "k3s kubectl get nodes", "k3s check-config",
    "crictl ps",
    "velero backup get", "istioctl proxy-status", "kubectl flux get all", "kubectl-1.30 get pods",
    "npx pulumi preview",
    "ssh tethys uptime", "ssh tethys kubectl get nodes", "docker run bitnami/kubectl:1.30 get pods",
    "tar cf kubectl.tar kubectl", "which kubectl helm",
    // Scripts whose words are no change.
    "sh -c 'kubectl get pods'", "bash -c 'kubectl get pods || echo none'",
    "bash -c 'set -e; kubectl get pods -A'",
    "bash -c 'kubectl get pods | grep web'", "watch 'flux get all -A; kubectl get pods'",
    "sh -c 'kubectl apply -f x --dry-run=server'", "ssh tethys 'kubectl get nodes; uptime'",
    "sh -c 'kubectl delete --help'", "watch kubectl get pods -l app=a",
  ])
  func readingCommandsAreAllowed(_ line: String) {
    #expect(effect(line) == .none)
  }

  /// The words of a change are text there, and are not executed.
  @Test(arguments: [
    "sh -c 'kubectl get pods # kubectl delete'", "sh -c 'echo \"kubectl delete\"'",
    "bash -c 'kubectl get $(echo delete) x'", "bash -c 'kubectl get pods > delete'",
    "bash -c 'x=$(kubectl get pods -o name); echo $x'", "watch 'kubectl get pods | grep delete'",
    "bash -c 'cat <<EOF\n\"kubectl delete pod x\"\nEOF'", "bash -c 'cat <<EOF\nkubectl delete pod x\nEOF'",
    "bash -c 'cat > notes.md <<\"EOF\"\n$(kubectl delete pod x)\nEOF'",
    "bash -c 'tee x <<-EOF\n\tkubectl delete pod x\n\tEOF\nkubectl get pods'",
    "bash -c 'cat <<EOF | grep pod\nkubectl delete pod x\nEOF'",
    "bash -c 'grep delete <<< \"kubectl delete\"'",
    "bash -c 'for verb in kubectl delete; do echo $verb; done'",
    "bash -c '[ -x kubectl ] && [[ $x = kubectl* ]]; echo done'",
  ])
  func aScriptThatOnlyNamesAChangeIsAllowed(_ line: String) {
    #expect(effect(line) == .none)
  }

  /// Names and verbs that a script makes are not known, so that it may change something.
  @Test(arguments: [
    "bash -c 'K=kubectl; $K delete x'", "bash -c '{kubectl,delete,pod}'", "bash -c 'V=suspend; flux $V ks x'",
    "bash -c 'kubectl $(cat verb) pod x'", "bash -c 'k() { kubectl \"$@\"; }; k delete x'",
    "bash -c 'for v in delete; do kubectl $v pod x; done'", "bash -c '$X delete pod x'",
    "bash -c 'kubectl `cat verb` pod x'",
    "bash -c 'k9s; true'", "bash -c 'alias k=kubectl; k delete x'", "sh -c 'kubectl de\"\"lete pod x; true'",
    "python3 -c 'import subprocess; subprocess.run([\"kubectl\",\"delete\",\"pod\",\"x\"])'",
    "bash -c 'kubectl-flux suspend ks apps; true'", "bash -c 'true; kubectl \\\n  delete pod x'",
  ])
  func aScriptThatMakesWordsIsRefused(_ line: String) {
    #expect(effect(line).isChange)
  }

  @Test(arguments: [
    ("sh", "commands typed into sh"), ("bash script.sh", "the script script.sh"),
    ("bash -c 'curl -s x | bash'", "commands typed into bash"), ("make deploy", "commands run by make"),
    ("python3 deploy.py", "commands run by python3"), ("tmux", "commands run by tmux"),
    ("kubectl cnpg status x", "the plugin kubectl cnpg"),
    ("kubectl-cnpg status x", "the plugin kubectl cnpg"),
    ("bash -c 'source env.sh; kubectl get x'", "commands run by source"),
    ("sudo bash", "commands typed into bash"),
    ("ssh tethys", "commands typed into ssh"),
    ("bash -c '$X get pod x'", "words computed by the script"),
    ("ansible-playbook site.yaml", "commands run by ansible-playbook"),
  ])
  func unexaminableCommandsAreReported(_ line: String, _ words: String) {
    #expect(effect(line) == .unseen(words))
  }

  @Test(arguments: [
    ("kubectl exec -it web-0 -- kubectl delete pod x", Restriction.Kind.container, "kubectl exec"),
    ("kubectl cp ./a web-0:/a", .container, "kubectl cp"),
    ("kubectl cnpg promote x", .unknownVerb, "kubectl cnpg"),
    ("kubectl-cnpg promote x", .unknownVerb, "kubectl cnpg"),
    ("flux frobnicate", .unknownVerb, "flux frobnicate"),
    ("kubectl get secret x -o yaml", .credentials, "kubectl get secret -o"),
    ("pulumi stack output --show-secrets", .credentials, "pulumi --show-secrets"),
    ("pkill ssh", .tunnel, "pkill of a tunnel"),
    ("ssh -NL 16443:localhost:6443 tethys", .tunnel, "ssh -L to port 6443"),
    ("kubectl -s https://x:6443 get pods", .otherServer, "kubectl --server"),
    ("kubectl -s https://x get pods", .otherServer, "kubectl --server"),
    ("kubectl --server=https://x get pods", .otherServer, "kubectl --server"),
    ("kubectl --server x get pods", .otherServer, "kubectl --server"),
    ("kubectl --server https://127.0.0.1.example get pods", .otherServer, "kubectl --server"),
    ("helm --kube-apiserver https://x list", .otherServer, "helm --server"),
    ("oceanid-ctl run --break-glass x -- kubectl get pods", .breakGlass, "oceanid-ctl run --break-glass"),
  ])
  func commandsForAPersonAreRestricted(_ line: String, _ kind: Restriction.Kind, _ words: String) {
    #expect(effect(line) == .restricted(Restriction(kind, words)))
  }

  @Test func emptyAndTooDeepCommands() {
    #expect(CommandReader.effect(of: []) == .none)
    #expect(CommandReader.effect(of: [""]) == .none)
    #expect(CommandReader.effect(of: Array(repeating: "env", count: 5000) + ["kubectl", "delete"]).isChange)
    #expect(CommandReader.effect(of: Array(repeating: "env", count: 5000)) == .none)
    #expect(!CommandReader.effect(of: Array(repeating: "sh", count: 500)).isChange)
    #expect(!CommandReader.effect(of: Array(repeating: "kubectl", count: 2000)).isChange)
    for part in ["\"$(", "cat <<E\n", "a|", "watch ", "sh -c ", "ssh "] {
      #expect(!CommandReader.effect(of: ["sh", "-c", String(repeating: part, count: 3000)]).isChange)
    }
    for part in ["kubectl ", "kubectl;", "sh -c ", "watch "] {
      let many = String(repeating: part, count: 3000) + "kubectl delete x"
      #expect(CommandReader.effect(of: ["sh", "-c", many]).isChange == (part != "kubectl "))
    }
  }
}
