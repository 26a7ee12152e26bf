# SPDX-License-Identifier: Apache-2.0
"""publish.py - python-tuf verifies what bailiff-bundle publishes.

Keys of all three kinds (OpenSSL's and bailiff-bundle's own), thresholds of 2 of
3, every root that was ever, delegations to teams; served by python's own web
server from the directory as it lies there. bailiff's client looks as well.
"""

import functools
import http.server
import json
import os
import subprocess
import threading

import clients
from clients import Ours, PythonTuf, same

TOOL = os.path.join(os.environ["BIN"], "bailiff-bundle")
TOP = clients.WORK
REPO = os.path.join(TOP, "repo")
KEYS = os.path.join(TOP, "keys")
PASS = os.path.join(TOP, "passphrase")
os.mkdir(KEYS)
with open(os.open(PASS, os.O_WRONLY | os.O_CREAT, 0o600), "w",
          encoding="ascii") as f:
    f.write("correct horse battery\n")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.returncode}: " \
        f"{done.stdout}{done.stderr}"
    return done.stdout


def bundle(verb, *more, private=True):
    secret = ("--passphrase-file", PASS) if private else ()
    return run(TOOL, verb, "--repo", REPO, *secret, *more)


def key(name, kind="ed25519"):
    """A key pair; the others than ed25519 are OpenSSL's."""
    path = os.path.join(KEYS, name + ".pem")
    if kind == "ed25519":
        run(TOOL, "keygen", "--key", path, "--passphrase-file", PASS)
        return path
    how = {"ecdsa": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
           "rsa": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")}[kind]
    plain = path + ".plain"
    run("openssl", "genpkey", "-algorithm", *how, "-out", plain)
    run("openssl", "pkcs8", "-topk8", "-scrypt", "-in", plain, "-out", path,
        "-passout", f"file:{PASS}")
    run("openssl", "pkey", "-in", plain, "-pubout", "-out", path + ".pub")
    os.remove(plain)
    os.chmod(path, 0o600)
    return path


def options(name, paths):
    return [word for path in paths for word in (f"--{name}", path)]


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.log.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


class Site:
    """The directory as any static web server gives it out."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=REPO))
        self.server.daemon_threads = True
        self.server.log = []
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()


class Here:
    """Metadata lies at the top, targets below targets/."""

    def url(self, kind):
        return self.site.url + ("/targets/" if kind == "targets" else "/")


class OursHere(Here, Ours):
    pass


class PythonHere(Here, PythonTuf):
    pass


def document(text):
    return json.dumps({"description": text, "accept": [
        "no-landlock", "no-seccomp", "no-capabilities"]})


CEILING = {"accept": ["no-landlock", "no-seccomp", "no-capabilities"]}


def policies(name, services, numbers=None):
    """A directory of policies: name and text of each service."""
    folder = os.path.join(TOP, name)
    os.makedirs(os.path.join(folder, "services"), exist_ok=True)
    if numbers:
        with open(f"{folder}/node.json", "w", encoding="ascii") as out:
            json.dump({"unlisted": "allow", "services": {
                s: {"number": i + 1} for i, s in enumerate(numbers)},
                "roles": {"team-web": CEILING, "teams/db #1": CEILING}}, out)
    for service, text in services.items():
        with open(f"{folder}/services/{service}.json", "w",
                  encoding="ascii") as out:
            out.write(document(text))
    return folder


tap = clients.Tap()
site = Site()
names = {"root": ("ed25519", "ecdsa", "rsa"), "alice": ("ed25519",),
         "bob": ("ecdsa",), "carol": ("rsa",), "snapshot": ("ecdsa",),
         "timestamp": ("rsa",), "team": ("ed25519", "ecdsa", "rsa"),
         "fresh": ("ed25519", "ecdsa", "rsa")}
keys = {}


def make_keys():
    for name, kinds in names.items():
        for number, kind in enumerate(kinds):
            keys[f"{name}{number + 1}"] = key(f"{name}{number + 1}", kind)


def publish(*more):
    bundle("publish", "--snapshot-key", keys["snapshot1"], "--timestamp-key",
           keys["timestamp1"], *more)


def sign(role, *who):
    bundle("sign", "--role", role, *options("key", [keys[w] for w in who]))


def target(path):
    with open(os.path.join(TOP, path), "rb") as stored:
        return stored.read()


def both(action, want=True, roots=(1,)):
    """What both clients say, each new and from each of the roots."""
    for version in roots:
        with open(f"{REPO}/{version}.root.json", "rb") as root:
            anchor = root.read()
        for kind in (PythonHere, OursHere):
            client = kind(site)
            try:
                assert client.init(anchor), client.stderr
                got = action(client)
                assert got == want, f"{kind.__name__} from root {version}: " \
                    f"{got}: {client.stderr}"
            finally:
                client.close()


def first():
    make_keys()
    roles = {"root": [keys["root1"], keys["root2"], keys["root3"]],
             "targets": [keys["alice1"], keys["bob1"], keys["carol1"]],
             "snapshot": [keys["snapshot1"]],
             "timestamp": [keys["timestamp1"]]}
    bundle("init", "--root-threshold", "2", "--targets-threshold", "2",
           *[w for r, k in roles.items() for w in options(f"{r}-key", k)])
    bundle("build", "--policies", policies(
        "base", {s: "base 1" for s in ("db", "web-a", "web-b", "db-x")},
        ["db", "web-a", "web-b", "db-x"]), private=False)
    sign("targets", "alice1", "bob1")
    publish()
    both(lambda c: c.download("node.json", "services/db.json") and
         c.target("services/db.json") == target("base/services/db.json"))


def pairs():
    """Every two of the three kinds of keys are a threshold."""
    for number, who in enumerate((("alice1", "carol1"), ("bob1", "carol1"))):
        bundle("build", "--policies",
               policies("base", {"db": f"base {number + 2}"}), private=False)
        sign("targets", *who)
        publish()
        both(lambda c: c.download("services/db.json") and
             c.target("services/db.json") == target("base/services/db.json"))


def rotated():
    bundle("rotate", *options("root-key", [
        keys["fresh1"], keys["root2"], keys["root3"]]), "--root-threshold",
        "2", *options("sign-key", [keys["root2"], keys["root3"]]))
    publish()
    bundle("rotate", *options("timestamp-key", [keys["fresh2"]]),
           *options("sign-key", [keys["fresh1"], keys["root3"]]))
    keys["timestamp1"] = keys["fresh2"]
    publish()
    assert os.path.exists(f"{REPO}/3.root.json")
    both(lambda c: c.download("services/db.json"), roots=(1, 2, 3))


def delegated():
    os.remove(f"{TOP}/base/services/web-a.json")
    bundle("build", "--policies", f"{TOP}/base", "--unchecked", private=False)
    bundle("delegate", "--role", "team-web", "--paths", "services/web-*",
           *options("key", [keys["team1"], keys["team2"], keys["team3"]]),
           "--threshold", "2")
    sign("targets", "alice1", "bob1")
    bundle("build", "--role", "team-web", "--from",
           policies("team", {"web-a": "team 1", "web-b": "team 1"}),
           private=False)
    sign("team-web", "team1", "team3")
    publish()
    both(lambda c: c.download("services/web-a.json", "services/db.json") and
         c.target("services/web-a.json") == target("team/services/web-a.json"),
         roots=(1, 3))
    both(lambda c: c.download("services/web-c.json"), False)


def slashed():
    os.remove(f"{TOP}/base/services/db-x.json")
    bundle("build", "--policies", f"{TOP}/base", "--unchecked", private=False)
    bundle("delegate", "--role", "teams/db #1", "--paths", "services/db-*",
           "--by", "targets",
           *options("key", [keys["team2"]]))
    sign("targets", "bob1", "carol1")
    bundle("build", "--role", "teams/db #1", "--from",
           policies("db", {"db-x": "db 1"}), "--unchecked", private=False)
    sign("teams/db #1", "team2")
    publish()
    both(lambda c: c.download("services/db-x.json") and
         c.target("services/db-x.json") == target("db/services/db-x.json"))


def refreshed():
    bundle("refresh", *options("timestamp-key", [keys["timestamp1"]]))
    both(lambda c: c.refresh())


def spoilt():
    """The positive control of all the above."""
    for name in sorted(os.listdir(REPO)):
        if name != "timestamp.json":
            continue
        path = os.path.join(REPO, name)
        with open(path, "rb") as stored:
            good = stored.read()
        with open(path, "wb") as stored:
            stored.write(good.replace(b'"version":', b'"version":1', 1))
        both(lambda c: c.refresh(), False)
        with open(path, "wb") as stored:
            stored.write(good)
    both(lambda c: c.refresh())


tap.run("2 of 3 for root and targets, keys of three kinds", first)
tap.run("every two of the three kinds of keys", pairs)
tap.run("roots that were rotated, from each of them", rotated)
tap.run("a team's delegation with a threshold of 2 of 3", delegated)
tap.run("a role whose name has a slash, a blank and a #", slashed)
tap.run("a refreshed timestamp", refreshed)
tap.run("a changed byte is refused by both", spoilt)
tap.done()
