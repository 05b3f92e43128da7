"""snippets.py <root> <compiler> [<option>...] --includes [<folder>...]

Compiles the C++ of README.md and docs/*.md.

  ```cpp            a file of a program: compiled as it stands
  ```cpp continues  goes on from the page's previous block, compiled together with it
  ```cpp fragment   not compiled

A block whose first line is a comment with a path (`// src/databases/main.hpp`) is saved under that
path first, so that later blocks of the page can include it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```cpp[ \t]*([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"//\s*([\w./-]+\.[hc]pp)\s*$")


def blocks(page):
    """(line number, kind, text) of each C++ block."""
    text = page.read_text()
    for found in BLOCK.finditer(text):
        yield text.count("\n", 0, found.start()) + 2, found.group(1).strip(), found.group(2)


def compile_page(page, command):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        search = [f"-I{folder}", f"-I{folder / 'src'}", f"-I{folder / 'src' / 'databases'}"]
        previous = ""
        for line, kind, text in blocks(page):
            if kind == "fragment":
                continue
            if kind not in ("", "continues"):
                problems.append(f"{page}:{line}: unknown kind of block '{kind}'")
                continue
            program = (previous if kind == "continues" else "") + f'#line {line} "{page}"\n' + text
            previous = program
            named = PATH.match(text.split("\n", 1)[0])
            target = folder / (named.group(1) if named else f"snippet_{line}.cpp")
            target.parent.mkdir(parents=True, exist_ok=True)
            # A header of the page may be included twice; the marker must be in the file it guards.
            guard = "#pragma once\n" if target.suffix == ".hpp" and "#pragma once" not in program else ""
            target.write_text(guard + program)
            # Compiled through an include: a header compiled by itself would warn about its pragma.
            unit = folder / "unit.cpp"
            unit.write_text(f'#include "{target}"\n')
            run = subprocess.run(command + search + ["-fsyntax-only", str(unit)], capture_output=True, text=True)
            if run.returncode:
                problems.append(f"{page}:{line}: does not compile\n{run.stderr}")
    return problems


def main():
    marker = sys.argv.index("--includes")
    root, command = pathlib.Path(sys.argv[1]), sys.argv[2:marker]
    command += [f"-I{folder}" for folder in dict.fromkeys(sys.argv[marker + 1:])]
    problems, count = [], 0
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        if page.exists():
            count += sum(1 for block in blocks(page) if block[1] != "fragment")
            problems += compile_page(page, command)
    print("\n".join(problems) or f"{count} blocks compiled")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
