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
      } else if ["http", "https", "xh", "xhs"].contains(program), methods.contains(word) {
        (method, isChosen) = (word, true)
      } else if !isChosen, sends(program, word) {
        method = "POST"
      } else if ["-G", "--get"].contains(word) {
        (method, isChosen) = ("GET", true)
      }
    }
    return method
  }

  private static let methods: Set<String> = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]

  /// The value of a short option in a group: `POST` in `-skXPOST`; nil without that option.
  private static func joined(_ word: String, _ option: Character) -> String? {
    guard word.hasPrefix("-"), !word.hasPrefix("--"), let place = word.firstIndex(of: option),
      word[word.index(after: word.startIndex)..<place].allSatisfy({ "skLfgivSINO".contains($0) })
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
    return program.hasPrefix("http") && word.contains("=") && !word.hasPrefix("-") && !word.contains("/")
  }
}
