#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# flood-6.1.sh - a flood of denials on Debian 12's own kernel, which records
# none of them: counted by errno, then muted by session.
#
# seconds: 320

exec "$(dirname "$0")/guest-run" -t 300 6.1 test/integration/75-mute.sh
