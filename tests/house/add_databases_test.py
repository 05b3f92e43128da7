"""dormouse_add_databases(), in a small project against a stub of the library.

The stub has the shape of the real headers and no behaviour, so that these tests say something about
CMake alone and take seconds. The program prints what dormouse::databases() lists.
"""
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

STUB = {
    "stub/dormouse/database.hpp": """#pragma once
namespace dormouse {
struct database_definition { const char* name; };
class database {
public:
    constexpr explicit database(database_definition definition) : name_(definition.name) {}
    const char* name() const { return name_; }
private:
    const char* name_;
};
}
""",
    "stub/dormouse/databases.hpp": """#pragma once
#include <dormouse/database.hpp>
#include <span>
#include <string_view>
namespace dormouse {
struct migration_file { std::string_view name; std::string_view sql; };
struct database_entry {
    const database* definition;
    std::string_view file_name;
    std::span<const migration_file> migrations;
};
std::span<const database_entry> databases();
}
""",
    "stub/dormouse/database_tool.hpp": """#pragma once
#include <dormouse/databases.hpp>
#include <cstdio>
namespace dormouse::cli {
struct built_source { std::string_view path, digest; };
struct built_database { std::string_view name, variable, header; };
struct build_record {
    std::span<const built_source> sources{};
    std::span<const built_database> databases{};
    std::span<const std::string_view> program{};
    std::string_view command{};
    std::string_view server{};
    std::string_view server_command{};
};
struct database_program {
    std::span<const database_entry> databases{};
    std::string_view directory, sources, migrations;
    build_record build{};
};
database_program built_program();
inline int run_database_tool(int, char**, const database_program& program) {
    const auto print = [](const char* what, std::string_view text) {
        std::printf("%s %.*s\\n", what, static_cast<int>(text.size()), text.data());
    };
    std::printf("tool %zu\\n", program.databases.size());
    for (const auto& source : program.build.sources) { print("source", source.path); print("digest", source.digest); }
    for (const auto& database : program.build.databases) { print("variable", database.variable); print("header", database.header); }
    for (const auto& path : program.build.program) print("program", path);
    print("command", program.build.command);
    print("server", program.build.server);
    print("server_command", program.build.server_command);
    return 0;
}
}
""",
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
add_library(stub INTERFACE)
target_include_directories(stub INTERFACE stub)
target_compile_features(stub INTERFACE cxx_std_20)
add_library(dormouse::dormouse ALIAS stub)
if(NOT NO_CLI)
  add_library(dormouse::cli ALIAS stub)
endif()
include(${DORMOUSE_CMAKE}/Dormouse.cmake)
add_executable(shop main.cpp)
separate_arguments(ARGUMENTS)
dormouse_add_databases(shop ${ARGUMENTS})
""",
    "main.cpp": """#include <dormouse/databases.hpp>
#include <iostream>
int main() {
    for (const auto& entry : dormouse::databases()) {
        std::cout << entry.file_name << " is " << entry.definition->name() << '\\n';
        for (const auto& file : entry.migrations) std::cout << "  " << file.name << " [" << file.sql << "]\\n";
    }
}
""",
    "src/databases/main.hpp": '#pragma once\n#include <dormouse/database.hpp>\n'
                              'inline constinit const dormouse::database main_db{{.name = "main"}};\n',
}
CMAKE, COMPILER, MODULES = sys.argv[1:4] if len(sys.argv) > 3 else ("cmake", "g++", "../../cmake")


class AddDatabases(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for path, text in STUB.items():
            self.write(path, text)

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def run_command(self, *command):
        return subprocess.run(command, capture_output=True, text=True, cwd=self.root)

    def configure(self, arguments="", generator="Ninja", **definitions):
        options = [f"-D{name}={value}" for name, value in definitions.items()]
        return self.run_command(CMAKE, "-G", generator, "-S", ".", "-B", "build", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                                f"-DDORMOUSE_CMAKE={pathlib.Path(MODULES).resolve()}", f"-DARGUMENTS={arguments}", *options)

    def build(self):
        run = self.run_command(CMAKE, "--build", "build")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def listed(self, arguments=""):
        """What the program lists after configuring (the first time) and building."""
        if not (self.root / "build").exists():
            run = self.configure(arguments)
            self.assertEqual(run.returncode, 0, run.stderr)
        self.build()
        return self.run_command("build/shop").stdout

    def told(self, what):
        """What the tool says of that kind."""
        lines = self.run_command("build/shop-db").stdout.splitlines()
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == what]

    def refused(self, *words, arguments="", **definitions):
        run = self.configure(arguments, **definitions)
        self.assertNotEqual(run.returncode, 0)
        message = " ".join(run.stderr.split())
        for word in words:
            self.assertIn(word, message)

    def test_lists_databases_and_makes_the_tool(self):
        self.write("src/databases/analytics.hpp", '#include <dormouse/database.hpp>\nnamespace app {\nnamespace data::x { struct y { int z[2]; }; }\n'
                   'struct later {};\n// dormouse::database no_db{{}};\nconst char* const text = "database in_text{";\n'
                   'inline constinit const dormouse::database analytics_db\n{{.name = "events"}};\n}\n')
        self.write("src/databases/plain.cpp", '#include <dormouse/database.hpp>\nnamespace p { extern const dormouse::database plain_db;\n'
                   'constinit const dormouse::database plain_db{{.name = "plain"}}; }\n')
        self.write("src/databases/split.hpp", '#include <dormouse/database.hpp>\nextern const dormouse::database split_db;\n')
        self.write("src/databases/split.cpp", '#include "split.hpp"\nconstinit const dormouse::database split_db{{.name = "split"}};\n')
        self.write("src/databases/turned.hpp", '#include <dormouse/database.hpp>\ninline constinit dormouse::database const turned_db{{.name = "t"}};\n')
        self.assertEqual(self.listed(), "analytics is events\nmain is main\nplain is plain\nsplit is split\nturned is t\n")
        self.assertEqual(self.told("tool"), ["5"])
        self.assertEqual(self.told("variable"), ["app::analytics_db", "main_db", "p::plain_db", "split_db", "turned_db"])
        self.assertEqual(self.told("header"),
                         ["databases/analytics.hpp", "databases/main.hpp", "", "databases/split.hpp", "databases/turned.hpp"])
        self.assertEqual(self.told("program"), [f"{self.root}/main.cpp"])
        self.assertEqual(self.told("command"), [f"cmake --build {self.root}/build --target shop-db"])
        self.assertEqual(self.told("server"), [f"{self.root}/build/shop"])
        self.assertEqual(self.told("server_command"), [f"cmake --build {self.root}/build --target shop-db shop"])

    def test_leaves_out_what_is_excluded(self):
        broken = "#error must not be compiled\ninline constinit const dormouse::database wrong_db{{}};\n"
        for path in ("_draft.cpp", "_draft.hpp", "actions/_draft.cpp", "_old/x.cpp", "main_test.cpp", "actions/x_test.cpp", "main_test.hpp"):
            self.write(f"src/databases/{path}", broken)
        self.write("src/databases/schema.hpp", "#error never scanned\ninline const dormouse::database schema_db{{}};\n")
        self.write("src/databases/schema.cpp", "int compiled_schema = 1;\n")
        self.write("src/databases/actions/deep/create.cpp", "int compiled_action = 1;\n")
        self.assertEqual(self.listed(), "main is main\n")
        objects = {path.name for path in (self.root / "build").rglob("*.cpp.o")}
        self.assertLessEqual({"schema.cpp.o", "create.cpp.o"}, objects)

    def test_finds_folders_and_variables_named_by_arguments(self):
        (self.root / "src/databases").rename(self.root / "stores")
        self.write("stores/other.hpp", "#include <dormouse/database.hpp>\n#define DATABASE dormouse::database\n"
                   'namespace o { inline constinit const DATABASE db{{.name = "o"}}; }\n')
        self.write("sql/main/a.sql", "A")
        self.assertEqual(self.listed("DIR stores MIGRATIONS sql DATABASES other=o::db main_db NO_TOOL"),
                         "main is main\n  a [A]\nother is o\n")
        self.assertFalse((self.root / "build/shop-db").exists())
        self.assertFalse((self.root / "build/shop_commands.cpp").exists())

    def test_embeds_any_bytes_sorted_by_name(self):
        sql = 'INSERT INTO "x" VALUES (\'a;b[")"]\\ ü $ ${x} @x@\');\n--> breakpoint\n\x00\x7f'
        self.write("migrations/main/2_b-c.x.sql", sql)
        self.write("migrations/main/2_b.sql", "")
        self.write("migrations/main/1 a.sql", "one")
        self.write("migrations/main/notes.txt", "no")
        self.assertEqual(self.listed(), f"main is main\n  1 a [one]\n  2_b []\n  2_b-c.x [{sql}]\n")

    def test_follows_migrations_that_come_change_and_go(self):
        self.assertEqual(self.listed(), "main is main\n")
        self.write("migrations/main/1.sql", "one")
        self.assertEqual(self.listed(), "main is main\n  1 [one]\n")
        self.write("migrations/main/2.sql", "two")
        self.assertIn("  2 [two]", self.listed())
        time.sleep(0.05)
        self.write("migrations/main/2.sql", "two, changed")
        self.assertIn("  2 [two, changed]", self.listed())
        (self.root / "migrations/main/1.sql").unlink()
        self.assertEqual(self.listed(), "main is main\n  2 [two, changed]\n")
        self.assertIn("no work to do", self.build())

    def test_follows_databases_and_actions_that_come_and_go(self):
        self.listed()
        self.write("src/databases/second.hpp", STUB["src/databases/main.hpp"].replace("main", "second"))
        self.assertEqual(self.listed(), "main is main\nsecond is second\n")
        time.sleep(0.05)
        self.write("src/databases/second.hpp", STUB["src/databases/main.hpp"].replace("main_db", "renamed_db"))
        self.assertEqual(self.listed(), "main is main\nsecond is main\n")
        (self.root / "src/databases/second.hpp").unlink()
        self.assertEqual(self.listed(), "main is main\n")

    def test_records_the_sources_of_the_tool_and_what_they_include(self):
        self.write("src/databases/actions/a.cpp", '#include "databases/main.hpp"\n#  include <types/id.hpp>\n')
        self.write("src/types/id.hpp", '#pragma once\n#include <string> // [1;\n#include "../other names.hpp" // ;]\n')
        self.write("src/other names.hpp", "#pragma once\n")
        self.write("src/databases/_draft.hpp", "")
        self.listed()
        self.assertEqual(self.told("source"), [f"{self.root}/src/{path}" for path in (
            "databases/actions/a.cpp", "databases/main.hpp", "other names.hpp", "types/id.hpp")])
        before = self.told("digest")
        self.write("src/other names.hpp", "#pragma once\nstruct changed {};\n")
        self.build()
        changed = [a == b for a, b in zip(before, self.told("digest"))]
        self.assertEqual(changed, [True, True, False, True])
        self.assertIn("no work to do", self.build())

    def test_records_what_is_found_through_include_directories(self):
        self.write("src/databases/main.hpp", STUB["src/databases/main.hpp"] + "#include <shared/shapes.hpp>\n")
        self.write("include/shared/shapes.hpp", '#pragma once\n#include "../deeper/id.hpp"\n#include <lib/lib.hpp>\n'
                   "#include <made.hpp>\n#include <string>\n")
        self.write("include/deeper/id.hpp", "#pragma once\n")
        self.write("lib/include/lib/lib.hpp", "#pragma once\n")
        self.write("build/made/made.hpp", "#pragma once\n")
        self.write("CMakeLists.txt", STUB["CMakeLists.txt"] + "target_include_directories(shop-databases PUBLIC include build/made)\n"
                   "add_library(lib INTERFACE)\ntarget_include_directories(lib INTERFACE lib/include)\n"
                   "target_link_libraries(shop-databases PUBLIC lib)\n")
        self.assertEqual(self.configure().returncode, 0)
        self.listed()
        self.assertEqual(self.told("source"), [f"{self.root}/{path}" for path in (
            "include/deeper/id.hpp", "include/shared/shapes.hpp", "lib/include/lib/lib.hpp", "src/databases/main.hpp")])
        before = self.told("digest")
        self.write("include/shared/shapes.hpp", "#pragma once\n#include \"../deeper/id.hpp\"\n#include <lib/lib.hpp>\n")
        self.build()
        self.assertEqual([a == b for a, b in zip(before, self.told("digest"))], [True, False, True, True])

    def test_leaves_out_the_lock_files_of_editors(self):
        for path in ("src/databases/.#main.hpp", "src/databases/actions/.#a.cpp", "migrations/main/.#1.sql"):
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).symlink_to("me@here.123:456")
        self.write("src/databases/.main.cpp", "#error must not be compiled\n")
        self.write("src/databases/.old/x.cpp", "#error must not be compiled\n")
        self.write("migrations/main/.2.sql", "a backup")
        self.write("migrations/main/1.sql", "one")
        self.assertEqual(self.listed(), "main is main\n  1 [one]\n")
        self.assertEqual(self.told("source"), [f"{self.root}/src/databases/main.hpp"])

    def test_quotes_directories_for_the_shell(self):
        spaced = self.root / "it's a shop"
        spaced.mkdir()
        for name in ("stub", "src", "main.cpp", "CMakeLists.txt"):
            (self.root / name).rename(spaced / name)
        self.root = spaced
        self.listed()
        quoted = "'" + str(spaced / "build").replace("'", "'\\''") + "'"
        self.assertEqual(self.told("command"), [f"cmake --build {quoted} --target shop-db"])
        run = self.run_command("/bin/sh", "-c", self.told("server_command")[0])
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_names_nothing_that_a_source_could_name_in_a_unity_build(self):
        self.write("src/databases/a.cpp", "namespace { [[maybe_unused]] constexpr int entries[] = {1}; }\n")
        self.write("src/databases/b.cpp", "int compiled_b = 1;\n")
        self.assertEqual(self.configure(CMAKE_UNITY_BUILD="ON").returncode, 0)
        self.assertEqual(self.listed(), "main is main\n")

    def test_makes_a_tool_for_each_configuration(self):
        run = self.configure(generator="Ninja Multi-Config")
        self.assertEqual(run.returncode, 0, run.stderr)
        for configuration in ("Debug", "Release"):
            run = self.run_command(CMAKE, "--build", "build", "--config", configuration)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            told = self.run_command(f"build/{configuration}/shop-db").stdout
            build = f"cmake --build {self.root}/build --config {configuration} --target shop-db"
            self.assertIn(f"command {build}\nserver {self.root}/build/{configuration}/shop\nserver_command {build} shop\n", told)

    def test_puts_the_commands_into_the_program_when_asked(self):
        self.write("main.cpp", "#include <dormouse/database_tool.hpp>\n"
                   "int main() { return dormouse::cli::run_database_tool(0, nullptr, dormouse::cli::built_program()); }\n")
        self.write("CMakeLists.txt", STUB["CMakeLists.txt"] + "target_link_libraries(shop PRIVATE shop-commands)\n")
        self.assertIn("tool 1\n", self.listed())

    def test_refuses_a_missing_directory(self):
        self.refused("databases directory not found", f"{self.root}/nowhere", "DIR option", arguments="DIR nowhere")

    def test_refuses_a_directory_without_databases(self):
        self.write("src/databases/main.hpp", "#pragma once\nvoid f() { dormouse::database local{{}}; }\n")
        self.refused("no database found in", f"{self.root}/src/databases", "dormouse::database main_db")

    def test_refuses_two_databases_in_one_file(self):
        self.write("src/databases/main.hpp", "const dormouse::database a{{}}, c; const dormouse::database b{{}};\n")
        self.refused("main.hpp declares 2 databases")

    def test_refuses_unknown_arguments_and_variables(self):
        self.refused("unknown arguments: NOTOOL", arguments="NOTOOL")
        self.refused("0 database files for 'nothing_db'", arguments="DATABASES nothing_db")

    def test_refuses_a_tool_without_the_cli(self):
        self.refused("shop-db needs dormouse::cli", "NO_TOOL", NO_CLI="ON")

    def test_warns_of_migrations_without_a_database(self):
        self.write("migrations/typo/1.sql", "x")
        run = self.configure()
        self.assertEqual(run.returncode, 0)
        self.assertIn("no database file is called typo.hpp", " ".join(run.stderr.split()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
