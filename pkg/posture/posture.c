/* SPDX-License-Identifier: Apache-2.0 */
/* posture.c - see posture.h: the facts, and how all of them are found. */
#include "pkg/posture/posture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/posture/probe.h"

#define PID_NS_FIRST 0xeffffffcU /* PROC_PID_INIT_INO, linux/proc_ns.h */

/* clang-format off */
const struct posture_row posture_rows[FACT_COUNT] = {
	[FACT_KERNEL] = { "kernel", "kernel", NULL },
	[FACT_PLACE] = { "host", "on the host",
		"what only the host can see is unknown here" },
	[FACT_SECURITYFS] = { "securityfs", "securityfs",
		"the state of lockdown and AppArmor cannot be read" },
	[FACT_LSM] = { "lsm", "security modules",
		"a policy that requires a module is refused" },
	[FACT_LANDLOCK] = { "landlock", "Landlock",
		"no policy can deny files, TCP ports or signals: one with such rules is refused, or not enforced where it says best-effort" },
	[FACT_LANDLOCK_ERRATA] = { "landlock-errata", "  Landlock errata",
		"which of its mistakes the kernel has mended is not known" },
	[FACT_LANDLOCK_RECORDS] = { "landlock-records", "  Landlock records",
		"denials are found by their errno and marked inferred; one that the program itself hides is missed" },
	[FACT_BTF] = { "btf", "BTF",
		"no BPF LSM program can be loaded" },
	[FACT_BPF_LSM] = { "bpf-lsm", "BPF LSM",
		"no eBPF program can deny; this version of bailiff uses none" },
	[FACT_APPARMOR] = { "apparmor", "AppArmor",
		"no second path layer; this version of bailiff loads no profile" },
	[FACT_LOCKDOWN] = { "lockdown", "lockdown",
		"root on the host can change the running kernel, and so everything" },
	[FACT_SECCOMP] = { "seccomp", "seccomp filters",
		"no policy can deny system calls, and bailiffd does not start" },
	[FACT_SECCOMP_RECORDS] = { "seccomp-records", "  seccomp records",
		"a system call that is refused with an errno leaves no record" },
	[FACT_AUDIT] = { "audit", "audit",
		"bailiffd does not start: no events, no record of a denial" },
	[FACT_AUDIT_BOOT] = { "audit-boot", "  audit since boot",
		"what happens before bailiffd runs is not recorded, and processes from before then leave no records of calls" },
	[FACT_AUDIT_BACKLOG] = { "audit-backlog", "  queue at boot",
		"of what happens before bailiffd reads, all but 64 records may be lost (they are counted)" },
	[FACT_LOGINUID] = { "loginuid-immutable", "  loginuid locked",
		"a process with CAP_AUDIT_CONTROL can put on another service's number (an event tells: identity.forged)" },
	[FACT_CGROUP] = { "cgroup2", "cgroup v2",
		"events of processes that are gone are attributed by session alone" },
	[FACT_CGROUP_BPF] = { "cgroup-bpf", "  eBPF on cgroups",
		"no network or device rules on running services; this version of bailiff has none" },
	[FACT_TRAIL] = { "trail-disk", "trail on a disk",
		"the trail ends with this boot: what no collector has taken is lost" },
	[FACT_GATE] = { "gate", "gate in place",
		"containers start without policy" },
	[FACT_RUNTIME] = { "runtime", "  real runtime",
		"the gate starts no container at all" },
	[FACT_ARMED] = { "armed", "policy in force",
		"the gate refuses every container but those of gate.conf, and nothing else is enforced" },
};

static const struct {
	enum posture_fact fact;
	probe_fn *probe;
} probes[FACT_COUNT] = {
	{ FACT_KERNEL, probe_kernel },
	{ FACT_PLACE, probe_place },
	{ FACT_SECURITYFS, probe_securityfs },
	{ FACT_LSM, probe_lsm },
	{ FACT_LANDLOCK, probe_landlock },
	{ FACT_LANDLOCK_ERRATA, probe_landlock_errata },
	{ FACT_LANDLOCK_RECORDS, probe_landlock_records },
	{ FACT_BTF, probe_btf },
	{ FACT_BPF_LSM, probe_bpf_lsm },
	{ FACT_APPARMOR, probe_apparmor },
	{ FACT_LOCKDOWN, probe_lockdown },
	{ FACT_SECCOMP, probe_seccomp },
	{ FACT_SECCOMP_RECORDS, probe_seccomp_records },
	{ FACT_AUDIT, probe_audit },
	{ FACT_AUDIT_BOOT, probe_audit_boot },
	{ FACT_AUDIT_BACKLOG, probe_audit_backlog },
	{ FACT_LOGINUID, probe_loginuid },
	{ FACT_CGROUP, probe_cgroup },
	{ FACT_CGROUP_BPF, probe_cgroup_bpf },
	{ FACT_TRAIL, probe_trail },
	{ FACT_GATE, probe_gate },
	{ FACT_RUNTIME, probe_runtime },
	{ FACT_ARMED, probe_armed },
};
/* clang-format on */

const char *posture_state_word(enum posture_state state)
{
	static const char *const words[] = {
		[POSTURE_UNKNOWN] = "unknown",
		[POSTURE_YES] = "yes",
		[POSTURE_NO] = "no",
	};

	return words[state];
}

/* ---- what the probes share ------------------------------------------------
 */

__attribute__((format(printf, 4, 0))) static void
fact_set(struct posture_value *v, enum posture_state state, const char *mend,
	 const char *fmt, va_list ap)
{
	v->state = state;
	v->mend = mend;
	(void)vsnprintf(v->text, sizeof(v->text), fmt, ap);
}

void fact_yes(struct posture_value *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fact_set(v, POSTURE_YES, NULL, fmt, ap);
	va_end(ap);
}

void fact_no(struct posture_value *v, const char *mend, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fact_set(v, POSTURE_NO, mend, fmt, ap);
	va_end(ap);
}

void fact_unknown(struct posture_value *v, const char *mend, const char *fmt,
		  ...)
{
	va_list ap;

	va_start(ap, fmt);
	fact_set(v, POSTURE_UNKNOWN, mend, fmt, ap);
	va_end(ap);
}

int look_read(const struct posture_look *look, const char *path, struct buf *b)
{
	const int r = file_read(look->root, path, b->max, b, NULL);

	while (r == 0 && b->len != 0 && b->p[b->len - 1] == '\n')
		b->len--;
	return r;
}

bool text_has_word(struct span text, const char *between, const char *word)
{
	const size_t len = strlen(word);

	for (size_t i = 0, begin = 0; i <= text.len; i++) {
		if (i < text.len && strchr(between, text.p[i]) == NULL)
			continue;
		if (i - begin == len && memcmp(text.p + begin, word, len) == 0)
			return true;
		begin = i + 1;
	}
	return false;
}

struct span cmdline_value(struct span cmdline, const char *name)
{
	const size_t len = strlen(name);
	struct span found = { 0 };

	while (cmdline.len != 0) {
		struct span word = span_cut(&cmdline, ' ');

		while (word.len != 0 && word.p[word.len - 1] == '\n')
			word.len--;
		if (span_eq_str(word, "--"))
			break;
		if (span_starts(word, name) && word.len > len &&
		    word.p[len] == '=')
			found = (struct span){ word.p + len + 1,
					       word.len - len - 1 };
	}
	return found;
}

/* ---- looking --------------------------------------------------------------
 */

/* Is the namespace of this process that of process 1? */
static bool is_same_namespace(int root, const char *kind)
{
	char mine[32], first[32];
	struct stat a, b;

	(void)snprintf(mine, sizeof(mine), "proc/self/ns/%s", kind);
	(void)snprintf(first, sizeof(first), "proc/1/ns/%s", kind);
	return fstatat(root, mine, &a, 0) == 0 &&
	       fstatat(root, first, &b, 0) == 0 && a.st_ino == b.st_ino;
}

int posture_look_open(struct posture_look *ret, struct err *e)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	struct posture_look look = { .calls = &posture_kernel, .host = -1 };
	struct stat st;

	look.root = open("/", flags);
	if (look.root < 0)
		return err_errno(e, "open /");
	look.is_host_pidns = stat("/proc/self/ns/pid", &st) == 0 &&
			     st.st_ino == PID_NS_FIRST;
	if (look.is_host_pidns)
		look.host = open("/proc/1/root", flags);
	/* To others than root that is a secret; outside a container both are
	 * one. */
	look.is_host_mounts =
		look.is_host_pidns && is_same_namespace(look.root, "mnt");
	if (look.host < 0 && look.is_host_mounts)
		look.host = open("/", flags);
	*ret = look;
	return 0;
}

void posture_look_close(struct posture_look *look)
{
	fd_drop(&look->root);
	fd_drop(&look->host);
}

void posture_find(const struct posture_look *look, size_t count,
		  struct posture *ret)
{
	*ret = (struct posture){ 0 };
	for (size_t i = 0; i < count && i < FACT_COUNT; i++)
		probes[i].probe(look, ret);
}

bool posture_persists(int fd)
{
	static const __typeof__(((struct statfs *)0)->f_type) memory[] = {
		TMPFS_MAGIC, RAMFS_MAGIC, HUGETLBFS_MAGIC, OVERLAYFS_SUPER_MAGIC
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
		if (fs.f_type == memory[i])
			return false;
	return true;
}

/* ---- JSON -----------------------------------------------------------------
 */

static void text_write(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, ",\"%s\":", key);
	if (text != NULL)
		json_quote(out, span_of(text));
	else
		buf_puts(out, "null");
}

void posture_write(const struct posture *p, size_t count, const bool *needs,
		   struct buf *out)
{
	for (size_t i = 0; i < count && i < FACT_COUNT; i++) {
		const struct posture_value *v = &p->facts[i];
		const bool is_yes = v->state == POSTURE_YES;

		buf_printf(out, "%s\"%s\":{\"state\":\"%s\",\"number\":%llu",
			   i != 0 ? "," : "", posture_rows[i].name,
			   posture_state_word(v->state),
			   (unsigned long long)v->number);
		text_write(out, "value", is_yes ? v->text : NULL);
		text_write(out, "why", is_yes ? NULL : v->text);
		text_write(out, "costs", is_yes ? NULL : posture_rows[i].costs);
		text_write(out, "mend", v->mend);
		if (needs != NULL)
			buf_printf(out, ",\"needed\":%s",
				   needs[i] ? "true" : "false");
		buf_puts(out, "}");
	}
}
