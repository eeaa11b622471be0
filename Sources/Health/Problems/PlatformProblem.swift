/// Problems of Secrets, of cert-manager's certificates, and of the Pulumi operator's Stacks.
public enum PlatformProblem: String, DeclaredProblem {
  case secretMissing = "secret-missing"
  case certificateExpired = "certificate-expired"
  case certificateExpiring = "certificate-expiring"
  case certificateNotReady = "certificate-not-ready"
  case certificateRenewalOverdue = "certificate-renewal-overdue"
  case certificateTerminating = "certificate-terminating"
  case certificateKindsNotServed = "certificate-kinds-not-served"
  case stackStalled = "stack-stalled"
  case stackFailed = "stack-failed"
  case stackStuck = "stack-stuck"
  case stackOverdue = "stack-overdue"
  case stackTerminating = "stack-terminating"
  case stackKindsNotServed = "stack-kinds-not-served"

  public var declaration: ProblemDeclaration {
    switch self {
    case .secretMissing:
      ProblemDeclaration(
        .secret, .critical, rank: .secret, path: "secret/<namespace>/<name>/missing",
        title: "<subject> is missing",
        meaning: "guard.yaml expects the Secret (expect.secrets), and its namespace does not have it.",
        command: "kubectl -n <namespace> get secrets",
        note: "restore it from its source (a SealedSecret, SOPS, an operator)")
    case .certificateExpired:
      PlatformProblem.certificate(
        "certificate/<namespace>/<name>/expired", .critical, "<subject> has expired",
        "The certificate has expired: clients refuse it.")
    case .certificateExpiring:
      PlatformProblem.certificate(
        "certificate/<namespace>/<name>/expiring", .warning, "<subject> expires in <age>",
        """
        The certificate expires in less than a week, and cert-manager has not renewed it in time. For a \
        certificate of a few days, it is half of the time that is kept for the renewal.
        """
      )
    case .certificateNotReady:
      PlatformProblem.certificate(
        "certificate/<namespace>/<name>/not-ready", .warning, "<subject> <state>",
        "cert-manager could not issue the certificate, has been issuing it for too long (ten minutes, or an hour while another one is valid), or has written no status for it."
      )
    case .certificateRenewalOverdue:
      PlatformProblem.certificate(
        "certificate/<namespace>/<name>/renewal-overdue", .warning, "renewal of <subject> is <age> overdue",
        "cert-manager should have renewed the certificate more than an hour ago. It is still valid.")
    case .certificateTerminating:
      ProblemDeclaration(
        .certificate, .warning, path: "certificate/<namespace>/<name>/terminating",
        title: "<subject> has been terminating for <age>",
        meaning: "The certificate was deleted, and a finalizer keeps it.",
        command: "kubectl -n <namespace> describe certificate <name>",
        note: "find out what its finalizers wait for")
    case .certificateKindsNotServed:
      ProblemDeclaration(
        .certificate, .warning, path: "certificate/kinds/not-served", title: "<kinds> not served",
        meaning:
          """
          The API server no longer serves the kind Certificate, although it did before or cert-manager is running. \
          Its CustomResourceDefinition was deleted, and its objects with it. It is critical if objects were lost.
          """,
        command: "kubectl get crd certificates.cert-manager.io",
        note: "install the missing definitions again; objects come back from Git")
    case .stackStalled:
      PlatformProblem.stack(
        "stack/<namespace>/<name>/stalled", "<subject> is stalled (<reason>)",
        "The operator retries only when the Stack changes.", note: "fix it in Git")
    case .stackFailed:
      PlatformProblem.stack(
        "stack/<namespace>/<name>/failed", "<subject> failed its last update",
        "The last update of the Stack failed; the detail has the operator's message.")
    case .stackStuck:
      PlatformProblem.stack(
        "stack/<namespace>/<name>/stuck", "<subject> <state>",
        "The Stack has been in progress for more than an hour, or the operator has written no status for it."
      )
    case .stackOverdue:
      PlatformProblem.stack(
        "stack/<namespace>/<name>/overdue",
        "<subject> has not been compared with the real resources for <age>",
        "The Stack should have been compared with the real resources (continueResyncOnCommitMatch, resyncFrequencySeconds), and was not."
      )
    case .stackTerminating:
      PlatformProblem.stack(
        "stack/<namespace>/<name>/terminating", "<subject> has been terminating for <age>",
        "The Stack was deleted, and a finalizer keeps it.", note: "find out what its finalizers wait for")
    case .stackKindsNotServed:
      ProblemDeclaration(
        .stack, .warning, path: "stack/kinds/not-served", title: "<kinds> not served",
        meaning:
          """
          The API server no longer serves the kind Stack, although it did before or the Pulumi operator is \
          running. Its CustomResourceDefinition was deleted, and its objects with it. It is critical if objects \
          were lost.
          """,
        command: "kubectl get crd stacks.pulumi.com",
        note: "install the missing definitions again; objects come back from Git")
    }
  }

  private static func certificate(
    _ path: Pattern, _ severity: Problem.Severity, _ title: Pattern, _ meaning: String
  ) -> ProblemDeclaration {
    ProblemDeclaration(
      .certificate, severity, path: path, title: title, meaning: meaning,
      command: "kubectl -n <namespace> describe certificate <name>",
      note: "then its CertificateRequest, Order and Challenge")
  }

  private static func stack(
    _ path: Pattern, _ title: Pattern, _ meaning: String, note: Pattern? = nil
  ) -> ProblemDeclaration {
    ProblemDeclaration(
      .stack, .warning, path: path, title: title, meaning: meaning,
      command: "kubectl -n <namespace> describe stacks.pulumi.com <name>", note: note)
  }
}
