"""compile_time.py [--repeat N] [--keep FILE] [--json FILE] [COMPILER...]

What a program pays for dormouse's templates: CPU seconds to compile a file with 5 tables of 10 columns and 15 actions
with 20 queries, with each compiler, unoptimised and optimised, and the ratio to what the design study measured for
the same file. The least of N runs counts, for other work on the machine only ever adds.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ["storage", "schema", "migrations", "actors", "runtime"]
# Seconds, of the study's prototype on the machine that this project is measured on.
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


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--keep", help="leave the generated file here")
    arguments.add_argument("--json", metavar="FILE", help="write the results there, too")
    arguments.add_argument("compilers", nargs="*", default=["g++", "clang++"])
    given = arguments.parse_args()
    includes = [f"-I{ROOT / layer / 'include'}" for layer in LAYERS]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(given.keep or os.path.join(folder, "tables.cpp"))
        file.write_text(source())
        for compiler in filter(shutil.which, given.compilers):
            for level in ("-O0", "-O2"):
                command = [compiler, "-std=c++20", level, *includes, "-c", str(file), "-o", os.path.join(folder, "out.o")]
                best = min(seconds(command) for _ in range(given.repeat))
                name = f"compile_time/{compiler}/{level[1:]}"
                print(f"{name:<38} {best:.2f} s")
                results.append({"name": name, "value": best, "unit": "s"})
                if (compiler, level) in STUDY:
                    ratio = best / STUDY[compiler, level]
                    print(f"{name + '/ratio':<38} {ratio:.2f} (at most {RATIO_MAX})", flush=True)
                    results.append({"name": name + "/ratio", "value": ratio, "unit": ""})
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps({"results": results}) + "\n")


if __name__ == "__main__":
    main()
