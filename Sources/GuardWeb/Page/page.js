"use strict";

/**
 * The page of `oceanid-ctl web` and of the file of `oceanid-ctl report`.
 *
 * It draws documents that the client has put into words. All data becomes text nodes and attributes, never HTML.
 */

// ---------------------------------------------------------------- Elements

const SVG = "http://www.w3.org/2000/svg";

/** Adds attributes and children; leaves out null, undefined and false. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element. Children are elements or texts. */
function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
function s(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** @returns {string|undefined} the name under which an element stays the same over updates */
const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined);

const isSameKind = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

/** Changes the attributes of `current` to those of `next`. What the user opened stays open. */
function syncAttributes(current, next) {
  for (const { name } of [...current.attributes]) {
    if (!next.hasAttribute(name) && !(name === "open" && current.nodeName === "DETAILS")) current.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (current.getAttribute(name) !== value && !(name === "open" && current.nodeName === "DETAILS")) {
      current.setAttribute(name, value);
    }
  }
}

/** Makes `current` look like `next` and keeps the nodes that both have, and with them focus, selection and scrolling. */
function morph(current, next) {
  if (current.nodeType === Node.TEXT_NODE) {
    if (current.data !== next.data) current.data = next.data;
    return;
  }
  syncAttributes(current, next);
  morphChildren(current, [...next.childNodes]);
}

function morphChildren(parent, wanted) {
  const kept = new Map();
  for (const child of parent.childNodes) if (keyOf(child) !== undefined) kept.set(keyOf(child), child);
  let place = parent.firstChild;
  for (const child of wanted) {
    const key = keyOf(child);
    const match = key === undefined ? place : kept.get(key);
    if (!match || !isSameKind(match, child)) {
      parent.insertBefore(child, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else parent.insertBefore(match, place);
    morph(match, child);
  }
  while (place) {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  }
}

/** Shows new content of the same view without losing the focus. */
function update(parent, ...children) {
  const focused = document.activeElement;
  morphChildren(parent, children.flat(Infinity).filter(Boolean).map((child) =>
    typeof child === "string" ? document.createTextNode(child) : child));
  if (focused && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

// ---------------------------------------------------------------- Words

const GLYPHS = { healthy: "✓", up: "✓", degraded: "▲", warning: "▲", critical: "✗", down: "✗", unknown: "?" };
const ORDER = ["critical", "unknown", "degraded", "healthy"];

/** A verdict or severity: a glyph for the eye, the word for screen readers. */
function mark(word) {
  const known = Object.hasOwn(GLYPHS, word) ? word : "unknown";
  return h("span", { class: `mark ${known}` },
    h("span", { "aria-hidden": "true" }, GLYPHS[known]), " ", String(word).toUpperCase());
}

/** An age in the format of kubectl. */
function age(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pair = (value, size, unit, smaller) => {
    const rest = Math.floor((value % size.whole) / size.part);
    return `${Math.floor(value / size.whole)}${unit}${rest === 0 ? "" : `${rest}${smaller}`}`;
  };
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return pair(seconds, { whole: 60, part: 1 }, "m", "s");
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 8 * 3600) return pair(seconds, { whole: 3600, part: 60 }, "h", "m");
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 8 * 86400) return pair(seconds, { whole: 86400, part: 3600 }, "d", "h");
  return `${Math.floor(seconds / 86400)}d`;
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const byVerdict = (clusters, verdict) => clusters.filter((cluster) => cluster.verdict === verdict);

// ---------------------------------------------------------------- Parts of views

const link = (path, ...text) => h("a", { href: `#/${path.map(encodeURIComponent).join("/")}` }, ...text);

/** A table. On a narrow screen each row becomes a block, so roles and labels are explicit. */
function table(document, key) {
  const prose = document.prose ?? (document.endsInProse ? document.columns.length - 1 : -1);
  const head = document.columns.map((title) => h("th", { scope: "col", role: "columnheader" }, title));
  const rows = document.rows.map((cells) => h("tr", { role: "row" }, cells.map((cell, index) =>
    h("td", {
      role: "cell", "data-label": document.columns[index],
      class: [cell.style, index === prose ? "prose" : null].filter(Boolean).join(" ") || null,
    }, cell.text))));
  return h("div", { class: "wide", "data-key": key ?? document.title },
    h("table", { role: "table" },
      h("caption", { class: "hidden" }, document.title),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)), h("tbody", { role: "rowgroup" }, rows)),
    document.omitted > 0 && h("p", null, `${document.omitted} more are not shown here.`));
}

/** A table under a heading that opens and closes. */
function foldedTable(document) {
  return h("details", { "data-key": `table ${document.title}` },
    h("summary", null, `${document.title} (${document.rows.length + document.omitted})`), table(document));
}

/** A label with its text, in a list of descriptions. */
const described = (label, ...text) => h("div", null, h("dt", null, label), h("dd", null, ...text));

/** A command with a button that copies it. */
function command(text) {
  return [h("code", null, text), " ", h("button", { type: "button", "data-copy": true, "aria-label": `Copy: ${text}` }, "Copy")];
}

/** The time of a problem's begin with its age, which `tick` keeps current. */
function since(problem) {
  if (!problem.since) return "unknown";
  return [problem.since, " (", h("span", { "data-since": problem.sinceAt }, age(now() - problem.sinceAt)), ")"];
}

/** The lines of a problem under its title: since, why, next, note. */
function problemLines(problem) {
  return h("dl", { class: "lines" },
    described("since", since(problem)),
    problem.muted && described("muted", problem.muted),
    problem.detail && described("why", h("p", { class: "why" }, problem.detail)),
    problem.command && described("next", command(problem.command)),
    problem.note && described(problem.command ? "note" : "next", problem.note));
}

function problemCard(problem) {
  return h("article", { class: `problem ${problem.severity}`, "data-key": problem.id },
    h("h4", null, mark(problem.severity), " ", link(["problem", problem.id], problem.headline)),
    problemLines(problem));
}

/** The first problems are shown whole; the others with their titles. */
const WHOLE = 8;

/** The problems in the order of their causes; the first ones whole. */
function problemList(problems, omitted) {
  if (problems.length === 0) return null;
  const rest = problems.slice(WHOLE);
  return h("section", { "data-key": "problems", "aria-labelledby": "problems" },
    h("h3", { id: "problems" }, count(problems.length + omitted, "problem")),
    problems.slice(0, WHOLE).map(problemCard),
    rest.length > 0 && h("ul", { class: "fleet", "data-key": "more problems" }, rest.map((problem) =>
      h("li", { "data-key": problem.id }, mark(problem.severity), " ", link(["problem", problem.id], problem.headline),
        " ", problem.since && since(problem)))),
    omitted > 0 && h("p", null, `${count(omitted, "more problem")} not listed here.`));
}

/** Nothing is known while the guard does not answer. */
const shown = (verdict) => (state.silence || !Object.hasOwn(GLYPHS, verdict) ? "unknown" : verdict);

/** The text of a cluster's line; its former verdict while the guard does not answer. */
const summaryOf = (cluster) => (state.silence ? `was ${cluster.verdict.toUpperCase()}: ` : "") + cluster.summary;

/** The block of a cluster: one line per part, then its tables. */
function clusterBlock(cluster) {
  return [
    h("dl", { class: "parts", "data-key": "parts" }, cluster.rows.map((row) =>
      h("div", null, h("dt", null,
        h("span", { "aria-hidden": "true", class: `glyph ${shown(row.verdict)}` }, GLYPHS[shown(row.verdict)]), " ", row.label,
        h("span", { class: "hidden" }, ` ${shown(row.verdict)}`)),
      h("dd", null, row.texts.map((text) => h("p", null, text)))))),
    h("div", { class: "folds", "data-key": "tables" }, cluster.tables.filter((one) => one.rows.length > 0).map(foldedTable)),
  ];
}

// ---------------------------------------------------------------- Plots

let plots = 0;

/** A picture with its name and its text equivalent. */
function picture(attributes, title, description, ...children) {
  plots += 1;
  const [named, told] = [`plot-title-${plots}`, `plot-text-${plots}`];
  return s("svg", { ...attributes, role: "img", "aria-labelledby": `${named} ${told}` },
    s("title", { id: named }, title), s("desc", { id: told }, description), ...children);
}

/** The state of a subject over time. Height and position differ, so that the color is not needed. */
function strip(subject, document) {
  const cells = subject.runs.reduce((sum, run) => sum + run.count, 0) || 1;
  const shapes = { up: [8, 10], down: [0, 18], unknown: [12, 2] };
  let start = 0;
  const bars = subject.runs.map((run) => {
    const [y, height] = shapes[run.state];
    const bar = s("rect", {
      class: run.state, x: `${(100 * start) / cells}%`, width: `${(100 * run.count) / cells}%`, y, height });
    start += run.count;
    return bar;
  });
  const words = `uptime ${subject.uptime}, downtime ${subject.downtime}, known ${subject.known} of ${document.range}`;
  return picture({ class: "strip", height: 18 }, subject.subject, words, bars);
}

/** The labels of the time axis. */
function axis(ticks) {
  return s("svg", { class: "axis", height: 20, "aria-hidden": "true" }, ticks.map((tick) =>
    s("g", { class: "tick" },
      s("line", { x1: `${100 * tick.place}%`, x2: `${100 * tick.place}%`, y1: 0, y2: 5 }),
      s("text", { x: `${100 * tick.place}%`, y: 17, "text-anchor": tick.place > 0.95 ? "end" : tick.place < 0.02 ? "start" : "middle" },
        tick.label))));
}

/** The path of the mean and the bars from least to greatest; a gap is a time without a measurement. */
function plotPaths(series) {
  const y = (value) => (100 - (100 * value) / series.top).toFixed(2);
  let [bars, line, isDrawing] = ["", "", false];
  series.columns.forEach((column, index) => {
    if (column === null) {
      isDrawing = false;
      return;
    }
    bars += `M${index + 0.5} ${y(column[0])}V${y(column[2])}`;
    line += `${isDrawing ? "L" : "M"}${index + 0.5} ${y(column[1])}${isDrawing ? "" : "h0.1"}`;
    isDrawing = true;
  });
  return [
    s("path", { class: "range", d: bars, "vector-effect": "non-scaling-stroke" }),
    s("path", { class: "mean", d: line, "vector-effect": "non-scaling-stroke" }),
  ];
}

function roundTripPlot(series, document) {
  const title = `Round-trip time of ${series.cluster}`;
  return h("figure", { "data-key": `plot ${series.cluster}` },
    h("div", { class: "plot" },
      h("div", { class: "scale", "aria-hidden": "true" }, series.labels.map((label) => h("span", null, label))),
      picture({ class: "curve", viewBox: `0 0 ${series.columns.length} 100`, preserveAspectRatio: "none" },
        title, `${series.words}, ${document.range}`,
        [0, 50, 100].map((y) => s("line", { class: "grid", x1: 0, x2: series.columns.length, y1: y, y2: y, "vector-effect": "non-scaling-stroke" })),
        plotPaths(series))),
    h("div", { class: "under" }, axis(document.ticks)),
    h("figcaption", null, `${title}: ${series.words}. Range and average; a gap is a period without measurements.`),
    h("details", { "data-key": "values" }, h("summary", null, "Values"), table(series.table)));
}

// ---------------------------------------------------------------- Report

function availability(cluster, document) {
  const columns = ["Subject", "History", "Uptime", "Known", "Downtime"];
  const rows = cluster.strips.map((subject) => {
    const cells = [strip(subject, document), subject.uptime, subject.known, subject.downtime];
    return h("tr", { role: "row" }, h("th", { scope: "row", role: "rowheader" }, subject.subject),
      cells.map((cell, index) => h("td", {
        role: "cell", "data-label": index === 0 ? null : columns[index + 1], class: index === 0 ? "history" : "figure" }, cell)));
  });
  return h("section", { "data-key": `availability ${cluster.name}` },
    h("h3", null, cluster.name),
    h("table", { class: "strips", role: "table" },
      h("caption", { class: "hidden" }, `Availability of ${cluster.name}, ${document.range}`),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((title, index) =>
        h("th", { scope: "col", role: "columnheader", class: index > 1 ? "figure" : null }, title)))),
      h("tbody", { role: "rowgroup" }, rows),
      h("tfoot", { "aria-hidden": "true" }, h("tr", null, h("td"), h("td", { class: "history" }, axis(document.ticks)), h("td", { colspan: 3 })))),
    legend());
}

function legend() {
  const sample = (state, words) => h("span", null,
    s("svg", { class: "sample strip", width: 18, height: 18, "aria-hidden": "true" }, s("rect", {
      class: state, x: 0, width: 18, y: { up: 8, down: 0, unknown: 12 }[state], height: { up: 10, down: 18, unknown: 2 }[state] })),
    ` ${words}`);
  return h("p", { class: "legend" }, sample("up", "up"), sample("down", "down"),
    sample("unknown", "unknown: the guard or the tunnel was down"));
}

function incidentTable(incidents, title) {
  const columns = ["Began", "Lasted", "Cluster", "Incident", "Cause"];
  const rows = incidents.map((one) => {
    const style = one.isOngoing ? "bad" : undefined;
    return [one.began, one.lasted, one.cluster, one.title, one.cause].map((text) => ({ text, style }));
  });
  return table({ title, columns, rows, omitted: 0, prose: 3 }, title);
}

function incidentSection(document) {
  return h("section", { "data-key": "incidents" }, h("h3", null, "Incidents"),
    document.incidents.length === 0 ? h("p", null, "None.") : incidentTable(document.incidents, "Incidents"),
    document.omittedIncidents > 0 && h("p", null, `${document.omittedIncidents} older ones are omitted.`));
}

function roundTripSection(document) {
  if (document.roundTrips.length === 0) return null;
  return h("section", { "data-key": "roundtrips" }, h("h3", null, "Round-trip time"),
    document.roundTrips.map((series) => roundTripPlot(series, document)));
}

/** The whole report. */
function report(document) {
  return [
    h("p", { class: document.known.isComplete ? "known" : "known partly", "data-key": "known" },
      document.known.isComplete ? "Known: " : [h("span", { "aria-hidden": "true" }, "? "), "Only partly known: "], document.known.words),
    h("ul", { class: "figures", "data-key": "figures" }, document.figures.map((figure) =>
      h("li", null, h("strong", null, String(figure.count)), " ", figure.words))),
    document.clusters.map((cluster) => availability(cluster, document)),
    roundTripSection(document),
    incidentSection(document),
    document.events.rows.length > 0 && h("section", { "data-key": "events" }, h("h3", null, "Events"), table(document.events)),
    h("section", { "data-key": "about" }, h("h3", null, "About this report"),
      document.notes.map((note) => h("p", null, note))),
  ];
}

// ---------------------------------------------------------------- Live state

const SPANS = ["24h", "7d", "30d"];
/** Without anything from oceanid-ctl for this long, the data counts as old: three of its beats. */
const SILENCE = 15000;

/** A page that is open for weeks must not grow. */
const MOST_REMEMBERED = 5000;

const state = {
  /** The last status document, and when it came, by this browser's clock. */
  status: null, statusAt: 0,
  /** Why the status is old; null if it is current. */
  silence: { reason: "waiting for the guard", steps: [] },
  heardAt: Date.now(),
  changes: "",
  /** Documents by address: `{data, error, changes}`. */
  documents: new Map(),
  /** The last known state of each problem that was seen. */
  problems: new Map(),
};

/** The guard's time: it does not advance while the guard does not answer. */
function now() {
  if (!state.status) return Date.now();
  return state.status.at + (state.silence ? 0 : Date.now() - state.statusAt);
}

/** Many changes in a row make one request per this time. */
const LOAD_PAUSE = 2000;
/** Round-trip times and the end of a report move without a change. */
const LOAD_AGAIN = 60000;

/** Fetches a document, unless it is there and nothing has changed since; shows it when it comes. */
function documentAt(address) {
  const known = state.documents.get(address);
  if (!known?.isLoading && !(known && known.changes === state.changes)) load(address, known);
  return known;
}

async function load(address, known) {
  const changes = state.changes;
  const waiting = { data: known?.data ?? null, error: known?.error ?? null, changes, isLoading: true };
  state.documents.set(address, waiting);
  const loaded = await fetched(address);
  Object.assign(waiting, { data: loaded.data ?? waiting.data, error: loaded.error });
  draw();
  setTimeout(() => {
    waiting.isLoading = false;
    if (waiting.changes !== state.changes) draw();
  }, LOAD_PAUSE);
}

/** @returns {Promise<{data: Object|null, error: string|null}>} */
async function fetched(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(20000) });
    if (answer.ok) return { data: await answer.json(), error: null };
    // The other refusals are pages.
    const reason = answer.status === 503 ? await answer.text() : `oceanid-ctl web refuses the request (${answer.status})`;
    return { data: null, error: reason };
  } catch {
    return { data: null, error: "oceanid-ctl web does not answer" };
  }
}

/** Makes the shown documents load again. */
function expireDocuments() {
  for (const known of state.documents.values()) known.changes = null;
}

// ---------------------------------------------------------------- Views

/** The document of a view, or what is shown until it is there. */
function withDocument(address, body) {
  const known = documentAt(address);
  if (known?.data) {
    return [known.error && h("p", { class: "warning", "data-key": "error" }, `Not updated: ${known.error}`), body(known.data)];
  }
  return known?.error ? h("p", { class: "warning" }, known.error) : h("p", null, "Loading…");
}

function overview() {
  const { status } = state;
  if (!status) return { title: "Overview", body: silenceNotice() };
  if (status.clusters.length === 1) return clusterView(status.clusters[0].name, false);
  const unwell = ORDER.filter((word) => word !== "healthy").flatMap((word) => byVerdict(status.clusters, word));
  const healthy = byVerdict(status.clusters, "healthy");
  const totals = ORDER.map((word) => [byVerdict(status.clusters, word).length, word]).filter(([number]) => number > 0);
  const item = (cluster) => h("li", { "data-key": cluster.name, class: "cluster" },
    mark(shown(cluster.verdict)), " ", link(["cluster", cluster.name], cluster.name), " ", h("span", null, summaryOf(cluster)));
  return {
    title: status.clusters.length === 0 ? "Overview" : count(status.clusters.length, "cluster"),
    body: [
      h("p", { "data-key": "totals" }, totals.map(([number, word]) => `${number} ${word}`).join(", ") || status.summary),
      h("ul", { class: "fleet", "data-key": "unwell" }, unwell.map(item)),
      healthy.length > 0 && h("details", { "data-key": "healthy" },
        h("summary", null, `${healthy.length} healthy`), h("ul", { class: "fleet" }, healthy.map(item))),
      problemList(status.problems, status.omittedProblems),
    ],
  };
}

/** @param {boolean} hasHeadline false where the page's own verdict says the same */
function clusterView(name, hasHeadline = true) {
  const cluster = state.status?.clusters.find((one) => one.name === name);
  if (!cluster) return { title: name, body: state.status ? h("p", null, "The guard watches no cluster of this name.") : silenceNotice() };
  const problems = state.status.problems.filter((problem) => problem.cluster === name || problem.cluster === "");
  return {
    title: name,
    body: [
      hasHeadline && h("p", { class: "headline", "data-key": "headline" }, mark(shown(cluster.verdict)), " ", summaryOf(cluster)),
      problemList(problems, 0), clusterBlock(cluster),
    ],
  };
}

function problemView(id) {
  const current = state.status?.problems.find((one) => one.id === id);
  const problem = current ?? state.problems.get(id);
  if (!problem) {
    return { title: id, body: state.status ? h("p", null, "The guard does not report this problem now. See ", link(["history"], "History"), ".") : silenceNotice() };
  }
  const topics = problem.topics.map((word) => [word, state.status.topics[word]]).filter(([, topic]) => topic);
  return {
    title: problem.headline,
    body: [
      h("p", { class: "headline", "data-key": "headline" }, current ? mark(problem.severity) : "This problem has ended.", " ",
        problem.cluster && link(["cluster", problem.cluster], `Cluster ${problem.cluster}`)),
      problemLines(problem),
      topics.length > 0 && h("section", { "data-key": "meaning" }, h("h3", null, "What it means"),
        topics.map(([word, topic]) => [h("p", null, h("code", null, word), " ", topic.meaning),
          topic.command && h("p", null, "Next: ", h("code", null, topic.command)), topic.note && h("p", null, topic.note)])),
      h("section", { "data-key": "facts" }, h("h3", null, "Facts"),
        h("dl", { class: "lines" }, problem.facts.map(([label, text]) => described(label, text)))),
      h("section", { "data-key": "past" }, h("h3", null, "Last 7 days"),
        withDocument("/report.json?span=7d", (document) => pastOf(problem, document))),
    ],
  };
}

/** The incidents and changes of the same subject. */
function pastOf(problem, document) {
  const isMeant = (one) => one.cluster === problem.cluster && one.subject === problem.subject;
  const incidents = document.incidents.filter(isMeant);
  const changes = document.changes.filter(isMeant);
  if (incidents.length + changes.length === 0) return h("p", null, "Nothing is recorded for this subject.");
  return [incidents.length > 0 && incidentTable(incidents, "Incidents of this subject"),
    changes.length > 0 && changeTable(changes, "Changes of this subject")];
}

function changeTable(changes, title) {
  const rows = changes.map((one) => [one.at, one.cluster, one.text].map((text) => ({ text })));
  return table({ title, columns: ["Time", "Cluster", "Change"], rows, omitted: 0, prose: 2 }, title);
}

/** The links to other lengths of time. */
function spans(view, chosen) {
  return h("nav", { "aria-label": "Time range", class: "spans", "data-key": "spans" }, SPANS.map((span) =>
    fill(link([view, span], span), { "aria-current": span === chosen ? "true" : null }, [])));
}

function reportView(view, title, span, body) {
  const chosen = SPANS.includes(span) ? span : "24h";
  return { title, body: [spans(view, chosen), withDocument(`/report.json?span=${chosen}`, body)] };
}

function historyView(span) {
  const view = reportView("history", "History", span, (document) => [
    incidentSection(document),
    h("section", { "data-key": "changes" }, h("h3", null, "Last changes"),
      document.changes.length === 0 ? h("p", null, "None.") : changeTable(document.changes, "Last changes")),
  ]);
  const open = withDocument("/incidents.json", (document) =>
    document.tables.filter((one) => one.rows.length > 0).map((one) =>
      h("section", { "data-key": `section ${one.title}` }, h("h3", null, one.title), table(one))));
  return { title: view.title, body: [h("div", { "data-key": "open" }, open), view.body] };
}

function silenceNotice() {
  const { silence } = state;
  if (!silence) return h("p", null, "Loading…");
  return h("section", { class: "silence", "data-key": "silence", "aria-labelledby": "silence" },
    h("h3", { id: "silence" }, "The guard does not answer"), h("p", null, silence.reason),
    silence.steps.length > 0 && h("ul", null, silence.steps.map((step) => h("li", null, step))));
}

/** The view that the address names. */
function currentView() {
  const parts = location.hash.slice(2).split("/").map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  switch (parts[0]) {
    case "cluster": return clusterView(parts[1] ?? "");
    case "problem": return problemView(parts[1] ?? "");
    case "history": return historyView(parts[1]);
    case "roundtrips": return reportView("roundtrips", "Round trips", parts[1], (document) =>
      roundTripSection(document) ?? h("p", null, "There are no measurements in this time."));
    case "report": return reportView("report", "Report", parts[1], (document) => [h("p", { "data-key": "range" }, document.range), report(document)]);
    default: return overview();
  }
}

// ---------------------------------------------------------------- Drawing

const VIEWS = [["", "Overview"], ["history", "History"], ["roundtrips", "Round trips"], ["report", "Report"]];

function drawNavigation() {
  const current = location.hash.slice(2).split("/")[0];
  update(document.getElementById("views"), VIEWS.map(([view, title]) =>
    fill(link([view], title), { "aria-current": view === current ? "page" : null, "data-key": `view ${view}` }, [])));
}

function drawVerdict() {
  const { status, silence } = state;
  const verdict = silence || !status ? "unknown" : status.verdict;
  const was = status ? ` (was ${status.verdict.toUpperCase()})` : "";
  const words = silence ? `the guard does not answer${was}` : status.summary;
  const line = document.getElementById("verdict");
  line.className = `verdict ${verdict}`;
  // The region is read out when it changes, so it stays as it is otherwise.
  if (line.textContent !== `${GLYPHS[verdict]} ${verdict.toUpperCase()} ${words}`) line.replaceChildren(mark(verdict), " ", words);
  document.body.classList.toggle("stale", Boolean(silence) && status !== null);
}

/** Everything that depends on the time only. */
function tick() {
  if (!state.silence && Date.now() - state.heardAt > SILENCE) fallSilent({ reason: "oceanid-ctl web sends nothing", steps: [] });
  const { status } = state;
  const line = document.getElementById("age");
  const words = status ? `as of ${status.clock} (${age(Date.now() - state.statusAt)} ago)` : "";
  if (line.textContent !== words) line.textContent = words;
  for (const node of document.querySelectorAll("[data-since]")) {
    const text = age(now() - Number(node.dataset.since));
    if (node.textContent !== text) node.textContent = text;
  }
}

/** Shows the current view. Only a change of the view moves focus and scroll position. */
function draw() {
  plots = 0;
  const view = currentView();
  drawNavigation();
  drawVerdict();
  const main = document.getElementById("main");
  const isNotice = state.silence && state.status;
  update(main, h("h2", { tabindex: -1, "data-key": "title" }, view.title), isNotice && silenceNotice(), [view.body]);
  document.title = `${view.title} – Oceanid Guard`;
  makeScrollable(main);
  tick();
}

/** A table that is wider than the screen can be scrolled with the keyboard. */
function makeScrollable(root) {
  for (const box of root.querySelectorAll(".wide")) {
    const isWide = box.scrollWidth > box.clientWidth;
    if (isWide) fill(box, { tabindex: 0, role: "region", "aria-label": box.querySelector("caption").textContent }, []);
    else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
}

// ---------------------------------------------------------------- Events of the browser

const positions = new Map();
let shownHash = location.hash;
let isFollowed = false;

/** Another view: its title gets the focus; going back restores the position. */
function navigate() {
  document.getElementById("main").replaceChildren();
  shownHash = location.hash;
  draw();
  document.querySelector("h2").focus({ preventScroll: true });
  window.scrollTo(0, isFollowed ? 0 : positions.get(shownHash) ?? 0);
  isFollowed = false;
}

async function copy(button) {
  const text = button.parentElement.querySelector("code").textContent;
  const news = document.getElementById("news");
  try {
    await navigator.clipboard.writeText(text);
    news.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    news.textContent = "Not copied: the browser does not allow it. The command is selected.";
  }
  button.textContent = news.textContent === "Copied." ? "Copied" : "Copy";
  setTimeout(() => { button.textContent = "Copy"; news.textContent = ""; }, 2000);
}

function onClick(event) {
  const target = event.target instanceof Element ? event.target.closest("a, button") : null;
  if (target?.classList.contains("skip")) {
    event.preventDefault();
    document.getElementById("main").focus();
  } else if (target?.matches("a[href^='#/']")) {
    positions.set(shownHash, window.scrollY);
    isFollowed = true;
  } else if (target?.hasAttribute("data-copy")) {
    copy(target);
  }
}

function fallSilent(silence) {
  state.silence = silence;
  draw();
}

/** What the guard sent, or that it sends nothing. */
function onStatus(event) {
  state.status = JSON.parse(event.data);
  state.statusAt = Date.now();
  if (state.silence) expireDocuments();
  state.silence = null;
  if (state.problems.size > MOST_REMEMBERED) state.problems.clear();
  for (const problem of state.status.problems) state.problems.set(problem.id, problem);
}

function listen() {
  const source = new EventSource("/events");
  const heard = (handle) => (event) => {
    state.heardAt = Date.now();
    if (event.lastEventId !== "") state.changes = event.lastEventId;
    handle(event);
  };
  source.addEventListener("status", heard((event) => { onStatus(event); draw(); }));
  source.addEventListener("silence", heard((event) => fallSilent(JSON.parse(event.data))));
  source.addEventListener("beat", heard(() => {}));
  source.addEventListener("error", () => fallSilent({
    reason: "oceanid-ctl web has ended or does not answer",
    steps: ["start it again: oceanid-ctl web", "open the address that it prints"],
  }));
}

function start() {
  const embedded = document.getElementById("report");
  if (embedded) {
    document.getElementById("main").replaceChildren(h("h2", null, "Report"), ...report(JSON.parse(embedded.textContent)).flat(Infinity).filter(Boolean));
    makeScrollable(document.body);
    return;
  }
  document.addEventListener("click", onClick);
  window.addEventListener("hashchange", navigate);
  window.addEventListener("resize", () => makeScrollable(document.body));
  setInterval(tick, 1000);
  setInterval(() => { expireDocuments(); draw(); }, LOAD_AGAIN);
  draw();
  listen();
}

start();
