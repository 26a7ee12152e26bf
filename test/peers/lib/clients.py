# SPDX-License-Identifier: Apache-2.0
"""clients.py - bailiff's client and python-tuf's behind one interface, and TAP.

Both have refresh() and download(), which return true or false; a crash, a
sanitizer's report or a time-out is neither, but an error of the test.
"""

import datetime
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from urllib.parse import quote, unquote

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater

PROGRAM = os.environ["TUF_CLIENT"]
CLOCK = os.environ.get("TUF_CLOCK", "")
LIMIT = 30  # seconds for one run

WORK = tempfile.mkdtemp(prefix="bailiff-test.")


class Crash(Exception):
    """The client under test did not answer the question."""


class Client:
    """What both have: directories and what lies in them."""

    def __init__(self, site):
        self.site = site
        self.top = tempfile.mkdtemp(dir=WORK)
        self.dir = os.path.join(self.top, "metadata")
        self.target_dir = os.path.join(self.top, "targets")
        os.mkdir(self.dir)
        os.mkdir(self.target_dir)
        self.slash = "/"

    def close(self):
        shutil.rmtree(self.top)

    def url(self, kind):
        return f"{self.site.url}/{kind}{self.slash}"

    def read(self, name):
        try:
            with open(os.path.join(self.dir, name), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def versions(self):
        """Role and version of everything that is trusted."""
        found = {}
        for path in sorted(glob.glob(f"{self.dir}/*.json")):
            with open(path, "rb") as f:
                signed = json.load(f)["signed"]
            role = unquote(os.path.basename(path)[:-len(".json")])
            found[role] = signed["version"]
        return found

    def target(self, path):
        try:
            name = os.path.join(self.target_dir, self.file_name(path))
            with open(name, "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    @staticmethod
    def file_name(path):
        return quote(path, safe="")


class Ours(Client):
    """test/peers/tuf-client."""

    @staticmethod
    def file_name(path):
        """A leading dot is encoded as well."""
        dots = int(path.startswith("."))
        return "%2E" * dots + quote(path[dots:], safe="")

    def run(self, *args, clock=0):
        env = dict(os.environ, ASAN_OPTIONS="exitcode=99",
                   UBSAN_OPTIONS="exitcode=99")
        if clock:
            env["LD_PRELOAD"] = CLOCK
            env["TUF_CLOCK_OFFSET"] = str(int(clock))
        try:
            done = subprocess.run([PROGRAM, *args], env=env, timeout=LIMIT,
                                  capture_output=True, check=False)
        except subprocess.TimeoutExpired as e:
            raise Crash(f"no end after {LIMIT} s: {args}") from e
        self.stderr = done.stderr.decode(errors="replace")
        if done.returncode not in (0, 1) or "Sanitizer" in self.stderr or \
                "runtime error:" in self.stderr:
            raise Crash(f"exit {done.returncode}: {self.stderr}")
        if done.returncode == 1 and "tuf-client:" not in self.stderr:
            raise Crash(f"no sentence: {self.stderr!r}")
        return done.returncode == 0

    def init(self, root):
        path = os.path.join(self.top, "root.json")
        with open(path, "wb") as f:
            f.write(root)
        return self.run("--metadata-dir", self.dir, "init", path)

    def refresh(self, clock=0):
        return self.run("--metadata-url", self.url("metadata"),
                        "--metadata-dir", self.dir, "refresh", clock=clock)

    def download(self, *paths, clock=0):
        names = [a for p in paths for a in ("--target-name", p)]
        return self.run("--metadata-url", self.url("metadata"),
                        "--metadata-dir", self.dir, *names,
                        "--target-dir", self.target_dir, "--target-base-url",
                        self.url("targets"), "download", clock=clock)


class PythonTuf(Client):
    """python-tuf's ngclient, in this process; every call is a new client."""

    def init(self, root):
        self.root = root
        return True

    def _do(self, clock, action):
        self.stderr = ""
        try:
            updater = Updater(
                self.dir, self.url("metadata"), self.target_dir,
                self.url("targets"), bootstrap=self.root)
            if clock:
                # pylint: disable=protected-access
                updater._trusted_set.reference_time = datetime.datetime.now(
                    datetime.timezone.utc) + datetime.timedelta(seconds=clock)
            return action(updater)
        except (RepositoryError, DownloadError, ValueError, OSError) as e:
            self.stderr = f"{type(e).__name__}: {e}"
            return False
        except Exception as e:  # pylint: disable=broad-except
            self.stderr = f"uncaught {type(e).__name__}: {e}"
            return False

    def refresh(self, clock=0):
        def action(updater):
            updater.refresh()
            return True
        return self._do(clock, action)

    def download(self, *paths, clock=0):
        def action(updater):
            for path in paths:
                info = updater.get_targetinfo(path)
                if info is None:
                    return False
                if updater.find_cached_target(info) is None:
                    updater.download_target(info)
            return True
        return self._do(clock, action)


# ---- TAP ---------------------------------------------------------------------

class Tap:
    def __init__(self):
        self.number = self.failed = 0
        self.began = time.monotonic()

    def result(self, is_good, sentence, *notes):
        self.number += 1
        self.failed += not is_good
        print(f"{'ok' if is_good else 'not ok'} {self.number} - {sentence}")
        if not is_good:
            for note in notes:
                for line in str(note).splitlines():
                    print(f"# {line}")
        sys.stdout.flush()

    def run(self, sentence, function):
        """A test: @function fails by an exception."""
        try:
            function()
        except Exception as e:  # pylint: disable=broad-except
            self.result(False, sentence, *traceback.format_exception(e)[-3:])
        else:
            self.result(True, sentence)

    def done(self):
        shutil.rmtree(WORK, ignore_errors=True)
        print(f"# {time.monotonic() - self.began:.1f} s")
        print(f"1..{self.number}")
        sys.exit(1 if self.failed or not self.number else 0)


def same(got, want, what=""):
    assert got == want, f"{what}\n  got  {got}\n  want {want}"
