/// The effect of code in a language that is not read: it is searched for commands, and for calls that change objects
/// with a client library of Kubernetes or over HTTP.
enum ForeignCode {
  static func effect(_ text: String) -> CommandEffect {
    let found = CommandScript(text).effect
    if found.isChange { return found }
    if let call = text.firstMatch(
      of: /\b(create|delete|patch|replace)_(namespaced|node|namespace|cluster|persistent|api|custom)[a-z_]*/)
    {
      return .change("\(call.output.0) of a client library", isScript: true)
    }
    if ObjectPolicy.isAPI(text),
      let call = text.firstMatch(of: /(?i)\.(post|put|patch|delete)\(|["'](POST|PUT|PATCH|DELETE)["']/)
    {
      return .change("\(call.output.0) to the API of the cluster", isScript: true)
    }
    return found
  }
}
