# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# libcap-ng: the names of capabilities.

define HAVE_{LINUX_MAGIC,LINUX_SECUREBITS,PTHREAD,SYS_VFS,SYS_XATTR,SYSCALL}_H \
	HAVE_DECL_{PR_CAP_AMBIENT,VFS_CAP_REVISION_2,VFS_CAP_REVISION_3} \
	HAVE_DECL_CAP_EPOLLWAKEUP=0 HAVE_DECL_CAP_{WAKE_ALARM,BLOCK_SUSPEND} \
	HAVE_DECL_CAP_{AUDIT_READ,PERFMON,BPF,CHECKPOINT_RESTORE} >config.h
library libcap-ng.a '-D_GNU_SOURCE -include config.h -I. -Isrc' \
	src/cap-ng.c src/lookup_table.c
headers src/cap-ng.h
