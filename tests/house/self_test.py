"""The checks themselves: each must find what it is for, and let pass what is right."""
import pathlib
import sys
import tempfile
import unittest

import function_length
import layering
import names
import parity
import snippets


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text=""):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def expect(self, check, *words):
        """Exactly these problems, each recognised by a word."""
        problems = check(self.root)
        self.assertEqual(len(problems), len(words), problems)
        for problem, word in zip(problems, words):
            self.assertIn(word, problem)


class Layering(Tree):
    def test_accepts_includes_to_the_left(self):
        self.write("storage/include/dormouse/lease.hpp", "#include <vector>\n")
        self.write("actors/gate.cpp", '#include "actors/gate.hpp"\n#include "storage/pool.hpp"\n#include <dormouse/lease.hpp>\n')
        self.write("tests/storage/x_test.cpp", '#include "runtime/loop.hpp"\n')
        self.expect(layering.check)

    def test_finds_includes_to_the_right(self):
        self.write("actors/include/dormouse/context.hpp")
        self.write("storage/a.cpp", "#include <dormouse/context.hpp>\n")
        self.write("storage/b.cpp", '#include "schema/x.hpp"\n')
        self.expect(layering.check, "a.cpp:1", "b.cpp:1")

    def test_finds_unknown_and_double_headers(self):
        self.write("storage/include/dormouse/a.hpp", "#include <dormouse/nothing.hpp>\n")
        self.write("schema/include/dormouse/a.hpp")
        self.expect(layering.check, "also a header of storage", "no public header")

    def test_finds_what_public_headers_must_not_show(self):
        self.write("transport/include/dormouse/server.hpp", "#include <boost/beast/core.hpp>\n#include <boost/asio.hpp>\n")
        self.write("storage/include/dormouse/x.hpp", '#include <sqlite3.h>\n#include "storage/pool.hpp"\n')
        self.write("storage/x.cpp", "#include <sqlite3.h>\n")
        self.expect(layering.check, "sqlite3.h", "private", "beast", "asio.hpp")

    def test_examples_use_public_headers_only(self):
        self.write("examples/1/main.cpp", '#include "runtime/loop.hpp"\n#include "databases/main.hpp"\n')
        self.expect(layering.check, "runtime/loop.hpp")


class LongFunctions(Tree):
    def test_finds_what_is_too_long_unless_exempt(self):
        long = "void f() {\n" + "    x();\n" * 70 + "}\n"
        self.write("storage/a.cpp", long)
        self.write("storage/b.cpp", "// NOLINTNEXTLINE(readability-function-size): a table\n" + long)
        self.write("storage/c.cpp", long.replace("    x();\n", "", 1))
        self.expect(function_length.check, "a.cpp:1: 71 lines")


class FunctionLength(unittest.TestCase):
    def lengths(self, text):
        return [length for _, length, _ in function_length.functions(text)]

    def test_measures_functions_not_scopes(self):
        body = "    x();\n" * 5
        self.assertEqual(self.lengths("namespace a {\nclass b {\n    void f() const {\n" + body + "    }\n};\n}\n"), [6])
        self.assertEqual(self.lengths("template <class T, class U = std::vector<int>>\nauto f(T t) -> U {\n" + body + "}\n"), [6])
        self.assertEqual(self.lengths("struct alignas(64) big {\n" + "    int a;\n" * 90 + "};\n"), [])
        self.assertEqual(self.lengths("constexpr int table[] = {\n" + "    1,\n" * 90 + "};\n"), [])

    def test_follows_member_initialisers(self):
        self.assertEqual(self.lengths("x::x(int a) : a_{a}, b_{b} {\n    f();\n    g();\n}\nvoid h() {\n}\n")[-1], 1)
        self.assertIn(3, self.lengths("x::x(int a) : a_{a}, b_{b} {\n    f();\n    g();\n}\n"))

    def test_measures_lambdas_in_initialisers(self):
        self.assertEqual(self.lengths('const action<a, b> c{\n    db, "c", [](args& a) {\n        f();\n    }};\n'), [2])

    def test_ignores_braces_outside_code(self):
        text = 'void f() {\n    g("}{{", \'{\', R"x(}}})x"); // }\n    /* } */\n    h(1\'000);\n}\n'
        self.assertEqual(self.lengths(text), [4])


class Names(Tree):
    def test_finds_words_that_say_nothing(self):
        self.write("storage/page_util.cpp")
        self.write("storage/utility_pole.cpp")
        self.expect(names.check, "'util'")

    def test_wants_a_form_for_notes(self):
        self.write("storage/a.cpp", "// TODO(perf): faster\n// TODO: what\n// FIXME\n")
        self.expect(names.check, "TODO(", "FIXME")


class Parity(Tree):
    def page(self, changes):
        rows = [changes.get(row, f"| {row} | x | y | planned |") for row in parity.ROWS]
        self.write("docs/parity.md", "\n".join(rows) + "\n")

    def test_accepts_each_kind_of_proof(self):
        self.write("tests/a/a_test.cpp", "TEST(Suite, Works) {}\n")
        self.page({"A1": "| A1 | x | y | `Suite.Works` |", "B2": "| B2 | x | y | no counterpart, because C++ |"})
        self.expect(parity.check)

    def test_finds_missing_double_and_unproven_rows(self):
        self.page({"A1": "", "A2": "| A3 | x | y | planned |", "A4": "| A4 | x | y | done |", "A5": "| A5 | x | y | `No.Test` |"})
        self.expect(parity.check, "A3 is already", "A4 needs", "A5 names", "A1 is missing", "A2 is missing")


class Snippets(Tree):
    def problems(self, text):
        self.write("page.md", text)
        return snippets.compile_page(self.root / "page.md", COMPILER)

    def test_compiles_blocks_files_and_continuations(self):
        self.assertEqual(self.problems(
            "```cpp\n// src/a.hpp\nstruct a {};\n```\n```cpp\n#include \"a.hpp\"\na x;\n```\n"
            "```cpp continues\na* y = &x;\n```\n```cpp fragment\n...\n```\n"), [])

    def test_reports_the_line_of_the_page(self):
        problems = self.problems("words\n```cpp\nint a;\nnonsense;\n```\n```cpp typo\n```\n")
        self.assertEqual(len(problems), 2)
        self.assertIn("page.md:4", problems[0])
        self.assertIn("typo", problems[1])


if __name__ == "__main__":
    COMPILER = sys.argv[1:] or ["c++", "-std=c++20"]
    unittest.main(argv=sys.argv[:1])
