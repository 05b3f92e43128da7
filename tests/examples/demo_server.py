"""The demo server as a test sees it: a process with a port, and the calls a client makes."""
import contextlib
import http.client
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys


class DemoServer:
    """A running server over `data`. Left running, it is killed."""

    def __init__(self, program, data, *flags, log=None):
        self.log = log
        self.process = subprocess.Popen(
            [str(program), "--port", "0", "--data", str(data), *flags], stdout=subprocess.PIPE,
            stderr=log or subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
        if not found:
            self.process.kill()
            raise RuntimeError(f"the server said {line!r} instead of where it listens")
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, by=signal.SIGTERM):
        """The exit code."""
        self.process.send_signal(by)
        return self.process.wait(60)

    def request(self, method, path, body=None, headers={}):
        """(status, headers, text)"""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()

    def call(self, database, instance, action, arguments):
        """(status, decoded answer)"""
        status, _, text = self.request("POST", f"/rpc/{database}/{instance}/{action}", json.dumps(arguments),
                                       {"content-type": "application/json"})
        return status, json.loads(text)

    def result(self, database, instance, action, arguments={}):
        status, answer = self.call(database, instance, action, arguments)
        if status != 200 or answer.get("ok") is not True:
            raise RuntimeError(f"{database}/{instance}/{action} answered {status} {answer}")
        return answer["result"]


def object_files(data, class_name):
    """The database files of one class."""
    return sorted((pathlib.Path(data) / class_name).rglob("*.sqlite"))


def query(file, sql):
    """What any SQLite tool would see."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


class Checks:
    """Counts what is wrong instead of stopping at the first."""

    def __init__(self):
        self.made = self.failed = 0

    def equal(self, what, got, wanted):
        self.made += 1
        if got != wanted:
            self.failed += 1
            print(f"WRONG {what}: {got!r} instead of {wanted!r}", file=sys.stderr)

    def true(self, what, good):
        self.equal(what, bool(good), True)

    def exit(self):
        print(f"{self.made} checks, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
