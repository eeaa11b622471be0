internal import GuardTypes

/// Finds the route with `ssh -G`, as the guard and ssh(1) do: of `ProxyJump a,b,c`, c is reached through b and b through
/// a, and only a as ssh_config says (ssh.c).
struct JumpRouteSearch {
  /// The user whose ssh_config describes the route.
  let caller: any SetupSystem

  /// - Parameter alias: the name of the server in ssh_config.
  func find(_ server: ResolvedHost, alias: String, sshConfig: String?) -> JumpRoute {
    var route = JumpRoute()
    var asked: Set<JumpHost> = []
    var outermost = (host: server, name: alias, sshConfig: sshConfig)
    do throws(RouteFault) {
      while let proxy = outermost.host.proxy {
        let (jumps, file) = try jumps(proxy, outermost.host, outermost.name, outermost.sshConfig)
        guard let first = jumps.first else { break }
        guard asked.insert(first).inserted else {
          let shown = ([first] + route.hops.map(\.jump)).map(\.description) + [alias]
          throw RouteFault(
            .loop(first, shown: shown.prefix(JumpHost.maximumHops + 2).joined(separator: " → ")))
        }
        guard route.hops.count + jumps.count <= JumpHost.maximumHops else { throw RouteFault(.tooLong) }
        var front: [JumpHop] = []
        for (index, jump) in jumps.enumerated() {
          front.append(try hop(jump, before: Array(jumps[..<index]), file))
        }
        outermost = (front[0].host, first.description, file)
        route.hops = front + route.hops
      }
    } catch {
      return JumpRoute(fault: error.fault)
    }
    name(&route.hops, alias)
    return route
  }

  private struct RouteFault: Error {
    let fault: JumpRoute.Fault
    init(_ fault: JumpRoute.Fault) { self.fault = fault }
  }

  /// The jump hosts of one host, nearest first, and the ssh_config that describes them.
  private func jumps(
    _ proxy: String, _ host: ResolvedHost, _ name: String, _ sshConfig: String?
  ) throws(RouteFault) -> ([JumpHost], String?) {
    guard let list = host.jump else {
      guard let forward = StdioForward(proxy) else { throw RouteFault(.command(proxy, of: name)) }
      let file = forward.sshConfig.flatMap(caller.person.expanded)
      guard file != nil || forward.sshConfig == nil else { throw RouteFault(.command(proxy, of: name)) }
      return ([forward.jump], file)
    }
    var jumps: [JumpHost] = []
    for part in JumpHost.unquoted(list).split(separator: ",") {
      let text = host.expanding(String(part.trimmingPrefix(" ")), alias: name)
      guard let jump = text.flatMap({ JumpHost($0) }), jump.isPlain else {
        throw RouteFault(.name(String(part), of: name))
      }
      jumps.append(jump)
    }
    return (jumps, sshConfig)
  }

  private func hop(
    _ jump: JumpHost, before: [JumpHost], _ sshConfig: String?
  ) throws(RouteFault) -> JumpHop {
    let file = sshConfig.map { ["-F", $0] } ?? []
    // The first of ProxyCommand and ProxyJump counts, so this option turns off both.
    let direct = before.isEmpty ? [] : ["-o", "ProxyCommand=none"]
    let answer = caller.run(CommandInvocation("ssh", file + direct + ["-G", "--", jump.destination]))
    guard answer.isGood, let host = ResolvedHost(answer.text) else {
      throw RouteFault(.unresolved(jump, sshConfig: sshConfig, reason: answer.reason))
    }
    return JumpHop(
      jump: jump, before: before, sshConfig: sshConfig, host: host,
      knownHostLines: KnownHosts(system: caller).lines(of: host), name: jump.host)
  }

  /// Gives each hop an alias of its own.
  private func name(_ hops: inout [JumpHop], _ alias: String) {
    var taken: Set<String> = [alias]
    for index in hops.indices {
      // An IPv6 address is no alias, and one name may stand for several users or ports.
      if hops[index].name.contains(":") { hops[index].name = "\(alias)-jump" }
      var name = hops[index].name
      while !taken.insert(name).inserted { name += "-\(index + 1)" }
      hops[index].name = name
    }
  }
}

extension ResolvedHost {
  /// The text with its tokens (ssh_config(5), TOKENS) replaced; nil if ProxyJump has no such token.
  fileprivate func expanding(_ text: String, alias: String) -> String? {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        result.append(character)
        continue
      }
      switch rest.popFirst() {
      case "%": result += "%"
      case "h": result += hostName
      case "n": result += alias
      case "p": result += port
      case "r": result += user
      default: return nil
      }
    }
    return result
  }
}
