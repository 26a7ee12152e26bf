#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 79-tables.sh - the audit tables: from the headers of the packages they name,
# through the committed script, without the machine's own look-ups.
#
# beside: others
. "$(dirname "$0")/../lib.sh"
t_tmpdir work
cd "$TOP" || exit 111
csv=pkg/audit/tables/kernel.csv

t_check "the C tables are those that the script makes of the CSV files" \
	tools/audit-tables --same

tools/audit-tables --check >"$work/said" 2>"$work/errors"
case $? in
0)
	ok "kernel.csv is what the headers of its packages say"
	sed 's/^/# /' "$work/said"
	;;
111) skip "kernel.csv is what the headers of its packages say" \
	"apt cannot reach Debian" ;;
*) not_ok "kernel.csv is what the headers of its packages say" \
	"$(tail -n 40 "$work/said")" ;;
esac

count() { # TABLE MACHINE WANT
	local have
	have=$(grep -c "^$1,$2," $csv)
	[ "$have" -ge "$3" ] || echo "$1 $2: $have rows, not $3"
}
counts() {
	local bad
	bad=$(
		count type - 225
		count uring_op - 65
		count syscall x86_64 386
		count syscall i386 462
		count syscall x32 375
		count syscall aarch64 328
		count syscall riscv64 329
		for machine in x86_64 i386 aarch64 riscv64; do
			grep -q "^syscall,$machine,472,fchroot$" $csv ||
				echo "$machine has no call 472"
		done
	)
	echo "$bad"
	[ -z "$bad" ]
}
t_check "they reach system call 472 and io_uring operation 64" counts

# A table that differs by one name is found.
t_check "an edited table is found" bash -c '
	cp -r tools test pkg "$1" && cd "$1" &&
	sed -i "s/\"EACCES\"/\"EACCESS\"/" pkg/audit/tables/symbols.h &&
	! tools/audit-tables --same >said && grep -q "^+.*EACCESS" said' - "$work"

# What would look an id or a name up in passwd, in DNS or by libc's modules.
nss=' U (getpw|getgr|gethost|getaddrinfo|getnameinfo|getserv|getproto|initgroups)'
no_nss() {
	local program
	for program in "$BIN"/bailiffd "$BIN"/bailiffctl; do
		nm -D --undefined-only "$program" >"$work/symbols" &&
			grep -q ' U read' "$work/symbols" || return 1
		! grep -E "$nss" "$work/symbols" || return 1
	done
}
t_check "neither the daemon nor its client looks up users, hosts, services" \
	no_nss
t_done
