# SPDX-License-Identifier: Apache-2.0
"""repo.py - TUF repositories in memory, right or wrong in any way asked for.

Documents are plain dictionaries, so that a test can put anything into them;
nothing here checks what it signs. A repository holds what a web server gives
out: metadata and targets by name.
"""

import datetime
import hashlib
import json
import time
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

TOP = ("root", "timestamp", "snapshot", "targets")
SPEC = "1.0.31"


def canonical(value):
    """OLPC's canonical form of JSON, as bytes."""
    if value is True or value is False or value is None:
        return json.dumps(value).encode()
    if isinstance(value, int):
        return str(value).encode()
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return b'"' + text.encode() + b'"'
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(canonical(v) for v in value) + b"]"
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda m: m[0].encode())
        return b"{" + b",".join(
            canonical(k) + b":" + canonical(v) for k, v in members) + b"}"
    raise TypeError(f"{value!r} has no canonical form")


def date(days, now=None):
    """The date @days from now on, as metadata writes it."""
    now = time.time() if now is None else now
    then = datetime.datetime.fromtimestamp(
        int(now + days * 86400), datetime.timezone.utc)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def key_id(key_object):
    return hashlib.sha256(canonical(key_object)).hexdigest()


class Key:
    """A private key, its public key object and its id."""

    pool = {}  # RSA keys take long to make

    def __init__(self, kind="ed25519", bits=2048, curve=None):
        self.kind = kind
        if kind == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.generate()
        elif kind == "ecdsa":
            self.private = ec.generate_private_key(curve or ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(65537, bits)
        public = self.private.public_key()
        if kind == "ed25519":
            text = public.public_bytes(
                serialization.Encoding.Raw,
                serialization.PublicFormat.Raw).hex()
        else:
            text = public.public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        scheme = {"ed25519": "ed25519", "ecdsa": "ecdsa-sha2-nistp256",
                  "rsa": "rsassa-pss-sha256"}[kind]
        self.object = {"keytype": kind, "scheme": scheme,
                       "keyval": {"public": text}}
        self.rename()

    def rename(self, name=None):
        """Compute the id anew after the object was changed, or set it."""
        self.id = name if name is not None else key_id(self.object)

    @classmethod
    def take(cls, kind, number):
        """Key @number of @kind, the same at every call."""
        key = cls.pool.get((kind, number))
        if key is None:
            key = cls.pool[kind, number] = cls(kind)
        return key

    def sign(self, data, salt=None):
        if self.kind == "ed25519":
            return self.private.sign(data).hex()
        if self.kind == "ecdsa":
            return self.private.sign(data, ec.ECDSA(hashes.SHA256())).hex()
        length = padding.PSS.DIGEST_LENGTH if salt is None else salt
        return self.private.sign(
            data, padding.PSS(padding.MGF1(hashes.SHA256()), length),
            hashes.SHA256()).hex()


def signature(key, signed):
    return {"keyid": key.id, "sig": key.sign(canonical(signed))}


class Repo:
    """A repository: self.signed are the documents, self.signers their keys.

    publish() signs and lays out; what it lays out (self.metadata, by name)
    may be changed afterwards. self.targets are the target files by path.
    """

    def __init__(self, kind="ed25519", is_consistent=True, has_hashes=False,
                 keys=1, threshold=1):
        self.is_consistent = is_consistent
        self.has_hashes = has_hashes
        self.kind = kind
        self.metadata = {}
        self.targets = {}
        self.signed = {}
        self.signers = {}
        self.next_key = 0
        far = date(30)
        for role in TOP:
            self.signed[role] = {"_type": role, "spec_version": SPEC,
                                 "version": 0, "expires": far}
            self.signers[role] = [self.new_key() for _ in range(keys)]
        self.signed["root"].update(
            keys={}, roles={}, consistent_snapshot=is_consistent)
        for role in TOP:
            self.set_keys(role, self.signers[role], threshold)
        self.signed["targets"].update(targets={})
        self.signed["snapshot"].update(meta={})
        self.signed["timestamp"].update(meta={})
        self.publish(*TOP)

    def new_key(self, kind=None):
        self.next_key += 1
        return Key.take(kind or self.kind, self.next_key)

    def set_keys(self, role, keys, threshold=1, signers=None):
        """Make @keys those of a top-level role, and of its signers."""
        root = self.signed["root"]
        root["roles"][role] = {"keyids": [k.id for k in keys],
                               "threshold": threshold}
        for key in keys:
            root["keys"][key.id] = key.object
        used = {i for r in root["roles"].values() for i in r["keyids"]}
        root["keys"] = {i: k for i, k in root["keys"].items() if i in used}
        self.signers[role] = list(keys if signers is None else signers)

    def document(self, role):
        signed = self.signed[role]
        return {"signatures": [signature(k, signed)
                               for k in self.signers[role]],
                "signed": signed}

    def name(self, role, version=None):
        version = self.signed[role]["version"] if version is None else version
        text = quote(role, safe="")
        if role == "timestamp" or (role != "root" and not self.is_consistent):
            return f"{text}.json"
        return f"{version}.{text}.json"

    def listed(self, role):
        """How another file lists a role's current one."""
        entry = {"version": self.signed[role]["version"]}
        if self.has_hashes:
            data = self.metadata[self.name(role)]
            entry["length"] = len(data)
            entry["hashes"] = {"sha256": hashlib.sha256(data).hexdigest()}
        return entry

    def publish(self, *roles, bump=True):
        """Sign the roles and lay them out, in this order whatever is named:
        targets roles, snapshot, timestamp, root."""
        rest = [r for r in roles if r not in ("root", "timestamp", "snapshot")]
        for role in rest + [r for r in ("snapshot", "timestamp", "root")
                            if r in roles]:
            if bump:
                self.signed[role]["version"] += 1
            self.lay(role, json.dumps(self.document(role)).encode())
            if role in rest:
                self.signed["snapshot"]["meta"][f"{role}.json"] = \
                    self.listed(role)
            elif role == "snapshot":
                self.signed["timestamp"]["meta"]["snapshot.json"] = \
                    self.listed(role)

    def publish_all(self):
        """Every role but root, one version up."""
        self.publish(*[r for r in self.signed if r != "root"])

    def lay(self, role, data, version=None):
        """Give out these bytes as the role's file."""
        self.metadata[self.name(role, version)] = data

    def resign(self, role, change=None, signers=None, version=None):
        """Sign the present version again with its document changed, and lay it
        out; what other files list is left as it is."""
        signed = self.signed[role]
        if change is not None:
            change(signed)
        document = {"signatures": [signature(k, signed) for k in
                                   (signers or self.signers[role])],
                    "signed": signed}
        self.lay(role, json.dumps(document).encode(), version)

    def relist(self):
        """List again what lies there: snapshot's and timestamp's entries."""
        for role in self.signed:
            if role not in ("root", "timestamp", "snapshot"):
                self.signed["snapshot"]["meta"][f"{role}.json"] = \
                    self.listed(role)
        self.publish("snapshot", "timestamp")

    def add_target(self, path, data=b"content", role="targets",
                   algorithms=("sha256",), prefix=None):
        """List a target in a role and lay the file out."""
        digests = {a: hashlib.new(a, data).hexdigest() for a in algorithms}
        self.signed[role]["targets"][path] = {"length": len(data),
                                              "hashes": digests}
        self.lay_target(path, data, prefix or list(digests.values())[0])

    def lay_target(self, path, data, digest):
        if self.is_consistent:
            folder, slash, last = path.rpartition("/")
            path = f"{folder}{slash}{digest}.{last}"
        self.targets[path] = data

    def delegate(self, parent, role, paths=("*",), prefixes=None,
                 terminating=False, keys=None, threshold=1, number=None):
        """Delegate to a role, new or known; both are to be published."""
        if role not in self.signed:
            self.signed[role] = {"_type": "targets", "spec_version": SPEC,
                                 "version": 0, "expires": date(30),
                                 "targets": {}}
            self.signers[role] = list(keys or [self.new_key()])
        keys = list(keys or self.signers[role])
        delegations = self.signed[parent].setdefault(
            "delegations", {"keys": {}, "roles": []})
        for key in keys:
            delegations["keys"][key.id] = key.object
        entry = {"name": role, "keyids": [k.id for k in keys],
                 "threshold": threshold, "terminating": terminating}
        if prefixes is not None:
            entry["path_hash_prefixes"] = list(prefixes)
        else:
            entry["paths"] = list(paths)
        where = len(delegations["roles"]) if number is None else number
        delegations["roles"].insert(where, entry)
        return entry

    def root_bytes(self, version=1):
        return self.metadata[f"{version}.root.json"]
