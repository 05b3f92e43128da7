"""docs/parity.md has every row of the features map once, each with a test, a plan or a reason."""
import pathlib
import re

import sources

ROWS = [f"A{n}" for n in range(1, 77)] + [f"B{n}" for n in range(1, 11)]
TEST = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")


def known_tests(root):
    """`Suite.Name` of every GoogleTest case and the name of every other ctest entry."""
    names = set()
    for path in sources.cpp_files(root, ["tests"]):
        names.update(f"{suite}.{name}" for suite, name in TEST.findall(path.read_text()))
    for path in sources.files(root, {".txt"}, ["tests", "examples"]):
        names.update(re.findall(r"(?:NAME\s+|(?:house|server|fuzz)_test\()([\w.]+)", path.read_text()))
        corpora = re.findall(r"^dormouse_conformance\((\w+)", path.read_text(), re.MULTILINE)
        names.update(f"conformance.{corpus}" for corpus in corpora)
    # The numbered examples are registered in a loop.
    names.update(f"examples.{example.name}" for example in pathlib.Path(root, "examples").glob("[0-9]_*"))
    return names


def check(root):
    page = pathlib.Path(root) / "docs" / "parity.md"
    if not page.exists():
        return [f"{page} is missing"]
    tests = known_tests(root)
    seen, problems = {}, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) < 2 or not re.fullmatch(r"[AB]\d+", cells[1]):
            continue
        row, where = cells[1], f"{page}:{number}"
        if row not in ROWS:
            problems.append(f"{where}: there is no row {row}")
        if row in seen:
            problems.append(f"{where}: {row} is already in line {seen[row]}")
        seen[row] = number
        if len(cells) != 6:
            problems.append(f"{where}: {row} needs the cells row, upstream, dormouse, proof")
            continue
        problems += check_proof(where, row, cells[4], tests)
    problems += [f"{page}: row {row} is missing" for row in ROWS if row not in seen]
    return problems


def check_proof(where, row, proof, tests):
    references = re.findall(r"`([\w.]+)`", proof)
    if not references and not re.match(r"planned\b|no counterpart, because \w", proof):
        return [f"{where}: {row} needs a test in backticks, 'planned' or 'no counterpart, because ...'"]
    return [f"{where}: {row} names the test {name}, which does not exist" for name in references if name not in tests]
