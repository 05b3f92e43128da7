"""workflow.py <cmake> <build> <examples/tenants> <compiler> <build type> <flags>

The typical workflow of a developer and of a team, on a copy of the example built against the installed package: edit
a struct, build, push, begin afresh, generate, validate, meet a teammate's migration, deploy. What the tool prints is
compared word for word.
"""
import contextlib
import os
import pathlib
import pty
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from demo_server import Checks, DemoServer, object_files, query
from project_copy import Project

BIO = "    std::optional<std::string> bio;  // optional = nullable column\n"
PHONE = "    std::optional<std::string> phone;\n"
NICKNAME = "    std::optional<std::string> nickname;\n"


class Workflow:
    def __init__(self, project, checks):
        self.project, self.checks = project, checks
        self.schema = project.source / "src" / "databases" / "schema.hpp"
        self.migrations = project.source / "migrations" / "main"
        self.first_schema = self.schema.read_text()

    def declare(self, *fields):
        """Edits `struct user`."""
        self.schema.write_text(self.first_schema.replace(BIO, BIO + "".join(fields)))

    def build_tool(self):
        self.project.rebuild("demo_server-db")

    def tool(self, *words):
        return subprocess.run([str(self.project.tool), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def expect(self, words, out, err="", code=0):
        """`out` and `err` are patterns."""
        run = self.tool(*words.split())
        name = f"db {words}"
        self.checks.true(f"{name} prints {run.stdout!r}", re.fullmatch(out, run.stdout) is not None)
        self.checks.true(f"{name} says {run.stderr!r}", re.fullmatch(err, run.stderr) is not None)
        self.checks.equal(f"{name} ends with", run.returncode, code)

    def on_a_terminal(self, variables, *words):
        """What the tool shows there."""
        ours, its = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        with subprocess.Popen([str(self.project.tool), *words], stdin=subprocess.DEVNULL, stdout=its, stderr=its,
                              env={**environment, **variables}) as process:
            os.close(its)
            shown = b""
            with contextlib.suppress(OSError):  # the end of a terminal, on Linux
                while part := os.read(ours, 4096):
                    shown += part
        os.close(ours)
        self.checks.equal("its exit code", process.returncode, 0)
        return shown

    def newest(self):
        return max(self.migrations.glob("*.sql"))


def first_version(workflow, data):
    workflow.project.rebuild("demo_server")
    workflow.build_tool()
    workflow.expect("push", "· events: no changes\n· main: no changes\n· settings: no changes\n\n"
                            "All databases are up to date.\n")
    workflow.expect("config check", "✓ events: .*\n✓ main: MainDatabaseDO [(]MAIN_DATABASE_DO[)]\n✓ settings: .*\n")
    with DemoServer(workflow.project.program, data) as server:
        server.result("main", "red", "createUser", {"name": "Alice", "email": "alice@example.com"})
        workflow.checks.equal("the first version's exit code", server.stop(), 0)


def a_stale_tool_refuses(workflow, data):
    workflow.declare(PHONE)
    run = workflow.tool("push")
    workflow.checks.equal("a stale tool's exit code", run.returncode, 1)
    workflow.checks.true(f"it names what changed: {run.stderr}", "src/databases/schema.hpp has changed" in run.stderr)
    workflow.project.run(*shlex.split(run.stderr.splitlines()[-1]))  # does what it says


def development(workflow, data):
    workflow.expect("push", "· events: no changes\n✓ main: dev_[0-9a-f]{8} [(]1 statements[)]\n· settings: no changes\n")
    workflow.expect("push", "· events: no changes\n· main: no changes\n· settings: no changes\n\n"
                            "All databases are up to date.\n")
    workflow.expect("status --database main",
                    "Dev Epoch: [0-9a-z]+\n\n📦 main\n   Production migrations: 1\n   Dev migrations: 1\n"
                    "   📝 Uncommitted changes: 1 statement[(]s[)]\n   Pending SQL:\n"
                    '     - ALTER TABLE "users" ADD COLUMN "phone" text\n   Last push: [0-9T:.-]+Z\n')
    workflow.expect("validate --database main", "✓ main: 2 migration[(]s[)] [(]includes dev migrations[)]\n  Schema matches ✓\n")
    workflow.expect("validate --database main --no-dev", "✓ main: 1 migration[(]s[)]\n",
                    "  ⚠ Schema drift detected:\n    \\[missing] table users: column phone\n", code=1)
    workflow.expect("reset", "✓ New epoch: [0-9a-z]+ — databases start fresh on the next request\n"
                             "✓ Reset databases: events, main, settings\n")
    workflow.expect("push --database main", "✓ main: dev_[0-9a-f]{8} [(]1 statements[)]\n")


def a_running_program_follows(workflow, data):
    workflow.project.rebuild("demo_server")
    with DemoServer(workflow.project.program, data.with_name("development"), "--dev", "--cache",
                    str(workflow.project.source / ".dormouse")) as server:
        def names():
            return [user["name"] for user in server.result("main", "red", "listUsers")]

        server.result("main", "red", "createUser", {"name": "Alice", "email": "alice@example.com"})
        workflow.checks.equal("the users of red", names(), ["Alice"])
        workflow.expect("reset --database main", "✓ New epoch: .*\n✓ Reset databases: main\n")
        status, answer = server.call("main", "red", "listUsers", {})
        workflow.checks.equal("without the column", (status, "no such column: phone" in str(answer)), (500, True))
        workflow.expect("push --database main", "✓ main: dev_[0-9a-f]{8} [(]1 statements[)]\n")
        workflow.checks.equal("the users of the new red", names(), [])
        workflow.checks.equal("the program's exit code", server.stop(), 0)


def ready_to_deploy(workflow, data):
    workflow.expect("generate add_phone",
                    "· events: no changes\n✓ main: [0-9]{14}_add_phone\n"
                    "  → migrations/main/[0-9]{14}_add_phone.sql\n  1 statement[(]s[)]\n· settings: no changes\n",
                    "  ⚠ main: Objects that have applied dev_.* cannot apply .*_add_phone over it; build and start "
                    "the program with it, then db reset begins afresh\n")
    workflow.expect("validate", "✓ events: 1 .*\n  Schema matches ✓\n✓ main: 2 migration[(]s[)]\n  Schema matches ✓\n"
                                "✓ settings: 1 .*\n  Schema matches ✓\n")
    # The tool has the migration inside when it is built again, and not before.
    workflow.expect(f"rehearse --data {data}", "", "Error: this program is older than its sources:\n"
                    "    migrations/main/[0-9]{14}_add_phone.sql is new\n(.*\n)+", code=1)
    workflow.build_tool()
    workflow.expect(f"rehearse --data {data} --database main", "✓ main: 1 of 1 object[(]s[)] rehearsed, 1 migrated(.*\n)+")


def a_person_watches(workflow, data):
    for variables, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        shown = workflow.on_a_terminal(variables, "validate", "--database", "main")
        workflow.checks.equal(f"colour with {variables}: {shown!r}", b"\x1b[32m" in shown, coloured)
    for terminal, drawn in (("xterm", True), ("dumb", False)):
        shown = workflow.on_a_terminal({"TERM": terminal}, "rehearse", "--data", data, "--database", "main")
        workflow.checks.equal(f"a bar on {terminal}: {shown!r}", b"\x1b[K" in shown, drawn)


def a_teammate_generated_too(workflow, data):
    ours, our_snapshot = workflow.newest(), (workflow.migrations / "_snapshot.json").read_text()
    # Their branch, as it was before our migration.
    our_sql = ours.read_text()
    ours.unlink()
    shutil.copy(workflow.project.example / "migrations" / "main" / "_snapshot.json", workflow.migrations)
    workflow.declare(NICKNAME)
    workflow.build_tool()
    workflow.expect("generate --database main add_nickname", "✓ main: (.*\n){3}")
    # The merge takes both migrations, both fields, and one of the snapshots.
    ours.write_text(our_sql)
    workflow.declare(PHONE, NICKNAME)
    workflow.build_tool()
    theirs = workflow.newest()
    workflow.expect("push", "", f"Error: .*{theirs.stem} does not follow {ours.stem}: both were generated from the "
                                "same state, on two branches[.] Delete the one that is not deployed.*\n", code=1)
    # What it advises.
    theirs.unlink()
    (workflow.migrations / "_snapshot.json").write_text(our_snapshot)
    workflow.expect("generate --database main add_nickname", "✓ main: (.*\n){2}  1 statement[(]s[)]\n")
    workflow.expect("validate --database main", "✓ main: 3 migration[(]s[)]\n  Schema matches ✓\n")


def deploy(workflow, data):
    workflow.project.rebuild("demo_server")
    with DemoServer(workflow.project.program, data) as server:
        users = server.result("main", "red", "listUsers")
        workflow.checks.equal("the users of red", [(user["name"], user["phone"], user["nickname"]) for user in users],
                              [("Alice", None, None)])
        workflow.checks.equal("the last version's exit code", server.stop(), 0)
    columns = [name for file in object_files(data, "MainDatabaseDO")
               for name, in query(file, "SELECT name FROM pragma_table_info('users')")]
    workflow.checks.equal("red's columns", columns, ["id", "name", "email", "bio", "created_at", "phone", "nickname"])


def clean_up(workflow, data):
    workflow.expect(f"reset --database main --keep-epoch --purge-local-storage --data {data}",
                    f"✓ Epoch unchanged\n✓ Reset databases: main\n✓ Purged local DO storage: {data}/MainDatabaseDO\n"
                    "  Start the dev server again: its objects begin empty\n")
    workflow.checks.equal("objects left", object_files(data, "MainDatabaseDO"), [])


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        workflow = Workflow(Project(folder, *(sys.argv[1:7] + [""])[:6]), checks)
        for step in (first_version, a_stale_tool_refuses, development, a_running_program_follows, ready_to_deploy, a_person_watches,
                     a_teammate_generated_too, deploy, clean_up):
            step(workflow, folder / "data")
    checks.exit()


if __name__ == "__main__":
    main()
