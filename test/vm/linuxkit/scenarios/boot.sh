# SPDX-License-Identifier: Apache-2.0
# boot.sh - the node comes up, and nginx and redis serve under policy.
#
# services: nginx redis stranger
# shellcheck shell=bash

. "$(dirname "$0")/../guest.sh"

t_check "bailiff becomes ready" t_wait_for -t 40 is_ready
t_check "nginx serves a page" t_wait_for -t 30 page
t_check "redis keeps a key" t_wait_for -t 30 key
t_exit "a container without a policy does not run" 1 is_running stranger
"$CTL" status
ps -ef
cat /proc/mounts
log_of bailiff
log_of nginx
log_of redis
ctr -n $NS tasks ls
free -m
in_service nginx /usr/bin/intruder read /etc/shadow
in_service redis /usr/bin/intruder read /etc/shadow
cat /run/bailiff/private/gate.log
cat /proc/uptime
t_done
