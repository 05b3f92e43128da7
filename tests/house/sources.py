"""The project's own files, and C++ text with what is not code blanked out."""
import pathlib
import re

LAYERS = ["storage", "schema", "migrations", "actors", "runtime", "testing", "transport", "cli"]
FOLDERS = LAYERS + ["tests", "bench", "examples"]
SKIPPED = {"build", "node_modules", ".git", ".cache"}


def files(root, suffixes, folders=FOLDERS):
    """Files below the project's folders that have one of the suffixes, in a stable order."""
    for folder in folders:
        for path in sorted((pathlib.Path(root) / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file() and not SKIPPED & set(path.parts):
                yield path


def cpp_files(root, folders=FOLDERS):
    return files(root, {".cpp", ".hpp"}, folders)


def public_headers(root):
    """Maps the name in <dormouse/name> to (layer, path)."""
    headers = {}
    for layer in LAYERS:
        base = pathlib.Path(root) / layer / "include" / "dormouse"
        for path in sorted(base.rglob("*.hpp")):
            headers[path.relative_to(base).as_posix()] = (layer, path)
    return headers


def includes(path):
    """(line number, what is included with its brackets or quotes)."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line)
        if found:
            yield number, found.group(1)


NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"|"(?:[^"\\\n]|\\.)*"|'
    r"(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*",
    re.DOTALL | re.MULTILINE)


def code(text):
    """The text without comments, literals and preprocessor lines; line numbers stay."""
    def blank(match):
        return " " + "\n" * match.group(0).count("\n")
    return NOT_CODE.sub(blank, text)
