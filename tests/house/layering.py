"""A layer includes itself and those to its left; public headers stay light and self-sufficient."""
import pathlib
import re

import sources

HEAVY = re.compile(r"<(sqlite3(ext)?\.h|simdjson.*|spdlog/.*|openssl/.*|lz4.*|boost/beast.*|boost/asio\.hpp)>")


def target_layer(root, included, headers):
    """The layer an include line names; None for other people's headers."""
    name = included[1:-1]
    if included[0] == '"':
        folder = name.split("/")[0]
        return folder if folder in sources.LAYERS else None
    if name.startswith("dormouse/"):
        return headers.get(name[len("dormouse/"):], ("?", None))[0]
    return None


def check(root):
    root = pathlib.Path(root)
    headers = sources.public_headers(root)
    problems = []
    seen = {}
    for layer in sources.LAYERS:
        for path in sorted((root / layer / "include").rglob("*.hpp")):
            name = path.relative_to(root / layer / "include").as_posix()
            if name in seen:
                problems.append(f"{path}: <{name}> is also a header of {seen[name]}")
            seen[name] = layer
    for path in sources.cpp_files(root, sources.LAYERS):
        layer = path.relative_to(root).parts[0]
        public = (root / layer / "include") in path.parents
        for line, included in sources.includes(path):
            where = f"{path}:{line}"
            target = target_layer(root, included, headers)
            if target == "?":
                problems.append(f"{where}: {included} is no public header of any layer")
            elif target and sources.LAYERS.index(target) > sources.LAYERS.index(layer):
                problems.append(f"{where}: {layer} must not include {included} of {target}")
            if public and included[0] == '"':
                problems.append(f"{where}: a public header includes the private {included}")
            if public and HEAVY.match(included):
                problems.append(f"{where}: {included} must not reach users through a public header")
    for path in sources.cpp_files(root, ["examples"]):
        for line, included in sources.includes(path):
            if included[0] == '"' and target_layer(root, included, headers):
                problems.append(f"{path}:{line}: examples use public headers only, not {included}")
    return problems
