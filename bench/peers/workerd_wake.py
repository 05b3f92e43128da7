"""workerd_wake.py [--objects N] [--rounds N] [--json FILE]

What it costs to call an object that sleeps, over HTTP, here and in workerd (README.md beside this file): CPU time of
the server's process for each call, everything included, at equal requests, schema and data, in the same run.

  wake/http_cpu_us  workerd_cpu_us              a call that wakes its object
  wake/http_awake_cpu_us  workerd_awake_cpu_us  the same call of an object that is awake
  wake/workerd_ratio                            workerd's wake to ours
"""
import argparse
import concurrent.futures
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MIGRATIONS = HERE / "migrations"
SERVER = ROOT / "build/release/bench/peers/wake_server"
INSTALLED = ROOT / "build/peers/workerd"
WORKERD = INSTALLED / "node_modules/@cloudflare/workerd-linux-64/bin/workerd"

WARM = "warm"  # the object that is called until the server has seen the code often enough
WARM_CALLS = 2000
AWAKE_CALLS = 2000
CREATING_CLIENTS = 8
ANSWER = {"ok": True, "result": {"id": "u7", "name": "Seven", "email": "seven@example.com", "bio": None}}


class Server:
    """A running server on a data directory. Subclasses start the process and learn its port."""

    def __init__(self, data):
        data.mkdir(exist_ok=True)
        self.data = data
        self.process, self.port = self.start(data)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def cpu_seconds(self):
        """User and system time of all threads, as in /proc/<pid>/stat but in nanoseconds."""
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(self.process.pid, ctypes.byref(clock)) != 0:
            raise OSError("the server has gone")
        return time.clock_gettime(clock.value)

    def wait_until_asleep(self):
        """Until every object's database was closed in order, which removes the log beside it."""
        for _ in range(600):
            if all(log.name == "metadata.sqlite-wal" for log in self.data.rglob("*-wal")):
                return
            time.sleep(0.1)
        raise TimeoutError("objects do not fall asleep")


class Dormouse(Server):
    name = "http"

    @staticmethod
    def start(data):
        process = subprocess.Popen([SERVER, data, MIGRATIONS], stdout=subprocess.PIPE, text=True)
        return process, int(process.stdout.readline().split()[-1])

    def wait_until_asleep(self):
        """Stopping puts every object to sleep."""


class Workerd(Server):
    name = "workerd"

    @staticmethod
    def start(data):
        migrations = [[file.stem, file.read_text()] for file in sorted(MIGRATIONS.glob("*.sql"))]
        reading, writing = os.pipe()
        command = [WORKERD, "serve", HERE / "workerd/config.capnp", f"--directory-path=objects={data}",
                   f"--control-fd={writing}"]
        process = subprocess.Popen(command, pass_fds=[writing], env={"MIGRATIONS": json.dumps(migrations)})
        os.close(writing)
        with open(reading, encoding="utf-8") as events:
            return process, json.loads(events.readline())["port"]


class Client:
    """One connection that is kept."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def call(self, name):
        self.connection.request("POST", f"/rpc/main/{name}/getUser", b'{"id":"u7"}', {"Content-Type": "application/json"})
        answer = self.connection.getresponse().read()
        if json.loads(answer) != ANSWER:
            raise RuntimeError(f"{name} answers {answer}")


def names(count):
    return [f"object-{number}" for number in range(count)]


def create(kind, data, count):
    with kind(data) as server:
        def call_some(first):
            client = Client(server)
            for name in [WARM, *names(count)][first::CREATING_CLIENTS]:
                client.call(name)

        with concurrent.futures.ThreadPoolExecutor(CREATING_CLIENTS) as clients:
            list(clients.map(call_some, range(CREATING_CLIENTS)))
        server.wait_until_asleep()


def measure(kind, data, count):
    """Microseconds of CPU for a call of an object that sleeps, and of one that is awake."""
    with kind(data) as server:
        client = Client(server)

        def cost(called):
            before = server.cpu_seconds()
            for name in called:
                client.call(name)
            return (server.cpu_seconds() - before) / len(called) * 1e6

        cost([WARM] * WARM_CALLS)
        awake = cost([WARM] * AWAKE_CALLS)
        return cost(names(count)), awake


def compare(count, rounds):
    """Each round measures both on copies of the same data, so that neither finds traces of the one before."""
    found = {kind: [] for kind in (Dormouse, Workerd)}
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="wake_peers_") as folder:
        folder = pathlib.Path(folder)
        for kind in found:
            create(kind, folder / kind.name, count)
        for number in range(rounds):
            for kind, costs in found.items():
                copy = folder / f"{kind.name}-{number}"
                shutil.copytree(folder / kind.name, copy)
                os.sync()
                costs.append(measure(kind, copy, count))
                shutil.rmtree(copy)
    return found


def results(found):
    listed = []
    for kind, costs in found.items():
        asleep, awake = zip(*costs)
        listed.append((f"wake/{kind.name}_cpu_us", statistics.median(asleep), "us"))
        listed.append((f"wake/{kind.name}_awake_cpu_us", statistics.median(awake), "us"))
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(found[Dormouse], found[Workerd])]
    listed.append(("wake/workerd_ratio", statistics.median(ratios), ""))
    return listed


def install():
    """True when workerd is there, in the version of package.json."""
    package = HERE / "workerd/package.json"
    copy = INSTALLED / "package.json"
    if WORKERD.exists() and copy.exists() and copy.read_text() == package.read_text():
        return True
    if shutil.which("npm") is None:
        print("wake/workerd_ratio: npm is not installed, so there is no workerd to compare with")
        return False
    INSTALLED.mkdir(parents=True, exist_ok=True)
    shutil.copy(package, copy)
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, cwd=INSTALLED, check=False).returncode != 0 or not WORKERD.exists():
        print("wake/workerd_ratio: npm could not install workerd, so there is nothing to compare with")
        copy.unlink()
        return False
    return True


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--objects", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", metavar="FILE", help="write the results there, too")
    given = arguments.parse_args()
    if not SERVER.exists():
        sys.exit(f"{SERVER} is missing: ./dev bench builds it")
    listed = results(compare(given.objects, given.rounds)) if install() else []
    for name, value, unit in listed:
        print(f"{name:<32} {value:14.3f} {unit}")
    if given.json:
        rows = [{"name": name, "value": value, "unit": unit} for name, value, unit in listed]
        pathlib.Path(given.json).write_text(json.dumps({"results": rows}) + "\n")


if __name__ == "__main__":
    main()
