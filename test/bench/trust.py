# SPDX-License-Identifier: Apache-2.0
"""trust.py - run both loaders in turn and print what trust.sh promises.

usage: trust.py RUNS LOADER PYTHON-LOADER DIRECTORY COUNT...
"""

import os
import statistics
import sys

RUNS, LOADER, PYTHON, TOP = int(sys.argv[1]), *sys.argv[2:5]


def run(command):
    """User and system time of a child in ms, and what it printed."""
    end, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(out, 1)
        os.execv(command[0], command)
    os.close(out)
    with os.fdopen(end) as f:
        words = f.read().split()
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{command}: it failed")
    return (usage.ru_utime + usage.ru_stime) * 1000, [float(w) for w in words]


def main():
    for count in sys.argv[5:]:
        place = [f"{TOP}/{count}", f"{TOP}/{count}/1.root.json"]
        ours, theirs, inside = [], [], []
        for _ in range(RUNS):
            ms, mine = run([LOADER, *place])
            ours.append(ms)
            ms, peer = run(["/usr/bin/python3", PYTHON, *place])
            theirs.append(ms)
            inside.append(peer[3] * 1000)
            if mine[:2] != peer[:2]:
                sys.exit(f"{count}: not the same files: {mine} {peer}")
        a, b, c = map(statistics.median, (ours, theirs, inside))
        print(f"  {count:>5} services, {int(mine[0])} files, "
              f"{int(mine[1] / 1024)} KiB: bailiff {a:.1f} ms "
              f"({min(ours):.1f}-{max(ours):.1f}), peak {mine[2] / 1024:.1f} "
              f"MiB; python-tuf {b:.0f} ms ({min(theirs):.0f}-"
              f"{max(theirs):.0f}), x{b / a:.0f}, of which without starting "
              f"Python {c:.0f} ms, x{c / a:.1f}, peak {peer[2] / 1024:.1f} MiB")


main()
