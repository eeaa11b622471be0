"""Draws panels as HTML, as Grafana's stat, state-timeline and timeseries do.

Sources in grafana/grafana: packages/grafana-data/src/field/fieldDisplay.ts (a stat without data shows what null is
mapped to), packages/grafana-ui/src/components/BigValue (stat), public/app/core/components/TimelineChart (states),
public/app/plugins/panel/timeseries.
"""

import time
from html import escape

import prometheus
import values


def box(tag, kind, content, style=""):
    return f'<{tag} class="{kind}" style="{style}">{content}</{tag}>'


def legend(entries):
    items = "".join(
        f'<li data-color="{code}"><i style="background:{code}"></i>{escape(text)}</li>' for text, code in entries)
    return f'<ul class="legend">{items}</ul>'


def clock(source):
    """The labels of the time axis."""
    length = source.end - source.start
    labels = [source.start + length * part / 4 for part in range(1, 4)]
    form = "%H:%M:%S" if length < 7200 else "%H:%M"
    return "".join(box("span", "tick", time.strftime(form, time.localtime(at)),
                       f"left:{100 * (at - source.start) / length:.2f}%") for at in labels)


def stat(panel, source, theme):
    defaults, tiles = panel["fieldConfig"]["defaults"], []
    found = [points[-1][1] for target in panel["targets"] for _, points in source.series(target)]
    for value in found or [None]:
        text, code = values.shown(defaults, value, theme)
        text = text or "No data"
        size = f"min({panel['gridPos']['h'] * 38 - 70}px, {150 / len(text):.1f}cqw)"
        tiles.append(box(
            "div", "value", f'<span style="font-size:{size}">{escape(text)}</span>',
            f"background:{code};color:{values.text_on_stat(code)}"))
    return "".join(tiles)


def states(panel, points, source, theme):
    """The states of a row: from, to, text, color. Equal neighbors are one state."""
    result = []
    for run in prometheus.runs(points, source.step):
        joins = False
        for at, value in run:
            look = values.shown(panel["fieldConfig"]["defaults"], value, theme)
            end = min(at + source.step, source.end)
            if joins and result[-1][2:] == look:
                result[-1] = (result[-1][0], end, *look)
            else:
                result.append((at, end, *look))
            joins = True
    return result


def timeline(panel, source, theme):
    rows, seen, length = [], {}, source.end - source.start
    for target in panel["targets"]:
        for name, points in sorted(source.series(target)):
            boxes = ""
            for start, end, text, code in states(panel, points, source, theme):
                seen[text] = code
                boxes += box(
                    "span", "state", escape(text),
                    f"left:{100 * (start - source.start) / length:.3f}%;width:{100 * (end - start) / length:.3f}%;"
                    f"background:{code};color:{values.text_on_state(code)}")
            rows.append(f'<div class="row"><b>{escape(name)}</b><div class="track">{boxes}</div></div>')
    if not rows:
        return box("p", "empty", panel["fieldConfig"]["defaults"].get("noValue", "No data"))
    return "".join(rows) + box("div", "axis", clock(source)) + legend(seen.items())


def timeseries(panel, source, theme):
    defaults = panel["fieldConfig"]["defaults"]
    series = [one for target in panel["targets"] for one in sorted(source.series(target)) if one[1]]
    if not series:
        return box("p", "empty", defaults.get("noValue", "No data"))
    every = [value for _, points in series for _, value in points]
    low, high = min(every + [0]), max(every)
    high = high if high > low else low + 1
    length, lines, entries = source.end - source.start, "", []
    for index, (name, points) in enumerate(series):
        code = values.shown(defaults, points[-1][1], theme, index, "palette-classic")[1]
        entries.append((name, code))
        for run in prometheus.runs(points, source.step):
            at = [f"{1000 * (when - source.start) / length:.1f},{100 - 100 * (value - low) / (high - low):.1f}"
                  for when, value in run]
            # A single point is drawn as a dot.
            lines += (f'<polyline points="{" ".join(at + at[:1] * (len(at) == 1))}" stroke="{code}" fill="none" '
                      'stroke-width="2" stroke-linecap="round" vector-effect="non-scaling-stroke"/>')
    ticks = "".join(
        box("span", "tick", escape(values.UNITS[defaults["unit"]](low + (high - low) * part / 2,
                                                                 defaults.get("decimals"))),
            f"bottom:{50 * part}%") for part in range(3))
    plot = f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">{lines}</svg>'
    return (f'<div class="plot"><div class="scale">{ticks}</div>{plot}</div>'
            + box("div", "axis", clock(source)) + legend(entries))


DRAWN = {"stat": stat, "state-timeline": timeline, "timeseries": timeseries}


def html(panel, source, theme):
    grid = panel["gridPos"]
    style = (f"left:calc({grid['x']} * (100% + 8px) / 24);width:calc({grid['w']} * (100% + 8px) / 24 - 8px);"
             f"top:{grid['y'] * 38}px;height:{grid['h'] * 38 - 8}px")
    title, description = escape(panel["title"], quote=True), escape(panel["description"], quote=True)
    return (f'<section class="{panel["type"]}" style="{style}" aria-label="{title}"><header><h2>{title}</h2>'
            f'<span class="information" role="img" aria-label="{description}" title="{description}">i</span></header>'
            f'<div class="content">{DRAWN[panel["type"]](panel, source, theme)}</div></section>')
