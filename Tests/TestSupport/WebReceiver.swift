import Foundation

/// A web server in Python that verifies signatures as the manual describes.
///
/// The path selects the response: `/status/503`, `/later/7` (429 with Retry-After), `/elsewhere` (a redirect to
/// /found), `/most/1000` (413 if the body is longer), `/hang`, `/echo` (an error that repeats the request), `/flood`
/// (an endless body); 200 for all others.
package final class WebReceiver {
  package struct Request: Decodable {
    package let method: String
    package let path: String
    package let headers: [String: String]
    package let body: String
    /// True if the signature is valid; nil without a signature.
    package let signed: Bool?
  }

  package let port: Int
  private let child: ChildProcess
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - key: the key for signatures.
  ///   - certificate: key and certificate as PEM; nil: plain HTTP.
  ///   - port: 0 selects a free port.
  package init(key: String = "", certificate: String? = nil, port wanted: Int = 0) throws {
    guard let python = program("python3") else { throw FixtureError.failed("no python3") }
    folder = try TemporaryFolder()
    try folder.write(WebReceiver.source, to: "receiver.py")
    child = try ChildProcess(python, ["-u", folder.file("receiver.py"), key, certificate ?? "", "\(wanted)"])
    let child = child
    _ = eventually { child.output.contains("\n") || !child.isRunning }
    guard let port = child.output.split(separator: "\n").first.flatMap({ Int($0) }) else {
      throw FixtureError.failed("the receiver did not start: \(child.errors)")
    }
    self.port = port
  }

  package var requests: [Request] {
    child.output.split(separator: "\n").dropFirst().compactMap {
      try? JSONDecoder().decode(Request.self, from: Data($0.utf8))
    }
  }

  private static let source = """
    import hashlib, hmac, http.server, json, socketserver, ssl, sys, time

    def is_signed(key, header, body):
        parts = dict(part.split("=", 1) for part in header.split(","))
        code = hmac.new(key, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(code, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            header = self.headers.get("Oceanid-Signature")
            # One write a line: print makes two, and those of several threads mix.
            sys.stdout.write(json.dumps({
                "method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode(),
                "signed": None if header is None else is_signed(sys.argv[1].encode(), header, body)}) + "\\n")
            sys.stdout.flush()
            word, _, number = self.path.strip("/").partition("/")
            status, answer, more = 200, b"", {}
            if word == "status": status, answer = int(number), b"that is how it is"
            if word == "most" and len(body) > int(number.split("/")[0]): status = 413
            if word == "later": status, more = 429, {"Retry-After": number}
            if word == "elsewhere": status, more = 302, {"Location": "/found"}
            if word == "hang": time.sleep(60)
            if word == "echo": status, answer = 403, (self.path + " " + str(self.headers["Authorization"])).encode()
            self.send_response(status)
            for name, value in more.items(): self.send_header(name, value)
            if word == "flood":
                self.send_header("Connection", "close")
                self.end_headers()
                while True: self.wfile.write(b"x" * 65536)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self): self.do_POST()
        def log_message(self, *words): pass

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        def handle_error(self, *words): pass

    server = Server(("127.0.0.1", int(sys.argv[3])), Handler)
    if sys.argv[2]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)
    server.serve_forever()

    """
}
