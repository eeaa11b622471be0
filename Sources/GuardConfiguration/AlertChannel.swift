package import Health

extension Configuration {
  /// One way to tell people: an entry of `alerts`.
  package struct AlertChannel: Hashable, Sendable {
    /// Unique; it is part of a file's name.
    package var name: String
    package var means: Means
    package var filter: Filter

    /// Which incidents it hears of. What concerns the guard itself concerns every cluster.
    package struct Filter: Hashable, Sendable {
      package var least: Problem.Severity = .warning
      /// Empty: all.
      package var clusters: [String] = []
      /// Empty: all.
      package var kinds: [Problem.Kind] = []

      /// - Parameter severity: what people were told, where that is not what it is now.
      package func takes(_ incident: Incident, as severity: Problem.Severity? = nil) -> Bool {
        takes(incident.kind, severity ?? incident.severity, of: incident.cluster)
      }

      package func takes(_ problem: Problem) -> Bool {
        takes(problem.kind, problem.severity, of: problem.cluster)
      }

      private func takes(_ kind: Problem.Kind, _ severity: Problem.Severity, of cluster: String) -> Bool {
        (least == .warning || severity == .critical) && concerns(cluster)
          && (kinds.isEmpty || kinds.contains(kind))
      }

      /// - Parameter cluster: empty: the guard itself.
      package func concerns(_ cluster: String) -> Bool {
        clusters.isEmpty || cluster.isEmpty || clusters.contains(cluster)
      }
    }

    package enum Means: Hashable, Sendable {
      case webhook(Webhook)
      case alertmanager(Alertmanager)
      case ntfy(WebTarget)
      case email(Email)
      case ping(Ping)
      case command(Program)

      /// The key in guard.yaml.
      package var word: String {
        switch self {
        case .webhook: "webhook"
        case .alertmanager: "alertmanager"
        case .ntfy: "ntfy"
        case .email: "email"
        case .ping: "ping"
        case .command: "command"
        }
      }
    }

    package struct Webhook: Hashable, Sendable {
      package var target: WebTarget
      /// Of the signature; nil: not signed.
      package var key: SecretPlace?
    }

    package struct Alertmanager: Hashable, Sendable {
      /// At least one; a cluster of them gets everything everywhere, as they want it.
      package var targets: [WebTarget]
      /// A guard that says nothing more for so long has its alerts resolved.
      package var resolveAfter: Duration = .seconds(240)
    }

    package struct Email: Hashable, Sendable {
      package var to: [String]
      /// nil: oceanid-guard at this host.
      package var from: String?
      package var sendmail = "/usr/sbin/sendmail"
    }

    package struct Ping: Hashable, Sendable {
      package var target: WebTarget
      package var interval: Duration = .seconds(60)
    }

    package struct Program: Hashable, Sendable {
      /// An absolute path and its arguments.
      package var run: [String]
      package var timeout: Duration = .seconds(10)
    }
  }

  /// Where a secret is; never the secret.
  package enum SecretPlace: Hashable, Sendable {
    case credential(String)
    /// An absolute path.
    case file(String)
  }

  /// Whom to send to over HTTP.
  package struct WebTarget: Hashable, Sendable {
    package enum Location: Hashable, Sendable {
      case address(WebAddress)
      /// An address that is a secret as a whole.
      case secret(SecretPlace)
    }

    package enum Login: Hashable, Sendable {
      case token(SecretPlace)
      case password(user: String, SecretPlace)
    }

    package var location: Location
    package var login: Login?
    /// A file of PEM in place of the machine's own authorities.
    package var authorities: String?
    /// Plain http to other machines is what somebody wanted.
    package var isInsecure = false
  }
}
