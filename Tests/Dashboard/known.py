"""What the renderer knows of a dashboard. All else is a complaint, so that nothing on the dashboard is not rendered.

Sources in grafana/grafana: kinds/dashboard/dashboard_kind.cue (dashboard, panel, GridPos, mappings, thresholds),
public/app/plugins/panel/{stat,state-timeline,timeseries}/panelcfg.cue (options and custom fields),
packages/grafana-prometheus/src/dataquery.cue (targets).
"""

import values

DATASOURCE = {"type": {"prometheus"}, "uid": {"${datasource}"}}
COLORS = {prefix + hue for prefix in values.SHADES for hue in values.HUES["dark"]}
RESULT = {"text": str, "color": COLORS, "index?": int}
MAPPING = [
    {"type": {"value"}, "options": {"*": RESULT}},
    {"type": {"special"}, "options": {"match": {"null+nan"}, "result": RESULT}},
]
STEP = {"color": COLORS, "value": (int, float, type(None))}
DEFAULTS = {
    "unit": set(values.UNITS), "decimals?": int, "noValue?": str, "mappings?": [MAPPING],
    "thresholds?": {"mode": {"absolute"}, "steps": [STEP]},
}
GRID = {"x": int, "y": int, "w": int, "h": int}
LEGEND = {"displayMode": {"list"}, "placement": {"bottom"}, "showLegend": {True}}


def panel(kind, options, target, color, custom):
    return {
        "id": int, "type": {kind}, "title": str, "description": str, "datasource": DATASOURCE, "gridPos": GRID,
        "targets": [{"refId": str, "datasource": DATASOURCE, "expr": str, "legendFormat": str, **target}],
        "fieldConfig": {"defaults": {**DEFAULTS, **color, **custom}, "overrides": []}, **options,
    }


FIXED = {"mode": {"fixed"}, "fixedColor": COLORS}
PANELS = [
    # A stat shows the present. A range query would show the last value of the range, however old it is.
    panel("stat", {"options": {
        "reduceOptions": {"calcs": [{"lastNotNull"}]}, "colorMode": {"background_solid"}, "graphMode": {"none"},
        "textMode": {"value"},
    }}, {"instant": {True}, "range": {False}}, {"color?": {"mode": {"thresholds"}}}, {}),
    # While equal values are merged, colors by threshold replace the texts of value mappings: each verdict would be a
    # green "< 80" (mergeThresholdValues in public/app/core/components/TimelineChart/utils.ts; grafana issue 41075).
    panel("state-timeline", {"options": {
        "showValue": {"auto"}, "mergeValues": {True}, "rowHeight": float, "legend": LEGEND,
    }}, {}, {"color": FIXED}, {"custom": {"fillOpacity": {100}}}),
    panel("timeseries", {}, {}, {"color?": {"mode": {"palette-classic"}}}, {}),
]
VARIABLES = [
    {"name": {"datasource"}, "type": {"datasource"}, "query": {"prometheus"}, "label": str},
    {
        "name": {"cluster"}, "type": {"query"}, "label": str, "datasource": DATASOURCE,
        "query": {"query": str, "refId": str}, "includeAll": {True}, "multi": {True}, "refresh": {2},
        "current": {"text": {"All"}, "value": {"$__all"}},
    },
]
DASHBOARD = {
    "title": str, "uid": str, "tags": [str], "schemaVersion": int, "version": int, "editable": bool, "refresh": str,
    "time": {"from": str, "to": {"now"}}, "timezone": {"browser"}, "graphTooltip": {0, 1, 2},
    "templating": {"list": [VARIABLES]}, "annotations": {"list": []}, "panels": [PANELS],
}


def differs(shape, value, path):
    """Complaints about everything that is not of a shape. A list inside a list shape has alternatives; a set has constants; `*` is any key."""
    if isinstance(shape, set):
        known = isinstance(value, (str, int, float)) and value in shape
        return [] if known else [f"{path}: {value!r} is not rendered"]
    if isinstance(shape, (type, tuple)):
        return [] if isinstance(value, shape) else [f"{path}: {value!r}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return nearest(shape, value, path)
        if not shape:
            return [f"{path}: is not rendered"] if value else []
        return [text for place, one in enumerate(value)
                for text in nearest(shape[0] if isinstance(shape[0], list) else shape, one, f"{path}[{place}]")]
    if not isinstance(value, dict):
        return [f"{path}: {value!r}"]
    wanted = {key.rstrip("?"): inner for key, inner in shape.items()}
    complaints = [f"{path}.{key}: is missing" for key in shape
                  if not key.endswith("?") and key != "*" and key not in value]
    for key, inner in value.items():
        if key not in wanted and "*" not in wanted:
            complaints.append(f"{path}.{key}: is not rendered")
        else:
            complaints += differs(wanted.get(key, wanted.get("*")), inner, f"{path}.{key}")
    return complaints


def nearest(shapes, value, path):
    """The complaints about the alternative with the same type, mode or name, or else with the fewest."""
    def alike(shape):
        return isinstance(shape, dict) and isinstance(value, dict) and any(
            key in shape and value.get(key) in shape[key] for key in ("type", "mode", "name")
            if isinstance(shape.get(key), set))
    return min(
        (not alike(shape), differs(shape, value, path)) for shape in shapes)[1] if shapes else []


def overlap(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


def complaints(dashboard):
    """All that is wrong with a dashboard; empty if it can be rendered."""
    found = differs(DASHBOARD, dashboard, "dashboard")
    if found:
        return found
    panels = dashboard["panels"]
    if not 8 <= len(dashboard["uid"]) <= 40:
        found.append("dashboard.uid: 8 to 40 characters")
    # Grafana migrates older ones when it loads them; this does not.
    if dashboard["schemaVersion"] < 36:
        found.append("dashboard.schemaVersion: is before 36")
    if len({one["id"] for one in panels}) < len(panels):
        found.append("dashboard.panels: an id occurs twice")
    for place, one in enumerate(panels):
        grid, path = one["gridPos"], f"dashboard.panels[{place}]"
        if not (0 <= grid["x"] and 0 <= grid["y"] and 0 < grid["w"] <= 24 - grid["x"] and 0 < grid["h"]):
            found.append(f"{path}.gridPos: is outside 24 columns")
        found += [f"{path}.gridPos: overlaps {other['title']}" for other in panels[:place]
                  if overlap(grid, other["gridPos"])]
        if not one["title"].strip() or not one["description"].endswith("."):
            found.append(f"{path}: needs a title, and a description of whole sentences")
        if len({target["refId"] for target in one["targets"]}) < len(one["targets"]):
            found.append(f"{path}.targets: a refId occurs twice")
        found += [f"{path}.targets: needs a legendFormat" for target in one["targets"] if not target["legendFormat"]]
        steps = one["fieldConfig"]["defaults"].get("thresholds", values.STANDARD_THRESHOLDS)["steps"]
        bounds = [step["value"] for step in steps]
        if bounds[:1] != [None] or bounds[1:] != sorted(bounds[1:]):
            found.append(f"{path}.thresholds: the first step has no value, the others rise")
    return found
