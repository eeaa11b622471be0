internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Tunnel

/// Passes mail to the local sendmail program, which knows the route and queues mail while a server is down.
struct EmailChannel: DeliveryChannel {
  let name: String
  let email: Configuration.AlertChannel.Email
  /// This machine's name.
  let host: String
  /// The configuration file, if there is one.
  let file: String?
  let user: LocalEnvironment

  private static let timeout: Duration = .seconds(30)

  init(
    name: String, _ email: Configuration.AlertChannel.Email, from file: String? = nil, host: String,
    user: LocalEnvironment
  ) {
    self.name = name
    self.email = email
    self.file = file
    self.host = host
    self.user = user
  }

  var description: String { "email through \(email.sendmail)" }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    let message = MailMessage(
      notice, from: email.from ?? "oceanid-guard@\(host)", to: email.to, host: host, date: now)
    // With -i, a line with a single dot does not end the message. Recipients are arguments, so that no header
    // can add one.
    let sender = email.from.map { ["-f", $0] } ?? []
    try ProgramRun(
      channel: name, program: email.sendmail, arguments: ["-i"] + sender + ["--"] + email.to,
      input: Array(message.text.utf8), timeout: EmailChannel.timeout, user: user, file: file
    ).run(isCancelled: isCancelled)
  }
}
