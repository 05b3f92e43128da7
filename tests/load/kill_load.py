"""Nothing that was acknowledged is lost when the server is killed.

kill_load.py <demo_server> [--tenants N] [--threads N] [--kills N] [--seed N]

First every tenant gets one user. Then, several times: half the clients create users over HTTP and half over
WebSockets, the server is killed in the middle of it (SIGKILL), started again over the same data, and every
user that was acknowledged must be there. A user that was not acknowledged may be there or not.
"""
import argparse
import collections
import concurrent.futures
import http.client
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "examples")]

from demo_server import DemoServer  # noqa: E402
from websocket_client import WebSocketClient  # noqa: E402

SOCKETS_PER_CLIENT = 16


class Refused(Exception):
    """The server answered, but not with a user."""


class HttpClient:
    """One connection that is kept open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, tenant, action, arguments):
        self.connection.request("POST", f"/rpc/main/{tenant}/{action}", json.dumps(arguments),
                                {"content-type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer["result"]

    def close(self):
        self.connection.close()


class SocketClient:
    """A WebSocket for each of the tenants it spoke to last."""

    def __init__(self, port):
        self.port, self.sent, self.sockets = port, 0, collections.OrderedDict()

    def call(self, tenant, action, arguments):
        if tenant not in self.sockets:
            if len(self.sockets) == SOCKETS_PER_CLIENT:
                self.sockets.popitem(last=False)[1].close()
            self.sockets[tenant] = WebSocketClient(self.port, f"/ws/main/{tenant}", timeout=60)
        socket, self.sent = self.sockets[tenant], self.sent + 1
        self.sockets.move_to_end(tenant)
        socket.send(json.dumps({"id": str(self.sent), "action": action, "args": arguments}))
        answer = json.loads(socket.receive())
        if answer["id"] != str(self.sent):
            raise RuntimeError(f"an answer to {answer['id']} instead of {self.sent}")
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer["result"]

    def close(self):
        for socket in self.sockets.values():
            socket.close()


class Load:
    """What the clients know: which users were acknowledged, by tenant."""

    def __init__(self, tenants, threads, seed):
        self.tenants = [f"tenant-{number}" for number in range(tenants)]
        self.threads, self.seed = threads, seed
        self.acknowledged = {tenant: set() for tenant in self.tenants}
        self.acknowledged_over = collections.Counter()
        self.refused, self.serial, self.lock = [], 0, threading.Lock()

    def create_user(self, client, kind, tenant):
        with self.lock:
            self.serial += 1
            email = f"user{self.serial}@example.com"
        client.call(tenant, "createUser", {"name": f"User {self.serial}", "email": email})
        with self.lock:
            self.acknowledged[tenant].add(email)
            self.acknowledged_over[kind] += 1

    def in_threads(self, work):
        """Starts work(0), work(1), ...; for `join`."""
        pool = concurrent.futures.ThreadPoolExecutor(self.threads)
        started = [pool.submit(work, number) for number in range(self.threads)]
        pool.shutdown(wait=False)
        return started

    def fill(self, port):
        """One user in every tenant, over HTTP."""
        def work(number):
            client = HttpClient(port)
            for tenant in self.tenants[number::self.threads]:
                self.create_user(client, "HTTP", tenant)
            client.close()

        join(self.in_threads(work))

    def create_until_killed(self, port, round_number):
        """Starts threads that create users until the server is gone."""
        def work(number):
            kind = "HTTP" if number % 2 == 0 else "WebSocket"
            client = HttpClient(port) if kind == "HTTP" else SocketClient(port)
            choose = random.Random(f"{self.seed} {round_number} {number}")
            while True:
                try:
                    self.create_user(client, kind, choose.choice(self.tenants))
                except Refused as refusal:
                    self.refused.append(str(refusal))
                    return
                except (OSError, http.client.HTTPException, ValueError):
                    return  # the server is gone; a torn answer acknowledges nothing

        return self.in_threads(work)

    def lost(self, port):
        """(tenant, email) of every acknowledged user that is not there."""
        missing = []

        def work(number):
            client = HttpClient(port)
            for tenant in self.tenants[number::self.threads]:
                there = self.emails(client, tenant)
                missing.extend((tenant, email) for email in self.acknowledged[tenant] - there)
            client.close()

        join(self.in_threads(work))
        return missing

    @staticmethod
    def emails(client, tenant):
        found, page = set(), None
        while page is None or len(page) == 1000:
            page = client.call(tenant, "listUsers", {"limit": 1000, "offset": len(found)})
            found.update(user["email"] for user in page)
        return found


def join(started):
    """Waits for all, and raises what one of them raised: a thread that ended early checked nothing."""
    for each in started:
        each.result()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("server")
    parser.add_argument("--tenants", type=int, default=200)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.randrange(10**9)
    return arguments


def run(arguments, data, log):
    load = Load(arguments.tenants, arguments.threads, arguments.seed)
    moments = random.Random(arguments.seed)
    with DemoServer(arguments.server, data, log=log) as server:
        started = time.monotonic()
        load.fill(server.port)
        seconds = time.monotonic() - started
    filled = sum(map(len, load.acknowledged.values()))
    print(f"{filled} tenants filled in {seconds:.1f} s ({filled / seconds:.0f} users/s), then killed", flush=True)
    lost = []
    for number in range(arguments.kills):
        with DemoServer(arguments.server, data, log=log) as server:
            lost += load.lost(server.port)
            threads = load.create_until_killed(server.port, number)
            time.sleep(moments.uniform(0.3, 2.0))
            server.kill()
            join(threads)
    with DemoServer(arguments.server, data, log=log) as server:
        lost += load.lost(server.port)
        exit_code = server.stop()
    return load, filled, lost, exit_code


def main():
    arguments = parse_arguments()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile("w+") as log:
        load, filled, lost, exit_code = run(arguments, data, log)
        over = load.acknowledged_over
        print(f"{len(load.tenants)} tenants, {arguments.kills + 1} kills: {sum(over.values())} users acknowledged "
              f"({over['HTTP']} over HTTP, {over['WebSocket']} over WebSocket), {len(lost)} lost")
        good = not lost and not load.refused and filled == len(load.tenants) and exit_code == 0
        # A run in which one of the ways was never used would prove nothing about it.
        good = good and (arguments.kills == 0 or (over["WebSocket"] > 0 and over["HTTP"] > filled))
        if not good:
            print(f"lost {lost[:5]}, refused {load.refused[:5]}, exit code {exit_code}", file=sys.stderr)
            log.seek(0)
            print(log.read()[-4000:], file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
