"""misuse_test.py <compiler> [<option>...] --includes [<folder>...]

Compiles misuse.cpp, which must fail, once; every mistake in it must be reported with what is wrong and where.
"""
import pathlib
import subprocess
import sys

# What must stand together within a few lines of the compiler's output.
EXPECTED = {
    "a type that is no column": ["has a type that cannot be a column", "holder", "unwrapped"],
    "two columns of one name": ["two columns of this table have the same name", "twins"],
    "a default of another type": ["default_to", "wrong_default"],
    "a column that is missing": ["has no field for this column", "members", "email"],
    "a field that is no column": ["is no column of the table", "members", "shoe"],
    "a field that may be empty": ["may be empty, but its column neither", "members", "email"],
    "a column of another table": ["belongs to a table that is not part of the query", "stranger", "key"],
    "a comparison of two types": ["==", "member::age"],
    "an update of no chosen rows": ["execute", "chosen_condition", "update<members>"],
    "a conflict on another table's column": ["a column of the conflict belongs to another table", "on_conflict"],
    "an upsert of another table's column": ["a column that is set belongs to another table", "member::age"],
    "an upsert of a generated column": ["a generated column cannot be set", "update"],
    "an update of a generated column": ["a generated column cannot be set", "set_if"],
    "a column that is set twice": ["is set already cannot be set conditionally", "set_if"],
    "a new value of another table": ["an excluded column belongs to another table", "measured"],
    "a sum with a text": ["operator+", "number_operands", "member::email"],
    "rows of an update that sets nothing": ["returning_all", "update<members>"],
    "a delete of no chosen rows": ["execute", "chosen_condition", "delete_from<members>"],
}
NEAR = 12


def said_together(lines, words):
    for at in range(len(lines)):
        near = "\n".join(lines[max(0, at - NEAR) : at + NEAR])
        if all(word in near for word in words):
            return True
    return False


def main():
    marker = sys.argv.index("--includes")
    command, folders = sys.argv[1:marker], sys.argv[marker + 1 :]
    includes = [f"-I{folder}" for argument in folders for folder in argument.split(";") if folder]
    source = pathlib.Path(__file__).with_name("misuse.cpp")
    version = subprocess.run([command[0], "--version"], capture_output=True, text=True).stdout
    every_error = "-ferror-limit=0" if "clang" in version else "-fmax-errors=0"
    run = subprocess.run([*command, every_error, *includes, "-fsyntax-only", str(source)], capture_output=True, text=True)
    lines = run.stderr.splitlines()
    missing = [name for name, words in EXPECTED.items() if not said_together(lines, words)]
    if run.returncode == 0 or missing:
        print(run.stderr)
        print("not reported as expected:", ", ".join(missing) or "it compiled")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
