# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# arm.sh - the policy is published by an onboot container instead of the init
# script, and there is no memlogd; at the shutdown, a container of its own.
#
# kernels: 6.12
# onboot: arm
# without: 015-bailiff 002-logging
# services: nginx stranger
# onshutdown: flush

. "$(dirname "$0")/../guest.sh"

t_has "the onboot container published the policy" \
	"$(cat /run/log/onboot/*-arm.log)" 'msg="policy in force" bundle=1'
t_check "bailiff becomes ready" t_wait_for -t 60 is_ready
t_has "and says so in its file" "$(log_of bailiff)" "msg=ready"
t_check "nginx serves under policy" t_wait_for -t 60 page
t_is "which confines it" "$(awk '/^Seccomp:/ { print $2 }' \
	"/proc/$(pid_of nginx)/status")" 2
t_exit "a container without a policy does not run" 1 is_running stranger
t_is "onboot containers are not the gate's: arm stands in its own cgroup" \
	"$(ls -d /sys/fs/cgroup/*-arm)" /sys/fs/cgroup/000-arm
t_done
