"""run_benchmarks.py NAME [--json FILE] [ARGUMENT...]

Runs the benchmarks whose name contains NAME, one after the other; `./dev bench` builds them first. What takes long or
installs something runs only when it is named. With --json the results of all are in FILE together.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent / "build/release/bench"
ONLY_WHEN_NAMED = [HERE / "compile_time.py", HERE / "peers/workerd_wake.py"]


def find(name):
    """The commands that match, by their name."""
    programs = [path for path in sorted(BUILT.iterdir()) if path.is_file() and os.access(path, os.X_OK)]
    commands = {path.name: [path] for path in programs}
    if name:
        commands.update({path.stem: [sys.executable, path] for path in ONLY_WHEN_NAMED})
    return {called: command for called, command in commands.items() if name in called}


def run(name, command, arguments):
    """Answers (whether it succeeded, its results)."""
    print(f"\n== {name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "results.json"
        ended = subprocess.run([*command, *arguments, "--json", file], check=False)
        return ended.returncode == 0, json.loads(file.read_text())["results"] if file.exists() else []


def main():
    name, *arguments = sys.argv[1:]
    together = None
    if "--json" in arguments[:-1]:
        at = arguments.index("--json")
        together = pathlib.Path(arguments[at + 1])
        del arguments[at:at + 2]
    commands = find(name)
    if not commands:
        sys.exit(f"no benchmark matches '{name}'")
    results, failed = [], []
    for called, command in commands.items():
        succeeded, found = run(called, command, arguments)
        results += found
        failed += [] if succeeded else [called]
    if together:
        together.write_text(json.dumps({"results": results}) + "\n")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
