/// Ordinary texts that resemble values with a syntax of their own, tokens of products, and sentences about credentials.
enum KeptStructures {
  static let structures: [String] = [
    "auth {Username: Password: Auth: ServerAddress: IdentityToken: RegistryToken:}",
    "&{Name:x Token: Secret: Kind:y}", "{AccessKey: SecretKey: Region:eu}",
    "MountVolume.SetUp failed for volume \"credentials\" : references non-existent secret key: tls.key",
    "references non-existent secret key: config.json", "references non-existent secret key: DB_PASSWORD",
    "LoadCredential=token:/etc/token", "LoadCredentialEncrypted=db-password:/etc/x.cred",
    "ImportCredential=token", "secret flux-system/github-token: https://127.0.0.1:16443 returned HTTP 404",
    "Secret flux-system/github-token: https://10.0.0.1:6443 returned HTTP 403: forbidden",
    "secret apps/db-password: http://localhost:8080/x is down", "[client.admin] caps mon = \"allow r\"",
    "auth: [client.k8s] caps mon = \"allow r\"", "cat <<EOF > file",
    "kubectl apply -f - <<EOF\nkind: Pod\nEOF",
    "a << b", "1 << 20", "token <<-", "x <<<",
    "X-Hub-Signature-256: missing", "--set a.name=x,a.value=y", "env[0].name=HOST,env[0].value=db",
    "--from-file=key=value,token", "chpasswd: command not found", "list: |\n  root:x", "--labels a=b,c=d",
    #"array(2) { ["user"]=> string(3) "ann" }"#, "Some(x)", #"user: Some("ann")"#,
  ]

  static let claims: [String] = [
    "expected password but got nothing", "expected token, got EOF", "unexpected token: got string",
    "password mismatch", "password mismatch: 3 attempts left", "token mismatch: expected one, got another",
    "cookie_secret must be 16, 24, or 32 bytes", "the password must be longer but is not",
    "password for user ann is wrong", "password for ann: timeout", "the token for cluster tethys is old",
    "token for web: oauth2: cannot fetch token", "token for pod web: CreateContainerConfigError",
    "the secret for web is NotFound", "the passphrase for /dev/sda is missing", "secret of web: not found",
    "failed to get token for shop/web-5d8f7c9b4-x2x7z: context deadline exceeded",
    "failed to fetch token for serviceaccount default: https://10.0.0.1:6443 returned HTTP 401",
    "connection refused (10.0.0.1:6443)", "bad credentials (401)", "login(user, password) failed",
    #"authenticate("user", "password")"#, "access denied (apps/web)", "login failed (ann: timeout)",
    "Login was refused (svc / PLAIN)", "pull failed (ghcr.io: 401)", "auth failed (rule 3, line 5)",
    "Passwort ist falsch", "Passwort für ann ist abgelaufen", "le mot de passe est incorrect",
    "пароль пользователя неверный", "la contraseña es incorrecta",
  ]

  static let networks: [String] = [
    "main.go:45:func:error:msg", "2001:0410:abcd:abcd:beef:1", "12:30:45:a:b", "a:b:c:d:e", "fe80:0:0:0:1",
    "host:443:tls:error: bad", "arn:aws:iam::123456789012:role/x", "urn:ietf:params:acme:error:badNonce",
    "snmp-server community is missing", "rocommunity: not set", "createUser failed", "stats auth is missing",
    "password 7 of 9", "password 3 times", "secret 5 of 6", "TSIG error: BADKEY", "hmac-sha256: bad digest",
    "hmac-sha256:abc", #"{"d":"x","k":"y"}"#, #"{"kty":"RSA","n":"abc","e":"AQAB","x":"y"}"#,
    "<name>fs.default.name</name><value>hdfs://h</value>", "<name>token</name>",
    "<property name=\"host\"><value>x</value></property>", "service key: missing", "iscsiadm -n x -v y",
    "kubectl get pod -n auth -v 6", "kubectl -n secret --v 6", "--name web --value 3",
  ]

  static let tokens: [String] = [
    "token-abcde: not found", "robot$library+ci is disabled", "robot$ci+build-agent", "re_try_again",
    "st.example.com", "pat.example", "sdk-go v1.2.3", "api-server", "api-gateway-7d9f8b6c5d-x2x7z",
    "oauth:scope",
    "oauth:access_token", "nbp_x", "K00x", "AQ==", "Splunk 9.1.2", "Splunk index=main", "at_least_one_s1",
    "ptr_to_member", "e2b_", "csk-x", "sqp_fast", "at 0.5.1: failed", "node K005 is down", "hcaik_",
    "UUID f0f0f0f0-f0f0-f0f0-f0f0-f0f0f0f0f0f0",
  ]

  static let addresses: [String] = [
    "https://ntfy.sh", "https://ntfy.sh/docs/publish", "https://ntfy.sh/v1/health",
    "as in https://ntfy.sh/TOPIC",
    "https://www.make.com/en/help", "https://docs.ntfy.sh/publish", "https://x.example/webhook/github",
    "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s",
    #"failed calling webhook "webhook.cert-manager.io": Post "https://cert-manager-webhook.cert-manager.svc:443/mutate": EOF"#,
  ]

  static let names: [String] = [
    "enclave: ready", "autoclave: on", "Schlüssel: nicht gefunden", "clé: absente", "секрет: не найден",
    "ключ не найден", "geheim: expired", #"C:\160\x"#, #"a\x20b"#, #"\u{41}pple=3"#, "&#112;ort=3", #"a\0b"#,
    #"tool\0--verbose\0x"#, "form-data; name=\"file\"\r\n\r\nhello\r\n--x",
    "name=\"password\" is required\r\n",
    "k\0v",
  ]

  /// Messages of Flux, the kubelet, cert-manager and GitHub.
  static let programs: [String] = [
    "Helm upgrade failed for release shop/web with chart web@1.2.3: context deadline exceeded",
    "ReconciliationFailed: Secret/shop/db-password dry-run failed (Forbidden): is immutable",
    "Kustomization/flux-system/apps: Secret/shop/stripe-token configured",
    "HelmRepository 'flux-system/x': failed to fetch https://charts.example/index.yaml: 401 Unauthorized",
    "stored artifact for revision 'main@sha1:5c2b8a7f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b'",
    "Receiver flux-system/github: unable to read token from secret 'flux-system/webhook-token': not found",
    "Error: failed to prepare subPath for volumeMount \"token\" of container \"web\"",
    "Readiness probe failed: Get \"http://10.42.0.5:8080/auth/login\": dial tcp 10.42.0.5:8080: connect: refused",
    #"Failed to pull image "ghcr.io/a/auth:v1": rpc error: code = Unknown desc = failed to authorize"#,
    "FailedMount: MountVolume.SetUp failed for volume \"token\" : secret \"web-token\" not found",
    "Waiting for DNS-01 challenge propagation: DNS record for \"a.example\" not yet propagated",
    #"Issuing certificate as Secret was previously issued by "Issuer.cert-manager.io/letsencrypt""#,
    "Failed to verify ACME account: acme: : 404 page not found",
    "Bad credentials - https://docs.github.com/rest", "API rate limit exceeded for installation ID 1234567.",
    "remote: Permission to a/b.git denied to github-actions[bot].",
    "error validating token for repo a/b: Bad credentials", "secret for pull is regcred",
    "issuer https://oidc.example: token for audience sts.amazonaws.com is not valid yet",
  ]

  static let all = structures + claims + networks + tokens + addresses + names + programs
}
