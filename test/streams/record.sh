#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# record.sh - record what this kernel's audit says of the triggers.
#
# usage: record.sh DIRECTORY FILE [TRIGGER...]
#
# DIRECTORY holds the programs record, trigger and stamp. Nobody else may use
# the machine's audit meanwhile: the caller holds the lock that the tests share
# (t_audit_lock) and so puts enabled, rules and parameters back, or this is a
# guest. Works with bash and with busybox's shell.

# shellcheck disable=SC2086 # a rule is several words
programs=$1 out=$2
shift 2
auid=1900000042

auditctl -e 1 >/dev/null || exit 111
auditctl -b 8192 >/dev/null
while read -r rule; do
	case $rule in '#'* | '') continue ;; esac
	# A kernel or auditctl without one of them records the rest.
	auditctl $(echo "$rule" | sed "s/ -k / -F auid=$auid -k /") ||
		echo "record.sh: no rule: $rule" >&2
done <"$(dirname "$0")/rules.txt"

"$programs/trigger" uring-rule

place=$(mktemp -d /tmp/trigger.XXXXXX) || exit 111
cd "$place" || exit 111
timeout 120 "$programs/record" "$out" "$programs/stamp" "$auid" \
	"$programs/trigger" "$@"
status=$?
cd / && rm -rf "$place"
exit $status
