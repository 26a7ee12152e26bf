#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""decide_random.py SEED TREE FILE - a random policy about a small tree, with a
test of every file action at several places in it, written to FILE.

What is expected does not matter: the model is held against the kernel.
"""
import json
import os
import random
import sys

seed, tree, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
rng = random.Random(seed)
DIRS = ["", "/a", "/a/b", "/ab", "/c", "/c/d"]
FILES = ["/file", "/program", "/empty"]
RIGHTS = ["execute", "write_file", "read_file", "read_dir", "remove_dir",
          "remove_file", "make_dir", "make_reg", "make_sock", "make_fifo",
          "make_sym", "refer", "truncate", "ioctl_dev"]
AT_PATH = ["read", "write", "exec", "truncate", "stat"]
IN_DIR = ["create", "mkdir", "remove", "rmdir", "mkfifo", "mksock", "symlink",
          "bind unix"]
MOVES = ["rename", "replace", "link"]
CALLS = ["openat", "open", "openat2", "mkdir", "mkdirat", "unlinkat", "rename",
         "renameat2", "linkat", "bind", "mknodat", "execve", "truncate",
         "statx", "getdents64", "chdir", "symlink", "kill", "connect"]


def some(items, least):
    return rng.sample(items, rng.randint(least, len(items)))


def tree_make():
    for d in DIRS:
        os.makedirs(tree + d, exist_ok=True)
        for f in FILES:
            with open(tree + d + f, "w") as made:
                made.write("#!/bin/true\n" if f == "/program" else "x")
            os.chmod(tree + d + f, 0o755)


def landlock():
    rules = []
    for _ in range(rng.randint(0, 6)):
        where = tree + rng.choice(DIRS)
        if rng.random() < 0.3:
            where += rng.choice(FILES)
        rules.append({"allowedAccess": some(RIGHTS, 1), "parent": [where]})
    # What running a script takes, so that some of them run.
    rules.append({"allowedAccess": ["read_file", "execute"],
                  "parent": ["/usr"]})
    rules = [r for r in rules if r["allowedAccess"]]
    document = {"ruleset": [{"handledAccessFs": some(RIGHTS, 1)}],
                "pathBeneath": rules}
    if rng.random() < 0.5:
        document["ruleset"][0]["handledAccessNet"] = ["bind_tcp",
                                                      "connect_tcp"]
        document["netPort"] = [{"allowedAccess": some(
            ["bind_tcp", "connect_tcp"], 1), "port": [rng.randint(8000, 8003)]}]
    if rng.random() < 0.5:
        document["ruleset"][0]["scoped"] = some(
            ["abstract_unix_socket", "signal"], 1)
    return document


def tests():
    found = []
    for d in DIRS:
        here = tree + d
        found += [f"{w} {here}{rng.choice(FILES)}" for w in AT_PATH]
        found += [f"{w} {here}/new" for w in IN_DIR]
        found += [f"list {here}", f"chdir {here}", f"mount {here}"]
        other = tree + rng.choice(DIRS)
        found += [f"{w} {here}/x {other}/y" for w in MOVES]
        found.append(f"rename {here}/x/ {other}/y/")
        found.append(f"rename {here}/x {here}/y")
    for port in range(8000, 8004):
        found += [f"bind tcp {port}", f"connect tcp 1.2.3.4:{port}",
                  f"listen tcp [::1]:{port}"]
    found += ["connect udp 53", "connect mptcp 443", "signal outside",
              "connect abstract outside", "ptrace outside", "ioctl /dev/null",
              "syscall getpid", "syscall bpf"]
    return ["deny " + words for words in found]


tree_make()
policy = {"landlock": landlock(), "best-effort": True,
          "accept": ["no-capabilities"], "tests": tests()}
if rng.random() < 0.5:
    policy["accept"].append("no-seccomp")
else:
    policy["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"action": rng.choice(["SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
                               "SCMP_ACT_TRAP"]),
         "names": some(CALLS, 1)}]}
with open(out, "w") as written:
    json.dump(policy, written)
