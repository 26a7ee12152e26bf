#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""trail_oracle.py - a trail read, judged and forged without bailiff.

From docs/formats.md, RFC 6962 and RFC 8032 alone, with nothing but Python's
own library:

	check DIR              all of it; prints "frames checkpoints size root"
	proof FILE [KEYNOTE]   does a tlog-proof show its frame? prints its sequence
	note DIR KIND          the newest note of that kind: checkpoint, key
	edit DIR SEQ           change a byte of a frame, and its hash with it
	flip DIR N             change one byte of what is covered, chosen by N
	cut DIR SEQ            end the trail behind that frame
	reseal DIR SEQ SECRET  edit, and sign again what the stolen key can sign
"""
import base64
import hashlib
import os
import random
import re
import struct
import sys

EVENT, CHECKPOINT, KEY = 0, 1, 2
DASH = "\u2014 "


def sha256(data):
    return hashlib.sha256(data).digest()


# ---- Ed25519, RFC 8032, section 5.1 ------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    e, i, j, f = f - e, h - g, h + g, f + e
    return e * i % P, j * f % P, i * j % P, e * f % P


def point_times(n, point):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = point_add(total, point)
        point = point_add(point, point)
        n >>= 1
    return total


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def point_bytes(point):
    x, y, z, _ = point
    back = pow(z, P - 2, P)
    x, y = x * back % P, y * back % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(),
                          "little") % L


def halves(seed):
    digest = hashlib.sha512(seed).digest()
    a = int.from_bytes(digest[:32], "little")
    return a & (1 << 254) - 8 | 1 << 254, digest[32:]


def public_of(seed):
    return point_bytes(point_times(halves(seed)[0], BASE))


def sign(seed, message):
    a, prefix = halves(seed)
    r = scalar(prefix, message)
    first = point_bytes(point_times(r, BASE))
    k = scalar(first, public_of(seed), message)
    return first + ((r + k * a) % L).to_bytes(32, "little")


def verify(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    k = scalar(signature[:32], key, message)
    left = point_times(s, BASE)
    right = point_add(point_of(signature[:32]), point_times(k, point_of(key)))
    return s < L and point_bytes(left) == point_bytes(right)


# ---- the tree, RFC 6962, section 2.1 -----------------------------------------
def root_of(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def leaf_of(seq, kind, data):
    return sha256(b"\0" + struct.pack("<QI", seq, kind) + data)


# The sizes of the complete subtrees of a tree, largest first.
def parts_of(leaves):
    hashes, at = [], 0
    for bit in reversed(range(64)):
        if len(leaves) >> bit & 1:
            hashes.append(root_of(leaves[at:at + (1 << bit)]))
            at += 1 << bit
    return hashes


def path_root(leaf, index, size, path):
    """The root that PATH(index, D[size]) leads to, by its definition."""
    if size == 1:
        assert not path, "hashes are left over"
        return leaf
    k = 1
    while k * 2 < size:
        k *= 2
    if index < k:
        return sha256(b"\1" + path_root(leaf, index, k, path[:-1]) + path[-1])
    return sha256(b"\1" + path[-1] +
                  path_root(leaf, index - k, size - k, path[:-1]))


# ---- notes -------------------------------------------------------------------
class Note:
    def __init__(self, data):
        text, _, signatures = data.decode().rpartition("\n\n")
        self.text = text + "\n"
        self.lines = text.split("\n")
        self.is_key = self.lines[0] == "bailiff trail key v1"
        self.name = self.lines[1 if self.is_key else 0]
        self.words = dict(re.findall(r"^(\w+) (.*)$", self.text, re.M))
        self.blob = None
        for line in signatures.splitlines():
            assert line.startswith(DASH), line
            name, blob = line[len(DASH):].split(" ")
            if name == self.name:
                self.blob = base64.b64decode(blob, validate=True)

    def signed_by(self, key):
        short = sha256(self.name.encode() + b"\n\1" + key)[:4]
        return (self.blob[:4] == short and
                verify(key, self.text.encode(), self.blob[4:]))

    def signed(self, seed):
        key = public_of(seed)
        short = sha256(self.name.encode() + b"\n\1" + key)[:4]
        blob = short + sign(seed, self.text.encode())
        return (self.text + "\n" + DASH + self.name + " " +
                base64.b64encode(blob).decode() + "\n").encode()


# ---- segments ----------------------------------------------------------------
class Frame:
    def __init__(self, path, offset, seq, kind, leaf, data):
        self.path, self.offset = path, offset
        self.seq, self.kind, self.leaf, self.data = seq, kind, leaf, data

    def head(self):
        size = len(self.data)
        return struct.pack("<IIQII", size, size ^ 0xffffffff, self.seq,
                           self.kind, 0) + self.leaf


class Segment:
    def __init__(self, path):
        with open(path, "rb") as file:
            raw = file.read()
        (magic, self.first, self.log_first, count, origin, boot, _,
         self.epoch, self.key) = struct.unpack_from("<8sQQIII4sQ32s", raw)
        assert magic == b"bailtrl2", "no segment"
        assert sha256(raw[:36] + raw[40:80])[:4] == raw[36:40], "fixed part"
        end = 80 + origin + boot + 32 * count
        assert sha256(raw[:end]) == raw[end:end + 32], "header"
        self.path = path
        self.origin = raw[80:80 + origin].decode()
        self.boot = raw[80 + origin:80 + origin + boot].decode()
        parts = raw[80 + origin + boot:end]
        self.parts = [parts[i:i + 32] for i in range(0, len(parts), 32)]
        self.header, self.frames, at = raw[:end + 32], [], end + 32
        while at < len(raw):
            size, inverted, seq, kind, zero = struct.unpack_from("<IIQII",
                                                                 raw, at)
            assert size ^ inverted == 0xffffffff and zero == 0, "head"
            data = raw[at + 56:at + 56 + size]
            assert len(data) == size, "half a frame"
            self.frames.append(Frame(path, at, seq, kind, raw[at + 24:at + 56],
                                     data))
            at += 56 + size


def segments_of(path):
    names = sorted(n for n in os.listdir(path) if n.endswith(".seg"))
    return [Segment(os.path.join(path, n)) for n in names]


def frames_of(path):
    return [f for s in segments_of(path) for f in s.frames]


# ---- what is asked -----------------------------------------------------------
def check(path):
    segments = segments_of(path)
    log_first, origin = segments[0].log_first, segments[0].origin
    assert segments[0].first == log_first, "its beginning is pruned"
    leaves, key, boot, epoch, checkpoints, last = [], None, None, 0, 0, None
    for segment in segments:
        assert segment.parts == parts_of(leaves), "compact range"
        assert (segment.log_first, segment.origin) == (log_first, origin)
        if key:
            assert (segment.key, segment.boot, segment.epoch) == (key, boot,
                                                                  epoch)
        for f in segment.frames:
            assert f.seq == log_first + len(leaves), "sequence"
            assert f.leaf == leaf_of(f.seq, f.kind, f.data), "leaf"
            note = Note(f.data) if f.kind != EVENT else None
            if f.kind == KEY:
                new = base64.b64decode(note.words["key"])
                same = note.words["boot"] == boot
                assert note.signed_by(key if same else new), "key"
                if same:
                    assert int(note.words["epoch"]) == epoch + 1, "epoch"
                key, boot = new, note.words["boot"]
                epoch = int(note.words["epoch"])
                assert int(note.words["size"]) == len(leaves), "key's size"
            if f.kind == CHECKPOINT:
                assert note.signed_by(key), "signature"
                assert (note.words["boot"], int(note.words["epoch"])) == (
                    boot, epoch), "whose"
                assert int(note.lines[1]) == len(leaves), "size"
                last = root_of(leaves)
                assert base64.b64decode(note.lines[2]) == last, "root"
                checkpoints += 1
                size = len(leaves)
            leaves.append(f.leaf)
    print(len(leaves), checkpoints, size, last.hex())


def proof(path, key_path=None):
    with open(path, encoding="utf-8") as file:
        head, _, note = file.read().partition("\n\n")
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1", lines[0]
    data = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    index = int(lines[2].removeprefix("index "))
    hashes = [base64.b64decode(line, validate=True) for line in lines[3:]]
    note = Note(note.encode())
    root = path_root(sha256(b"\0" + data), index, int(note.lines[1]), hashes)
    assert root == base64.b64decode(note.lines[2]), "another root"
    if key_path:
        with open(key_path, "rb") as file:
            named = Note(file.read())
        assert note.words["epoch"] == named.words["epoch"], "another epoch"
        assert note.signed_by(base64.b64decode(named.words["key"])), "key"
    print(struct.unpack_from("<Q", data)[0])


def note(path, kind):
    wanted = {"checkpoint": CHECKPOINT, "key": KEY}[kind]
    frames = [f for f in frames_of(path) if f.kind == wanted]
    sys.stdout.buffer.write(frames[-1].data)


def put(frame):
    with open(frame.path, "r+b") as file:
        file.seek(frame.offset)
        file.write(frame.head() + frame.data)


def change(frame):
    data = bytearray(frame.data)
    data[len(data) // 2] ^= 1
    frame.data = bytes(data)
    frame.leaf = leaf_of(frame.seq, frame.kind, frame.data)
    put(frame)


def edit(path, seq):
    change(next(f for f in frames_of(path) if f.seq == int(seq)))


def flip(path, number):
    rng = random.Random(int(number))
    segments = segments_of(path)
    last = [f for f in frames_of(path) if f.kind == CHECKPOINT][-1]
    places = []
    for segment in segments:
        size = os.path.getsize(segment.path)
        if segment.path == last.path:
            places.append((segment.path, last.offset))
            break
        places.append((segment.path, size))
    at = rng.randrange(sum(size for _, size in places))
    for name, size in places:
        if at < size:
            break
        at -= size
    with open(name, "r+b") as file:
        file.seek(at)
        old = file.read(1)[0]
        file.seek(at)
        file.write(bytes([old ^ rng.randrange(1, 256)]))
    print(name, at)


def cut(path, seq):
    for segment in segments_of(path):
        if segment.first > int(seq):
            os.unlink(segment.path)
            continue
        for f in segment.frames:
            if f.seq == int(seq):
                os.truncate(segment.path, f.offset + 56 + len(f.data))


def reseal(path, seq, secret):
    with open(secret, "rb") as file:
        raw = file.read()
    count = struct.unpack_from("<I", raw, 12 + struct.unpack_from(
        "<I", raw, 8)[0])[0]
    at = 16 + struct.unpack_from("<I", raw, 8)[0] + 40 * (count - 1)
    epoch, seed = struct.unpack_from("<Q32s", raw, at)
    edit(path, seq)
    leaves = []
    for segment in segments_of(path):
        parts = b"".join(parts_of(leaves))
        assert parts == b"".join(segment.parts) or leaves
        begin = len(segment.header) - 32 - len(parts)
        header = segment.header[:begin] + parts
        with open(segment.path, "r+b") as file:
            file.write(header + sha256(header))
        for f in segment.frames:
            if f.kind == CHECKPOINT and f.seq > int(seq):
                n = Note(f.data)
                assert int(n.words["epoch"]) == epoch, "a key that is erased"
                n.text = n.text.replace(
                    n.lines[2], base64.b64encode(root_of(leaves)).decode())
                f.data = n.signed(seed)
                f.leaf = leaf_of(f.seq, f.kind, f.data)
                put(f)
            leaves.append(f.leaf)


def main():
    verbs = {f.__name__: f for f in (check, proof, note, edit, flip, cut,
                                     reseal)}
    try:
        verbs[sys.argv[1]](*sys.argv[2:])
    except (AssertionError, ValueError, struct.error) as error:
        print(f"trail_oracle: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
