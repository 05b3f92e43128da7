"""migration_change.py <cmake> <build> <examples/tenants> <compiler> <build type> <flags>

A schema change as a developer makes it: a copy of the example, built against the installed package, gets a
migration, then a broken one, and is rebuilt and restarted over the same data each time.
"""
import pathlib
import sys
import tempfile

from demo_server import Checks, DemoServer, object_files, query
from project_copy import Project

ADD_PHONE = """ALTER TABLE "users" ADD COLUMN "phone" TEXT;
--> breakpoint
UPDATE "users" SET "phone" = 'unknown';
"""
BROKEN = """CREATE TABLE "orders" ("id" TEXT PRIMARY KEY NOT NULL);
ALTER TABLE "no_such_table" ADD COLUMN "x" TEXT;
"""


def columns(file):
    return [name for name, in query(file, "SELECT name FROM pragma_table_info('users')")]


def create(server, tenant, name):
    return server.result("main", tenant, "createUser", {"name": name, "email": f"{name.lower()}@example.com"})


def first_version(project, data, checks):
    project.rebuild()
    with DemoServer(project.program, data) as server:
        for tenant in ("red", "green", "blue"):
            create(server, tenant, "Alice")
        server.result("settings", "global", "setSetting", {"key": "theme", "value": "dark"})
        checks.equal("the first version's exit code", server.stop(), 0)
    found = object_files(data, "MainDatabaseDO")
    checks.equal("three tenants without a phone", ["phone" in columns(file) for file in found], [False] * 3)


def with_a_column(project, data, checks):
    project.add_migration("20260210120000_add_phone.sql", ADD_PHONE)
    checks.equal("sources compiled for a migration", project.rebuild(), 1)
    with DemoServer(project.program, data) as server:
        for tenant in ("red", "green"):  # blue sleeps through this version
            checks.equal(f"{tenant}'s users", [user["name"] for user in server.result("main", tenant, "listUsers")],
                         ["Alice"])
        create(server, "violet", "Bob")
        checks.equal("the second version's exit code", server.stop(), 0)
    phones = sorted(str(query(file, "SELECT phone FROM users")) if "phone" in columns(file) else "no column"
                    for file in object_files(data, "MainDatabaseDO"))
    checks.equal("who has a phone", phones, ["[('unknown',)]", "[('unknown',)]", "[(None,)]", "no column"])


def broken(project, data, checks):
    project.add_migration("20260211120000_broken.sql", BROKEN)
    project.rebuild()
    with DemoServer(project.program, data) as server:
        for tenant in ("red", "blue", "new"):
            status, answer = server.call("main", tenant, "listUsers", {})
            text = answer.get("error", "")
            checks.equal(f"{tenant} cannot wake", (status, answer["ok"], answer.get("code")),
                         (500, False, "migration_failed"))
            checks.true(f"the file is named: {text}", "20260211120000_broken" in text)
            checks.true(f"the statement is named: {text}", 'ALTER TABLE "no_such_table"' in text)
        theme = server.result("settings", "global", "getSetting", {"key": "theme"})
        checks.equal("settings still work", theme["value"], "dark")
        checks.equal("the broken version's exit code", server.stop(), 0)
    tables = [query(file, "SELECT count(*) FROM sqlite_schema WHERE name = 'orders'")
              for file in object_files(data, "MainDatabaseDO")]
    checks.true("nothing of the broken migration stayed", all(count == [(0,)] for count in tables))


def repaired(project, data, checks):
    (project.source / "migrations" / "main" / "20260211120000_broken.sql").unlink()
    project.rebuild()
    with DemoServer(project.program, data) as server:
        for tenant in ("red", "green", "blue"):
            checks.equal(f"{tenant} afterwards",
                         [user["name"] for user in server.result("main", tenant, "listUsers")], ["Alice"])


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        project = Project(folder, *(sys.argv[1:7] + [""])[:6])
        for step in (first_version, with_a_column, broken, repaired):
            step(project, folder / "data", checks)
    checks.exit()


if __name__ == "__main__":
    main()
