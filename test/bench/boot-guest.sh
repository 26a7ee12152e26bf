# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# boot-guest.sh - the scenario of boot.sh, on the node, when every other script of
# /etc/init.d has run: how long the processor was busy until then, and when nginx
# has served a page, in seconds since the kernel began. "# boot: NAME SECONDS".

. /tree/test/vm/linuxkit/guest.sh

# User, system and interrupt time of all processes and of the kernel.
busy() {
	awk '$1 == "cpu" { printf "%.2f\n",
		($2 + $3 + $4 + $7 + $8) / 100 }' /proc/stat
}
say() { echo "# boot: $1 $2"; }

owned() { auditctl -s | grep -q '^pid [1-9]'; }

cpu=$(busy)
t_check "nginx serves" t_wait_for -t 60 page
read -r served _ </proc/uptime
say cpu "$cpu"
say served "$served"
case $SCENARIO in
boot-bailiff)
	t_check "bailiff is ready" t_wait_for -t 60 is_ready
	t_is "nginx is under its policy" "$("$CTL" status --json |
		jq '[.. | objects | select(.service? == "nginx" and has("ses"))] |
		length')" 1
	;;
boot-auditd)
	t_check "auditd owns the kernel's audit" t_wait_for -t 30 owned ||
		log_of auditd
	;;
esac
t_done
