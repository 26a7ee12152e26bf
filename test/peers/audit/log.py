# SPDX-License-Identifier: Apache-2.0
"""Datagrams as replay --raw prints them, as auditd would have logged them.

A record is a line: of what user space wrote newlines become blanks, as auditd has
it.
"""

import re
import sys

out, begun = sys.stdout.buffer, False
for line in sys.stdin.buffer.read().split(b"\n"):
    found = re.match(rb"^ *\d+ (\S+) (audit\(.*)$", line, re.S)
    if found:
        out.write((b"\n" if begun else b"")
                  + b"type=" + found[1] + b" msg=" + found[2])
        begun = True
    elif line:
        out.write(b" " + line)
out.write(b"\n")
