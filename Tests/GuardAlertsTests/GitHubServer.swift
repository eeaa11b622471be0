import Foundation
import TestSupport

/// The issues of one repository, with the answers of GitHub's API, in Python.
///
/// The token is `t0ken`. The first requests get the answers of `faults`, then all are served.
final class GitHubServer {
  struct Issue: Decodable {
    let number: Int
    let title: String
    let body: String
    let state: String
    let reason: String?
    let labels: [String]
    let comments: [String]
  }

  struct Request: Decodable {
    let method: String
    let path: String
  }

  private struct State: Decodable {
    let issues: [Issue]
    let requests: [Request]
  }

  let port: Int
  private let child: ChildProcess
  private let folder: TemporaryFolder
  private var commands: [[String]] = []

  /// - Parameters:
  ///   - faults: JSON: a list of `[status, headers, body]`, or null for a usual answer.
  ///   - dropsLabels: true for a user without write access: GitHub ignores the labels of a new issue.
  init(faults: String = "[]", dropsLabels: Bool = false) throws {
    guard let python = program("python3") else { throw FixtureError.failed("no python3") }
    folder = try TemporaryFolder()
    try folder.write(GitHubServer.source, to: "github.py")
    child = try ChildProcess(python, ["-u", folder.file("github.py"), faults, folder.path, "\(dropsLabels)"])
    let child = child
    _ = eventually { child.output.contains("\n") || !child.isRunning }
    guard let port = child.output.split(separator: "\n").first.flatMap({ Int($0) }) else {
      throw FixtureError.failed("the server did not start: \(child.errors)")
    }
    self.port = port
  }

  /// The server's state after its last answer.
  private func state() throws -> State {
    guard let data = FileManager.default.contents(atPath: folder.file("state.json")) else {
      return State(issues: [], requests: [])
    }
    return try JSONDecoder().decode(State.self, from: data)
  }

  var issues: [Issue] { get throws { try state().issues } }
  var requests: [Request] { get throws { try state().requests } }

  /// A person closes an issue, before the next request.
  func closeByHand(_ number: Int) throws { try command(["close", "\(number)"]) }

  /// Another user opens an issue with this text and this label before the next request.
  func open(_ body: String, label: String) throws { try command(["open", body, label]) }

  private func command(_ words: [String]) throws {
    commands.append(words)
    try JSONEncoder().encode(commands).write(
      to: URL(filePath: folder.file("commands.json")), options: .atomic)
  }

  private static let source = """
    import http.server, json, os, sys, time, urllib.parse

    issues, requests, faults, done = [], [], json.loads(sys.argv[1]), []
    folder = sys.argv[2]

    def obey():
        if not os.path.exists(folder + "/commands.json"): return
        for words in json.load(open(folder + "/commands.json"))[len(done):]:
            done.append(words)
            if words[0] == "close": issues[int(words[1]) - 1].update(state="closed", updated=moment())
            else: add("x", words[1], [words[2]])

    def save():
        with open(folder + "/state.new", "w") as file: json.dump({"issues": issues, "requests": requests}, file)
        os.replace(folder + "/state.new", folder + "/state.json")

    def moment(): return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def add(title, body, labels):
        issue = {"number": len(issues) + 1, "title": title, "body": body, "state": "open", "reason": None,
                 "labels": labels, "comments": [], "updated": moment()}
        issues.append(issue)
        return issue

    def view(issue):
        return {"number": issue["number"], "title": issue["title"], "state": issue["state"],
                # As GitHub returns what a browser has sent.
                "body": issue["body"].replace("\\n", "\\r\\n"), "labels": [{"name": n} for n in issue["labels"]]}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, value, headers={}):
            save()
            body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(status)
            for name, text in headers.items(): self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def serve(self):
            size = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(size) or b"null")
            url = urllib.parse.urlsplit(self.path)
            query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
            parts = url.path.strip("/").split("/")
            obey()
            requests.append({"method": self.command, "path": self.path})
            if faults:
                fault = faults.pop(0)
                if fault: return self.answer(fault[0], fault[2], fault[1])
            if self.headers.get("Authorization") != "Bearer t0ken":
                return self.answer(401, {"message": "Bad credentials"})
            if parts[:4] != ["api", "repos", "goldfish-inc", "oceanid"]: return self.answer(404, {"message": "Not Found"})
            parts = parts[4:]
            if parts == ["issues"] and self.command == "POST":
                return self.answer(201, view(add(sent["title"], sent["body"], [] if sys.argv[3] == "true" else sent["labels"])))
            if parts == ["issues"]:
                found = [i for i in reversed(issues) if i["state"] == query["state"] and query["labels"] in i["labels"]
                         and i["updated"] >= query.get("since", "")]
                return self.answer(200, self.page([view(i) for i in found], query))
            issue = issues[int(parts[1]) - 1]
            if parts[2:] == ["comments"] and self.command == "POST":
                issue["comments"].append(sent["body"])
                issue["updated"] = moment()
                return self.answer(201, {"id": 1})
            if parts[2:] == ["comments"]:
                return self.answer(200, self.page([{"body": text} for text in issue["comments"]], query))
            issue.update(state=sent["state"], reason=sent["state_reason"], updated=moment())
            self.answer(200, view(issue))

        def page(self, all, query):
            size, number = int(query["per_page"]), int(query["page"])
            return all[(number - 1) * size:number * size]

        def do_GET(self): self.serve()
        def do_POST(self): self.serve()
        def do_PATCH(self): self.serve()
        def log_message(self, *words): pass

    class Server(http.server.HTTPServer):
        def handle_error(self, *words): pass

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()

    """
}
