#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# enforce-6.12.sh - the same on the kernel that LinuxKit has, with Landlock on:
# ABI 6, so that ports, signals and abstract sockets are enforced too, and still
# no Landlock records: each denial is found by its errno and marked as inferred.
#
# seconds: 420
# beside: others

exec "$(dirname "$0")/guest-run" -t 400 6.12 test/integration/65-services.sh
