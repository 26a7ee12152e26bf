# SPDX-License-Identifier: Apache-2.0
"""conformance.py - how the conformance client behaves as a program.

What it asks for and in which order, what lies in its directories, what servers
and local files can do to it. What repositories can do is in cases.py.
"""

import copy
import hashlib
import json
import os
import stat
import subprocess
import threading
import time

import clients
import repo as repository
import web
from clients import Ours, same
from repo import Key, Repo, date

tap = clients.Tap()
server = web.Server()
FIRST = ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
AGAIN = ["2.root.json", "timestamp.json"]


def test(sentence, **options):
    """Run the function at once, with a client that has been initialised."""
    def run(function):
        repo = Repo(**options)
        repo.add_target("file", b"content")
        repo.publish("targets", "snapshot", "timestamp")
        repo.signed["root"]["version"] = 0
        repo.publish("root")
        site = server.site(repo)
        client = Ours(site)

        def body():
            assert client.init(repo.root_bytes()), client.stderr
            same(site.take_log(), [], "init asks for something")
            function(client, repo, site)

        tap.run(sentence, body)
        client.close()
    return run


def asked(site):
    return [x.partition("/")[2] for x in site.take_log()
            if x.startswith("metadata/")]


def refuses(client, *verb_and_paths, say=""):
    verb, *paths = verb_and_paths
    assert not getattr(client, verb)(*paths), f"{verb} {paths} succeeded"
    assert say in client.stderr, f"{client.stderr!r} lacks {say!r}"


def accepts(client, *verb_and_paths):
    verb, *paths = verb_and_paths
    assert getattr(client, verb)(*paths), client.stderr


def tree(top):
    """Every file below a directory."""
    return sorted(os.path.relpath(os.path.join(folder, name), top)
                  for folder, _, names in os.walk(top) for name in names)


def put(client, name, data):
    path = os.path.join(client.dir, name)
    if os.path.islink(path):
        os.remove(path)
    with open(path, "wb") as f:
        f.write(data)


# ---- requests and files ------------------------------------------------------

@test("a first refresh asks for four files in the specification's order")
def _(client, repo, site):
    accepts(client, "refresh")
    same(asked(site), ["2.root.json", "timestamp.json", "2.snapshot.json",
                       "2.targets.json"])
    accepts(client, "refresh")
    same(asked(site), AGAIN)


@test("without consistent snapshots no version is in a name but root's",
      is_consistent=False)
def _(client, repo, site):
    accepts(client, "download", "file")
    same(site.take_log(), ["metadata/2.root.json", "metadata/timestamp.json",
                           "metadata/snapshot.json", "metadata/targets.json",
                           "targets/file"])


@test("what changed alone is asked for again")
def _(client, repo, site):
    accepts(client, "refresh")
    asked(site)
    repo.publish("timestamp")
    accepts(client, "refresh")
    same(asked(site), AGAIN)
    repo.publish("snapshot", "timestamp")
    accepts(client, "refresh")
    same(asked(site), [*AGAIN, "3.snapshot.json"])
    repo.publish("targets", "snapshot", "timestamp")
    accepts(client, "refresh")
    same(asked(site), [*AGAIN, "4.snapshot.json", "3.targets.json"])


@test("a chain of roots is asked for once")
def _(client, repo, site):
    for _ in range(5):
        repo.publish("root")
    accepts(client, "refresh")
    same(asked(site)[:6], [f"{n}.root.json" for n in range(2, 8)])
    accepts(client, "refresh")
    same(asked(site), ["7.root.json", "timestamp.json"])


@test("download refreshes first, and the targets of one call share it")
def _(client, repo, site):
    for name in ("a", "b", "c"):
        repo.add_target(name, name.encode())
    repo.publish("targets", "snapshot", "timestamp")
    accepts(client, "download", "a", "b", "c")
    log = site.take_log()
    same([x for x in log if x.startswith("targets")],
         [f"targets/{hashlib.sha256(n.encode()).hexdigest()}.{n}"
          for n in ("a", "b", "c")])
    same(len(log), 7, "requests")
    same([client.target(n) for n in ("a", "b", "c")], [b"a", b"b", b"c"])


@test("the first target that fails stops the call")
def _(client, repo, site):
    for name in ("a", "b", "c"):
        repo.add_target(name, name.encode())
    repo.publish("targets", "snapshot", "timestamp")
    repo.targets = {k: v for k, v in repo.targets.items() if v != b"b"}
    refuses(client, "download", "a", "b", "c")
    same([client.target(n) for n in ("a", "b", "c")], [b"a", None, None])
    assert not any(".c" in x for x in site.take_log())


@test("a target that lies there is not asked for again")
def _(client, repo, site):
    accepts(client, "download", "file")
    site.take_log()
    accepts(client, "download", "file", "file")
    same(site.take_log(), ["metadata/2.root.json", "metadata/timestamp.json"])
    same(client.target("file"), b"content")


@test("a target that was changed is replaced")
def _(client, repo, site):
    accepts(client, "download", "file")
    path = os.path.join(client.target_dir, "file")
    for other in (b"Content", b"conten", b"content ", b""):
        with open(path, "wb") as f:
            f.write(other)
        site.take_log()
        accepts(client, "download", "file")
        same(client.target("file"), b"content")
        same(len(site.take_log()), 3, "requests")


@test("metadata lies there byte for byte as it was received")
def _(client, repo, site):
    for name in list(repo.metadata):
        repo.metadata[name] += b"\n \n"
    accepts(client, "refresh")
    for role in ("timestamp", "snapshot", "targets"):
        same(client.read(f"{role}.json"), repo.metadata[repo.name(role)])
    same(client.read("root.json"), repo.root_bytes()[:-3])


@test("nothing but metadata is called .json, and nothing is left over")
def _(client, repo, site):
    repo.delegate("targets", "a/b", ["*"])
    repo.publish("a/b", "targets", "snapshot", "timestamp")
    repo.publish("root")
    refuses(client, "download", "none")
    names = [n for n in os.listdir(client.dir) if n.endswith(".json")]
    same(sorted(names), ["a%2Fb.json", "root.json", "snapshot.json",
                         "targets.json", "timestamp.json"])
    same([n for n in tree(client.dir) if os.path.dirname(n) == ""
          and not n.endswith(".json")], [])
    same(client.read("root.json"), repo.metadata["2.root.json"])


@test("a refused file never lies where metadata is read")
def _(client, repo, site):
    accepts(client, "refresh")
    before = {n: client.read(n) for n in os.listdir(client.dir)
              if n.endswith(".json")}
    for role in ("root", "timestamp"):
        good = repo.signers[role]
        repo.signers[role] = [Key.take("ed25519", 95)]
        repo.publish(role)
        refuses(client, "refresh", say="signatures")
        repo.signers[role] = good
        repo.publish(role, bump=False)
        del repo.metadata[repo.name(role)]
        same({n: client.read(n) for n in before}, before)
        repo.signed[role]["version"] -= 1
        repo.publish(role, bump=False)
    accepts(client, "refresh")


# ---- the anchor --------------------------------------------------------------

def forged(version):
    """A root that somebody else signed, and that repository."""
    other = Repo()
    key = Key.take("ed25519", 96)
    for role in repository.TOP:
        other.set_keys(role, [key])
    other.signed["root"]["version"] = version - 1
    other.publish("root")
    other.publish_all()
    return other


for number in (1, 2, 99):
    @test(f"a foreign root.json of version {number} is not the anchor")
    def _(client, repo, site, number=number):
        accepts(client, "refresh")
        other = forged(number)
        put(client, "root.json", other.root_bytes(number))
        site.take_log()
        accepts(client, "refresh")
        same(asked(site), AGAIN)
        same(client.read("root.json"), repo.root_bytes())
        put(client, "root.json", other.root_bytes(number))
        site.repo = other
        other.metadata.pop("2.root.json", None)
        refuses(client, "refresh")
        same(client.read("timestamp.json"), repo.metadata["timestamp.json"])


@test("without the private state root.json is the anchor")
def _(client, repo, site):
    repo.publish("root")
    accepts(client, "refresh")
    subprocess.run(["rm", "-r", os.path.join(client.dir, "state")], check=True)
    site.take_log()
    accepts(client, "refresh")
    same(asked(site), ["3.root.json", "timestamp.json"])
    subprocess.run(["rm", "-r", os.path.join(client.dir, "state")], check=True)
    put(client, "root.json", b"{}")
    site.take_log()
    refuses(client, "refresh")
    same(site.take_log(), [])


@test("root.json may be a symlink, and is not written through")
def _(client, repo, site):
    elsewhere = os.path.join(client.top, "elsewhere")
    with open(elsewhere, "wb") as f:
        f.write(repo.root_bytes())
    subprocess.run(["rm", "-r", os.path.join(client.dir, "state")], check=True)
    link = os.path.join(client.dir, "root.json")
    os.remove(link)
    os.symlink(elsewhere, link)
    accepts(client, "refresh")
    repo.publish("root")
    accepts(client, "refresh")
    same(client.versions()["root"], 2)
    with open(elsewhere, "rb") as f:
        same(f.read(), repo.root_bytes())


@test("init again begins anew")
def _(client, repo, site):
    for _ in range(3):
        repo.publish("root")
    accepts(client, "refresh")
    accepts(client, "init", repo.root_bytes(2))
    same(client.versions()["root"], 2)
    site.take_log()
    accepts(client, "refresh")
    same(asked(site), ["3.root.json", "4.root.json", "5.root.json",
                       "timestamp.json"])


def bad_roots():
    good = json.loads(Repo().root_bytes())
    for word, change in (
            ("no version", lambda d: d["signed"].pop("version")),
            ("another signature", lambda d: d["signatures"][0].update(
                sig="00" * 64)),
            ("no signature", lambda d: d["signatures"].clear()),
            ("a changed date", lambda d: d["signed"].update(
                expires="2039-01-01T00:00:00Z")),
            ("no keys", lambda d: d["signed"].pop("keys"))):
        bad = copy.deepcopy(good)
        change(bad)
        yield word, json.dumps(bad).encode()
    yield "nothing in it", b""
    yield "no JSON", b"root"
    yield "600,000 bytes", json.dumps(good).encode() + b" " * 600000


for word, data in bad_roots():
    @test(f"an initial root with {word} is refused, and nothing is asked")
    def _(client, repo, site, data=data):
        other = Ours(site)
        refuses(other, "init", data)
        refuses(other, "refresh")
        same(site.take_log(), [])
        same([n for n in tree(other.dir) if n.endswith(".json")], [])
        put(other, "root.json", data)
        refuses(other, "refresh")
        same(site.take_log(), [])


@test("an expired initial root is good enough to begin with")
def _(client, repo, site):
    repo.signed["root"].update(expires=date(-9), version=0)
    repo.publish("root")
    accepts(client, "init", repo.root_bytes())
    refuses(client, "refresh", say="expired")
    same(asked(site), ["2.root.json"])
    repo.signed["root"]["expires"] = date(9)
    repo.publish("root")
    accepts(client, "refresh")


@test("without init nothing is asked")
def _(client, repo, site):
    other = Ours(site)
    refuses(other, "refresh", say="init")
    refuses(other, "download", "file")
    os.rmdir(other.dir)
    refuses(other, "refresh")
    same(site.take_log(), [])


# ---- the command line --------------------------------------------------------

@test("options come in any order, and as --name=value")
def _(client, repo, site):
    meta, targets = client.url("metadata"), client.url("targets")
    assert client.run("download", f"--target-dir={client.target_dir}",
                      "--target-name", "file", f"--target-base-url={targets}",
                      f"--metadata-url={meta}", "--metadata-dir", client.dir)
    same(client.target("file"), b"content")
    assert client.run(f"--metadata-dir={client.dir}", "refresh",
                      "--metadata-url", meta), client.stderr


@test("a command line that is not complete is refused, and nothing is asked")
def _(client, repo, site):
    meta = ("--metadata-url", client.url("metadata"))
    folder = ("--metadata-dir", client.dir)
    for args in ((), ("refresh",), (*meta, "refresh"), (*folder, "refresh"),
                 (*meta, *folder), (*meta, *folder, "refresh", "x"),
                 (*meta, *folder, "renew"), (*meta, *folder, "download"),
                 (*folder, "init"), (*folder, "init", "a", "b"),
                 (*meta, *folder, "--more", "refresh"), (*meta, *folder, "--"),
                 (*meta, *folder, "refresh", "--metadata-dir"),
                 ("--metadata-url", "file:///etc", *folder, "refresh"),
                 ("--metadata-url", "", *folder, "refresh"),
                 ("--metadata-url", "127.0.0.1/x", *folder, "refresh")):
        assert not client.run(*args), args
    same(site.take_log(), [])
    assert client.run(*meta, *folder, "refresh"), client.stderr


@test("base URLs may lack the slash, and escapes in them stay")
def _(client, repo, site):
    client.slash = ""
    accepts(client, "download", "file")
    odd = server.site(repo, "a%2Fb%20c,d;e=f~g")
    other = Ours(odd)
    accepts(other, "init", repo.root_bytes())
    accepts(other, "download", "file")
    same(len(odd.take_log()), 5, "requests")


# ---- local files -------------------------------------------------------------

for word, spoil in (
        ("garbage", lambda c, n: put(c, n, b"\0garbage")),
        ("empty", lambda c, n: put(c, n, b"")),
        ("swapped", lambda c, n: put(c, n, c.read(
            "targets.json" if n != "targets.json" else "snapshot.json"))),
        ("forged", lambda c, n: put(c, n, c.read(n).replace(
            b'"version": 2', b'"version": 9'))),
        ("gone", lambda c, n: os.remove(os.path.join(c.dir, n)))):
    @test(f"stored files that are {word} are ignored")
    def _(client, repo, site, spoil=spoil):
        accepts(client, "refresh")
        want = client.versions()
        for role in ("timestamp", "snapshot", "targets"):
            spoil(client, f"{role}.json")
            accepts(client, "refresh")
            same(client.versions(), want)
        for role in ("timestamp", "snapshot", "targets"):
            spoil(client, f"{role}.json")
        accepts(client, "refresh")
        same(client.versions(), want)


@test("a chain of roots that is spoilt is asked for again")
def _(client, repo, site):
    for _ in range(3):
        repo.publish("root")
    accepts(client, "refresh")
    put(client, "state/3.root.json", b"x")
    site.take_log()
    accepts(client, "refresh")
    same(client.versions()["root"], 4)
    assert "3.root.json" in asked(site)


@test("a stored file that is a symlink is neither read nor written through")
def _(client, repo, site):
    accepts(client, "refresh")
    elsewhere = os.path.join(client.top, "elsewhere")
    path = os.path.join(client.dir, "timestamp.json")
    os.rename(path, elsewhere)
    os.symlink(elsewhere, path)
    with open(elsewhere, "rb") as f:
        before = f.read()
    repo.publish("timestamp")
    accepts(client, "refresh")
    with open(elsewhere, "rb") as f:
        same(f.read(), before)
    assert stat.S_ISREG(os.lstat(path).st_mode)


@test("a target is never written through a symlink")
def _(client, repo, site):
    elsewhere = os.path.join(client.top, "elsewhere")
    for content in (b"mine", b"content"):
        with open(elsewhere, "wb") as f:
            f.write(content)
        path = os.path.join(client.target_dir, "file")
        if os.path.lexists(path):
            os.remove(path)
        os.symlink(elsewhere, path)
        accepts(client, "download", "file")
        assert stat.S_ISREG(os.lstat(path).st_mode)
        with open(elsewhere, "rb") as f:
            same(f.read(), content)


@test("a directory where a target belongs fails the call")
def _(client, repo, site):
    os.mkdir(os.path.join(client.target_dir, "file"))
    refuses(client, "download", "file")
    os.rmdir(os.path.join(client.target_dir, "file"))
    accepts(client, "download", "file")


@test("targets and metadata cannot lie in one directory")
def _(client, repo, site):
    client.target_dir = client.dir
    refuses(client, "download", "file", say="one directory")


PATHS = ("../outside", "a/../../outside", "/outside", "/etc/passwd", "a//b",
         "a/./b", ".", "..", "a/", "a/..", "\x01", "x" * 300)


@test("a target's path cannot leave the directory")
def _(client, repo, site):
    good = ("ok", "a/b/c", "..x", ".hidden", "a b", "%2e%2e%2fx", "~", "-x",
            "a\\..\\b", "\u00e9\u4e2d\U0001f600")
    for path in good:
        repo.add_target(path, b"data")
    for path in PATHS:
        repo.add_target(path, b"data")
        repo.publish("targets", "snapshot", "timestamp")
        before = tree(client.top)
        client.download(path)
        new = set(tree(client.top)) - set(before)
        assert all(n.startswith(("targets/", "metadata/")) for n in new), new
        same([n for n in os.listdir(client.target_dir)
              if not os.path.isfile(os.path.join(client.target_dir, n))], [])
        del repo.signed["targets"]["targets"][path]
    repo.publish("targets", "snapshot", "timestamp")
    assert not os.path.exists("/outside")
    accepts(client, "download", *good)
    same([client.target(p) for p in good], [b"data"] * len(good))


@test("a path of many bytes becomes a file that can be had again")
def _(client, repo, site):
    path = "\u4e2d" * 80
    repo.add_target(path, b"data")
    repo.publish("targets", "snapshot", "timestamp")
    accepts(client, "download", path)
    same(len(os.listdir(client.target_dir)), 1)
    site.take_log()
    accepts(client, "download", path)
    same(site.take_log(), ["metadata/2.root.json", "metadata/timestamp.json"])


for length in (200, 240, 246, 300, 5000):
    @test(f"a role whose name has {length} bytes")
    def _(client, repo, site, length=length):
        name = "r" * length
        repo.delegate("targets", name)
        repo.add_target("x", b"x", name)
        repo.publish(name, "targets", "snapshot", "timestamp")
        is_good = client.download("x")
        assert is_good or length > 240, client.stderr
        same(client.target("x"), b"x" if is_good else None)
        accepts(client, "refresh")


# ---- servers -----------------------------------------------------------------

FILES = ("2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json")

for word, answer in (("hangs up", web.hang_up), ("sends half", "cut"),
                     ("says 500", web.status(500)), ("says 204",
                                                     web.status(204)),
                     ("says 304", web.status(304)),
                     ("says 206", "partial")):
    @test(f"a server that {word} fails the update")
    def _(client, repo, site, answer=answer):
        for number, name in enumerate(FILES):
            data = repo.metadata.get(name, b"x" * 99)
            site.answers = {f"metadata/{name}": {
                "cut": web.cut(data), "partial": web.give(data, 206)}.get(
                    answer, answer) if isinstance(answer, str) else answer}
            site.take_log()
            refuses(client, "refresh")
            same(asked(site)[-1], name)
        site.answers = {}
        accepts(client, "refresh")
        digest = hashlib.sha256(b"content").hexdigest()
        data = b"content"
        site.answers = {f"targets/{digest}.file": {
            "cut": web.cut(data), "partial": web.give(data, 206)}.get(
                answer, answer) if isinstance(answer, str) else answer}
        refuses(client, "download", "file")
        same(os.listdir(client.target_dir), [])
        site.answers = {}
        accepts(client, "download", "file")


@test("data without end ends at the cap", has_hashes=False)
def _(client, repo, site):
    for name, cap in zip(FILES, (524288, 16384, 2097152, 5242880)):
        server.endless_sent = 0
        site.answers = {f"metadata/{name}": web.endless}
        refuses(client, "refresh", say="bytes")
        for _ in range(100):
            if server.endless_sent:
                break
            time.sleep(0.02)
        assert server.endless_sent < cap + (16 << 20), server.endless_sent
    site.answers = {}
    accepts(client, "refresh")
    digest = hashlib.sha256(b"content").hexdigest()
    site.answers = {f"targets/{digest}.file": web.endless}
    refuses(client, "download", "file", say="bytes")
    same(os.listdir(client.target_dir), [])


@test("a server that drips is given up")
def _(client, repo, site):
    site.answers = {"metadata/timestamp.json": web.drip}
    began = time.monotonic()
    refuses(client, "refresh", say="slow")
    assert time.monotonic() - began < 25
    site.answers = {}
    accepts(client, "refresh")


@test("a redirect is followed to http alone, and not for ever")
def _(client, repo, site):
    name = "metadata/timestamp.json"
    site.answers = {name: web.redirect(f"{site.url}/metadata/moved.json")}
    repo.metadata["moved.json"] = repo.metadata["timestamp.json"]
    accepts(client, "refresh")
    path = os.path.join(client.top, "local")
    with open(path, "wb") as f:
        f.write(repo.metadata["timestamp.json"])
    for url in (f"file://{path}", "ftp://127.0.0.1/x", "gopher://127.0.0.1:1/"):
        site.answers = {name: web.redirect(url)}
        refuses(client, "refresh")
    site.answers = {name: web.redirect(f"{site.url}/{name}")}
    site.take_log()
    refuses(client, "refresh")
    assert len(site.take_log()) <= 8


@test("a server that is not there fails the update")
def _(client, repo, site):
    site.url = "http://127.0.0.1:1/x"
    refuses(client, "refresh")


@test("two clients of one directory wait for each other")
def _(client, repo, site):
    for _ in range(5):
        repo.publish("root")
    others = [copy.copy(client) for _ in range(4)]
    results = []
    threads = [threading.Thread(
        target=lambda c=c: results.append(c.refresh())) for c in others]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(results, [True] * 4)
    log = asked(site)
    same([log.count(f"{n}.root.json") for n in range(2, 7)], [1] * 5)


@test("a killed client leaves what another one can go on with")
def _(client, repo, site):
    for n in range(9):
        repo.publish("root")
    env = dict(os.environ)
    for delay in (0.01, 0.02, 0.03, 0.04, 0.05):
        other = Ours(site)
        accepts(other, "init", repo.root_bytes())
        child = subprocess.Popen(
            [clients.PROGRAM, "--metadata-url", other.url("metadata"),
             "--metadata-dir", other.dir, "--target-name", "file",
             "--target-dir", other.target_dir, "--target-base-url",
             other.url("targets"), "download"], env=env)
        time.sleep(delay)
        child.kill()
        child.wait()
        for name in os.listdir(other.dir):
            if name.endswith(".json"):
                assert other.read(name) in repo.metadata.values(), name
        same([n for n in os.listdir(other.target_dir) if n != "file"
              and not n.startswith(".")], [])
        accepts(other, "download", "file")
        other.close()


@test("the clock that is preloaded counts")
def _(client, repo, site):
    assert client.refresh(clock=20 * 86400), client.stderr
    assert not client.refresh(clock=40 * 86400)
    assert "expired" in client.stderr
    assert client.refresh(), client.stderr


same(server.strange, [], "requests that are no GET")
tap.done()
