/// What oceanid-guard.yaml(5) says of alerts besides the file itself.
enum AlertManual {
  static let text = """
    Every channel is told of every notice that its filter takes, at least once. A channel that is slow or down holds \
    up nobody else. What it did not take is tried again with pauses that grow to five minutes, and waits in the state \
    directory over restarts: of each incident its newest state, 10,000 incidents and 16 MiB at most: long details are cut first. An incident that \
    opened and ended meanwhile is told once, as over, with its times. Who was told of the beginning is told of the \
    end, whatever the filter says by then. A channel that is new is told of what fires. What waits for one that is \
    taken out of the file, or that a changed filter does not take, is dropped, counted and logged.

    A refusal that only a person can mend (HTTP 401, 403, 404, a redirect; a secret that is missing) is tried again \
    every 15 minutes for a day. What a receiver does not understand (HTTP 400, 413, 415, 422; exit status 65, 67, \
    68 of a program) is sent again in halves until one entry is alone, and that is dropped, counted and logged. \
    HTTP 429 and 503 may ask for a pause of 15 minutes at most with Retry-After. A channel that fails is a \
    problem itself, kind alerts, and the other channels tell of it, until it was tried again and delivers: over \
    restarts and reloads, too.

    Redirects are not followed, and proxies of the environment are not asked: the guard connects to no host but those \
    in this file.

    A webhook gets a POST of a JSON document with "schema": "oceanid.notice/1", "summary", "test" and "entries", each \
    with "change" (opened, worsened, flapping, reminder, ended), "key" and "incident". Of more than 100 at once, 20 are \
    listed, the gravest first, and "omitted" says how many are not; "counts" has all of them. An end is listed where \
    its beginning was. Alertmanager gets all of them.

    News is written to disk before it is sent, and each notice is made once, over restarts and kills too. A message is \
    sent a second time only where nothing tells whether it arrived: the receiver did not answer, or the guard was \
    killed between sending it and writing down that it arrived. Then it has the same keys: the key of an entry is the \
    same for the same news however often it comes; the header Idempotency-Key says it for the whole message. With a key of the \
    channel there is a header Oceanid-Signature: t=SECONDS,v1=HEX, the HMAC-SHA256 of SECONDS, a dot and the body. \
    A receiver in Python:

      parts = dict(p.split("=", 1) for p in headers["Oceanid-Signature"].split(","))
      code = hmac.new(key, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
      assert hmac.compare_digest(code, parts["v1"]), "not from the guard"
      assert abs(time.time() - int(parts["t"])) < 300, "an old message, sent again by somebody"
      if headers["Idempotency-Key"] not in seen: take(json.loads(body))

    To make a key: openssl rand -hex 32

    Alertmanager gets alerts with the labels alertname (OceanidNode, OceanidTunnel, after the kind), cluster, subject, \
    kind and severity, and the annotations title, detail and remedy (summary and description say the same as title \
    and detail). Guards that watch one cluster give the same labels, so their alerts are one. What is a guard's own \
    (kinds tunnel, forward, configuration, alerts and state) has the label instance, the machine's name. When the severity \
    changes, the alert of the old one is resolved. Alerts of a guard that is not heard of any more are over after \
    resolveAfter.

    ntfy gets priority 5 for what is critical, 3 for a warning, one less for a reminder, and 2 for an end.

    A ping goes to url while nothing fires that the filter takes, and to url with /fail after its path while something \
    does. Nothing is sent while the guard does not know: before the first good poll of every cluster that the filter \
    takes, while nothing fresh is heard of one, and while something critical that nobody silenced may become an \
    incident. A test of a ping sends how things are.

    A command gets the same document as a webhook on its standard input, an environment of PATH, LANG, HOME, USER, \
    LOGNAME and OCEANID_CHANNEL, and no shell. The last line of its standard error is shown where it fails.
    """
}
