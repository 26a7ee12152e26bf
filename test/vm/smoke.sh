#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# smoke.sh - Debian 12's own kernel boots here, with the Landlock and the audit
# that the enforcement tests count on.
#
# beside: others

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

vmrun=$TOP/test/vm/vmrun

out=$("$vmrun" -a audit=1 -f "$TOP/build/test/vm/probe" 6.1 \
	sh -c 'uname -r; probe audit; exit 7' 2>&1)
status=$?
t_is "a command's exit code comes out of the guest" "$status" 7
t_has "the guest runs kernel 6.1" "$out" "6.1."
t_has "its Landlock is ABI 2" "$out" "landlock 2"
t_has "an audit record is read inside" "$out" "audit audit("
case $out in
*"op=set audit_"*" auid="*) ok "the record says what was set, and by whom" ;;
*) not_ok "the record says what was set, and by whom" "$out" ;;
esac

"$vmrun" 6.1 sh -c 'exec poweroff -f' >/dev/null 2>&1
t_is "a guest that ends without an exit code is 125" $? 125
t_done
