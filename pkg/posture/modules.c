/* SPDX-License-Identifier: Apache-2.0 */
/* modules.c - facts about the kernel and its security modules; see probe.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/posture/probe.h"

#define SECURITYFS_DIR	     "sys/kernel/security"
#define SECURITYFS_MAGIC     0x73636673
#define APPARMOR_VERSION_MIN 5
#define APPARMOR_VERSION_MAX 20
#define RECORDS_ABI	     7

#define MEND_LSM(name)                                                        \
	"kernel.cmdline in the yml: lsm=landlock,lockdown,yama,apparmor,bpf " \
	"(" name " among them)"
static const char mend_landlock_built[] =
	"kernel configuration: CONFIG_SECURITY_LANDLOCK=y, and landlock in "
	"CONFIG_LSM or lsm= (examples/kernel.config)";
static const char mend_newer[] = "a newer kernel";
static const char mend_bpf[] =
	"kernel configuration: CONFIG_BPF_LSM=y, CONFIG_DEBUG_INFO_BTF=y; "
	"kernel.cmdline in the yml: bpf in lsm= (examples/kernel.config)";
static const char mend_root[] = "ask as root, on the host";
static const char mend_securityfs[] =
	"mount -t securityfs none /sys/kernel/security";

/* linux/lsm.h */
static const struct {
	uint64_t id;
	const char *name;
} ids[] = {
	{ 100, "capability" }, { 101, "selinux" },   { 102, "smack" },
	{ 103, "tomoyo" },     { 104, "apparmor" },  { 105, "yama" },
	{ 106, "loadpin" },    { 107, "safesetid" }, { 108, "lockdown" },
	{ 109, "bpf" },	       { 110, "landlock" },  { 111, "ima" },
	{ 112, "evm" },	       { 113, "ipe" },
};

void probe_kernel(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_KERNEL];
	char release[128];
	const int r = look->calls->release(release, sizeof(release));

	if (r == 0)
		fact_yes(v, "%s", release);
	else
		fact_unknown(v, NULL, "uname(2): %s", strerror(-r));
}

void probe_place(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_PLACE];
	struct stat st;

	if (look->is_host_mounts)
		fact_yes(v, "its processes and its files are seen");
	else if (fstatat(look->root, "proc/self", &st, AT_SYMLINK_NOFOLLOW) < 0)
		fact_unknown(v, "mount -t proc proc /proc",
			     "/proc is not mounted");
	else if (look->is_host_pidns && look->host < 0)
		fact_unknown(v, mend_root,
			     "where process 1 is cannot be seen: that needs "
			     "CAP_SYS_PTRACE");
	else
		fact_no(v, "ask on the host",
			look->is_host_pidns
				? "this is a container, with the host's "
				  "processes in sight"
				: "this is a container: its processes are "
				  "numbered apart");
}

void probe_securityfs(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_SECURITYFS];
	AUTO_FD fd = openat(look->root, SECURITYFS_DIR,
			    O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		fact_no(v, mend_securityfs, "there is no /" SECURITYFS_DIR);
	else if (fstatfs(fd, &fs) < 0 || fs.f_type != SECURITYFS_MAGIC)
		fact_no(v, mend_securityfs,
			"it is not mounted at /" SECURITYFS_DIR);
	else
		fact_yes(v, "at /" SECURITYFS_DIR);
}

/* ---- the list -------------------------------------------------------------
 */

static const char *name_of(uint64_t id)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i].id == id)
			return ids[i].name;
	return NULL;
}

/* As securityfs would have it, from the kernel's own numbers. */
static int list_ask(const struct posture_look *look, struct buf *b)
{
	uint64_t list[POSTURE_LSM_MAX];
	const int count = look->calls->lsm_list(list);

	for (int i = 0; i < count; i++) {
		const char *name = name_of(list[i]);

		buf_puts(b, i != 0 ? "," : "");
		if (name != NULL)
			buf_puts(b, name);
		else
			buf_printf(b, "%llu", (unsigned long long)list[i]);
	}
	return count < 0 ? count : buf_error(b);
}

void probe_lsm(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_LSM];
	struct buf b;
	int r;

	buf_init(&b, POSTURE_TEXT_MAX - 1);
	r = look_read(look, SECURITYFS_DIR "/lsm", &b);
	if (r < 0) {
		buf_reset(&b);
		r = list_ask(look, &b);
	}
	if (r == 0)
		fact_yes(v, "%.*s", (int)b.len, b.len != 0 ? b.p : "");
	else
		fact_unknown(v, mend_securityfs,
			     "/" SECURITYFS_DIR "/lsm cannot be read, and "
			     "lsm_list_modules(2) says: %s",
			     strerror(-r));
	buf_done(&b);
}

/* Is @name listed? Unknown where the list is. */
static enum posture_state is_listed(const struct posture *p, const char *name)
{
	const struct posture_value *v = &p->facts[FACT_LSM];

	if (v->state != POSTURE_YES)
		return POSTURE_UNKNOWN;
	return text_has_word(span_of(v->text), ",", name) ? POSTURE_YES
							  : POSTURE_NO;
}

/* ---- Landlock -------------------------------------------------------------
 */

void probe_landlock(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_LANDLOCK];
	const int abi = look->calls->landlock_abi();

	if (abi > 0) {
		fact_yes(v, "ABI %d", abi);
		v->number = (uint64_t)abi;
		v->mend = abi < RECORDS_ABI ? mend_newer : NULL;
	} else if (abi == -ENOSYS) {
		fact_no(v, mend_landlock_built, "it is not built in");
	} else if (abi == -EOPNOTSUPP) {
		fact_no(v, MEND_LSM("landlock"),
			"it is built in, and not switched on");
	} else {
		fact_unknown(v, mend_root,
			     "landlock_create_ruleset(2) is refused: %s",
			     strerror(-abi));
	}
}

/* What rests on Landlock is as it is where there is none. Return: whether. */
static bool is_without_landlock(const struct posture *p,
				struct posture_value *v)
{
	const struct posture_value *landlock = &p->facts[FACT_LANDLOCK];

	if (landlock->state == POSTURE_NO)
		fact_no(v, landlock->mend, "there is no Landlock");
	else if (landlock->state == POSTURE_UNKNOWN)
		fact_unknown(v, landlock->mend,
			     "nobody knows whether there is Landlock");
	return landlock->state != POSTURE_YES;
}

void probe_landlock_errata(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_LANDLOCK_ERRATA];
	uint32_t errata = 0;
	int r;

	if (is_without_landlock(p, v))
		return;
	r = look->calls->landlock_errata(&errata);
	v->number = errata;
	if (r == 0)
		fact_yes(v, "0x%x", errata);
	else
		fact_unknown(v, mend_newer, "this kernel does not tell (%s)",
			     strerror(-r));
}

void probe_landlock_records(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_LANDLOCK_RECORDS];
	const unsigned long long abi = p->facts[FACT_LANDLOCK].number;

	(void)look;
	if (is_without_landlock(p, v))
		return;
	if (abi >= RECORDS_ABI)
		fact_yes(v, "of each denial");
	else
		fact_no(v, "kernel 6.15 or newer",
			"it is ABI %llu, they come with ABI %d", abi,
			RECORDS_ABI);
}

/* ---- eBPF -----------------------------------------------------------------
 */

void probe_btf(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_BTF];
	struct stat st;

	if (fstatat(look->root, "sys/kernel/btf/vmlinux", &st, 0) == 0)
		fact_yes(v, "%lld bytes", (long long)st.st_size);
	else if (fstatat(look->root, "sys/kernel", &st, 0) < 0)
		fact_unknown(v, "mount -t sysfs sys /sys",
			     "/sys is not mounted");
	else
		fact_no(v, mend_bpf, "there is no /sys/kernel/btf/vmlinux");
}

void probe_bpf_lsm(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_BPF_LSM];
	struct err e = { 0 };
	int r;

	if (is_listed(p, "bpf") == POSTURE_NO) {
		fact_no(v, mend_bpf,
			"bpf is not among the security modules: its programs "
			"would attach and never run");
		return;
	}
	r = look->calls->bpf_lsm(&e);
	if (r == 0)
		fact_yes(v,
			 "a program that denies was attached, and it denied");
	else if (r == -EPERM || r == -EACCES || r == -ETIMEDOUT || r == -EIO)
		fact_unknown(v, "ask as root, with CAP_BPF and CAP_PERFMON",
			     "%s", e.text);
	else
		fact_no(v, mend_bpf, "%s", e.text);
}

/* ---- others ---------------------------------------------------------------
 */

/* The newest form of policy that the kernel takes; 0: it does not tell. */
static int apparmor_version(const struct posture_look *look)
{
	char path[96];
	struct stat st;

	for (int i = APPARMOR_VERSION_MAX; i >= APPARMOR_VERSION_MIN; i--) {
		(void)snprintf(path, sizeof(path),
			       SECURITYFS_DIR
			       "/apparmor/features/policy/versions/v%d",
			       i);
		if (fstatat(look->root, path, &st, 0) == 0)
			return i;
	}
	return 0;
}

void probe_apparmor(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_APPARMOR];
	const int version = apparmor_version(look);

	switch (is_listed(p, "apparmor")) {
	case POSTURE_NO:
		fact_no(v, MEND_LSM("apparmor"),
			"it is not among the security modules");
		return;
	case POSTURE_UNKNOWN:
		if (version == 0) {
			fact_unknown(v, mend_securityfs,
				     "the list of security modules is not "
				     "known");
			return;
		}
		break;
	case POSTURE_YES:
		break;
	}
	v->number = (uint64_t)version;
	if (version != 0)
		fact_yes(v, "active, policy up to version %d", version);
	else
		fact_yes(v, "active");
}

void probe_lockdown(const struct posture_look *look, struct posture *p)
{
	static const char mend[] = "kernel.cmdline in the yml: "
				   "lockdown=integrity, and lockdown in lsm=";
	struct posture_value *v = &p->facts[FACT_LOCKDOWN];
	struct span text, mode;
	struct buf b;
	int r;

	buf_init(&b, 256);
	r = look_read(look, SECURITYFS_DIR "/lockdown", &b);
	text = buf_view(&b);
	(void)span_cut(&text, '[');
	mode = span_cut(&text, ']');
	if (r == 0 && mode.len != 0 && !span_eq_str(mode, "none"))
		fact_yes(v, "%.*s", SPAN_FMT(mode));
	else if (r == 0)
		fact_no(v, mend, "the kernel is not locked down");
	else if (is_listed(p, "lockdown") == POSTURE_NO)
		fact_no(v, mend, "it is not among the security modules");
	else
		fact_unknown(v, mend_securityfs,
			     "/" SECURITYFS_DIR "/lockdown cannot be read: %s",
			     strerror(-r));
	buf_done(&b);
}

void probe_seccomp(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_SECCOMP];
	const int r = look->calls->seccomp();

	if (r == 0)
		fact_yes(v, "filters can be set");
	else if (r == -EPERM || r == -EACCES)
		fact_unknown(v, mend_root, "seccomp(2) is refused: %s",
			     strerror(-r));
	else
		fact_no(v, "kernel configuration: CONFIG_SECCOMP_FILTER=y",
			"the kernel has no seccomp filters (%s)", strerror(-r));
}

void probe_seccomp_records(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_SECCOMP_RECORDS];
	struct buf b;
	int r;

	buf_init(&b, 256);
	r = look_read(look, "proc/sys/kernel/seccomp/actions_logged", &b);
	if (r < 0)
		fact_unknown(v, "mount -t proc proc /proc",
			     "/proc/sys/kernel/seccomp/actions_logged: %s",
			     strerror(-r));
	else if (text_has_word(buf_view(&b), " ", "errno"))
		fact_yes(v, "of %.*s", (int)b.len, b.p);
	else
		fact_no(v,
			"sysctl kernel.seccomp.actions_logged with errno "
			"among the words",
			"errno is not among kernel.seccomp.actions_logged");
	buf_done(&b);
}
