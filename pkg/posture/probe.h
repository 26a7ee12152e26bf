/* SPDX-License-Identifier: Apache-2.0 */
/* probe.h - what the files that find facts share; see posture.h. */
#ifndef PKG_POSTURE_PROBE_H
#define PKG_POSTURE_PROBE_H

#include "lib/span.h"
#include "pkg/posture/posture.h"

#define PROBE_FILE_MAX 65536

/* Set a fact: always one of these three. */
void fact_yes(struct posture_value *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void fact_no(struct posture_value *v, const char *mend, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fact_unknown(struct posture_value *v, const char *mend, const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));

/**
 * look_read() - a small file of the kernel's, without its last newline.
 * @path: below the root, without a leading '/'.
 * @b: holds it, initialised by the caller with its own limit.
 *
 * Return: 0; as open(2), read(2).
 */
int look_read(const struct posture_look *look, const char *path, struct buf *b);

/* Is @word one of those in @text between any of @between's characters? */
bool text_has_word(struct span text, const char *between, const char *word);

/* The value of the last "name=" on a kernel command line; p NULL: none. Words
 * behind "--" are for init. */
struct span cmdline_value(struct span cmdline, const char *name);

/* One for each group of facts; they run in the order of enum posture_fact and
 * may rest on facts before them. */
typedef void probe_fn(const struct posture_look *look, struct posture *p);
probe_fn probe_kernel, probe_place, probe_securityfs;
probe_fn probe_lsm, probe_landlock, probe_landlock_errata;
probe_fn probe_landlock_records, probe_btf, probe_bpf_lsm, probe_apparmor;
probe_fn probe_lockdown, probe_seccomp, probe_seccomp_records;
probe_fn probe_audit, probe_audit_boot, probe_audit_backlog, probe_loginuid;
probe_fn probe_cgroup, probe_cgroup_bpf;
probe_fn probe_trail, probe_gate, probe_runtime, probe_armed;

#endif
