#!/usr/bin/env python3
"""Proves that the simulation has teeth: breaks the cell's code in known ways and expects to be told.

    mutation_check.py SOURCE_DIRECTORY BUILD_DIRECTORY [SEEDS]

Each mutation replaces one piece of text, in a copy of the sources, builds soak_cells there and runs it.
"""
import pathlib
import shutil
import subprocess
import sys

MUTATIONS = [
    ("an answer leaves before its commit is durable", "runtime/instance.cpp",
     "gate_, [self = shared_from_this(), answered", "ticket{}, [self = shared_from_this(), answered"),
    ("events that arrived while the object closed run in reverse", "runtime/cell.cpp",
     "auto next = std::move(waiting_.front());\n        waiting_.pop_front();",
     "auto next = std::move(waiting_.back());\n        waiting_.pop_back();"),
    ("an event that arrives while the object closes wakes a second life", "runtime/cell.cpp",
     "    if (state_ == state::asleep && !wake(call)) {",
     "    if ((state_ == state::asleep || state_ == state::closing) && !wake(call)) {"),
    ("an object's place is given up although calls are on their way", "runtime/residency.cpp",
     "found->second.get() != &asleep ||\n        asleep.calls_.load(std::memory_order_acquire) > 0) {",
     "found->second.get() != &asleep) {"),
]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def main():
    source, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    seeds = sys.argv[3] if len(sys.argv) > 3 else "40"
    survived = 0
    copy = build / "source"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("build", ".git", ".cache"))
    configured = run(["cmake", "-S", copy, "-B", build / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                      "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DDORMOUSE_BUILD_TRANSPORT=OFF",
                      "-DDORMOUSE_BUILD_EXAMPLES=OFF", "-DDORMOUSE_BUILD_BENCH=OFF"])
    if configured.returncode != 0:
        sys.exit(configured.stderr)
    for name, file, found, replaced in MUTATIONS:
        original = (copy / file).read_text()
        if original.count(found) != 1:
            sys.exit(f"the text of '{name}' stands {original.count(found)} times in {file}")
        (copy / file).write_text(original.replace(found, replaced))
        built = run(["cmake", "--build", build / "build", "--target", "soak_cells"])
        if built.returncode != 0:
            sys.exit(built.stdout)
        try:
            ran = run([build / "build/tests/runtime/soak_cells", "--seeds", seeds, "--objects", "60"], timeout=300)
            caught, said = ran.returncode != 0, (ran.stdout.splitlines() or ["it crashed"])[0]
        except subprocess.TimeoutExpired:
            caught, said = True, "it never ended"
        survived += not caught
        print(f"{'caught  ' if caught else 'SURVIVED'} {name}: {said if caught else ''}", flush=True)
        (copy / file).write_text(original)
    print(f"{len(MUTATIONS) - survived} of {len(MUTATIONS)} mutations caught")
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
