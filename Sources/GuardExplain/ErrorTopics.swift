package import GuardTypes

extension TunnelErrorCode {
  package var meaning: String {
    switch self {
    case .connectRefused:
      """
      Nothing listens on the port of the server's address: sshd does not run there or listens elsewhere, or a \
      firewall rejects the connection.
      """
    case .connectTimeout:
      """
      The server's address did not answer: the server is off, the network or the route is down, or a firewall \
      drops the packets.
      """
    case .dns: "The server's name could not be resolved to an address."
    case .hostKeyUnknown:
      """
      No known_hosts file has a key for this server, and the guard never accepts an unknown key. It retries when \
      the file changes, and by itself after 5 s at first, then at growing intervals.
      """
    case .hostKeyChanged:
      """
      The server shows another key than known_hosts has: it was reinstalled, or the connection may be intercepted. \
      The guard retries when the file changes, and by itself after 5 s at first, then at growing intervals.
      """
    case .authRefused:
      """
      The server accepted none of the keys that the guard offered, ended the login before all were offered, \
      refuses the account, or requires more than a key.
      """
    case .noUsableKey:
      """
      There is no key to offer: it is missing, encrypted without a passphrase, readable by others, or of a type \
      that libssh2 does not support.
      """
    case .keepaliveTimeout:
      "The server stopped answering: nothing that was sent was acknowledged within keepalive.timeout."
    case .peerClosed:
      """
      The server ended the session: sshd was restarted, the machine shut down, or the process was killed. If the \
      server gave a reason, it refuses this address for a while (PerSourcePenalties) or has too many connections \
      (MaxStartups), and the guard waits longer between attempts.
      """
    case .protocolError:
      "The peer did not follow the SSH protocol, or both sides have no algorithm in common."
    case .forwardRefused:
      "The session is up, and the server can't or may not reach the target of the forward."
    case .config:
      """
      ssh_config requires something that the guard can't do, can't be read, or has a Match exec whose command does \
      not end or may not be run.
      """
    }
  }

  /// An explanation that is shown with the command of the code.
  package var note: String {
    switch self {
    case .connectRefused: "on the server: systemctl status ssh"
    case .connectTimeout: "compare HostName and Port with: ssh -G HOST"
    case .dns: "look at /etc/resolv.conf and at HostName in ssh_config"
    case .hostKeyUnknown: "compare the fingerprint with the server's console before you accept it"
    case .hostKeyChanged:
      "compare the fingerprint with the server's console first; only then: ssh-keygen -R HOST && ssh HOST true"
    case .authRefused:
      """
      oceanid-ctl tunnel lists the keys; check the user name, authorized_keys and AuthenticationMethods on the \
      server, and IdentitiesOnly yes in ssh_config; then: oceanid-ctl reconnect
      """
    case .noUsableKey: "oceanid-ctl tunnel lists each key with its reason; an ed25519 key always works"
    case .keepaliveTimeout: "no action is needed once the tunnel is up again"
    case .peerClosed:
      "no action is needed once the tunnel is up again; otherwise on the server: journalctl -u ssh"
    case .protocolError: "it shows what the server offers; check that sshd listens there"
    case .forwardRefused:
      """
      something must listen on the target there, and sshd must allow it: AllowTcpForwarding and PermitOpen in \
      sshd_config, permitopen in authorized_keys
      """
    case .config: "the message names the option"
    }
  }
}

extension PollErrorCode {
  package var meaning: String {
    switch self {
    case .tunnelDown:
      "The API can't be reached because the tunnel is not up. The tunnel's own problem is the cause."
    case .unreachable: "The tunnel is up, and no connection to the API could be made through it."
    case .tls:
      "The kubeconfig does not trust the API's certificate, or the client certificate has expired."
    case .unauthorized:
      "The API rejects the credentials of the kubeconfig: the token or the certificate is wrong or has expired."
    case .forbidden: "The API authenticated the guard's user, and the user may not read this."
    case .timeout: "The API did not answer within poll.timeout."
    case .badResponse: "The server that answered is not a Kubernetes API, or its answer can't be decoded."
    case .kubeconfig: "The kubeconfig is missing, unreadable, or lacks what the guard needs."
    }
  }

  package var step: String {
    switch self {
    case .tunnelDown: "oceanid-ctl tunnel"
    case .unreachable:
      "on the server: systemctl status k3s; compare the kubeconfig's server with the forward"
    case .tls:
      "check certificate-authority-data, tls-server-name and the dates in the kubeconfig: kubectl config view --raw"
    case .unauthorized: "fetch the kubeconfig again, or renew the certificate"
    case .forbidden: "kubectl auth can-i list RESOURCE -A; give the guard's user get and list on it"
    case .timeout: "check the server's load: kubectl get --raw '/readyz?verbose'"
    case .badResponse: "see what listens at the target: curl -k through the forward"
    case .kubeconfig: "kubectl --kubeconfig FILE config view; check file and context in guard.yaml"
    }
  }
}
