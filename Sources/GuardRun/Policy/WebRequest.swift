/// The effect of a program that sends HTTP requests to the API of a cluster, without a tool.
enum WebRequest {
  static func effect(_ program: String, _ words: [String]) -> CommandEffect {
    guard words.contains(where: ObjectPolicy.isAPI) else { return .none }
    let method = method(program, words)
    guard ["GET", "HEAD", "OPTIONS"].contains(method) else {
      return .change("\(program) \(method.shown) to the API of the cluster")
    }
    if words.contains(where: { ObjectPolicy.isAPI($0) && $0.contains("/secrets") }) {
      return .restricted(Restriction(.credentials, "\(program) of Secrets"))
    }
    if words.contains(where: { $0.contains("/exec?") || $0.contains("/attach?") }) {
      return .restricted(Restriction(.container, "\(program) of a container"))
    }
    return .none
  }

  private static func method(_ program: String, _ words: [String]) -> String {
    var method = "GET"
    var isChosen = false
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : ""
      if word == "-X" || word == "--request" || word == "--method" {
        (method, isChosen) = (next.uppercased(), true)
      } else if word.hasPrefix("--request=") || word.hasPrefix("--method=") {
        (method, isChosen) = (String(word.drop { $0 != "=" }.dropFirst()).uppercased(), true)
      } else if program == "curl", let value = joined(word, "X") {
        (method, isChosen) = ((value.isEmpty ? next : value).uppercased(), true)
      } else if program == "curl", word.hasPrefix("--req"), "--request".hasPrefix(word) {
        (method, isChosen) = (next.uppercased(), true)
      } else if !["curl", "wget"].contains(program), !isChosen, methods.contains(word.uppercased()) {
        (method, isChosen) = (word.uppercased(), true)
      } else if ["-G", "--get"].contains(word) || program == "curl" && joined(word, "G") != nil {
        (method, isChosen) = ("GET", true)
      } else if !isChosen, sends(program, word) {
        method = "POST"
      }
    }
    return method
  }

  private static let methods: Set<String> = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]

  /// The short options of curl(1) that take a value. It ends a group of options.
  private static let valued = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"

  /// The value of a short option in a group: `POST` in `-skXPOST`; nil without that option.
  private static func joined(_ word: String, _ option: Character) -> String? {
    guard word.hasPrefix("-"), !word.hasPrefix("--"),
      let place = word.dropFirst().firstIndex(where: { $0 == option || valued.contains($0) }),
      word[place] == option
    else { return nil }
    return String(word[word.index(after: place)...])
  }

  /// True for an option with a request body.
  private static func sends(_ program: String, _ word: String) -> Bool {
    if [
      "--data", "--json", "--form", "--upload-file", "--post-data", "--post-file", "--body-data",
      "--body-file",
    ]
    .contains(where: word.hasPrefix) {
      return true
    }
    if program == "curl" { return "dFT".contains { joined(word, $0) != nil } }
    // An item of a request body of HTTPie; == is one of the query.
    return program != "wget" && word.contains("=") && !word.contains("==") && !word.hasPrefix("-")
      && !word.contains("/")
  }
}
