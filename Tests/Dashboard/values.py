"""What Grafana shows for one value: mapping, threshold, unit and color.

The rules are those of grafana/grafana, in packages/grafana-data/src:
    utils/valueMappings.ts               the first mapping that matches gives text and color
    field/displayProcessor.ts            a mapped text comes before the unit, a mapped color before the threshold
    field/thresholds.ts                  the last step that is not above the value is active
    field/fieldColor.ts                  fixed, thresholds, palette-classic
    themes/createVisualizationColors.ts  the hues of both themes
    valueFormats/                        units; without `decimals`, trailing zeros are dropped
"""

import math

SHADES = ["super-light-", "light-", "", "semi-dark-", "dark-"]
HUES = {
    "dark": {
        "red": "FFA6B0 FF7383 F2495C E02F44 C4162A", "orange": "FFCB7D FFB357 FF9830 FF780A FA6400",
        "yellow": "FFF899 FFEE52 FADE2A F2CC0C E0B400", "green": "C8F2C2 96D98D 73BF69 56A64B 37872D",
        "blue": "C0D8FF 8AB8FF 5794F2 3274D9 1F60C4", "purple": "DEB6F2 CA95E5 B877D9 A352CC 8F3BB8",
    },
    "light": {
        "red": "FF7383 F2495C E02F44 C4162A AD0317", "orange": "FFB357 FF9830 FF780A FA6400 E55400",
        "yellow": "FFEE52 FADE2A F2CC0C E0B400 CC9D00", "green": "96D98D 73BF69 56A64B 37872D 19730E",
        "blue": "8AB8FF 5794F2 3274D9 1F60C4 1250B0", "purple": "CA95E5 B877D9 A352CC 8F3BB8 7C2EA3",
    },
}
# The first names of the classic palette; a panel with more series repeats them.
PALETTE = [prefix + hue for prefix in ["", "dark-"] for hue in ["green", "yellow", "blue", "orange", "red", "purple"]]
# What a field has whose configuration names no thresholds.
STANDARD_THRESHOLDS = {"mode": "absolute", "steps": [{"color": "green", "value": None}, {"color": "red", "value": 80}]}


def color(theme, name):
    """The color of a name, as #RRGGBB."""
    for hue, shades in HUES[theme].items():
        if name.endswith(hue) and name[:-len(hue)] in SHADES:
            return "#" + shades.split()[SHADES.index(name[:-len(hue)])]
    raise KeyError(name)


def channels(code):
    return [int(code[place:place + 2], 16) for place in (1, 3, 5)]


def text_on_stat(code):
    """The text on a stat's background: getTextColorForAlphaBackground in packages/grafana-ui/src/utils/colors.ts."""
    red, green, blue = channels(code)
    return "#202226" if (299 * red + 587 * green + 114 * blue) / 1000 > 180 else "#F7F8FA"


def text_on_state(code):
    """The text on a state: getContrastText with 3:1 in packages/grafana-data/src/themes/createColors.ts."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
              for part in (value / 255 for value in channels(code))]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#FFFFFF" if 1.05 / (luminance + 0.05) >= 3 else "#000000"


def fixed(value, decimals=None):
    """toFixed in valueFormats.ts, without trailing zeros if `decimals` is None."""
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == int(value):
        return str(int(value))
    places = 1 - math.floor(math.log10(abs(value)))
    places += abs(value) * 10 ** places > 22.5
    return f"{value:.{max(0, places)}f}".rstrip("0").rstrip(".")


def scaled(factor, suffixes):
    def show(value, decimals):
        power = math.floor(math.log(abs(value), factor)) if value else 0
        power = min(max(power, 0), len(suffixes) - 1)
        return fixed(value / factor ** power, decimals) + suffixes[power]
    return show


def seconds(value, decimals):
    size = abs(value)
    if size == 0:
        return "0 s"
    for limit, divisor, suffix in [
            (1e-6, 1e-9, " ns"), (1e-3, 1e-6, " µs"), (1, 1e-3, " ms"), (60, 1, " s"), (3600, 60, " mins"),
            (86400, 3600, " hours"), (604800, 86400, " days"), (31536000, 604800, " weeks")]:
        if size < limit:
            return fixed(value / divisor, decimals) + suffix
    return fixed(value / 3.15569e7, decimals) + " years"


UNITS = {
    "short": scaled(1000, ["", " K", " Mil", " Bil", " Tri"]),
    "s": seconds,
    "bytes": scaled(1024, [" B", " KiB", " MiB", " GiB", " TiB"]),
    "Bps": scaled(1000, [" B/s", " kB/s", " MB/s", " GB/s", " TB/s"]),
}


def mapped(mappings, value):
    """The result of the first mapping that matches, or None. Null is None."""
    for mapping in mappings:
        if mapping["type"] == "value":
            key = None if value is None else fixed(value)
            if key in mapping["options"]:
                return mapping["options"][key]
        elif value is None or math.isnan(value):
            return mapping["options"]["result"]
    return None


def active(steps, value):
    return [step for step in steps if step["value"] is None or value >= step["value"]][-1]


def shown(defaults, value, theme, index=0, standard="thresholds"):
    """Text and color of a value; `standard` is the color mode of a panel that names none."""
    result = mapped(defaults.get("mappings", []), value) or {}
    text, name = result.get("text"), result.get("color")
    if text is None and value is not None:
        text = UNITS[defaults["unit"]](value, defaults.get("decimals"))
    if name is None:
        setting = defaults.get("color", {"mode": standard})
        if setting["mode"] == "palette-classic":
            name = PALETTE[index % len(PALETTE)]
        elif setting["mode"] == "fixed":
            name = setting["fixedColor"]
        else:
            steps = defaults.get("thresholds", STANDARD_THRESHOLDS)["steps"]
            name = active(steps, -math.inf if value is None else value)["color"]
    return text or defaults.get("noValue", ""), color(theme, name)
