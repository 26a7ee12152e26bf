# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# audit: libaudit, which parses audit rules and speaks to the kernel.

define HAVE_DECL_AUDIT_{FEATURE_VERSION,VERSION_BACKLOG_WAIT_TIME} \
	HAVE_DECL_AUDIT_STATUS_BACKLOG_WAIT_TIME{,_ACTUAL} \
	HAVE_STRUCT_AUDIT_STATUS_FEATURE_BITMAP HAVE_LIBCAP_NG HAVE_ATOMIC \
	ATOMIC_INT=atomic_int ATOMIC_UNSIGNED=atomic_uint \
	HAVE_POSIX_FALLOCATE HAVE_FACCESSAT WITH_IO_URING WITH_AARCH64 \
	WITH_APPARMOR AUDIT_RUN_DIR='"/run/audit"' NSS_BUFSIZE=1024 >config.h
cd lib
flags='-D_GNU_SOURCE -I.. -I. -I../common -I../auparse'

# The tables are written by a program that is made from each of them.
table() { # TABLE HEADER WORD OPTION...
	local from=$1 to=$2 word=$3
	shift 3
	[ -e "$from.h" ] || return 0
	$CC $CFLAGS $flags -DTABLE_H="\"$from.h\"" -o generate gen_tables.c
	./generate "$@" --i2s --s2i "$word" >"$to.h"
}
for word in action flag fstype ftype perm; do
	table ${word}tab ${word}tabs $word --lowercase
done
table errtab errtabs err --duplicate-ints --uppercase
table fieldtab fieldtabs field --duplicate-ints --lowercase
table machinetab machinetabs machine --duplicate-ints --lowercase
table i386_table i386_tables i386_syscall --duplicate-ints --lowercase
for arch in ppc s390 s390x x86_64 aarch64; do
	table ${arch}_table ${arch}_tables ${arch}_syscall --lowercase
done
table uringop_table uringop_tables uringop --lowercase
table msg_typetab msg_typetabs msg_type --uppercase
table optab optabs op

some=() # these moved from version to version
for file in {,../common/}{message,strsplit,common}.c ../common/audit-fgets.c; do
	[ ! -e "$file" ] || some+=("$file")
done
library libaudit.a "$flags" libaudit.c netlink.c lookup_table.c \
	audit_logging.c deprecated.c "${some[@]}"
for header in libaudit.h audit_logging.h audit-records.h; do
	[ ! -e "$header" ] || headers "$header"
done
