import Testing

@testable import GuardClient

@Suite(.timeLimit(.minutes(10))) struct ClusterChangeTests {
  private func words(_ line: String) -> [String] { ShellScript.commands(of: line).first ?? [] }

  @Test(arguments: [
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
  ])
  func isSeen(_ line: String, _ change: String) {
    #expect(ClusterChange.find(in: words(line))?.words == change)
  }

  @Test(arguments: [
    "kubectl get pods", "kubectl -n delete get pods", "kubectl get deploy apply", "kubectl describe node x",
    "kubectl logs -f web-0", "kubectl exec -it web-0 -- kubectl delete pod x",
    "kubectl rollout status deploy/web",
    "kubectl rollout history deploy/web", "kubectl diff -f x", "kubectl auth can-i delete pods",
    "kubectl apply -f x --dry-run=server", "kubectl create secret generic x --dry-run=client -o yaml",
    "kubectl --context delete top nodes", "kubectl config set-context x", "helm list", "helm template x",
    "helm upgrade x y --dry-run", "flux get all -A", "flux logs", "flux diff ks apps",
    "flux create ks x --export",
    "pulumi preview", "pulumi stack ls", "pulumi state", "terraform plan", "grep -r kubectl delete",
    "echo kubectl delete",
    "sh -c 'kubectl get pods # kubectl delete'", "sh -c 'echo \"kubectl delete\"'", "env", "sh",
    "bash script.sh",
    "find . -name 'foo bar'", "sh -c ''", "env A=b kubectl get x",
    "kubectl apply --help", "kubectl delete -h", "helm upgrade --help", "flux reconcile --help",
    "pulumi up --help", "kubectl apply view-last-applied deploy/web", "kubectl label --list node x",
    "bash -c 'kubectl get $(echo delete) x'", "bash -c 'kubectl get pods > delete'",
    "bash -c 'x=$(kubectl get pods -o name); echo $x'", "kubectl help delete",
  ])
  func isLetThrough(_ line: String) {
    #expect(ClusterChange.find(in: words(line)) == nil)
  }

  @Test func nothingAndTooMuch() {
    #expect(ClusterChange.find(in: []) == nil)
    #expect(ClusterChange.find(in: [""]) == nil)
    #expect(ClusterChange.find(in: Array(repeating: "env", count: 5000) + ["kubectl", "delete"]) != nil)
    #expect(ClusterChange.find(in: Array(repeating: "env", count: 5000)) == nil)
    #expect(ClusterChange.find(in: Array(repeating: "sh", count: 500)) == nil)
    #expect(ClusterChange.find(in: ["sh", "-c", String(repeating: "\"$(", count: 3000)]) == nil)
    #expect(ClusterChange.find(in: ["watch", String(repeating: "watch ", count: 300)]) != nil)
  }

  @Test(arguments: [
    (Shell.bash, "/a b/it's", "export KUBECONFIG='/a b/it'\\''s'\n"),
    (.zsh, "/x", "export KUBECONFIG='/x'\n"),
    (.fish, "/it's\\x", "set -gx KUBECONFIG '/it\\'s\\\\x'\n"),
  ])
  func aShellGetsTheValueAsItIs(_ shell: Shell, _ value: String, _ line: String) {
    #expect(shell.export("KUBECONFIG", value) == line)
  }
}
