internal import Health
internal import YAML

// The channels that run a program.

extension Configuration.AlertChannel {
  /// Sends mail with the local sendmail.
  package struct Email: Hashable, Sendable {
    /// At least one address.
    package var to: [String]
    /// nil for oceanid-guard at this host.
    package var from: String?
    /// The path of sendmail.
    package var sendmail = "/usr/sbin/sendmail"
  }

  /// Runs a program with each notice.
  package struct Program: Hashable, Sendable {
    /// An absolute path and its arguments.
    package var run: [String]
    /// The time after which the program is terminated.
    package var timeout: Duration = .seconds(10)
  }
}

extension Configuration.AlertChannel.Email: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(to: []) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Email>] {
    [
      .init(
        "to", \.to, .mailAddresses, missing: "'to' is missing: an address or a list of them",
        "The recipients."),
      .init(
        "from", optional: \.from, .mailAddress, standard: "oceanid-guard at this host", "The sender."),
      .init("sendmail", \.sendmail, .path, "The program that accepts the mail like sendmail -i."),
    ]
  }
}

extension Configuration.AlertChannel.Program: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(run: []) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Program>] {
    [
      .init(
        "run", \.run, .program, missing: "expected \(ValueFormat<[String]>.programExample)",
        """
        The program and its arguments. No shell is involved; the alert is its standard input, as JSON. It is not run \
        if every user can change it or this file.
        """),
      .init(
        "timeout", \.timeout, .duration(.seconds(1)...(.seconds(60))),
        "The time after which the program is terminated and the delivery counts as failed."),
    ]
  }
}

extension ValueFormat where Value == String {
  /// An address without quotes (RFC 5322 §3.4.1), or the name of a local user. It can't be an option of
  /// sendmail.
  fileprivate static var mailAddress: ValueFormat {
    text("a mail address") { text in
      let isAddress =
        text.utf8.count <= 254
        && text.wholeMatch(
          of:
            /[A-Za-z0-9._+=\/~%&'*!?^{|}`#$][A-Za-z0-9._+=\/~%&'*!?^{|}`#$-]*(@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?/
        ) != nil
      return isAddress
        ? nil : "expected a mail address such as ops@example.org, found \(text.quoted())"
    }
  }
}

extension ValueFormat where Value == [String] {
  fileprivate static var mailAddresses: ValueFormat {
    let list = ValueFormat.list(of: "addresses", .mailAddress)
    return ValueFormat(description: "a mail address, or a list of 1 to 50") { reader, node, key in
      guard case .sequence(let sequence) = node else {
        return ValueFormat<String>.mailAddress.read(&reader, node, key).map { [$0] }
      }
      guard (1...50).contains(sequence.count) else {
        reader.fail(node, "\(key): expected from 1 to 50 addresses, found \(sequence.count)")
        return nil
      }
      return list.read(&reader, node, key)
    } text: {
      list.text($0)
    }
  }

  fileprivate static var programExample: String {
    "'run' with a program and its arguments, as in [/usr/local/bin/page, --now]"
  }

  fileprivate static var program: ValueFormat {
    ValueFormat(description: "a path and up to 63 arguments") { reader, node, key in
      guard let nodes = reader.list(node, key, of: "a program and its arguments") else { return nil }
      guard let first = nodes.first, nodes.count <= 64 else {
        reader.fail(node, "command: expected \(programExample)")
        return nil
      }
      guard let path = reader.path(first, key) else { return nil }
      let arguments = nodes.dropFirst().compactMap { reader.text($0, key, of: "an argument") }
      return arguments.count == nodes.count - 1 ? [path] + arguments : nil
    } text: {
      YAMLText.list($0.map(YAMLText.scalar))
    }
  }
}
