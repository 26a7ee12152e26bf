#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hostile.py - are the bytes that trigger.c chose in the events, and only there?

usage: hostile.py LIST <EVENTS

LIST is what "trigger list" prints: one string a line, in hex. EVENTS are JSON
lines of bailiff. Prints "KIND N of M" for each kind of string: how many of M
came out of exactly one event exactly as they went in. Exit: 0 all of them,
1 not, 2 a line is no JSON or names a member twice, whatever its case.
"""
import base64
import collections
import json
import sys


def unique(pairs):
    names = [name.lower() for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member twice: %s" % names)
    return dict(pairs)


def read(line):
    if line.count(b"\n") != 1 or any(byte < 32 for byte in line[:-1]):
        raise ValueError("a control character")
    return json.loads(line.decode("utf-8"), object_pairs_hook=unique)


def member(value, name):
    """The bytes of a member that is text, or base64 when it cannot be."""
    def of(one, is_base64):
        return base64.b64decode(one) if is_base64 else one.encode("utf-8")

    for suffix in ("", "_b64"):
        found = value.get(name + suffix)
        if isinstance(found, list):
            return [of(one, suffix) for one in found]
        if found is not None:
            return of(found, suffix)
    return None


def kinds(strings, big_argument, big_path):
    """What must be found: kind, of which call, where, which bytes."""
    comm = [s[:15] for s in strings]
    names = [s.replace(b"/", b"!") for s in strings if s]
    return {
        "comm": (lambda e: e["event"]["action"] == "openat" and
                 member(e.get("file", {}), "path") == b"/not-there/comm",
                 lambda e: member(e["process"], "name"), comm),
        "path": (lambda e: e["event"]["action"] == "unlink",
                 lambda e: member(e.get("file", {}), "path")
                 .split(b"/", 3)[3], names),
        "long path": (lambda e: e["event"]["action"] == "openat",
                      lambda e: member(e.get("file", {}), "path"),
                      [big_path]),
        "argv": (lambda e: e["event"]["action"] == "execve",
                 lambda e: member(e["process"], "args"),
                 [[b"/bin/true"] + strings + [big_argument]]),
        "executable": (lambda e: e["event"]["action"] == "execve",
                       lambda e: member(e["process"], "executable")
                       .split(b"/", 3)[3], [b'e x\ne"type=EXECVE']),
        "sun_path": (lambda e: e["event"]["action"] == "connect",
                     lambda e: member(e.get("destination", {}), "address"),
                     strings),
    }


def main():
    with open(sys.argv[1], encoding="ascii") as lines:
        *strings, big_argument, big_path = [
            bytes.fromhex(line.strip()) for line in lines]
    events = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            events.append(read(line))
        except ValueError as error:
            print("line %d: %s" % (number, error))
            return 2
    bad = 0
    for kind, (is_it, where, wanted) in kinds(
            strings, big_argument, big_path).items():
        found = collections.Counter()
        for event in filter(is_it, events):
            try:
                value = where(event)
            except (AttributeError, IndexError):
                continue
            found[tuple(value) if isinstance(value, list) else value] += 1
        keys = [tuple(w) if isinstance(w, list) else w for w in wanted]
        whole = sum(found[key] == keys.count(key) for key in keys)
        print("%s %d of %d" % (kind, whole, len(keys)))
        bad += whole != len(keys)
    return int(bad != 0)


sys.exit(main())
