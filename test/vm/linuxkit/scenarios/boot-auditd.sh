# SPDX-License-Identifier: Apache-2.0
# boot-auditd.sh - how long a node takes to boot with auditd, as in LinuxKit's
# package, and no gate: for test/bench/boot.sh.
#
# services: auditd nginx
# plain
# kernels: none
# extra: test/bench/boot-guest.sh
# shellcheck shell=bash

. /tree/test/bench/boot-guest.sh
