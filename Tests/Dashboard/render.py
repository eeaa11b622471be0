#!/usr/bin/env python3
"""Renders the Grafana dashboard with the data of a Prometheus, as pages that a browser shows.

    Tests/Dashboard/render.py DASHBOARD                                       checks the file only
    Tests/Dashboard/render.py DASHBOARD PROMETHEUS FOLDER RANGE STEP [END]    writes dark.html and light.html

RANGE and STEP are seconds, END is a time since 1970. What this program does not render is an error, so that the
dashboard cannot use it. It exists because Grafana is neither in Debian nor on PyPI, where the tests get their
programs from. Each module names the files of Grafana's source whose rules it follows.
"""

import json
import os
import sys
import time
from html import escape

import known
import panels
import prometheus

# Text and backgrounds: packages/grafana-data/src/themes/createColors.ts.
THEMES = {
    "dark": ("#111217", "#181B1F", "#CCCCDC", "#2C3235"),
    "light": ("#F4F5F5", "#FFFFFF", "#24292E", "#DCDEDF"),
}
STYLE = """
* { box-sizing: border-box; margin: 0; padding: 0 }
body { background: CANVAS; color: TEXT; font: 14px/1.4 Inter, Helvetica, Arial, sans-serif; padding: 8px }
nav { display: flex; gap: 16px; height: 40px } nav ul { display: inline; list-style: none } nav li { display: inline }
main { position: relative; height: HEIGHTpx }
section { position: absolute; background: PANEL; border: 1px solid LINE; border-radius: 2px; overflow: hidden;
  display: flex; flex-direction: column }
header { display: flex; height: 32px; padding: 0 8px; align-items: center; gap: 6px; flex: none }
h2 { font-size: 14px; font-weight: 500; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.information { flex: none; width: 14px; height: 14px; border: 1px solid TEXT; border-radius: 7px; font-size: 10px;
  line-height: 12px; text-align: center }
.content { flex: 1; min-height: 0; padding: 0 8px 4px; display: flex; flex-direction: column; container-type: inline-size }
.stat .content { padding: 0; flex-direction: row; gap: 4px }
.value { flex: 1; min-width: 0; display: flex; align-items: center; justify-content: center; font-weight: 500 }
.row { flex: 1; min-height: 0; display: flex; gap: 16px; align-items: center }
.row b { flex: none; width: 120px; text-align: right; font-weight: 400; font-size: 12px }
.track { position: relative; flex: 1; height: 90% }
.state { position: absolute; top: 0; bottom: 0; padding-left: 2px; font-size: 12px; font-weight: 500;
  display: flex; align-items: center; overflow: hidden; white-space: nowrap }
.axis { position: relative; height: 18px; margin-left: 136px; font-size: 12px; flex: none }
.axis .tick { position: absolute; transform: translateX(-50%) }
.timeseries .axis { margin-left: 76px }
.plot { flex: 1; min-height: 0; display: flex; padding-top: 8px } .plot svg { flex: 1; min-width: 0; height: 100% }
.scale { position: relative; flex: none; width: 68px; margin-right: 8px; font-size: 12px }
.scale .tick { position: absolute; right: 0; transform: translateY(50%); white-space: nowrap }
.legend { list-style: none; flex: none; font-size: 12px; max-height: 54px; overflow-y: auto }
.legend li { display: inline-block; margin-right: 12px }
.legend i { display: inline-block; width: 14px; height: 4px; margin-right: 6px; vertical-align: middle }
.empty { margin: auto }
"""


def page(dashboard, source, theme):
    canvas, panel, text, line = THEMES[theme]
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard["panels"]) * 38
    style = (STYLE.replace("CANVAS", canvas).replace("PANEL", panel).replace("TEXT", text).replace("LINE", line)
             .replace("HEIGHT", str(height)))
    variables = ""
    for variable in dashboard["templating"]["list"]:
        found = source.find(variable["query"]["query"]) if variable["type"] == "query" else ["Prometheus"]
        items = "".join(f"<li>{escape(one)}</li> " for one in found)
        variables += f'<div data-variable="{variable["name"]}">{escape(variable["label"])} <ul>{items}</ul></div>'
    drawn = "".join(panels.html(one, source, theme) for one in dashboard["panels"])
    title = escape(dashboard["title"])
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
            f'<nav aria-label="Variables">{variables}</nav><main><h1 hidden>{title}</h1>{drawn}</main></html>')


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        dashboard = json.load(file)
    complaints = known.complaints(dashboard)
    if complaints:
        sys.exit("\n".join(complaints))
    if len(sys.argv) == 2:
        return
    address, folder, length, step = sys.argv[2:6]
    end = float(sys.argv[6]) if len(sys.argv) > 6 else time.time()
    source = prometheus.Source(address, end - float(length), end, float(step))
    for theme in THEMES:
        with open(os.path.join(folder, theme + ".html"), "w", encoding="utf-8") as file:
            file.write(page(dashboard, source, theme))


main()
