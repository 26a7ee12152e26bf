# SPDX-License-Identifier: Apache-2.0
"""api.py - repositories that python-tuf's own API makes, verified by bailiff's
client: what another tool writes, not what a test of bailiff's thinks it does.
"""

import datetime
import hashlib
import itertools
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot,
    SuccinctRoles, TargetFile, Targets, Timestamp)
from tuf.api.serialization.json import JSONSerializer

import clients
import web
from clients import Ours, PythonTuf, same

FAR = (datetime.datetime.now(datetime.timezone.utc) +
       datetime.timedelta(days=9)).replace(microsecond=0)
MAKE = {"ed25519": CryptoSigner.generate_ed25519,
        "ecdsa": CryptoSigner.generate_ecdsa,
        "rsa": CryptoSigner.generate_rsa}
POOL = {kind: [make() for _ in range(8)] for kind, make in MAKE.items()}


class Repo:
    """What web.Site serves: metadata and targets by name."""

    def __init__(self, kinds, is_consistent, algorithms, is_compact):
        self.metadata, self.targets, self.signers = {}, {}, {}
        self.algorithms = algorithms
        self.is_consistent = is_consistent
        self.serializer = JSONSerializer(compact=is_compact)
        self.take = itertools.cycle(
            s for row in zip(*[POOL[k] for k in kinds]) for s in row)
        self.root = Root(consistent_snapshot=is_consistent, expires=FAR)
        self.snapshot, self.timestamp = Snapshot(expires=FAR), Timestamp(
            expires=FAR)
        self.roles = {"targets": Targets(expires=FAR)}
        for role in ("root", "timestamp", "snapshot", "targets"):
            self.signers[role] = [next(self.take) for _ in kinds]
            for signer in self.signers[role]:
                self.root.add_key(signer.public_key, role)
            self.root.roles[role].threshold = len(kinds)

    def lay(self, role, signed):
        document = Metadata(signed)
        for signer in self.signers[role]:
            document.sign(signer, append=True)
        data = document.to_bytes(self.serializer)
        name = quote(role, safe="") + ".json"
        if role == "root" or (self.is_consistent and role != "timestamp"):
            name = f"{signed.version}.{name}"
        self.metadata[name] = data
        return MetaFile.from_data(signed.version, data, self.algorithms)

    def publish(self):
        for role, signed in self.roles.items():
            self.snapshot.meta[f"{role}.json"] = self.lay(role, signed)
        self.timestamp.snapshot_meta = self.lay("snapshot", self.snapshot)
        self.lay("timestamp", self.timestamp)
        self.lay("root", self.root)

    def bump(self):
        for signed in (*self.roles.values(), self.snapshot, self.timestamp,
                       self.root):
            signed.version += 1
        self.publish()

    def delegate(self, parent, name, paths=None, prefixes=None,
                 is_terminating=False, count=1):
        targets = self.roles[parent]
        if targets.delegations is None:
            targets.delegations = Delegations({}, roles={})
        targets.delegations.roles[name] = DelegatedRole(
            name, [], count, is_terminating, paths, prefixes)
        self.signers[name] = [next(self.take) for _ in range(count)]
        for signer in self.signers[name]:
            targets.add_key(signer.public_key, name)
        self.roles.setdefault(name, Targets(expires=FAR))

    def add(self, role, path, data):
        target = TargetFile.from_data(path, data, self.algorithms)
        self.roles[role].targets[path] = target
        for digest in target.hashes.values():
            folder, slash, last = path.rpartition("/")
            name = f"{folder}{slash}{digest}.{last}"
            self.targets[name if self.is_consistent else path] = data

    def root_bytes(self):
        return self.metadata["1.root.json"]


def fill(repo):
    """Delegations of every kind; the paths that can be had, those that not."""
    repo.add("targets", "top", b"top")
    repo.delegate("targets", "by/path", ["a/*", "b/?.txt"], count=2)
    repo.delegate("by/path", "deeper", ["a/x*"])
    digest = hashlib.sha256(b"hashed/file").hexdigest()
    repo.delegate("targets", "bin", prefixes=[digest[:3], "0f0f"])
    repo.delegate("targets", "last word", ["end/*"], is_terminating=True)
    repo.delegate("targets", "never", ["end/*", "c/*"])
    repo.add("by/path", "a/1", b"one")
    repo.add("by/path", "b/1.txt", b"text")
    repo.add("by/path", "c/stolen", b"mine")
    repo.add("deeper", "a/xy", b"deep")
    repo.add("bin", "hashed/file", b"hashed")
    repo.add("bin", "unhashed/file", b"not to be had")
    repo.add("never", "end/of", b"not to be had")
    repo.add("never", "c/2", b"two")
    return ("top", "a/1", "b/1.txt", "a/xy", "hashed/file", "c/2"), (
        "c/stolen", "unhashed/file", "end/of", "none")


tap, server = clients.Tap(), web.Server()


def check(kinds, is_consistent, algorithms, is_compact):
    repo = Repo(kinds, is_consistent, algorithms, is_compact)
    good, bad = fill(repo)
    repo.publish()
    site = server.site(repo)
    pair = [Ours(site), PythonTuf(site)]
    try:
        for client in pair:
            assert client.init(repo.root_bytes()), client.stderr
            assert client.download(*good), client.stderr
            for path in bad:
                assert not client.download(path), path
        same(pair[0].versions(), pair[1].versions())
        repo.add("targets", "top", b"new")
        repo.bump()
        for client in pair:
            assert client.download(*good), client.stderr
            same(client.target("top"), b"new")
            same({v for role, v in client.versions().items()
                  if role != "last word"}, {2})  # which nothing leads to now
    finally:
        for client in pair:
            client.close()
        site.close()


for kinds in (("ed25519",), ("ecdsa",), ("rsa",), ("ed25519", "ecdsa", "rsa")):
    for is_consistent in (True, False):
        for algorithms in (["sha256"], ["sha512"], ["sha256", "sha512"]):
            is_compact = algorithms == ["sha512"]
            tap.run(f"{' and '.join(kinds)}, "
                    f"{'consistent' if is_consistent else 'plain'}, "
                    f"{' and '.join(algorithms)}",
                    lambda *a, b=(kinds, is_consistent, algorithms,
                                  is_compact): check(*b))


def succinct():
    repo = Repo(("ed25519",), True, ["sha256"], False)
    bins = SuccinctRoles([], 1, 2, "bin")
    repo.roles["targets"].delegations = Delegations({}, None, bins)
    signer = next(repo.take)
    repo.roles["targets"].add_key(signer.public_key)
    for name in bins.get_roles():
        repo.roles[name] = Targets(expires=FAR)
        repo.signers[name] = [signer]
    repo.publish()
    site = server.site(repo)
    client = Ours(site)
    assert client.init(repo.root_bytes()), client.stderr
    assert not client.refresh()
    assert "succinct_roles" in client.stderr, client.stderr


tap.run("succinct roles (TAP 15) are refused with a sentence", succinct)
tap.done()
