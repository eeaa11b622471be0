import DemoCluster
import Foundation
import Glibc
import GuardAPI
import Health
import TestSupport

/// A fault of an installation, with its problem and its reversal. A fault that breaks the connection to the cluster
/// must be one problem, not twenty.
enum InjectedFault: String, CaseIterable, Sendable {
  case sessionsKilled, sshdGone, sshdHangs, hostKeyChanged, keyRefused
  case apiFails, apiHangs, apiCloses, apiTalksNonsense, apiRefuses, apiFloods, apiNests
  case nodeDown, kubeconfigGone, configurationBroken
  case controlSocketRemoved, guardPaused, descriptorsExhausted, stateUnwritable

  /// The prefix of the problem's id; nil if the fault ends by itself or is not visible.
  var problem: String? {
    switch self {
    case .sshdGone: "tethys/tunnel/connect_refused"
    case .hostKeyChanged: "tethys/tunnel/host_key_changed"
    case .keyRefused: "tethys/tunnel/auth_refused"
    case .apiFails, .apiCloses, .apiTalksNonsense, .apiFloods, .apiNests: "tethys/api/"
    case .apiHangs: "tethys/api/timeout"
    case .apiRefuses: "tethys/api/unauthorized"
    case .nodeDown: "tethys/node/calypso/not-ready"
    case .kubeconfigGone: "tethys/api/kubeconfig"
    case .configurationBroken: "guard/configuration/rejected"
    case .sessionsKilled, .sshdHangs, .controlSocketRemoved, .guardPaused, .descriptorsExhausted,
      .stateUnwritable:
      nil
    }
  }

  func inject(into installation: Installation) throws {
    let server = installation.server
    switch self {
    case .sessionsKilled: server.killSessions()
    case .sshdGone: server.stop()
    case .sshdHangs: server.pauseSessions()
    case .hostKeyChanged: try server.restartWithNewHostKey()
    case .keyRefused:
      try server.folder.write("", to: "authorized_keys")
      server.killSessions()
    case .apiFails: installation.cluster.apply(.answersWrong(.status(500), on: "/"))
    case .apiHangs: installation.cluster.apply(.answersWrong(.hangs, on: "/"))
    case .apiCloses: installation.cluster.apply(.answersWrong(.closes, on: "/"))
    case .apiTalksNonsense: installation.cluster.apply(.answersWrong(.html, on: "/"))
    case .apiRefuses: installation.cluster.apply(.answersWrong(.unauthorized, on: "/"))
    case .apiFloods: installation.cluster.apply(.answersWrong(.endlessHeaders, on: "/"))
    case .apiNests: installation.cluster.apply(.answersWrong(.deepNesting(100_000), on: "/"))
    case .nodeDown: installation.cluster.apply(.nodeNotReady("calypso"))
    case .kubeconfigGone: rename(installation.kubeconfig, installation.kubeconfig + ".away")
    case .configurationBroken:
      let text = try String(contentsOfFile: installation.configuration, encoding: .utf8)
      try installation.folder.write(text, to: "guard.yaml.good")
      try installation.folder.write("clusters: [{ name: x, tunnel: { hots: y } }]\n", to: "guard.yaml")
      guard try installation.ctl("reload").status == 78 else {
        throw FixtureError.failed("a broken configuration was not refused")
      }
    case .controlSocketRemoved: unlink(installation.socket)
    case .guardPaused:
      kill(installation.daemon.pid, SIGSTOP)
      // The process is stopped for this long.
      _ = eventually(within: .seconds(4)) { false }
      kill(installation.daemon.pid, SIGCONT)
    case .descriptorsExhausted: try InjectedFault.limitDescriptors(of: installation.daemon.pid, to: "16")
    case .stateUnwritable:
      let state = installation.folder.file("state")
      rename(state, state + ".away")
      try installation.folder.write("", to: "state")
    }
  }

  func revert(in installation: Installation) throws {
    let server = installation.server
    switch self {
    case .sshdGone: try server.start()
    case .sshdHangs: server.resumeSessions()
    case .hostKeyChanged: try server.writeKnownHosts()
    case .keyRefused:
      try server.folder.write(try server.folder.read("user_key.pub"), to: "authorized_keys")
      chmod(server.folder.file("authorized_keys"), 0o644)
      _ = try installation.ctl("reconnect", "--force")
    case .apiFails, .apiHangs, .apiCloses, .apiTalksNonsense, .apiRefuses, .apiFloods, .apiNests, .nodeDown:
      installation.cluster.apply(.healed)
    case .kubeconfigGone: rename(installation.kubeconfig + ".away", installation.kubeconfig)
    case .configurationBroken:
      let text = try String(contentsOfFile: installation.folder.file("guard.yaml.good"), encoding: .utf8)
      try installation.folder.write(text, to: "guard.yaml")
      guard try installation.ctl("reload").status == 0 else {
        throw FixtureError.failed("the mended configuration was not taken")
      }
    case .descriptorsExhausted: try InjectedFault.limitDescriptors(of: installation.daemon.pid, to: "1024")
    case .stateUnwritable:
      let state = installation.folder.file("state")
      unlink(state)
      rename(state + ".away", state)
    case .sessionsKilled, .controlSocketRemoved, .guardPaused: break
    }
  }

  private static func limitDescriptors(of pid: Int32, to limit: String) throws {
    let result = try run("prlimit", ["--pid", "\(pid)", "--nofile=\(limit):1024"])
    guard result.exit == .exited(0) else { throw FixtureError.failed("prlimit: \(result.errors)") }
  }
}
