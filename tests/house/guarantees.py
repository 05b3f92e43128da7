"""docs/guarantees.md names a test for every clause, and each test exists."""
import pathlib
import re

import parity


def check(root):
    tests = parity.known_tests(root)
    problems = []
    page = pathlib.Path(root) / "docs" / "guarantees.md"
    for number, line in enumerate(page.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 4 or cells[2] == "test" or set(cells[1]) == {"-"}:
            continue
        named = re.findall(r"`([\w./*]+)`", cells[2])
        if not named:
            problems.append(f"{page}:{number}: names no test")
        for test in named:
            # A parameterised suite's instances are "Instance/Suite.Name".
            if test.rsplit("/", 1)[-1] not in tests:
                problems.append(f"{page}:{number}: there is no test {test}")
    return problems
