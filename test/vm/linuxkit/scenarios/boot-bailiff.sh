# SPDX-License-Identifier: Apache-2.0
# boot-bailiff.sh - how long a node takes to boot with bailiff, nginx under its
# policy: for test/bench/boot.sh.
#
# services: nginx
# kernels: none
# extra: test/bench/boot-guest.sh
# shellcheck shell=bash

. /tree/test/bench/boot-guest.sh
