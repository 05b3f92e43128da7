"""A copy of an example outside the tree, built against the installed package."""
import os
import pathlib
import shutil
import subprocess
import sys


class Project:
    """The copy; `folder` is empty before."""

    def __init__(self, folder, cmake, build, example, compiler, build_type, flags):
        self.cmake, self.example = cmake, pathlib.Path(example)
        self.source, self.binary = folder / "tenants", folder / "build"
        self.environment = {**os.environ, "CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "yes"}
        self.run(cmake, "--install", build, "--prefix", folder / "prefix")
        shutil.copytree(example, self.source, ignore=shutil.ignore_patterns(".dormouse"))
        launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={found}"] if (found := shutil.which("ccache")) else []
        self.run(cmake, "-G", "Ninja", "-S", self.source, "-B", self.binary, f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}",
                 f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_BUILD_TYPE={build_type}", f"-DCMAKE_CXX_FLAGS={flags}",
                 "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",  # not what is tested; quicker
                 *launcher)

    def run(self, *command):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, env=self.environment)
        if result.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}")
        return result.stdout

    def add_migration(self, name, sql):
        (self.source / "migrations" / "main" / name).write_text(sql)

    def rebuild(self, target="demo_server"):
        """How many sources were compiled."""
        return self.run(self.cmake, "--build", self.binary, "--target", target).count("Building CXX object")

    @property
    def program(self):
        return self.binary / "demo_server"

    @property
    def tool(self):
        return self.binary / "demo_server-db"
