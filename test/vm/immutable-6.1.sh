#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# immutable-6.1.sh - a node whose loginuid is locked (guest/immutable.sh).
#
# seconds: 200
# beside: others

exec "$(dirname "$0")/guest-run" -t 180 6.1 test/vm/guest/immutable.sh
