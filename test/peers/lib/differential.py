# SPDX-License-Identifier: Apache-2.0
"""differential.py - every case of cases.py before both clients.

Compared after each step: the verdict, the versions that are trusted, the
requests, the target files. usage: differential.py [PART-OF-A-NAME]
"""

import itertools
import sys

import cases
import clients
import web
from repo import Repo

ASPECTS = ("verdict", "versions", "requests", "targets")


def observe(client, step):
    """Do the step; what can be seen afterwards, by aspect."""
    client.site.take_log()
    action = getattr(client, step.verb)
    verdict = action(*step.paths, clock=step.clock)
    log = client.site.take_log()
    return {"verdict": verdict, "versions": client.versions(),
            "requests": log,
            "targets": {p: client.target(p) for p in step.paths}}


def play(case, server, seen):
    """One case; @seen gathers the aspects in which the clients differ."""
    repo = Repo(**case.options)
    site = server.site(repo)
    pair = [clients.Ours(site), clients.PythonTuf(site)]
    try:
        steps = case.play(repo, site)
        step = next(steps)
        for client in pair:
            assert client.init(repo.root_bytes()), client.stderr
        for number, step in enumerate(itertools.chain([step], steps)):
            ours, theirs = (observe(c, step) for c in pair)
            said = f"step {number + 1} ({step.verb}): " \
                f"ours: {pair[0].stderr.strip()!r}, " \
                f"python-tuf: {pair[1].stderr.strip()!r}"
            clients.same(ours["verdict"], step.want, f"{said}; our verdict")
            if step.trusts is not None:
                clients.same(ours["versions"], step.trusts, said)
            if step.asks is not None:
                clients.same(metadata_of(ours["requests"]), list(step.asks),
                             said)
            once = ours["requests"]
            clients.same(len(set(once)), len(once), f"asked twice: {once}")
            for aspect in ASPECTS:
                if ours[aspect] != theirs[aspect]:
                    seen.setdefault(aspect, f"{said}; {aspect}: ours "
                                    f"{ours[aspect]}, python-tuf "
                                    f"{theirs[aspect]}")
    finally:
        for client in pair:
            client.close()
        site.close()


def metadata_of(log):
    return [x[len("metadata/"):] for x in log if x.startswith("metadata/")]


def judge(case, server):
    seen = {}
    play(case, server, seen)
    said = case.differs.aspects.split() if case.differs else []
    for aspect, what in seen.items():
        assert aspect in said, what
    for aspect in said:
        assert aspect in seen, f"{aspect} is said to differ, and does not"


def main():
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    tap, server = clients.Tap(), web.Server()
    for case in cases.CASES:
        if part in case.name:
            tap.run(case.name, lambda case=case: judge(case, server))
    for case in cases.CASES:
        if case.differs and part in case.name:
            print(f"# differs: {case.name}: {case.differs.why}")
    if not part:
        tap.result(len(cases.CASES) >= 100,
                   f"{len(cases.CASES)} repositories are compared")
        tap.result(not server.strange, "nothing but GET is asked",
                   server.strange)
    tap.done()


if __name__ == "__main__":
    main()
