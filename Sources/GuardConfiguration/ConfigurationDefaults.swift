internal import Health
internal import Tunnel

extension Configuration {
  /// What is in force where there is no file at all.
  package static func builtIn(in environment: ConfigurationEnvironment) -> Configuration {
    Configuration(
      file: nil, control: Control(socket: environment.defaultSocket),
      clusters: [
        Cluster(
          name: "tethys", tunnel: .default(host: "tethys"), kubernetes: .default(in: environment),
          expect: Expectations(
            nodes: ["srv712429", "srv712695", "calypso"], gpus: ["calypso": 1], fluxVersion: "v2.6.4",
            workloads: [Expectations.Name(namespace: "cloudflared", name: "cloudflared")],
            secrets: [Expectations.Name(namespace: "flux-system", name: "github-token")]))
      ])
  }
}

extension Configuration.Tunnel {
  static func `default`(host: String) -> Configuration.Tunnel {
    Configuration.Tunnel(
      host: host,
      forwards: [.standard],
      backoff: Configuration.Backoff(initial: .milliseconds(250), max: .seconds(30)), hold: .seconds(10))
  }
}

extension Configuration.Forward {
  /// In force where a tunnel names no forwards.
  package static var standard: Configuration.Forward {
    Configuration.Forward(
      listen: StreamAddress(host: "127.0.0.1", port: 16443),
      target: StreamAddress(host: "localhost", port: 6443))
  }
}

extension Configuration.Kubernetes {
  static func `default`(in environment: ConfigurationEnvironment) -> Configuration.Kubernetes {
    let path = "~/.kube/k3s-config.yaml"
    return Configuration.Kubernetes(
      // What kubectl would read where it says so. Without any home the path stays as it is, and the poll says that
      // there is no such file.
      kubeconfig: environment.kubeconfig.flatMap(environment.expandList) ?? environment.expand(path) ?? path,
      context: "default",
      poll: Configuration.Poll(interval: .seconds(15), timeout: .seconds(10)))
  }
}
