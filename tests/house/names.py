"""File names say what is inside; notes to oneself have a form."""
import re

import sources

BANNED = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
TODO = re.compile(r"\bTODO\b(?!\((perf|port|someday)\): )")


def check(root):
    problems = []
    for path in sources.files(root, {".cpp", ".hpp", ".py", ".cmake", ".sh"}):
        words = set(re.split(r"[^a-z]+", path.stem.lower()))
        for word in sorted(words & BANNED):
            problems.append(f"{path}: '{word}' in a file name says nothing; name what it holds")
        if path.suffix not in (".cpp", ".hpp"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\bFIXME\b", line):
                problems.append(f"{path}:{number}: FIXME may not be merged")
            if TODO.search(line):
                problems.append(f"{path}:{number}: write TODO(perf|port|someday): ...")
    return problems
