# SPDX-License-Identifier: Apache-2.0
"""cases.py - what a repository may do, step by step, and what a client answers.

A case is a generator: it changes the repository and yields a step; every client
under comparison then does the step. "differs" names what python-tuf does
otherwise, and who is right; nothing else may differ.
"""

import copy
import hashlib
import json
from collections import namedtuple

from cryptography.hazmat.primitives.asymmetric import ec

import web
from repo import Key, date

# What a client is to do; @want is the answer, @trusts the versions that it has
# afterwards, @asks what it asked for (None: not stated here).
Step = namedtuple("Step", "verb paths want clock trusts asks",
                  defaults=((), True, 0, None, None))
Case = namedtuple("Case", "name play options differs")
# What python-tuf does otherwise and who is right, and where it is seen: in the
# "verdict", the "versions" trusted, the "requests", the "targets" on disk.
Differs = namedtuple("Differs", "why aspects")
DAY = 86400

DROPS = ("the keys of timestamp or snapshot changed: both files are dropped "
         "(5.3.11); python-tuf keeps what still verifies")

CASES = []
NAMES = set()


def case(name, differs=None, **options):
    def note(play):
        assert name not in NAMES, f"two cases are called {name}"
        NAMES.add(name)
        CASES.append(Case(name, play, options, differs))
        return play
    return note


def refresh(want=True, **more):
    return Step("refresh", (), want, **more)


def download(*paths, want=True, **more):
    return Step("download", paths, want, **more)


CHAIN = {"root": ("root",), "timestamp": ("timestamp",),
         "snapshot": ("snapshot", "timestamp"),
         "targets": ("targets", "snapshot", "timestamp")}
ORDER = ("root", "timestamp", "snapshot", "targets")


def after(role):
    """Versions when version 2 of everything up to @role was published, and
    @role was refused."""
    is_new = {x for x in CHAIN[role] if ORDER.index(x) < ORDER.index(role)}
    return {x: 2 if x in is_new else 1 for x in ORDER}


def all_at(version):
    return {x: version for x in ORDER}


# ---- good repositories -------------------------------------------------------

def good(kind, is_consistent, has_hashes, algorithm):
    words = "consistent" if is_consistent else "plain"
    listed = "with" if has_hashes else "without"

    @case(f"{kind}, {words}, {listed} hashes of metadata, {algorithm}",
          kind=kind, is_consistent=is_consistent, has_hashes=has_hashes)
    def _(repo, site):
        repo.add_target("a/b/file", b"one", algorithms=(algorithm,))
        repo.publish("targets", "snapshot", "timestamp")
        yield refresh()
        yield download("a/b/file")
        repo.add_target("a/b/file", b"two", algorithms=(algorithm,))
        repo.delegate("targets", "team", ["team/*"])
        repo.add_target("team/x", b"three", "team", (algorithm,))
        repo.publish("team", "targets", "snapshot", "timestamp")
        yield download("a/b/file", "team/x")
        yield download("a/b/file", "team/x")


for n, kind in enumerate(("ed25519", "ecdsa", "rsa")):
    for is_consistent in (True, False):
        for has_hashes in (True, False):
            good(kind, is_consistent, has_hashes,
                 "sha512" if n == 1 else "sha256")


@case("every role has keys of all three kinds, all needed")
def _(repo, site):
    for role in ORDER:
        keys = [repo.new_key(k) for k in ("ed25519", "ecdsa", "rsa")]
        old = repo.signers[role] if role == "root" else []
        repo.set_keys(role, keys, 3, signers=keys + old)
    repo.publish("root")
    repo.publish_all()
    yield refresh(trusts=all_at(2))


# ---- thresholds --------------------------------------------------------------

def keys_of(repo, role, count, threshold, signing):
    """Give the role new keys, of which the first @signing sign."""
    keys = [repo.new_key() for _ in range(count)]
    old = repo.signers[role] if role == "root" else []
    repo.set_keys(role, keys, threshold, signers=keys[:signing] + old)


for role in ORDER:
    for count, threshold, signing in ((3, 2, 2), (3, 2, 1), (1, 1, 0),
                                      (5, 3, 5), (2, 3, 2)):
        is_met = signing >= threshold
        aspects = "requests" if is_met and role == "timestamp" else "versions"

        @case(f"{role}: threshold {threshold} of {count}, {signing} sign",
              Differs(DROPS, aspects) if role == "timestamp" or
              (role == "snapshot" and not is_met) else None)
        def _(repo, site, role=role, count=count, threshold=threshold,
              signing=signing, is_met=is_met):
            yield refresh(trusts=all_at(1))
            keys_of(repo, role, count, threshold, signing)
            repo.publish("root")
            if role != "root":
                repo.publish(*CHAIN[role])
            want = None
            if role == "root":
                want = {**all_at(1), "root": 2 if is_met else 1}
            elif not is_met:
                want = {"root": 2, **{k: v for k, v in after(role).items()
                                      if k != "root"}}
                if role == "timestamp":
                    del want["timestamp"], want["snapshot"]
                elif role == "snapshot":
                    del want["snapshot"]
            yield refresh(is_met, trusts=want)

    @case(f"{role}: another role's key counts for nothing")
    def _(repo, site, role=role):
        other = "targets" if role != "targets" else "snapshot"
        yield refresh()
        repo.signers[role] = repo.signers[other]
        repo.publish(*CHAIN[role])
        yield refresh(False, trusts=after(role))

    @case(f"{role}: a signature of other content")
    def _(repo, site, role=role):
        yield refresh()
        repo.publish(*CHAIN[role])
        document = json.loads(repo.metadata[repo.name(role)])
        document["signed"]["x-more"] = 1
        repo.lay(role, json.dumps(document).encode())
        yield refresh(False, trusts=after(role))


TOO_LARGE = Differs("a number fits 63 bits; python-tuf's has no end",
                    "versions requests")


def role_member(name, change, want, differs=None):
    """The snapshot's entry in root's "roles" changed; keys stay."""
    @case(f"threshold: {name}", differs)
    def _(repo, site):
        yield refresh()
        change(repo.signed["root"]["roles"]["snapshot"])
        repo.publish("root", "snapshot", "timestamp")
        yield refresh(want)


for bad in (0, -1, "1", None, True, 2 ** 63, 2 ** 64):
    role_member(f"{bad!r}", lambda e, bad=bad: e.update(threshold=bad), False,
                {True: Differs("true is no integer (4.3)",
                               "verdict versions requests"),
                 2 ** 63: TOO_LARGE, 2 ** 64: TOO_LARGE}.get(bad)
                if bad is not None else None)
role_member("missing", lambda e: e.pop("threshold"), False)
role_member("one key listed twice among the key ids",
            lambda e: e["keyids"].append(e["keyids"][0]), True,
            Differs('listed twice it counts once (5.3.4); python-tuf refuses the root', 'verdict versions requests'))
role_member("a key id that no key has",
            lambda e: e["keyids"].append("0" * 64), True)
role_member("an unknown member of a role", lambda e: e.update(more={"a": 1}),
            True)


# ---- signatures --------------------------------------------------------------

def signatures_of(name, change, want, differs=None, role="timestamp"):
    @case(f"signatures: {name}", differs)
    def _(repo, site):
        yield refresh()
        repo.publish(*CHAIN[role])
        document = json.loads(repo.metadata[repo.name(role)])
        change(document["signatures"], repo)
        repo.lay(role, json.dumps(document).encode())
        yield refresh(want)


def other(repo):
    return Key.take("ed25519", 90).id


signatures_of("an empty one of an unknown key",
              lambda s, repo: s.append({"keyid": other(repo), "sig": ""}), True)
signatures_of("one that is not hexadecimal, of an unknown key",
              lambda s, repo: s.append({"keyid": other(repo), "sig": "zz"}),
              True)
signatures_of("100 of unknown keys", lambda s, repo: s.extend(
    {"keyid": hashlib.sha256(str(i).encode()).hexdigest(), "sig": "00"}
    for i in range(100)), True)
signatures_of("the same key id twice", lambda s, repo: s.append(dict(s[0])),
              False)
signatures_of("none at all", lambda s, repo: s.clear(), False)
signatures_of("the only one is empty", lambda s, repo: s[0].update(sig=""),
              False)
signatures_of("the only one is cut", lambda s, repo: s[0].update(
    sig=s[0]["sig"][:-2]), False)
signatures_of("the only one in upper case", lambda s, repo: s[0].update(
    sig=s[0]["sig"].upper()), True)
signatures_of("an unknown member", lambda s, repo: s[0].update(more=1), True)


@case("signatures: an empty one of the role's other key")
def _(repo, site):
    keys_of(repo, "timestamp", 2, 1, 2)
    repo.publish("root", "timestamp")
    document = json.loads(repo.metadata["timestamp.json"])
    document["signatures"][0]["sig"] = ""
    repo.metadata["timestamp.json"] = json.dumps(document).encode()
    yield refresh()


for kind in ("ed25519", "ecdsa", "rsa"):
    @case(f"keys: a wrong {kind} signature of a needed key")
    def _(repo, site, kind=kind):
        keys = [repo.new_key(kind), repo.new_key("ed25519")]
        repo.set_keys("root", keys, 2, signers=keys + repo.signers["root"])
        repo.publish("root")
        yield refresh(trusts={**all_at(1), "root": 2})
        bad = copy.copy(keys[0])
        bad.private = Key(kind).private
        repo.signers["root"] = [bad, keys[1]]
        repo.publish("root")
        yield refresh(False, trusts={**all_at(1), "root": 2})


# ---- keys --------------------------------------------------------------------

def key_of(name, make, want, differs=None, threshold=1, sign=True):
    """Timestamp has the key that @make gives beside its own."""
    if want and differs is None:
        differs = Differs(DROPS, "requests")

    @case(f"keys: {name}", differs)
    def _(repo, site):
        yield refresh()
        own = repo.signers["timestamp"][0]
        keys = [own, make(own)]
        repo.set_keys("timestamp", keys, threshold,
                      signers=keys if sign else [own])
        repo.publish("root", "timestamp")
        yield refresh(want)


def changed(kind, name=None, **members):
    def make(_own):
        key = copy.copy(Key.take(kind, 91))
        key.object = {**key.object, **members}
        key.rename(name)
        return key
    return make


def twin(own):
    key = copy.copy(own)
    key.object = {**own.object, "x-other": 1}
    key.rename()
    return key


LAX_ID = Differs('a key id is recomputed, and a wrong one refused (4.2.1, 4.3); python-tuf does not look', 'verdict versions requests')
key_of("an unknown member", changed("ed25519", more={"a": 1}), True,
       threshold=2)
key_of("a misleading keyid_hash_algorithms",
       changed("ed25519", keyid_hash_algorithms=["md5"]), True, threshold=2)
key_of("an id that is not the key's", changed("ed25519", name="ab" * 32),
       False, LAX_ID, threshold=2)
key_of("an id in upper case", lambda own: changed(
    "ed25519", name=Key.take("ed25519", 91).id.upper())(own), False, LAX_ID,
    threshold=2)
key_of("an unknown scheme", changed("ed25519", scheme="ed448"), True,
       Differs('it spoils that key alone (4.2.2); python-tuf refuses the root', 'verdict versions requests'), sign=False)
key_of("an unknown type", changed("ed25519", keytype="ml-dsa", scheme="x"),
       True, Differs('as for an unknown scheme', 'verdict versions requests'), sign=False)
key_of("an unknown scheme cannot meet a threshold",
       changed("ed25519", scheme="ed448"), False,
       Differs('bailiff takes the root, whose timestamp then lacks a signature', 'versions requests'), threshold=2)
key_of("one public key under two ids counts once", twin, False,
       Differs('distinct keys count, not ids (5.3.4)', 'verdict versions'), threshold=2)
key_of("RSA of 1024 bits verifies nothing", lambda own: Key("rsa", 1024), False,
       Differs('RSA has at least 2048 bits (4.2.2)', 'verdict versions requests'), threshold=2)
key_of("RSA of 3072 bits", lambda own: Key("rsa", 3072), True, threshold=2)
key_of("P-384 under the scheme of P-256",
       lambda own: Key("ecdsa", curve=ec.SECP384R1()), False,
       Differs("such a key is malformed (4.2.2); to python-tuf it verifies "
                "nothing", "versions requests"), threshold=2)


@case("keys: RSA-PSS with the longest salt", kind="rsa")
def _(repo, site):
    key = copy.copy(repo.signers["timestamp"][0])
    key.sign = lambda data, key=key: Key.sign(key, data, 2048 // 8 - 34)
    repo.signers["timestamp"] = [key]
    repo.publish("timestamp")
    yield refresh()


# ---- dates, versions, types --------------------------------------------------

ROOT_FIRST = Differs("the newest root's expiry is checked before timestamp is "
                     "asked for (5.3.10)", "requests")

for role in ORDER:
    @case(f"{role}: expired when published", ROOT_FIRST
          if role == "root" else None)
    def _(repo, site, role=role):
        yield refresh()
        repo.signed[role]["expires"] = date(-1)
        repo.publish(*CHAIN[role])
        want = after(role)
        if role == "root":
            want["root"] = 2  # stored, then found to be expired (5.3.10)
        yield refresh(False, trusts=want)

    @case(f"{role}: expires while nothing new is published", {
        "root": ROOT_FIRST, "timestamp": Differs(
            "the timestamp that is kept is expired: nothing after it is asked "
            "for (5.4.4)", "requests")}.get(role))
    def _(repo, site, role=role):
        repo.signed[role]["expires"] = date(5)
        repo.publish(*CHAIN[role])
        yield refresh()
        yield refresh(clock=4 * DAY)
        yield refresh(False, clock=6 * DAY)

    @case(f"{role}: the stored one is expired, a newer one is there")
    def _(repo, site, role=role):
        repo.signed[role]["expires"] = date(5)
        repo.publish(*CHAIN[role])
        yield refresh()
        repo.signed[role]["expires"] = date(25)
        repo.publish(*CHAIN[role])
        yield refresh(clock=10 * DAY)

    for word, wrong in (("another role's", ORDER[ORDER.index(role) - 1]),
                        ("no", None), ("a capitalised", role.capitalize())):
        @case(f"{role}: {word} _type")
        def _(repo, site, role=role, wrong=wrong):
            yield refresh()
            if wrong is None:
                del repo.signed[role]["_type"]
            else:
                repo.signed[role]["_type"] = wrong
            repo.publish(*CHAIN[role])
            yield refresh(False, trusts=after(role))

    @case(f"{role}: members that nobody knows")
    def _(repo, site, role=role):
        yield refresh()
        repo.signed[role].update({"x-a": [1, {"b": None}], "\U00010000": "\uffff",
                                  "ascii\n\t\x01\"\\": "\x1f"})
        repo.publish(*CHAIN[role])
        yield refresh()

for role in ("timestamp", "targets"):
    for text, want in (("1.0", True), ("1.0.99", True), ("1.1.0", True),
                       ("2.0.0", False), ("0.9.0", False), ("1", False),
                       ("1.0.0.0", False), ("1.x", False), ("", False),
                       (1, False)):
        @case(f"{role}: spec_version {text!r}")
        def _(repo, site, role=role, text=text, want=want):
            yield refresh()
            repo.signed[role]["spec_version"] = text
            repo.publish(*CHAIN[role])
            yield refresh(want)

for text in ("2030-01-01T00:00:00.5Z", "2030-01-01T00:00:00",
             "2030-01-01T00:00:00+00:00", "2030-01-01T00:00:00z",
             "2030-02-30T00:00:00Z", "2030-01-01T24:00:00Z",
             "2030-01-01T00:00:60Z", "2030-1-1T0:0:0Z",
             " 2030-01-01T00:00:00Z", "2030-01-01 00:00:00Z", 1893456000, None):
    @case(f"timestamp: expires {text!r}")
    def _(repo, site, text=text):
        yield refresh()
        repo.signed["timestamp"]["expires"] = text
        repo.publish("timestamp")
        yield refresh(False, trusts=all_at(1))

for text in ("9999-12-31T23:59:59Z", "2096-02-29T00:00:00Z"):
    @case(f"timestamp: expires {text}")
    def _(repo, site, text=text):
        repo.signed["timestamp"]["expires"] = text
        repo.publish("timestamp")
        yield refresh()

TOO_NEW = Differs("a version fits 63 bits; python-tuf's has no end",
                  "verdict versions")

for version, want in ((0, False), (-1, False), ("2", False), (None, False),
                      (True, False), (2 ** 31, True), (2 ** 32 + 1, True),
                      (2 ** 63 - 1, True), (2 ** 63, False), (2 ** 64 + 2, False)):
    @case(f"timestamp: version {version!r}", {
        True: Differs("true is no integer (4.3)", "verdict"),
        2 ** 63: TOO_NEW, 2 ** 64 + 2: TOO_NEW}.get(version))
    def _(repo, site, version=version, want=want):
        yield refresh()
        repo.signed["timestamp"]["version"] = version
        repo.publish("timestamp", bump=False)
        yield refresh(want)

for role in ("root", "snapshot", "targets"):
    @case(f"{role}: the version inside is not that of the name")
    def _(repo, site, role=role):
        yield refresh()
        repo.publish(*CHAIN[role])
        repo.signed[role]["version"] += 1
        data = json.dumps(repo.document(role)).encode()
        repo.lay(role, data, repo.signed[role]["version"] - 1)
        yield refresh(False, trusts=after(role))

for role in ("timestamp", "snapshot", "targets"):
    @case(f"{role}: the file is not there")
    def _(repo, site, role=role):
        yield refresh()
        repo.publish(*CHAIN[role])
        del repo.metadata[repo.name(role)]
        yield refresh(False, trusts=after(role))

for role in ORDER:
    for number in (500, 400, 410):
        @case(f"{role}: HTTP status {number}")
        def _(repo, site, role=role, number=number):
            yield refresh()
            repo.publish(*CHAIN[role])
            site.answers[f"metadata/{repo.name(role)}"] = web.status(number)
            yield refresh(False, trusts=after(role))
            site.answers.clear()
            yield refresh(trusts={**all_at(1), **{x: 2 for x in CHAIN[role]}})


@case("root: status 403 ends the chain like 404")
def _(repo, site):
    site.answers["metadata/2.root.json"] = web.status(403)
    yield refresh(trusts=all_at(1))


# ---- bytes -------------------------------------------------------------------

def bytes_of(name, change, want, differs=None, role="timestamp"):
    @case(f"bytes: {name}", differs)
    def _(repo, site):
        yield refresh()
        repo.publish(*CHAIN[role])
        repo.metadata[repo.name(role)] = change(repo.metadata[repo.name(role)])
        yield refresh(want)


def inside(text):
    """@text as the last members of "signed", which is not signed anew."""
    def change(data):
        return data[:data.rindex(b"}}")] + b"," + text + b"}}"
    return change


bytes_of("blanks around and inside", lambda d: b" \n" + json.dumps(
    json.loads(d), indent=4).encode() + b"\n\n", True)
bytes_of("escapes where none are needed", lambda d: d.replace(
    b"timestamp", b"t\\u0069mestamp"), True)
bytes_of("text after the end", lambda d: d + b"x", False)
bytes_of("a second document", lambda d: d + d, False)
bytes_of("a NUL after the end", lambda d: d + b"\0", False)
bytes_of("a byte order mark", lambda d: b"\xef\xbb\xbf" + d, False)
bytes_of("UTF-16", lambda d: d.decode().encode("utf-16"), False)
bytes_of("nothing", lambda d: b"", False)
bytes_of("cut in the middle", lambda d: d[:len(d) // 2], False)
bytes_of("an array", lambda d: b"[" + d + b"]", False)
bytes_of("a number", lambda d: b"1", False)
bytes_of("signed is a string", lambda d: b'{"signatures":[],"signed":"x"}',
         False)
bytes_of("no signatures", lambda d: json.dumps(
    {"signed": json.loads(d)["signed"]}).encode(), False)
bytes_of("an unknown member outside of signed", lambda d: b'{"x":1,' + d[1:],
         True)
bytes_of("a member twice, the last one right",
         lambda d: d.replace(b'"version"', b'"version": 1, "version"', 1), False,
         Differs('duplicate members are refused; python-tuf takes the last', 'verdict versions'))
bytes_of("a float in signed", inside(b'"x": 1.5'), False)
bytes_of("bytes that are not UTF-8", inside(b'"x": "\xff"'), False)
bytes_of("a lone surrogate", inside(b'"x": "\\ud800"'), False)
bytes_of("a thousand levels", inside(b'"x": ' + b"[" * 1000 + b"]" * 1000),
         False)
bytes_of("a hundred thousand levels", lambda d: b"[" * 100000, False,
         role="snapshot")
bytes_of("longer than a timestamp may be", lambda d: d + b" " * 17000, False)
bytes_of("just within the limit", lambda d: d + b" " * (16384 - len(d)), True)

for extra in (-1, 1):
    for role in ("snapshot", "targets"):
        @case(f"{role}: {extra:+d} byte of the listed length", has_hashes=True)
        def _(repo, site, role=role, extra=extra):
            yield refresh()
            repo.publish(*CHAIN[role])
            name = repo.name(role)
            data = repo.metadata[name]
            repo.metadata[name] = data + b" " if extra > 0 else data[:-1]
            yield refresh(False, trusts=after(role))

for role in ("snapshot", "targets"):
    @case(f"{role}: another hash is listed", has_hashes=True)
    def _(repo, site, role=role):
        yield refresh()
        above = "timestamp" if role == "snapshot" else "snapshot"
        repo.publish(*CHAIN[role])
        entry = repo.signed[above]["meta"][f"{role}.json"]
        entry["hashes"]["sha256"] = "00" * 32
        repo.publish(*CHAIN[above], bump=False)
        yield refresh(False, trusts=after(role))

    @case(f"{role}: an unknown hash beside the right one", Differs(
        "one hash that is known suffices (4.4); python-tuf wants to know all",
        "verdict versions" + (" requests" if role == "snapshot" else "")),
        has_hashes=True)
    def _(repo, site, role=role):
        above = "timestamp" if role == "snapshot" else "snapshot"
        repo.publish(*CHAIN[role])
        entry = repo.signed[above]["meta"][f"{role}.json"]
        entry["hashes"]["sha3000"] = "00"
        repo.publish(*CHAIN[above])
        yield refresh()


# ---- rollback, freeze, recovery ----------------------------------------------

@case("rollback: an older timestamp")
def _(repo, site):
    old = repo.metadata["timestamp.json"]
    repo.publish("timestamp")
    yield refresh(trusts={**all_at(1), "timestamp": 2})
    repo.metadata["timestamp.json"] = old
    yield refresh(False, trusts={**all_at(1), "timestamp": 2},
                  asks=["2.root.json", "timestamp.json"])


@case("rollback: the same version of timestamp with other content is not used")
def _(repo, site):
    yield refresh()
    repo.signed["timestamp"]["meta"]["snapshot.json"]["version"] = 100
    repo.publish("timestamp", bump=False)
    yield refresh(trusts=all_at(1), asks=["2.root.json", "timestamp.json"])


for has_hashes in (False, True):
    words = "with hashes" if has_hashes else "without hashes"

    @case(f"rollback: an older snapshot, {words}", has_hashes=has_hashes)
    def _(repo, site):
        repo.publish("snapshot", "timestamp")
        yield refresh()
        repo.signed["snapshot"]["version"] = 1
        repo.publish("snapshot", bump=False)
        repo.publish("timestamp")
        yield refresh(False, trusts={**all_at(1), "timestamp": 2, "snapshot": 2},
                      asks=["2.root.json", "timestamp.json"])

    @case(f"rollback: an older targets, {words}", has_hashes=has_hashes)
    def _(repo, site):
        repo.publish("targets", "snapshot", "timestamp")
        yield refresh()
        repo.signed["targets"]["version"] = 1
        repo.publish("targets", bump=False)
        repo.publish("snapshot", "timestamp")
        yield refresh(False, trusts={"root": 1, "timestamp": 3, "snapshot": 2,
                                     "targets": 2})

    @case(f"rollback: an older delegated role, {words}", has_hashes=has_hashes)
    def _(repo, site):
        repo.delegate("targets", "team", ["*"])
        repo.add_target("x", b"1", "team")
        repo.publish("team", "targets", "snapshot", "timestamp")
        repo.publish("team", "snapshot", "timestamp")
        yield download("x")
        repo.signed["team"]["version"] = 1
        repo.publish("team", bump=False)
        repo.publish("snapshot", "timestamp")
        yield download("x", want=False)


@case("rollback: a role vanishes from snapshot")
def _(repo, site):
    repo.delegate("targets", "team", ["team/*"])
    repo.publish("team", "targets", "snapshot", "timestamp")
    yield refresh()
    del repo.signed["snapshot"]["meta"]["team.json"]
    repo.publish("snapshot", "timestamp")
    yield refresh(False, trusts={"root": 1, "timestamp": 3, "snapshot": 2,
                                 "targets": 2})


@case("rollback: an expired snapshot still guards")
def _(repo, site):
    repo.signed["snapshot"]["expires"] = date(5)
    repo.publish("targets", "snapshot", "timestamp")
    yield refresh()
    repo.signed["snapshot"]["expires"] = date(25)
    repo.signed["targets"]["version"] = 1
    repo.publish("targets", bump=False)
    repo.publish("snapshot", "timestamp")
    yield refresh(False, clock=10 * DAY)


@case("rollback: an expired timestamp still guards")
def _(repo, site):
    repo.signed["timestamp"]["expires"] = date(5)
    repo.publish("timestamp")
    yield refresh()
    repo.signed["timestamp"]["expires"] = date(25)
    repo.signed["timestamp"]["version"] = 1
    repo.publish("timestamp", bump=False)
    yield refresh(False, clock=10 * DAY)


@case("recovery: timestamp's key is replaced, its version begins anew",
      Differs(DROPS, "requests"))
def _(repo, site):
    repo.signed["timestamp"]["version"] = 99
    repo.publish("timestamp")
    yield refresh(trusts={**all_at(1), "timestamp": 100})
    repo.set_keys("timestamp", [repo.new_key()])
    repo.signed["timestamp"]["version"] = 0
    repo.publish("root", "timestamp")
    yield refresh(trusts={**all_at(1), "root": 2})


@case("recovery: snapshot's and timestamp's keys are replaced")
def _(repo, site):
    repo.signed["snapshot"]["version"] = 99
    repo.publish("snapshot", "timestamp")
    yield refresh()
    for role in ("snapshot", "timestamp"):
        repo.set_keys(role, [repo.new_key()])
    repo.signed["snapshot"]["version"] = 0
    repo.publish("root", "snapshot", "timestamp")
    yield refresh(trusts={"root": 2, "timestamp": 3, "snapshot": 1,
                          "targets": 1})


@case("recovery: targets after snapshot's key is replaced")
def _(repo, site):
    repo.delegate("targets", "team", ["team/*"])
    repo.signed["targets"]["version"] = 99
    repo.publish("team", "targets", "snapshot", "timestamp")
    yield refresh()
    repo.set_keys("snapshot", [repo.new_key()])
    repo.signed["targets"]["version"] = 0
    del repo.signed["snapshot"]["meta"]["team.json"]
    del repo.signed["targets"]["delegations"]
    repo.publish("root", "targets", "snapshot", "timestamp")
    yield refresh(trusts={"root": 2, "timestamp": 3, "snapshot": 3,
                          "targets": 1})


@case("recovery: timestamp's key alone is replaced, snapshot goes back", Differs(DROPS, "verdict versions"))
def _(repo, site):
    repo.delegate("targets", "team", ["team/*"])
    repo.publish("team", "targets", "snapshot", "timestamp")
    yield refresh()
    repo.set_keys("timestamp", [repo.new_key()])
    del repo.signed["snapshot"]["meta"]["team.json"]
    repo.publish("root", "snapshot", "timestamp")
    yield refresh()


@case("recovery: a key is added to timestamp, the version goes back", Differs(DROPS, "verdict versions requests"))
def _(repo, site):
    repo.signed["timestamp"]["version"] = 9
    repo.publish("timestamp")
    yield refresh()
    repo.set_keys("timestamp", repo.signers["timestamp"] + [repo.new_key()])
    repo.signed["timestamp"]["version"] = 0
    repo.publish("root", "timestamp")
    yield refresh()


@case("after a failed update the next one works")
def _(repo, site):
    yield refresh()
    repo.signed["snapshot"]["expires"] = date(-1)
    repo.publish("targets", "snapshot", "timestamp")
    yield refresh(False)
    repo.signed["snapshot"]["expires"] = date(9)
    repo.publish("snapshot", "timestamp")
    yield refresh(trusts={"root": 1, "timestamp": 3, "snapshot": 3,
                          "targets": 2})


# ---- roots -------------------------------------------------------------------

def rotation(name, *roots, want):
    """@roots: (keys, threshold, signers) by number; the first is the anchor."""
    @case(f"roots: {name}")
    def _(repo, site):
        pool = [Key.take("ed25519", 200 + i) for i in range(10)]
        repo.signed["root"]["version"] = 0
        for keys, threshold, signers in roots:
            repo.set_keys("root", [pool[i] for i in keys], threshold,
                          signers=[pool[i] for i in signers])
            repo.publish("root")
        last = len(roots) if want else len(roots) - 1
        yield refresh(want, trusts={**all_at(1), "root": last} if want
                      else {"root": last})


rotation("one key is replaced", ([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2]),
         want=True)
rotation("signatures of strangers do no harm", ([1], 1, [3, 1, 4]),
         ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4]), want=True)
rotation("3 of 5 sign in turn", ([0, 1, 2, 3, 4], 3, [0, 2, 4]),
         ([0, 1, 2, 3, 4], 3, [0, 4, 1]), ([0, 1, 2, 3, 4], 3, [0, 1, 3]),
         want=True)
rotation("one of 5 is replaced", ([0, 1, 2, 3, 4], 3, [0, 2, 4]),
         ([0, 1, 3, 4, 5], 3, [0, 4, 1]), want=True)
rotation("all of 5 are replaced", ([0, 1, 2, 3, 4], 3, [0, 2, 4]),
         ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]), ([5, 6, 7, 8, 9], 3, [5, 6, 7]),
         want=True)
rotation("threshold up", ([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2]), want=True)
rotation("threshold down", ([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]),
         ([1, 2, 3], 1, [3]), want=True)
rotation("not signed by the old key", ([1], 1, [1]), ([2], 1, [2, 3, 4]),
         want=False)
rotation("not signed by the new key", ([1], 1, [1]), ([2], 1, [1, 3, 4]),
         want=False)
rotation("not by 3 of the new 5", ([0, 1, 2, 3, 4], 3, [0, 2, 4]),
         ([0, 1, 3, 4, 5], 3, [0, 2, 4]), want=False)
rotation("not by 3 of the old 5", ([0, 1, 2, 3, 4], 3, [0, 2, 4]),
         ([0, 1, 3, 4, 5], 3, [0, 4, 5]), want=False)
rotation("the new threshold is not reached", ([1, 2, 3], 1, [1]),
         ([1, 2, 3], 2, [2]), want=False)
rotation("the old threshold is not reached", ([1, 2, 3], 2, [1, 2]),
         ([1, 2, 3], 1, [1]), want=False)


@case("roots: twenty in a row, all but the last expired")
def _(repo, site):
    repo.signed["root"]["expires"] = date(-1)
    for _ in range(20):
        repo.publish("root")
    repo.signed["root"]["expires"] = date(9)
    repo.publish("root")
    yield refresh(trusts={**all_at(1), "root": 22})
    yield refresh(asks=["23.root.json", "timestamp.json"])


@case("roots: version 3 is there, version 2 is not")
def _(repo, site):
    repo.publish("root")
    del repo.metadata["2.root.json"]
    repo.publish("root")
    yield refresh(trusts=all_at(1))


@case("roots: consistent snapshots are switched off")
def _(repo, site):
    yield refresh()
    repo.is_consistent = repo.signed["root"]["consistent_snapshot"] = False
    repo.publish("root")
    repo.publish_all()
    yield refresh(asks=["2.root.json", "3.root.json", "timestamp.json",
                        "snapshot.json", "targets.json"])


@case("roots: consistent_snapshot is not stated")
def _(repo, site):
    del repo.signed["root"]["consistent_snapshot"]
    repo.is_consistent = False
    repo.publish("root")
    repo.publish_all()
    yield refresh()


# ---- delegations -------------------------------------------------------------

def graph(name, edges, order, differs=None, **more):
    """@edges: (from, to[, options]); @order: the roles that are asked for when
    a target is looked for that nobody has."""
    @case(f"delegations: {name}", differs)
    def _(repo, site):
        roles = ["targets"]
        for parent, child, *options in edges:
            repo.delegate(parent, child, **(options[0] if options else {}))
            if child not in roles:
                roles.append(child)
        repo.publish(*[x for x in roles[1:]], "targets", "snapshot", "timestamp")
        yield download("missing", want=False, asks=[
            "2.root.json", "timestamp.json", "2.snapshot.json",
            "2.targets.json"] + [f"1.{x}.json" for x in order])


PY = {"paths": ["*.py"]}
END = {"terminating": True}
graph("one", [("targets", "A")], "A")
graph("two", [("targets", "A"), ("targets", "B")], "AB")
graph("two levels", [("targets", "A"), ("targets", "B"), ("B", "C")], "ABC")
graph("depth first", [("targets", "A"), ("targets", "B"), ("A", "C"),
                      ("A", "D")], "ACDB")
graph("depth first, three levels", [("targets", "A"), ("targets", "B"),
                                    ("A", "C"), ("C", "D")], "ACDB")
graph("terminating ends the whole search", [
    ("targets", "A"), ("targets", "B"), ("A", "C", END), ("A", "D")], "AC")
graph("below a terminating one the search goes on", [
    ("targets", "A"), ("targets", "B"), ("A", "C", END), ("C", "D")], "ACD")
graph("a terminating one that does not match ends nothing", [
    ("targets", "A", {"terminating": True, "paths": ["*.py"]}),
    ("targets", "B")], "B")
graph("paths that do not match", [("targets", "A", PY), ("targets", "B"),
                                  ("A", "C")], "B")
graph("paths that do not match, below", [
    ("targets", "A"), ("targets", "B"), ("A", "C", PY), ("C", "D")], "AB")
graph("a cycle", [("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"),
                  ("D", "B")], "ABCD")
graph("to itself", [("targets", "A"), ("A", "A")], "A")
graph("two to one", [("targets", "A"), ("targets", "B"), ("B", "C"),
                     ("A", "C")], "ACB")
graph("two to one, other paths", [
    ("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C", PY)], "ABC")
graph("a chain of 20", [("targets", "r0")] + [
    (f"r{i}", f"r{i + 1}") for i in range(19)], [f"r{i}" for i in range(20)])

for pattern, path, want in (
        ("*", "a", True), ("*", "a/b", False), ("*/*", "a/b", True),
        ("a/*", "a/b", True), ("a/*", "a/b/c", False), ("a/*", "a/", False),
        ("a/?", "a/b", True), ("a/?", "a/bc", False), ("a?b", "a/b", False),
        ("a*b", "a/b", False), ("*.txt", ".txt", True), ("*", ".dot", True),
        ("[ab]", "a", False), ("[ab]", "[ab]", True), ("A*", "a1", False),
        ("a\\*", "a*", False), ("**", "ab", True), ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXbY", False), ("", "a", False), ("a", "a", True),
        ("a/b", "a", False), ("{a,b}", "a", False), ("a/**/c", "a/b/c", True),
        ("a/**/c", "a/b/b/c", False)):
    @case(f"paths: {pattern!r} and {path!r}", {
        "[ab]": Differs("only * and ? are special (4.5); python-tuf also knows "
                        "classes", "verdict versions requests targets"),
        "a/*": Differs("a path with an empty part is refused; python-tuf "
                       "fetches a directory", "verdict versions requests targets")
        if path == "a/" else None}.get(pattern))
    def _(repo, site, pattern=pattern, path=path, want=want):
        repo.delegate("targets", "team", [pattern])
        repo.add_target(path, b"x", "team")
        repo.publish("team", "targets", "snapshot", "timestamp")
        yield download(path, want=want)

for name, prefix, want in (
        ("the first digits", lambda h: [h[:4]], True),
        ("all digits", lambda h: [h], True),
        ("other digits", lambda h: ["0000" if h[:4] != "0000" else "1111"],
         False),
        ("the second of two", lambda h: ["ffff0", h[:2]], True),
        ("none", lambda h: [], False)):
    @case(f"hash prefixes: {name}")
    def _(repo, site, prefix=prefix, want=want):
        digest = hashlib.sha256(b"some/path").hexdigest()
        repo.delegate("targets", "bin", prefixes=prefix(digest))
        repo.add_target("some/path", b"x", "bin")
        repo.publish("bin", "targets", "snapshot", "timestamp")
        yield download("some/path", want=want)


@case("delegations: every role on the way must match")
def _(repo, site):
    repo.delegate("targets", "A", ["a/*"])
    repo.delegate("A", "B", ["b/*", "a/b*"])
    for path in ("b/x", "a/b1", "a/c"):
        repo.add_target(path, path.encode(), "B")
    repo.publish("B", "A", "targets", "snapshot", "timestamp")
    yield download("a/b1")
    yield download("b/x", want=False)
    yield download("a/c", want=False)


@case("delegations: the first role that lists it speaks")
def _(repo, site):
    for role in ("A", "B"):
        repo.delegate("targets", role)
        repo.add_target("x", role.encode(), role)
    repo.publish("A", "B", "targets", "snapshot", "timestamp")
    yield download("x")
    repo.add_target("x", b"top")
    repo.publish("targets", "snapshot", "timestamp")
    yield download("x")


def broken(name, break_it, differs=None, want=False):
    """Role A is wrong; B, which comes later, has the target."""
    @case(f"delegations: {name} ends the search", differs)
    def _(repo, site):
        repo.delegate("targets", "A")
        repo.delegate("targets", "B")
        repo.add_target("x", b"B", "B")
        repo.publish("A", "B", "targets", "snapshot", "timestamp")
        yield download("x")
        break_it(repo)
        yield download("x", want=want)
        yield refresh()


def unlist(repo):
    repo.delegate("targets", "C", number=0)
    repo.publish("targets", "snapshot", "timestamp")


def expire(repo):
    repo.signed["A"]["expires"] = date(-1)
    repo.publish("A", "snapshot", "timestamp")


def stranger(repo):
    repo.signers["A"] = [repo.new_key()]
    repo.publish("A", "snapshot", "timestamp")


def vanish(repo):
    repo.publish("A", "snapshot", "timestamp")
    del repo.metadata[repo.name("A")]


def mistype(repo):
    repo.signed["A"]["_type"] = "snapshot"
    repo.publish("A", "snapshot", "timestamp")


def misversion(repo):
    repo.publish("A", "snapshot", "timestamp")
    repo.signed["A"]["version"] += 1
    repo.lay("A", json.dumps(repo.document("A")).encode(), 2)


broken("a role that is not there", vanish)
broken("an expired role", expire)
broken("a role signed by a stranger", stranger)
broken("a role of another type", mistype)
broken("a role of another version", misversion)
broken("a role that snapshot does not list", unlist)


def entry_of(name, change, want, differs=None):
    """The delegation's own entry is wrong."""
    @case(f"delegations: {name}", differs)
    def _(repo, site):
        repo.delegate("targets", "A")
        repo.add_target("x", b"A", "A")
        repo.publish("A", "targets", "snapshot", "timestamp")
        yield download("x")
        change(repo.signed["targets"]["delegations"])
        repo.publish("targets", "snapshot", "timestamp")
        yield download("x", want=want)


def entry(**members):
    return lambda d: d["roles"][0].update(members)


for bad in (0, -1, "1", None, 2):
    entry_of(f"threshold {bad!r}", entry(threshold=bad), False)
entry_of("threshold true", entry(threshold=True), False,
         Differs('true is no integer (4.5)', 'verdict versions'))
entry_of("neither paths nor prefixes", lambda d: d["roles"][0].pop("paths"),
         False)
entry_of("both paths and prefixes", entry(path_hash_prefixes=["0"]), False)
entry_of("no name", lambda d: d["roles"][0].pop("name"), False)
entry_of("a number among the paths", entry(paths=["x", 1]), False)
entry_of("an unknown member", entry(more=1), True)
for top in ORDER:
    entry_of(f"a role with the name {top}", entry(name=top), False)


@case("delegations: a role is checked against each that delegates to it")
def _(repo, site):
    repo.delegate("targets", "A", ["a*"])
    repo.delegate("targets", "B", ["b*"])
    repo.delegate("A", "C", ["*"])
    repo.delegate("B", "C", ["*"], keys=[repo.new_key()])
    repo.add_target("a1", b"a", "C")
    repo.add_target("b1", b"b", "C")
    repo.publish("C", "A", "B", "targets", "snapshot", "timestamp")
    yield download("a1")
    yield download("b1", want=False)


@case("delegations: the same, in one call", Differs('a role that is loaded is checked against every delegator (5.6.7); python-tuf takes it as it is', 'verdict requests targets'))
def _(repo, site):
    repo.delegate("targets", "A", ["a*"])
    repo.delegate("targets", "B", ["b*"])
    repo.delegate("A", "C", ["*"])
    repo.delegate("B", "C", ["*"], keys=[repo.new_key()])
    repo.add_target("a1", b"a", "C")
    repo.add_target("b1", b"b", "C")
    repo.publish("C", "A", "B", "targets", "snapshot", "timestamp")
    yield download("a1", "b1", want=False)


@case("delegations: a key is withdrawn from the delegator")
def _(repo, site):
    repo.delegate("targets", "A")
    repo.add_target("x", b"A", "A")
    repo.publish("A", "targets", "snapshot", "timestamp")
    yield download("x")
    del repo.signed["targets"]["delegations"]
    repo.delegate("targets", "A", keys=[repo.new_key()])
    repo.publish("targets", "snapshot", "timestamp")
    yield download("x", want=False)


for name in ("?", "#", "/delegated", "../delegated", "a b", "a%2Fb", "\u00e9t\u00e9",
             "..", ".", "a.json", "with\"quote", "new\nline"):
    for is_consistent in (True, False):
        words = "consistent" if is_consistent else "plain"

        @case(f"delegations: a role called {name!r}, {words}",
              is_consistent=is_consistent)
        def _(repo, site, name=name):
            repo.delegate("targets", name)
            repo.add_target("x", b"x", name)
            repo.publish(name, "targets", "snapshot", "timestamp")
            yield download("x")
            yield download("x")


# ---- targets -----------------------------------------------------------------

for algorithms in (("sha256",), ("sha512",), ("sha256", "sha512"),
                   ("sha512", "sha256")):
    @case(f"targets: hashes {' and '.join(algorithms)}", Differs(
        "any listed hash may be in the name (5.7.3): bailiff takes sha256 if "
        "it is there, python-tuf the first", "requests")
        if algorithms == ("sha512", "sha256") else None)
    def _(repo, site, algorithms=algorithms):
        repo.add_target("f", b"data", algorithms=algorithms)
        for digest in repo.signed["targets"]["targets"]["f"]["hashes"].values():
            repo.lay_target("f", b"data", digest)
        repo.publish("targets", "snapshot", "timestamp")
        yield download("f")


def target_of(name, change, want, differs=None, data=b"data"):
    @case(f"targets: {name}", differs)
    def _(repo, site):
        repo.add_target("f", data)
        change(repo.signed["targets"]["targets"]["f"], repo)
        repo.publish("targets", "snapshot", "timestamp")
        yield download("f", want=want)


def serve(data):
    def change(_entry, repo):
        repo.targets = {name: data for name in repo.targets}
    return change


target_of("an empty file", lambda e, repo: None, True, data=b"")
target_of("256 KiB", lambda e, repo: None, True, data=b"x" * 262144)
target_of("a wrong byte", serve(b"datA"), False)
target_of("a byte more", serve(b"data "), False)
target_of("a byte fewer", serve(b"dat"), False)
target_of("it is not there", lambda e, repo: repo.targets.clear(), False)
target_of("one more hash, of an unknown kind",
          lambda e, repo: e["hashes"].update(sha3000="00"), True, Differs('a hash that is known fits (5.7.3); python-tuf wants to know them all', 'verdict targets'))
target_of("no hash that is known", lambda e, repo: e.update(
    hashes={"sha3000": "00"}), False, Differs(
        "it cannot be checked, so who lists it is refused; python-tuf refuses "
        "the file", "versions requests"))
target_of("no hash", lambda e, repo: e.update(hashes={}), False)
target_of("the second hash is wrong", lambda e, repo: e["hashes"].update(
    sha512="00" * 64), False)
target_of("a negative length", lambda e, repo: e.update(length=-1), False)
target_of("no length", lambda e, repo: e.pop("length"), False)
target_of("custom data", lambda e, repo: e.update(custom={"a": [1]}), True)

for path in ("a b", "a+b", "a~b", "a,b;c=d", "b@c:1", "\u00e9/\u4e2d", "a%b",
             "a/b/c/d/e", ".hidden", "x" * 60):
    for is_consistent in (True, False):
        words = "consistent" if is_consistent else "plain"

        @case(f"targets: a path {path[:20]!r}, {words}",
              is_consistent=is_consistent)
        def _(repo, site, path=path):
            repo.add_target(path, b"data")
            repo.publish("targets", "snapshot", "timestamp")
            yield download(path)


@case("targets: a new file replaces the old one")
def _(repo, site):
    for i in range(4):
        repo.add_target("f", f"data {i}".encode())
        repo.publish("targets", "snapshot", "timestamp")
        yield download("f")
        yield download("f")


@case("targets: what does not fit never replaces what did")
def _(repo, site):
    repo.add_target("f", b"good")
    repo.add_target("g", b"fine")
    repo.publish("targets", "snapshot", "timestamp")
    yield download("f")
    repo.targets = {name: b"evil" for name in repo.targets}
    yield download("f")
    yield download("g", want=False)
    yield download("f", "g", want=False)


@case("targets: one that no role lists")
def _(repo, site):
    yield download("nothing", want=False, trusts=all_at(1), asks=[
        "2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])


@case("targets: several in one call share a refresh")
def _(repo, site):
    for name in "abc":
        repo.add_target(name, name.encode())
    repo.publish("targets", "snapshot", "timestamp")
    yield download("a", "b", "c", "a", asks=[
        "2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"])
    yield download("a", "missing", "b", want=False)
