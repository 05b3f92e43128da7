"""demo_server_test.py <demo_server>: what a person with curl and a browser would try, and a restart."""
import json
import pathlib
import re
import signal
import sys
import tempfile

from demo_server import Checks, DemoServer, object_files, query

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "load"))
from websocket_client import WebSocketClient  # noqa: E402

ALICE = {"name": "Alice", "email": "alice@example.com"}


def check_users(server, checks):
    status, answer = server.call("main", "acme", "createUser", ALICE)
    checks.equal("createUser's status", status, 200)
    checks.equal("createUser's ok", answer.get("ok"), True)
    alice = answer["result"]
    checks.equal("the user's members", sorted(alice), ["bio", "createdAt", "email", "id", "name"])
    checks.equal("her name", alice["name"], "Alice")
    checks.true("createdAt is ISO 8601", re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", alice["createdAt"]))
    checks.equal("getUser", server.result("main", "acme", "getUser", {"userId": alice["id"]}), alice)
    checks.equal("getUserByEmail", server.result("main", "acme", "getUserByEmail", {"email": ALICE["email"]}), alice)
    checks.equal("nobody", server.result("main", "acme", "getUserByEmail", {"email": "no@example.com"}), None)

    status, answer = server.call("main", "acme", "createUser", ALICE)
    checks.equal("createUser again", (status, answer["ok"], answer["error"]), (500, False, "User already exists"))
    again = server.result("main", "acme", "createUserIfNotExists", ALICE)
    checks.equal("createUserIfNotExists", again, {"user": alice, "created": False})
    bob = server.result("main", "acme", "createUserIfNotExists", {"name": "Bob", "email": "bob@example.com"})
    checks.equal("createUserIfNotExists, new", (bob["created"], bob["user"]["name"]), (True, "Bob"))
    checks.equal("listUsers", [user["name"] for user in server.result("main", "acme", "listUsers")], ["Alice", "Bob"])
    checks.equal("listUsers, the second",
                 server.result("main", "acme", "listUsers", {"limit": 1, "offset": 1}), [bob["user"]])
    checks.equal("another tenant", server.result("main", "other", "listUsers"), [])
    return alice


def check_posts(server, checks, alice):
    post = server.result("main", "acme", "createPost", {"authorId": alice["id"], "title": "First"})
    checks.equal("createPost", (post["title"], post["authorId"], post["body"]), ("First", alice["id"], None))
    nobody = "00000000-0000-4000-8000-000000000000"
    status, answer = server.call("main", "acme", "createPost", {"authorId": nobody, "title": "x"})
    checks.equal("a post by nobody", (status, answer["error"]), (500, "There is no user with this id"))
    with_posts = server.result("main", "acme", "getUsersWithPosts")
    checks.equal("getUsersWithPosts", [(user["name"], user["posts"]) for user in with_posts],
                 [("Alice", [post]), ("Bob", [])])


def check_refusals(server, checks):
    status, answer = server.call("main", "acme", "createUser", {"name": "X", "email": "x"})
    checks.equal("a bad email's status", status, 400)
    checks.true("a bad email's text", 'email must be an email address (was "x")' in answer["error"])
    checks.equal("an unknown action", server.call("main", "acme", "nonsense", {})[0], 404)
    checks.equal("an unknown database", server.call("nonsense", "acme", "createUser", ALICE)[0], 404)
    checks.equal("an unknown path", server.request("GET", "/nonsense")[0], 404)
    checks.equal("a form instead of JSON",
                 server.request("POST", "/rpc/main/acme/createUser", "name=x", {"content-type": "text/plain"})[0], 415)
    checks.equal("a page from elsewhere",
                 server.request("POST", "/rpc/main/acme/createUser", json.dumps(ALICE),
                                {"content-type": "application/json", "origin": "http://evil.example"})[0], 421)


def check_settings_and_events(server, checks):
    server.result("settings", "global", "setSetting", {"key": "theme", "value": "light"})
    theme = server.result("settings", "global", "setSetting", {"key": "theme", "value": "dark"})
    checks.equal("setSetting", theme["value"], "dark")
    checks.equal("getSetting", server.result("settings", "global", "getSetting", {"key": "theme"}), theme)
    checks.equal("no setting", server.result("settings", "global", "getSetting", {"key": "none"}), None)

    checks.equal("trackEvent", server.result("events", "acme", "trackEvent", {"type": "view"})["type"], "view")
    checks.equal("batchTrackEvents",
                 server.result("events", "acme", "batchTrackEvents", {"types": ["view", "click", "view"]}), 3)
    counts = [{"type": "click", "count": 1}, {"type": "view", "count": 3}]
    checks.equal("getEventCounts", server.result("events", "acme", "getEventCounts"), counts)
    checks.equal("events to come", server.result("events", "acme", "getEventCounts", {"since": "2999-01-01"}), [])
    status, _ = server.call("events", "acme", "batchTrackEvents", {"types": ["click", ""]})
    checks.equal("a batch with a bad event", status, 400)
    checks.equal("and nothing of it is there", server.result("events", "acme", "getEventCounts"), counts)


def check_web_socket(server, checks):
    """The events again, over one socket: a message, then two in one frame."""
    client = WebSocketClient(server.port, "/ws/events/acme")
    client.send(json.dumps({"id": "1", "action": "getEventCounts", "args": {}}))
    answer = json.loads(client.receive())
    checks.equal("a reply", (answer["id"], answer["ok"], len(answer["result"])), ("1", True, 2))
    client.send(json.dumps([{"id": "2", "action": "getEventCounts", "args": {}},
                            {"id": "3", "action": "trackEvent", "args": {"type": ""}}]))
    answers = {}
    while len(answers) < 2:
        frame = json.loads(client.receive())
        answers.update((message["id"], message) for message in (frame if isinstance(frame, list) else [frame]))
    checks.equal("two replies", [answers[each]["ok"] for each in ("2", "3")], [True, False])
    client.close()


def check_site(server, checks):
    status, headers, text = server.request("GET", "/")
    checks.equal("the page", (status, headers.get("content-type")), (200, "text/html; charset=utf-8"))
    checks.true("it calls createUser", "createUser" in text)
    checks.true("it loads nothing from elsewhere", not re.search(r"https?://|src=|href=", text))
    checks.equal("no cookie", server.request("GET", "/whoami")[0], 401)
    checks.equal("a bad tenant", server.request("POST", "/login?tenant=a%0Ab")[0], 400)
    status, headers, _ = server.request("POST", "/login?tenant=acme")
    checks.equal("login", status, 204)
    cookie = {"cookie": headers.get("set-cookie", "").split(";")[0]}
    checks.equal("whoami", json.loads(server.request("GET", "/whoami", headers=cookie)[2]), {"tenant": "acme"})
    mine = json.loads(server.request("GET", "/me/users", headers=cookie)[2])
    checks.equal("my users", [user["name"] for user in mine], ["Alice", "Bob"])
    checks.equal("another's", server.request("GET", "/me/users", headers={"cookie": "tenant=other"})[2], "[]")


def check_files(data, checks):
    """Afterwards each object is one ordinary database: two tenants of main, one of events, the settings."""
    mains = object_files(data, "MainDatabaseDO")
    checks.equal("files of main", len(mains), 2)
    checks.equal("emails in files", sorted(row for file in mains for row in query(file, "SELECT email FROM users")),
                 [("alice@example.com",), ("bob@example.com",)])
    checks.equal("files of events", [query(file, "SELECT count(*) FROM event_log")
                                     for file in object_files(data, "EventsDatabaseDO")], [[(4,)]])
    checks.equal("files of settings", [query(file, "SELECT key, value FROM settings")
                                       for file in object_files(data, "SettingsDatabaseDO")], [[("theme", "dark")]])
    every = sorted(pathlib.Path(data).rglob("*DO/**/*.sqlite"))
    checks.equal("whole files", [query(file, "PRAGMA integrity_check") for file in every], [[("ok",)]] * 4)
    checks.equal("no journals beside them", [file for file in pathlib.Path(data).rglob("*-journal")], [])


def main():
    program, checks = sys.argv[1], Checks()
    with tempfile.TemporaryDirectory() as data:
        with DemoServer(program, data) as server:
            alice = check_users(server, checks)
            check_posts(server, checks, alice)
            check_refusals(server, checks)
            check_settings_and_events(server, checks)
            check_web_socket(server, checks)
            check_site(server, checks)
            checks.equal("exit code after SIGTERM", server.stop(), 0)
        check_files(data, checks)
        with DemoServer(program, data, "--idle-timeout", "100ms", "--threads", "1") as server:
            checks.equal("after a restart", server.result("main", "acme", "getUser", {"userId": alice["id"]}), alice)
            checks.equal("exit code after SIGINT", server.stop(signal.SIGINT), 0)
    checks.exit()


if __name__ == "__main__":
    main()
