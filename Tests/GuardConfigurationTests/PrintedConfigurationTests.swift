import Foundation
import Testing

@testable import GuardConfiguration

/// The text of `--print-config`, which people compare and keep.
@Suite struct PrintedConfigurationTests {
  private func printed(_ text: String) throws -> String {
    try Configuration.parse(
      text, file: "guard.yaml",
      environment: ConfigurationEnvironment(
        isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000")
    ).yaml
  }

  @Test func withDefaultsOnly() throws {
    #expect(try printed("alerts: []") == Self.builtIn)
  }

  @Test func withEveryKey() throws {
    #expect(try printed(Self.everyKey) == Self.everyKeyPrinted)
  }

  @Test func asJSONWithTheSameValues() throws {
    let configuration = try Configuration.parse(
      Self.everyKey, file: "guard.yaml",
      environment: ConfigurationEnvironment(
        isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000"))
    let json = configuration.json
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let clusters = try #require(value?["clusters"] as? [[String: Any]])
    #expect(clusters.compactMap { $0["name"] as? String } == configuration.clusters.map(\.name))
    let tunnel = try #require(clusters.first?["tunnel"] as? [String: Any])
    #expect(tunnel["host"] as? String == configuration.clusters.first?.tunnel.host)
    #expect((tunnel["forwards"] as? [[String: Any]])?.isEmpty == false)
    #expect(json.filter(\.isNewline).count == 1)
  }

  private static let builtIn = #"""
    control:
      socket: /run/user/1000/oceanid/guard.sock
    clusters:
      - name: tethys
        tunnel:
          host: tethys
          forwards:
            - { listen: "127.0.0.1:16443", target: "localhost:6443" }
          # keepalive: { interval: 5s, timeout: 15s }  or ServerAliveInterval of ssh_config where shorter
          backoff: { initial: 250ms, max: 30s }
          hold: 10s
          # sessions: one for each processor
          windowBudget: 64MiB
        kubernetes:
          kubeconfig: /home/ada/.kube/k3s-config.yaml
          context: default
          poll: { interval: 15s, timeout: 10s }
        expect:
          nodes: [srv712429, srv712695, calypso]
          gpu: { calypso: 1 }
          flux: { version: v2.6.4, namespace: flux-system }
          workloads: [cloudflared/cloudflared]
          secrets: [flux-system/github-token]
    alerts: []

    """#

  private static let everyKey = #"""
    control: { socket: ~/guard.sock }
    metrics: { textfile: /var/lib/node/oceanid.prom }
    clusters:
      - name: one
        tunnel:
          host: "2001:db8::7"
          user: "a:b"
          port: 2222
          identityFiles: [~/.ssh/key, credential:key]
          passphrase: { credential: pass }
          knownHostsFiles: []
          sshConfig: /etc/oceanid/ssh_config
          forwards:
            - { listen: "[::1]:1", target: "[2001:db8::1]:65535" }
            - { listen: ~/k3s.sock, target: /run/k3s.sock }
          keepalive: { interval: 1s, timeout: 3s }
          backoff: { initial: 10ms, max: 1h }
          hold: 0s
          sessions: 4
          windowBudget: 1GiB
        kubernetes: { kubeconfig: /k, context: c, poll: { interval: 10m, timeout: 250ms } }
        expect:
          nodes: [n1, n2]
          gpu: { n2: 1, n1: 0 }
          flux: { version: v2.7.0-rc.1, namespace: flux }
          workloads: [a/b]
          secrets: [c/d]
      - name: two
        tunnel: { host: b }
    alerts:
      - name: on-call
        webhook: { url: https://hooks.example.org/services/T0/B1?x=2, key: { credential: hook-key } }
        severity: critical
        clusters: [one]
        kinds: [tunnel, node]
      - name: am
        alertmanager:
          urls: [https://am-1.example.org/prefix/, "http://127.0.0.1:9093", { file: ~/am-2 }]
          user: guard
          password: { file: /etc/oceanid/am }
          authorities: ~/ca.pem
          resolveAfter: 5m
      - name: phone
        ntfy: { url: http://ntfy.lan/oceanid, token: { credential: ntfy }, insecure: true }
      - name: mail
        email: { to: [ops@example.org, root], from: guard@example.org, sendmail: /usr/bin/msmtp }
      - name: one
        email: { to: ops@example.org }
      - name: dead-man
        ping: { url: { credential: ping-url }, interval: 5m }
      - name: script
        command: { run: [~/page, --now, "two words"], timeout: 5s }
    """#

  private static let everyKeyPrinted = #"""
    control:
      socket: /home/ada/guard.sock
    clusters:
      - name: one
        tunnel:
          host: "2001:db8::7"
          user: "a:b"
          port: 2222
          identityFiles: [/home/ada/.ssh/key, "credential:key"]
          passphrase: { credential: pass }
          knownHostsFiles: []
          sshConfig: /etc/oceanid/ssh_config
          forwards:
            - { listen: "[::1]:1", target: "[2001:db8::1]:65535" }
            - { listen: "/home/ada/k3s.sock", target: "/run/k3s.sock" }
          keepalive: { interval: 1s, timeout: 3s }
          backoff: { initial: 10ms, max: 1h }
          hold: 0s
          sessions: 4
          windowBudget: 1GiB
        kubernetes:
          kubeconfig: /k
          context: c
          poll: { interval: 10m, timeout: 250ms }
        expect:
          nodes: [n1, n2]
          gpu: { n1: 0, n2: 1 }
          flux: { version: v2.7.0-rc.1, namespace: flux }
          workloads: [a/b]
          secrets: [c/d]
      - name: two
        tunnel:
          host: b
          forwards:
            - { listen: "127.0.0.1:16443", target: "localhost:6443" }
          # keepalive: { interval: 5s, timeout: 15s }  or ServerAliveInterval of ssh_config where shorter
          backoff: { initial: 250ms, max: 30s }
          hold: 10s
          # sessions: one for each processor
          windowBudget: 64MiB
        kubernetes:
          kubeconfig: /home/ada/.kube/k3s-config.yaml
          context: default
          poll: { interval: 15s, timeout: 10s }
        expect:
          nodes: []
          gpu: {}
          flux: { namespace: flux-system }
          workloads: []
          secrets: []
    metrics:
      textfile: /var/lib/node/oceanid.prom
    alerts:
      - name: on-call
        webhook: { url: "https://hooks.example.org/…", key: { credential: hook-key } }
        severity: critical
        clusters: [one]
        kinds: [tunnel, node]
      - name: am
        alertmanager: { urls: ["https://am-1.example.org/prefix/", "http://127.0.0.1:9093", { file: /home/ada/am-2 }], user: guard, password: { file: /etc/oceanid/am }, authorities: /home/ada/ca.pem, resolveAfter: 5m }
        severity: warning
      - name: phone
        ntfy: { url: "http://ntfy.lan/…", token: { credential: ntfy }, insecure: true }
        severity: warning
      - name: mail
        email: { to: ["ops@example.org", root], from: "guard@example.org", sendmail: /usr/bin/msmtp }
        severity: warning
      - name: one
        email: { to: ["ops@example.org"], sendmail: /usr/sbin/sendmail }
        severity: warning
      - name: dead-man
        ping: { url: { credential: ping-url }, interval: 5m }
        severity: warning
      - name: script
        command: { run: [/home/ada/page, "--now", "two words"], timeout: 5s }
        severity: warning

    """#
}
