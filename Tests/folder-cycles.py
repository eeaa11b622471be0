"""Finds folders of a target that use each other's types.

usage: folder-cycles.py SOURCES

A folder is a directory below SOURCES/TARGET; the target's own directory is the folder `.`. A folder depends on another
if one of its files uses a type that the other declares at top level. Types that are private to a file, names after a
dot, names that the file declares itself, comments and string literals are ignored.

Prints the dependencies in a cycle, one per line, and exits with 1.
"""

import os
import re
import sys

KINDS = r"(?:struct|class|enum|actor|protocol|typealias)"
TYPE = re.compile(
    r"(?P<modifiers>(?:(?:public|package|internal|private|fileprivate|final|indirect|open|nonisolated)\s+)*)"
    + KINDS + r"\s+(?P<name>[A-Z]\w*)")
PARAMETERS = re.compile(r"<([^<>]*)>")
NAME = re.compile(r"(?<![.\w`])[A-Z]\w*")


def code(text):
    """The text without comments and string literals, but with code in interpolations. Line numbers do not change."""
    out = []
    position = 0
    stack = []  # open strings: (closing quote, hashes, number of open parentheses in an interpolation or None)
    while position < len(text):
        if stack and stack[-1][2] is None:
            quote, hashes, _ = stack[-1]
            if text.startswith(quote + hashes, position):
                stack.pop()
                position += len(quote + hashes)
            elif text.startswith("\\" + hashes + "(", position):
                stack[-1] = (quote, hashes, 0)
                position += 2 + len(hashes)
                out.append(" ")
            elif text[position] == "\\":
                position += 2
            else:
                if text[position] == "\n":
                    out.append("\n")
                position += 1
            continue
        if text.startswith("//", position):
            position = text.find("\n", position)
            if position < 0:
                break
            continue
        if text.startswith("/*", position):
            end = text.find("*/", position)
            end = len(text) if end < 0 else end + 2
            out.append("\n" * text.count("\n", position, end))
            position = end
            continue
        opening = re.compile(r'(#*)("""|")').match(text, position)
        if opening:
            stack.append((opening.group(2), opening.group(1), None))
            position = opening.end()
            out.append(" ")
            continue
        if stack:
            quote, hashes, depth = stack[-1]
            if text[position] == "(":
                stack[-1] = (quote, hashes, depth + 1)
            elif text[position] == ")":
                stack[-1] = (quote, hashes, None if depth == 0 else depth - 1)
        out.append(text[position])
        position += 1
    return "".join(out)


def declarations(source):
    """The type names that other files can use, and all names that the file declares, including generic parameters."""
    visible, own = set(), set()
    depth = 0
    last = 0
    for match in TYPE.finditer(source):
        if match.start() and (source[match.start() - 1].isalnum() or source[match.start() - 1] in "_."):
            continue
        depth += source.count("{", last, match.start()) - source.count("}", last, match.start())
        last = match.start()
        name = match.group("name")
        own.add(name)
        if depth == 0 and "private" not in match.group("modifiers"):
            visible.add(name)
    for parameters in PARAMETERS.findall(source):
        own.update(re.findall(r"(?:^|,)\s*(?:each\s+)?([A-Z]\w*)\s*:", parameters))
    return visible, own


def dependencies(target):
    """The dependencies between the folders of a target: {(from, to): example}."""
    files = []
    for directory, _, names in os.walk(target):
        for name in sorted(names):
            if name.endswith(".swift"):
                path = os.path.join(directory, name)
                with open(path, encoding="utf-8") as file:
                    files.append((os.path.relpath(directory, target), path, code(file.read())))
    homes = {}
    facts = []
    for folder, path, source in files:
        visible, own = declarations(source)
        for name in visible:
            homes.setdefault(name, set()).add(folder)
        facts.append((folder, path, source, own))
    edges = {}
    for folder, path, source, own in facts:
        for number, line in enumerate(source.split("\n"), 1):
            for name in NAME.findall(line):
                home = homes.get(name)
                if home is None or name in own or len(home) > 1 or folder in home:
                    continue
                edges.setdefault((folder, next(iter(home))), f"{path}:{number} uses {name}")
    return edges


def cycles(edges):
    """The groups of folders that depend on each other in a cycle."""
    reach = {}
    for start in {folder for edge in edges for folder in edge}:
        seen, ahead = set(), [start]
        while ahead:
            folder = ahead.pop()
            for origin, goal in edges:
                if origin == folder and goal not in seen:
                    seen.add(goal)
                    ahead.append(goal)
        reach[start] = seen
    groups = {
        tuple(sorted(other for other in reach[folder] if folder in reach[other]))
        for folder in reach if folder in reach[folder]
    }
    return sorted(groups)


def main(sources):
    wrong = []
    for target in sorted(os.listdir(sources)):
        path = os.path.join(sources, target)
        if not os.path.isdir(path):
            continue
        edges = dependencies(path)
        for group in cycles(edges):
            wrong.append(f"Folders use each other's types: {target}: {' '.join(group)}")
            for (origin, goal), example in sorted(edges.items()):
                if origin in group and goal in group:
                    wrong.append(f"  {origin} -> {goal}: {example}")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
