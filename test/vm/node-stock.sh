#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# node-stock.sh - LinuxKit's boot imitated on kernel 6.12 with the security
# modules of LinuxKit's own kernel: no Landlock, no BPF LSM.
#
# seconds: 1200
# beside: others

exec "$(dirname "$0")/linuxkit/all" 6.12 -l lockdown,capability,yama,apparmor
