# SPDX-License-Identifier: Apache-2.0
# unarmed.sh - a node that comes up without a policy starts nothing but bailiff,
# until one is there.
#
# services: nginx
# unarmed
# shellcheck shell=bash

. "$(dirname "$0")/../guest.sh"

t_check "bailiff becomes ready" t_wait_for -t 40 is_ready
t_is "it is all that runs" "$(echo /run/containerd/runc/$NS/*)" \
	/run/containerd/runc/$NS/bailiff
t_is "and says that it is unarmed" \
	"$("$CTL" status --json | jq -r '.state')" unarmed
service_start nginx >/run/out 2>&1
t_is "denied: nginx by hand" "$?" 1
t_has "with a sentence" "$(cat /run/out)" "bailiff: container \"nginx\""
t_is "and nothing serves" "$(page && echo served)" ""
t_is "the trail has both refusals" "$("$CTL" tail --raw --type TRUSTED_APP \
	--from 1 | grep -c 'op=container-refused container="nginx"')" 2
# The same files by the real runtime: it is the gate that refuses.
cp /containers/services/nginx/config.json /run/
bare_start() {
	/usr/bin/runc run -d --bundle /run nginx >/run/out 2>&1 </dev/null
}
t_check "past the gate nginx starts" bare_start
t_check "and serves" t_wait_for -t 20 page
/usr/bin/runc delete -f nginx
t_done
