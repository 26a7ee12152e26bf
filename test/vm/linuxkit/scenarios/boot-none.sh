# SPDX-License-Identifier: Apache-2.0
# boot-none.sh - how long a node takes to boot with nothing that reads audit and
# no gate: for test/bench/boot.sh.
#
# services: nginx
# plain
# kernels: none
# extra: test/bench/boot-guest.sh
# shellcheck shell=bash

. /tree/test/bench/boot-guest.sh
