#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# enforce-6.1.sh - the attacks on nginx and redis on Debian 12's own kernel:
# Landlock ABI 2, no Landlock records, so that denials are found by their errno
# and marked as inferred. Ports and signals are not enforced there, which the
# test expects, in status and in fact.
#
# seconds: 420
# beside: others

exec "$(dirname "$0")/guest-run" -t 400 6.1 test/integration/65-services.sh
