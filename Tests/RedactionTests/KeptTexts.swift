/// Ordinary texts of clusters and tools. Nothing in them is a credential.
enum KeptTexts {
  static let credentials = [
    #"secret "github-token" not found"#, "token expired", #"password authentication failed for user "x""#,
    "key not found: spec.password", "invalid bearer token", "passwordSecretRef: name=foo", "secretName: x",
    "tokenExpirationSeconds: 3600", "invalid token: expired", "token: expired", "Token: invalid",
    "secret: not found", #"error creating token: Post "https://vault:8200/v1/auth": EOF"#,
    #"fetch token: Get "https://idp.example/token": dial tcp: timeout"#,
    #"fetch token: serviceaccounts "web" not found"#,
    "password: must be longer", "password: required", "auth: user not found", "jwt: signature is invalid",
    "credentials: missing", "unexpected token: x", "unexpected token }", #"invalid token "x""#,
    "secret=flux-system/github-token", #"secret="flux-system/github-token" ready"#,
    "Secret: flux-system/github-token",
    "auth=failed", "token=expired", "password=null", "password=${DB_PASSWORD}", "password=$DB_PASSWORD x",
    "password=$(cat x)", "password={{ .Values.password }}", "password=***", "token: [REDACTED]",
    "password: <nil>",
    "the flag --token is required", "--password is missing", "password is wrong", "the password was rejected",
    "authorization: denied by policy", "Authorization: missing", "Cookie: missing",
    "Basic authentication failed",
    "Basic Auth is off", "Bearer authentication failed", "bearer token is missing", "Bearer error",
    #"WWW-Authenticate: Bearer realm="x",error="invalid_token""#, "existingSecret: foo", "tlsSecret: foo",
    "imagePullSecrets:[map[name:x]]", "imagePullSecret: foo", "passwordFile: /run/x", "token_file=/run/x",
    "tokenPath: /var/run/secrets/token", "secretRef:\n  name: x", "secretKeyRef:\n  key: password",
    "secrets: 5",
    "maxTokens: 4096", "tokens=5", "token_type=bearer", "token_endpoint=https://h/x", "continueToken: abc",
    "secrets \"x\" is forbidden: User \"oidc:ann@example.com\" cannot get resource",
    "password policy: strong",
    #"couldn't find key password in Secret apps/db"#, "passwordLength=12", "passwordPolicy: x",
    "publicKey: abc",
    #"required fields: "password", "username""#, "user:ann@example.com", "mailto:ann@example.com",
    "PWD=/root OLDPWD=/tmp", "bypass=on", "PASS: TestFoo", "pass: 3, fail: 2",
    "private key does not match public key",
    "the API key is not valid", "AUTH failed", "NOAUTH Authentication required.",
    "host key verification failed",
    #"secret: {"name":"x"}"#, "data:\n  host: a\n", "stringData is empty", "kind: SecretStore",
    "kind: Secret\nmetadata:\n  name: x\n",
    "failed to fetch the secret data", "credential helper is missing", "signature: valid",
    "signature verification failed",
  ]

  static let others = [
    "code=404", "code = Unavailable desc = connection refused", "rpc error: code = Unauthenticated desc = x",
    "code=NotFound", "code=ERR_CONN", "exit code=137", #"{"code":404,"reason":"NotFound"}"#,
    "status_code=500",
    "error code: 0x80070005", "?status=200&code=404", "sqlstate code=42P01",
    "ghcr.io/a/b:v1@sha256:8f5a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8",
    "main@sha1:5c2b8a7f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b", "5c2b8a7f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b",
    "resourceVersion: \"12345678\"", "uid: 550e8400-e29b-41d4-a716-446655440000",
    "generation: 5, observed: 4",
    "nginx:1.25@sha256:0123", "npm:foo@1.2.3", "chart@1.2.3", "git@github.com:a/b.git",
    "ssh://git@github.com/a",
    "docker run -p 8080:80 nginx", "mkdir -p data", "ssh -p web", "kubectl patch x -p '{\"a\":1}'",
    "ssh -p 2222 h",
    "docker login -p <token> HOST", "use -p to pass it", "10.42.0.5:6443", "[fe80::1]:22", "time=12:30@home",
    "https://h/x?page=2&sort=name", "https://h:8443/hooks/deploy", "a -> b", "x => y", "50% of 80%", "100%25",
    "Deployment/apps/web status: 'InProgress'", "web-5d8f7c9b4-x2x7z", "C:\\new\\table", "a\\nb\\tc",
    "-----BEGIN CERTIFICATE-----\nMIIE", "-----END CERTIFICATE-----",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE",
    "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "cGxhaW4gd29yZHMgb25seQ==", "$1 and $2", "$100",
    "x509: certificate signed by unknown authority", "dial tcp 127.0.0.1:16443: connect: connection refused",
    "helm upgrade failed: context deadline exceeded", "key: value", "keys: a, b", "the key is missing",
    "author: ann", "compass: north", "tethys/node/calypso/not-ready", "a@b.example", "sort key: name",
  ]

  /// Names of objects, images, repositories and counts that look like names of credentials.
  static let names = [
    #"could not find Secret apps/redis-password: secrets "redis-password" not found"#,
    #"unable to get secret flux-system/db-password: secrets "db-password" not found"#,
    #"failed to get secret flux-system/github-token: secrets "github-token" not found"#,
    #"Back-off pulling image "ghcr.io/org/auth:v1""#, "HelmRelease apps/password: install retries exhausted",
    #"volume "secret-token": references non-existent secret key: password"#,
    "Certificate apps/secret: issuing",
    "curl -u https://x", "github.com/org/ghp_tools", "pass=3 fail=2",
    #"Failed to pull image "registry.example/team/token:1.2.3": not found"#,
    #"image "org/secret:latest" is missing"#,
    "Kustomization flux-system/auth: health check failed", "curl --user https://h/x failed",
    "https://github.com/org/glpat-helper.git", "pass=12, fail=0", "Secret apps/token: being deleted",
    "ExternalSecret apps/api-token: could not get provider client", #"configmap "token": optional"#,
    "token: Bearer token is missing", "auth: Basic authentication failed", "token: Token is expired",
    "credentials: Bearer token required", "Authorization: Bearer <token>", "token: key not found",
    "password=\nuser=ann", "password:\nuser: ann", "password:\nLogin incorrect",
    "TOKEN is set to expire soon",
    "| user | password | host |", "a->b", "$token->isExpired()", "password is set", "the token is now valid",
    "auth: signature does not match", "psk mismatch", "passphrase: required for the key", "senha inválida",
    "Authorization: Bearer\nHost: x", "пароль неверный", "token: user ann not found", "bot1234: hello",
  ]

  /// Tables, statements and lines that only look like the ones with credentials.
  static let tables = [
    "NAME    READY   SECRET    AGE\nweb     True    web-tls   3d", "PASSWORD   AGE\n<none>     3d",
    "name,password\nann,***\nbob,", "secret,ready\nweb-tls,yes", "the user, password\nand host are missing",
    "| name | password |\n|---|---|\n| ann | missing |", "INSERT INTO users (id, name) VALUES (1, 'ann')",
    "INSERT INTO users (name, password) VALUES (?, ${PASSWORD})", "insert into a (token) select b from c",
    "variable \"db_host\" { default = \"a.example\" }", "variable \"db_password\" { type = string }",
    "<key>Name</key><string>a</string>", "<key>Password</key><true/>", "cookie is missing",
    "cookie sid=expired",
    "public key MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQD8+PTw7Ojk4NzY1NDMyMTAv"
      + "Li0sKyopKCcmJSQjIiEgHx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQ== is unknown",
    "token: expired\n  details follow", "user:\n  auth: failed\n    because",
    "st.example.com/a", "sl.example.com", "oy2 rnd_value mfa.example.com", "H4sI is a magic number",
    "decode 6465616462656566 failed", "--from-literal=${KEY}", #"https:\/\/h:443\/a@b"#,
  ]

  /// Lists, lines of a shell and other text that looks like a form of a credential.
  static let forms = [
    "tokens: [1, 2]", "maxTokens: [4096]", "secrets:\n- regcred", "imagePullSecrets:\n- name: x",
    "password:\n- name: x", #"{"value":"3","name":"REPLICAS"}"#, "- value: a\n  name: HOST",
    "echo done | docker ps",
    "echo hello | sudo tee x", "echo $TOKEN | docker login --password-stdin",
    "the flag --password-stdin is required",
    "https://h/a%3Ab%40c", "the seed phrase is missing", "seed phrase: not found",
    "digest c2hhMjU2OjAxMjM0NTY3ODk=",
    "image bmdpbng6MS4yNS4z", "Ошибка\u{A0}: нет узла", "replicas\u{A0}= 3", #"a\tb = 3"#,
    "password=$(cat /run/x)",
    "ｎａｍｅ=x", "mfa secret is missing", "TOTP secret not found",
  ]

  static let all = forms + credentials + others + names + tables
}
