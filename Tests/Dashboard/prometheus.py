"""Asks Prometheus what Grafana asks: values of variables, instant queries and range queries.

Sources in grafana/grafana, packages/grafana-prometheus/src: metric_find_query.ts (label_values), datasource.ts
(interpolation of a variable with several values), and pkg/promlib/models/query.go (start and end of a range query are
multiples of the step).
"""

import json
import math
import re
import urllib.parse
import urllib.request


class Source:
    """A Prometheus and a time range. Times and the step are in seconds."""

    def __init__(self, address, start, end, step):
        self.address, self.step = address, step
        self.start, self.end = start // step * step, end // step * step
        self.now = end
        self.clusters = []

    def get(self, path, **parameters):
        address = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return json.load(answer)["data"]

    def find(self, query):
        """The values of a variable; its query is label_values(METRIC, LABEL)."""
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", query).groups()
        self.clusters = self.get(
            f"label/{label}/values", **{"match[]": metric, "start": self.start, "end": self.end})
        return self.clusters

    def interpolated(self, expression):
        several = "(" + "|".join(re.escape(name).replace("\\", "\\\\") for name in self.clusters) + ")"
        result = expression.replace("$cluster", several if len(self.clusters) != 1 else several[1:-1])
        if "$" in result:
            raise ValueError(f"a variable is not rendered: {expression}")
        return result

    def series(self, target):
        """The series of a target: their names and lists of (time, value)."""
        query = self.interpolated(target["expr"])
        if target.get("instant"):
            result = self.get("query", query=query, time=self.now)["result"]
        else:
            result = self.get("query_range", query=query, start=self.start, end=self.end, step=self.step)["result"]
        return [(name(target["legendFormat"], one["metric"]),
                 [(float(at), float(value)) for at, value in one.get("values") or [one["value"]]])
                for one in result]


def name(legend, labels):
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), legend).strip()


def runs(points, step):
    """The points without gaps: Grafana inserts a null where the next point is missing (nullInsertThreshold.ts)."""
    result = []
    for at, value in points:
        if math.isnan(value):
            continue
        if not result or at - result[-1][-1][0] > 1.5 * step:
            result.append([])
        result[-1].append((at, value))
    return result
