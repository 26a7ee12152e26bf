#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# node-7.sh - LinuxKit's boot imitated on kernel 7.3, with Landlock and BPF LSM.
#
# seconds: 1200
# beside: others

exec "$(dirname "$0")/linuxkit/all" 7.3
