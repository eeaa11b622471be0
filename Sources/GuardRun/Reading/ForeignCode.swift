/// Calls in code in another language that change objects with a client library of Kubernetes or over HTTP.
enum ForeignCode {
  static func calls(_ text: String) -> CommandEffect {
    if let call = text.firstMatch(
      of:
        /(?:^|\W)((?:create|delete|patch|replace)_(?:namespaced|node|namespace|cluster|persistent|api|custom|collection|pod|deployment|service|secret|config_map|job|stateful|daemon|replica|ingress)[a-z_]*)/
    ) {
      return .change("\(call.output.1) of a client library", isScript: true)
    }
    if let call = text.firstMatch(
      of:
        /(?:^|\W)((?:create|delete|patch|replace)(?:Namespaced|Node|Namespace|Cluster|Persistent|APIService|Custom|Collection)[A-Za-z]*)\(/
    ) {
      return .change("\(call.output.1) of a client library", isScript: true)
    }
    if ObjectPolicy.isAPI(text),
      let call = text.firstMatch(of: /(?i)\.(post|put|patch|delete)\(|["'](POST|PUT|PATCH|DELETE)["']/)
    {
      return .change("\(call.output.0) to the API of the cluster", isScript: true)
    }
    if let folder = ObjectPolicy.stateFolders.first(where: text.contains),
      text.firstMatch(of: /["'][wax]b?\+?["']|write|rmtree|remove|unlink|rename|copy|move|mkdir|rmdir/) != nil
    {
      return .change("code that writes to \(folder)", isScript: true)
    }
    if text.contains(".kube/"), text.firstMatch(of: /open\(|read|File|safe_load|slurp/) != nil {
      return .restricted(Restriction(.credentials, "code that reads a kubeconfig"))
    }
    return .none
  }
}
