#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# node-6.1.sh - LinuxKit's boot imitated on kernel 6.1, with Landlock and BPF LSM.
#
# seconds: 1200
# beside: others

exec "$(dirname "$0")/linuxkit/all" 6.1
