#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents of a service that are small to write and would be large to compile.

bombs.py DIRECTORY writes NAME.json for each, and prints the names.
"""
import json
import os
import sys

LIMIT = 1048576  # bytes of a document, POLICY_TARGET_MAX
ALL = {"accept": ["no-landlock", "no-seccomp", "no-capabilities"]}
ANY = ["read", "write", "openat", "close", "socket", "ioctl", "fcntl", "mmap",
       "prctl", "clone", "futex", "kill", "getpid", "bind", "connect", "dup"]


def landlock(**more):
    return {"accept": ["no-seccomp", "no-capabilities"],
            "landlock": {"abi": 6, "ruleset": [
                {"handledAccessFs": ["abi.all"]}], **more}}


def seccomp(*syscalls, default="SCMP_ACT_ERRNO", **more):
    return {"accept": ["no-landlock", "no-capabilities"],
            "seccomp": {"defaultAction": default, "syscalls": list(syscalls),
                        **more}}


def call(names, args=(), action="SCMP_ACT_ALLOW"):
    rule = {"names": names, "action": action}
    if args:
        rule["args"] = list(args)
    return rule


def cond(index, value, op="SCMP_CMP_EQ", two=0):
    return {"index": index, "value": value, "valueTwo": two, "op": op}


def below(path, access=("read_file",)):
    return {"allowedAccess": list(access), "parent": path}


def variables(count, values, long=0):
    """count variables, and one path that uses all of them."""
    names = ["v%d" % i for i in range(count)]
    return landlock(
        variable=[{"name": n, "literal": [str(k) + "x" * long
                                          for k in range(values)]}
                  for n in names],
        pathBeneath=[below(["/" + "/".join("${%s}" % n for n in names)])])


def size(document):
    return len(json.dumps(document))


def filled(make):
    """About as many as fit into a document."""
    count = 1000 * LIMIT // (size(make(1001)) - size(make(1)))
    while size(make(count)) >= LIMIT:
        count -= count // 20 + 1
    return make(count)


MIXED = ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
         "SCMP_CMP_GE", "SCMP_CMP_GT"]


def bombs():
    # Products of variables.
    yield "variables-1000-1000-1000", variables(3, 1000)
    yield "variables-two-to-the-30", variables(30, 2)
    yield "variables-long", variables(2, 200, 2000)
    yield "variables-many-uses", landlock(
        variable=[{"name": "v", "literal": [str(k) for k in range(2000)]}],
        pathBeneath=[below(["/a%d/${v}" % k for k in range(2000)])])
    yield "variables-definitions", filled(lambda n: landlock(
        variable=[{"name": "v%d" % k, "literal": ["a"]} for k in range(n)],
        pathBeneath=[below(["/a"])]))
    # Rules.
    yield "paths", filled(lambda n: landlock(
        pathBeneath=[below(["/%d" % k for k in range(n)])]))
    yield "paths-alike", filled(lambda n: landlock(
        pathBeneath=[below(["/a"])] * n))
    yield "paths-deep", landlock(pathBeneath=[below(
        ["/" + "a/" * 2000 + str(k) for k in range(250)])])
    yield "ports", landlock(netPort=[
        {"allowedAccess": ["bind_tcp"], "port": list(range(65536))}])
    # Argument conditions.
    yield "conditions-one-call", seccomp(*[
        call(["socket"], [cond(0, k), cond(1, k), cond(2, k)])
        for k in range(3000)])
    yield "conditions-operators", seccomp(*[
        call(["socket"], [cond(i, (k * 7919) << i, MIXED[(k + i) % 6])
                          for i in range(6)]) for k in range(400)])
    yield "conditions-each-call", seccomp(*[
        call(ANY, [cond(k % 6, k * 65537, MIXED[k % 6]),
                   cond((k + 1) % 6, k, "SCMP_CMP_MASKED_EQ", k)])
        for k in range(200)])
    yield "conditions-few-with-many-values", seccomp(*[
        call(ANY, [cond(i, (k << 33) + i, MIXED[(k + i) % 6])
                   for i in range(6)]) for k in range(12)])
    yield "conditions-masks", seccomp(*[
        call(["ioctl"], [cond(i, (1 << k) - 1, "SCMP_CMP_MASKED_EQ",
                              (1 << k) // 3) for i in range(6)])
        for k in range(1, 63)])
    yield "conditions-scattered", seccomp(*[
        call(["socket", "clone", "sendto"], [cond(
            i, 0x9E3779B97F4A7C15 * (k * 6 + i + 1) % (1 << 64),
            "SCMP_CMP_MASKED_EQ") for i in range(6)], "SCMP_ACT_ERRNO")
        for k in range(40)], default="SCMP_ACT_ALLOW")
    yield "conditions-alternatives", seccomp(call(
        ["socket"], [cond(0, k) for k in range(16000)]))
    yield "conditions-full", filled(lambda n: seccomp(*[
        call(["socket"], [cond(k % 6, k)]) for k in range(n)]))
    yield "conditions-five-archs", seccomp(
        *[call(ANY, [cond(k % 6, k, MIXED[k % 6]), cond((k + 2) % 6, k)])
          for k in range(100)],
        architectures=["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                       "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM",
                       "SCMP_ARCH_RISCV64"])
    # Names.
    yield "names", filled(lambda n: seccomp(call(["read", "write"] * n)))
    yield "names-unknown", filled(lambda n: seccomp(
        call(["call%d" % k for k in range(n)])))
    yield "names-times-rules", filled(lambda n: seccomp(
        *[call(ANY, [cond(0, k)]) for k in range(n)]))
    # The other members.
    yield "network", {**ALL, "best-effort": True, "network": {"connect": [
        {"protocol": ["tcp"], "port": list(range(1, 60001)),
         "address": ["10.%d.%d.0/24" % (k // 256, k % 256)
                     for k in range(20000)]}]}}
    yield "network-rules", filled(lambda n: {
        **ALL, "best-effort": True, "network": {"connect": [
            {"protocol": ["tcp"], "port": [k % 65535 + 1]}
            for k in range(n)]}})
    yield "devices", filled(lambda n: {
        **ALL, "best-effort": True, "devices": [{"allow": True}] * n})
    yield "tests", filled(lambda n: {**ALL, "tests": ["deny exec /a"] * n})
    yield "audit", filled(lambda n: {
        **ALL, "audit": ["-a always,exit -S read"] * n})
    yield "accept", filled(lambda n: {"accept": ["no-landlock"] * n})
    yield "best-effort", filled(lambda n: {
        **ALL, "best-effort": ["landlock.truncate"] * n + ["nothing"]})
    # JSON itself; as text, since Python would not write it.
    yield "deep-arrays", "[" * 500000 + "]" * 500000
    yield "deep-objects", '{"a":' * 150000 + "1" + "}" * 150000
    yield "deep-landlock", '{"landlock":' + "[" * 400000 + "]" * 400000 + "}"
    yield "members", json.dumps({"k%d" % k: 0 for k in range(80000)})
    yield "long-text", '{"description":"' + "x" * 1000000 + '"} x'
    yield "many-numbers", '{"a":[' + "1," * 500000 + "1]}"
    yield "too-long", '{"description":"' + "x" * 1100000 + '"}'


def main():
    where = sys.argv[1]
    for name, document in bombs():
        text = document if isinstance(document, str) else json.dumps(document)
        with open(os.path.join(where, name + ".json"), "w") as f:
            f.write(text)
        print(name)


main()
