"""compile_time.py [--repeat N] [--keep FILE] [--beside FILE] [--beside-includes DIR]... [--json FILE] [COMPILER...]

What a program pays for dormouse's templates: CPU seconds to compile a file with 5 tables of 10 columns and 15 actions
with 20 queries, with each compiler, unoptimised and optimised. The least of N runs counts, for other work on the machine
only ever adds.

The ratio is to another file, compiled by turns with this one, as the machine's speed changes from hour to hour. Without
one it is to the seconds that the design study noted for its prototype, which says little where the machine is another.
"""
import argparse
import json
import pathlib
import resource
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ["storage", "schema", "migrations", "actors", "runtime"]
# Seconds, as the design study noted them for its prototype.
STUDY = {("g++", "-O0"): 3.4, ("g++", "-O2"): 4.2, ("clang++", "-O0"): 2.4, ("clang++", "-O2"): 3.6}
RATIO_MAX = 1.3

HEAD = """#include <dormouse/action.hpp>
#include <dormouse/query.hpp>
using namespace dormouse;
"""
TABLE = """struct row@ { std::string id; std::string name; std::string email; std::optional<std::string> bio; timestamp createdAt;
    timestamp updatedAt; bool active; std::int64_t score; std::string ownerId; std::optional<double> rating; };
inline constexpr auto table@ = table<row@>("table@").primary_key(&row@::id).unique(&row@::email)
    .default_fn(&row@::id, uuid).default_fn(&row@::createdAt, now).default_fn(&row@::updatedAt, now)
    .on_update(&row@::updatedAt, now).default_to(&row@::active, true).default_sql(&row@::score, "0")
    .index("index@", &row@::ownerId, &row@::createdAt);
"""
DATABASE = "inline constinit const database main_db{{.name = \"main\", .tables = schema<%s>}};\n"
ACTIONS = """struct create@_args { arg<"string > 0"> name; arg<"string.email"> email; arg<"string"> ownerId; };
struct get@_args { arg<"string"> id; };
struct list@_args { arg<"0 < number.integer <= 100"> limit; arg<"number.integer >= 0"> offset; arg<"string?"> q{}; };
const action<create@_args, row@> create@{main_db, "create@", [](db& base, const create@_args& args) -> row@ {
    return base.insert_into<table@>().values(args).returning_all().one(); }};
const action<get@_args, std::optional<row@>> get@{main_db, "get@", [](db& base, const get@_args& args) {
    return base.select_from<table@>().where(col<&row@::id> == args.id).find_one(); }};
const action<list@_args, std::vector<row@>> list@{main_db, "list@", [](db& base, const list@_args& args) {
    base.update<table@>().set(col<&row@::score> = 1).where(col<&row@::name>.like("x%")).execute();
    return base.select_from<table@>().where(col<&row@::active> == true && col<&row@::score> > 3)
        .order_by(desc(col<&row@::createdAt>)).limit(args.limit).offset(args.offset).all(); }};
"""


def source():
    numbers = [str(number) for number in range(5)]
    tables = "".join(TABLE.replace("@", number) for number in numbers)
    database = DATABASE % ", ".join("table" + number for number in numbers)
    return HEAD + tables + database + "".join(ACTIONS.replace("@", number) for number in numbers)


def seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def fastest(commands, repeat):
    """The least seconds of each command, run by turns."""
    runs = [[seconds(command) for command in commands] for _ in range(repeat)]
    return [min(times) for times in zip(*runs)]


def measure(given, folder):
    """Triples of name, value and unit."""
    own = pathlib.Path(given.keep or folder / "tables.cpp")
    own.write_text(source())
    files = [(own, [ROOT / layer / "include" for layer in LAYERS])]
    if given.beside:
        files.append((given.beside, given.beside_includes))
    for compiler in filter(shutil.which, given.compilers):
        for level in ("-O0", "-O2"):
            commands = [
                [compiler, "-std=c++20", level, *(f"-I{one}" for one in includes), "-c", str(file), "-o", str(folder / "out.o")]
                for file, includes in files
            ]
            best, *beside = fastest(commands, given.repeat)
            divisor = beside[0] if beside else STUDY.get((compiler, level))
            name = f"compile_time/{compiler}/{level[1:]}"
            yield name, best, "s"
            if beside:
                yield name + "/beside", beside[0], "s"
            if divisor:
                yield name + "/ratio", best / divisor, ""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--keep", help="leave the generated file here")
    arguments.add_argument("--beside", help="a file to compile by turns with the generated one")
    arguments.add_argument("--beside-includes", action="append", default=[], metavar="DIR", help="where it finds its headers")
    arguments.add_argument("--json", help="write the results to this file, too")
    arguments.add_argument("compilers", nargs="*", default=["g++", "clang++"])
    given = arguments.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, value, unit in measure(given, pathlib.Path(folder)):
            results.append({"name": name, "value": round(value, 3), "unit": unit})
            limit = f" (at most {RATIO_MAX})" if not unit else ""
            print(f"{name:<38} {value:.2f} {unit}{limit}", flush=True)
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps({"results": results}) + "\n")


if __name__ == "__main__":
    main()
