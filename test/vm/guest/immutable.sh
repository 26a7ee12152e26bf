#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# immutable.sh - on a machine that locked loginuid (only in a guest: the lock
# holds until reboot) bailiffd and the launcher work where it is unset and refuse
# with a sentence where it is set.

. "$(dirname "$0")/../../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

mkdir -p "$dir/policies/services"
cat >"$dir/policies/services/web.json" <<'END'
{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],
"parent":["/usr","/bin","/lib","/lib64"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"best-effort":true,"capabilities":{}}
END
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
t_check "a bundle is made and signed" n_repo "$dir" "$dir/policies"
n_image "$dir"
t_check "loginuid is locked" auditctl --loginuid-immutable

out=$("$ATTACKS/stamp" 1000 "$BIN/bailiffd" 2>&1)
t_is "in a login session bailiffd refuses with 111" $? 111
t_has "and says why" "$out" "loginuid_immutable"
n_start_ok "out of none it starts" "$dir/log"
out=$("$ATTACKS/stamp" 1000 "$EXEC" --service web -- /bin/busybox true 2>&1)
t_is "in a login session the launcher refuses with 125" $? 125
t_has "and says why" "$out" "loginuid_immutable"
t_exit "out of none it starts the service" 0 \
	"$EXEC" --service web -- /bin/busybox true
t_done
