"""Installs the build into an empty prefix, then configures, builds and runs the consumer against it.

The consumer is copied out of the tree first, so that nothing but the prefix can be found.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

STATUS = r"""Dev Epoch: none yet

📦 main
   Class: MainDatabaseDO
   Binding: MAIN_DATABASE_DO
   Actions: 2
     - createUser
     - getUserByEmail
   Production migrations: 2
   Dev migrations: 0
   ✓ Schema is up to date
"""


def run(*command, cwd=None):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def expect(what, got, wanted):
    if not re.fullmatch(wanted, got):
        sys.exit(f"{what} printed\n{got}\ninstead of\n{wanted}")


def main():
    cmake, build, consumer, compiler, build_type, flags = sys.argv[1:7]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        prefix, project = folder / "prefix", folder / "consumer"
        run(cmake, "--install", build, "--prefix", prefix)
        shutil.copytree(consumer, project)
        run(cmake, "-G", "Ninja", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_BUILD_TYPE={build_type}", f"-DCMAKE_CXX_FLAGS={flags}",
            "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF")
        run(cmake, "--build", project / "build")
        expect("consumer", run(project / "build" / "consumer", folder / "data"), "Alice again: User already exists\n")
        expect("consumer-db status", run(project / "build" / "consumer-db", "status", "-v"), STATUS)
        expect("consumer-db validate", run(project / "build" / "consumer-db", "validate"),
               "✓ main: 2 migration\\(s\\)\n  Schema matches ✓\n")
        wrong = subprocess.run([project / "build" / "consumer-db", "nonsense"], capture_output=True, text=True)
        if wrong.returncode != 1 or not wrong.stderr.startswith("Error: "):
            sys.exit(f"consumer-db nonsense: exit code {wrong.returncode}, stderr {wrong.stderr!r}")


if __name__ == "__main__":
    main()
