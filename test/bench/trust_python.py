# SPDX-License-Identifier: Apache-2.0
"""trust_python.py - what trust_load does, with python-tuf.

usage: trust_python.py REPOSITORY ROOT. Prints "TARGETS BYTES KIB SECONDS", the
last one the processor time without starting Python and importing.
"""

import os
import resource
import sys
import tempfile
import time

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater


class Files(FetcherInterface):
    """The repository is a directory, as for trust_load."""

    def _fetch(self, url):
        path = os.path.join(sys.argv[1], url.removeprefix("file:///"))
        try:
            with open(path, "rb") as f:
                yield f.read()
        except FileNotFoundError as e:
            raise DownloadHTTPError(str(e), 404) from e


def load(folder, root):
    fetcher = Files()
    updater = Updater(folder, "file:///", None, "file:///targets/", fetcher,
                      bootstrap=root)
    updater.refresh()
    # pylint: disable=protected-access
    loaded = {}
    for path in updater._trusted_set.targets.targets:
        info = updater.get_targetinfo(path)
        digest = list(info.hashes.values())[0]
        where, slash, last = path.rpartition("/")
        data = fetcher.download_bytes(
            f"file:///targets/{where}{slash}{digest}.{last}", info.length)
        info.verify_length_and_hashes(data)
        loaded[path] = data
    return loaded


def main():
    with open(sys.argv[2], "rb") as f:
        root = f.read()
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(folder, root)
    seconds = time.process_time() - began
    print(len(loaded), sum(map(len, loaded.values())),
          resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, f"{seconds:.6f}")


main()
