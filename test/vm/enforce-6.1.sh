#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# enforce-6.1.sh - the enforcement test on Debian 12's own kernel: Landlock
# ABI 2, no Landlock records, so that denials are found and marked as inferred.
#
# seconds: 420

exec "$(dirname "$0")/guest-run" -t 400 6.1 test/integration/70-enforce.sh
