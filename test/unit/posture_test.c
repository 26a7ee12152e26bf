/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/json.h"
#include "pkg/posture/bpf_lsm.h"
#include "pkg/posture/probe.h"

/* ---- a machine that does not exist ----------------------------------------
 */

/* A directory with files as /proc and /sys have them. */
static int machine_new(void)
{
	char path[] = "/tmp/bailiff-posture.XXXXXX";
	int fd;

	CHECK(mkdtemp(path) != NULL);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void machine_put(int root, const char *path, const char *text)
{
	char dir[256];
	int fd;

	for (const char *c = path; (c = strchr(c, '/')) != NULL; c++) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(c - path), path);
		CHECK(mkdirat(root, dir, 0755) == 0 || errno == EEXIST);
	}
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK_INT(close(fd), 0);
}

static void machine_end(int root)
{
	char path[64], target[256], command[300];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
	n = readlink(path, target, sizeof(target) - 1);
	CHECK(n > 0);
	target[n] = '\0';
	CHECK(strncmp(target, "/tmp/bailiff-posture.", 21) == 0);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", target);
	CHECK_INT(system(command), 0); /* NOLINT: a path of our own */
	(void)close(root);
}

/* ---- a kernel that does not exist -----------------------------------------
 */

static int release_is(char *ret, size_t size)
{
	(void)snprintf(ret, size, "7.3.4");
	return 0;
}
static int abi_10(void)
{
	return 10;
}
static int abi_6(void)
{
	return 6;
}
static int absent(void)
{
	return -ENOSYS;
}
static int off(void)
{
	return -EOPNOTSUPP;
}
static int forbidden(void)
{
	return -EPERM;
}
static int errata_is(uint32_t *ret)
{
	*ret = 0xf;
	return 0;
}
static int errata_old(uint32_t *ret)
{
	(void)ret;
	return -EINVAL;
}
static int list_is(uint64_t ret[POSTURE_LSM_MAX])
{
	const uint64_t ids[] = { 108, 100, 110, 109, 999 };

	memcpy(ret, ids, sizeof(ids));
	return 5;
}
static int list_absent(uint64_t ret[POSTURE_LSM_MAX])
{
	(void)ret;
	return -ENOSYS;
}
static int bpf_denies(struct err *e)
{
	(void)e;
	return 0;
}
static int bpf_never_runs(struct err *e)
{
	return err_set(e, ENOEXEC, "nothing was denied");
}
static int bpf_forbidden(struct err *e)
{
	return err_set(e, EPERM, "the kernel takes no LSM program");
}
static int bpf_asked(struct err *e)
{
	(void)e;
	test_fail(__FILE__, __LINE__, "a program was tried for nothing");
}
static int fine(void)
{
	return 0;
}
static int audit_is(struct audit_state *ret)
{
	*ret = (struct audit_state){ .enabled = 1, .backlog_limit = 8192 };
	return 0;
}
static int audit_absent(struct audit_state *ret)
{
	(void)ret;
	return -EPROTONOSUPPORT;
}
static int audit_forbidden(struct audit_state *ret)
{
	(void)ret;
	return -EPERM;
}
static int features_locked(uint32_t *ret)
{
	*ret = AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE);
	return 0;
}
static int features_none(uint32_t *ret)
{
	*ret = 0;
	return 0;
}
static int mount_is(char *ret, size_t size)
{
	(void)snprintf(ret, size, "/sys/fs/cgroup");
	return 0;
}
static int mount_absent(char *ret, size_t size)
{
	(void)ret;
	(void)size;
	return -ENOENT;
}
static int cgroup_takes(const char *mount)
{
	CHECK_STR(mount, "/sys/fs/cgroup");
	return 0;
}
static int cgroup_refuses(const char *mount)
{
	(void)mount;
	return -EINVAL;
}
static int generation_is(uint64_t *ret)
{
	*ret = 7;
	return 0;
}
static int generation_none(uint64_t *ret)
{
	(void)ret;
	return -ENOENT;
}

static const struct posture_calls best = {
	.release = release_is,
	.landlock_abi = abi_10,
	.landlock_errata = errata_is,
	.lsm_list = list_is,
	.bpf_lsm = bpf_denies,
	.seccomp = fine,
	.audit = audit_is,
	.audit_features = features_locked,
	.cgroup_mount = mount_is,
	.cgroup_bpf = cgroup_takes,
	.generation = generation_is,
};
static const struct posture_calls worst = {
	.release = release_is,
	.landlock_abi = absent,
	.landlock_errata = errata_old,
	.lsm_list = list_absent,
	.bpf_lsm = bpf_never_runs,
	.seccomp = absent,
	.audit = audit_absent,
	.audit_features = features_none,
	.cgroup_mount = mount_absent,
	.cgroup_bpf = cgroup_refuses,
	.generation = generation_none,
};

static void find(const struct posture_calls *calls, int root, struct posture *p)
{
	const struct posture_look look = { .calls = calls,
					   .root = root,
					   .host = root,
					   .is_host_pidns = true,
					   .is_host_mounts = true };

	posture_find(&look, FACT_COUNT, p);
}

static int good_machine(void)
{
	const int root = machine_new();

	machine_put(root, "proc/self/loginuid", "4294967295");
	machine_put(root, "proc/self/status", "");
	machine_put(root, "proc/self/mountinfo", "");
	machine_put(root, "proc/cmdline",
		    "console=ttyS0 audit=1 audit_backlog_limit=8192\n");
	machine_put(root, "proc/sys/kernel/seccomp/actions_logged",
		    "kill_process errno log\n");
	machine_put(root, "sys/kernel/security/lsm",
		    "lockdown,capability,landlock,apparmor,bpf");
	machine_put(root, "sys/kernel/security/lockdown",
		    "none [integrity] confidentiality\n");
	machine_put(root,
		    "sys/kernel/security/apparmor/features/policy/versions/v9",
		    "yes\n");
	machine_put(root, "sys/kernel/btf/vmlinux", "BTF");
	machine_put(root, "usr/sbin/runc", "\177ELF bailiff-gate 0.1.0");
	machine_put(root, "usr/bin/runc", "\177ELF the real one");
	machine_put(root, "var/log/bailiff/x", "");
	return root;
}

static void is(const struct posture *p, enum posture_fact fact,
	       enum posture_state state, const char *part)
{
	const struct posture_value *v = &p->facts[fact];

	if (v->state != state || strstr(v->text, part) == NULL)
		test_fail(__FILE__, __LINE__, "%s: %s, \"%s\"; not %s, \"%s\"",
			  posture_rows[fact].name, posture_state_word(v->state),
			  v->text, posture_state_word(state), part);
}

TEST(a_machine_that_has_all_of_it_is_full)
{
	const int root = good_machine();
	struct posture p;

	find(&best, root, &p);
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (p.facts[i].state != POSTURE_YES && i != FACT_SECURITYFS &&
		    i != FACT_TRAIL)
			test_fail(__FILE__, __LINE__, "%s: %s",
				  posture_rows[i].name, p.facts[i].text);
	is(&p, FACT_LANDLOCK, POSTURE_YES, "ABI 10");
	is(&p, FACT_LANDLOCK_ERRATA, POSTURE_YES, "0xf");
	is(&p, FACT_LOCKDOWN, POSTURE_YES, "integrity");
	is(&p, FACT_APPARMOR, POSTURE_YES, "version 9");
	is(&p, FACT_GATE, POSTURE_YES, "/usr/sbin/runc");
	is(&p, FACT_RUNTIME, POSTURE_YES, "/usr/bin/runc");
	is(&p, FACT_ARMED, POSTURE_YES, "generation 7");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "full");
	CHECK(posture_tier_is_certain(&p));
	machine_end(root);
}

TEST(an_empty_machine_is_said_to_have_nothing_and_why)
{
	const int root = machine_new();
	struct posture p;

	find(&worst, root, &p);
	for (size_t i = 0; i < FACT_COUNT; i++) {
		CHECK(p.facts[i].text[0] != '\0');
		if (p.facts[i].state == POSTURE_YES && i != FACT_KERNEL &&
		    i != FACT_PLACE)
			test_fail(__FILE__, __LINE__, "%s: %s",
				  posture_rows[i].name, p.facts[i].text);
	}
	is(&p, FACT_LSM, POSTURE_UNKNOWN, "cannot be read");
	is(&p, FACT_LANDLOCK, POSTURE_NO, "not built in");
	is(&p, FACT_LANDLOCK_ERRATA, POSTURE_NO, "no Landlock");
	is(&p, FACT_BPF_LSM, POSTURE_NO, "nothing was denied");
	is(&p, FACT_AUDIT, POSTURE_NO, "no audit");
	is(&p, FACT_AUDIT_BOOT, POSTURE_UNKNOWN, "/proc/cmdline");
	is(&p, FACT_CGROUP, POSTURE_UNKNOWN, "mountinfo");
	is(&p, FACT_CGROUP_BPF, POSTURE_UNKNOWN, "no cgroup");
	is(&p, FACT_GATE, POSTURE_NO, "no runc");
	is(&p, FACT_RUNTIME, POSTURE_NO, "no runc and no crun");
	is(&p, FACT_ARMED, POSTURE_NO, "no policy");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "seccomp-only");
	CHECK(!posture_tier_is_certain(&p)); /* AppArmor is not known */
	machine_end(root);
}

/* The trap: such programs attach with success and never run. */
TEST(bpf_lsm_that_is_not_listed_is_not_even_tried)
{
	struct posture_calls calls = best;
	const int root = good_machine();
	struct posture p;

	machine_put(root, "sys/kernel/security/lsm", "lockdown,bpfx,landlock");
	calls.bpf_lsm = bpf_asked;
	find(&calls, root, &p);
	is(&p, FACT_BPF_LSM, POSTURE_NO, "not among the security modules");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "no-lsm-bpf");
	machine_end(root);
}

TEST(bpf_lsm_that_is_listed_must_deny)
{
	struct posture_calls calls = best;
	const int root = good_machine();
	struct posture p;

	calls.bpf_lsm = bpf_never_runs;
	find(&calls, root, &p);
	is(&p, FACT_BPF_LSM, POSTURE_NO, "nothing was denied");
	CHECK(posture_tier_is_certain(&p));
	calls.bpf_lsm = bpf_forbidden;
	find(&calls, root, &p);
	is(&p, FACT_BPF_LSM, POSTURE_UNKNOWN, "takes no LSM program");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "no-lsm-bpf");
	CHECK(!posture_tier_is_certain(&p));
	machine_end(root);
}

TEST(the_list_of_modules_comes_from_the_kernel_without_securityfs)
{
	const int root = machine_new();
	struct posture p;

	find(&best, root, &p);
	is(&p, FACT_LSM, POSTURE_YES, "lockdown,capability,landlock,bpf,999");
	is(&p, FACT_APPARMOR, POSTURE_NO, "not among");
	is(&p, FACT_LOCKDOWN, POSTURE_UNKNOWN, "cannot be read");
	is(&p, FACT_SECURITYFS, POSTURE_NO, "there is no /sys");
	machine_end(root);
}

TEST(landlock_that_is_off_is_not_landlock_that_is_absent)
{
	struct posture_calls calls = best;
	const int root = good_machine();
	struct posture p;

	calls.landlock_abi = off;
	find(&calls, root, &p);
	is(&p, FACT_LANDLOCK, POSTURE_NO, "not switched on");
	CHECK_HAS(p.facts[FACT_LANDLOCK].mend, "lsm=landlock");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "stock");
	calls.landlock_abi = absent;
	find(&calls, root, &p);
	CHECK_HAS(p.facts[FACT_LANDLOCK].mend, "CONFIG_SECURITY_LANDLOCK");
	calls.landlock_abi = forbidden;
	find(&calls, root, &p);
	is(&p, FACT_LANDLOCK, POSTURE_UNKNOWN, "refused");
	is(&p, FACT_LANDLOCK_RECORDS, POSTURE_UNKNOWN, "nobody knows");
	CHECK(!posture_tier_is_certain(&p));
	calls.landlock_abi = abi_6;
	calls.landlock_errata = errata_old;
	find(&calls, root, &p);
	is(&p, FACT_LANDLOCK_ERRATA, POSTURE_UNKNOWN, "does not tell");
	is(&p, FACT_LANDLOCK_RECORDS, POSTURE_NO, "ABI 6");
	CHECK_STR(posture_tier_word(posture_tier(&p)), "old-landlock");
	CHECK(posture_tier_is_certain(&p));
	machine_end(root);
}

TEST(audit_that_is_off_absent_or_silent_are_three_things)
{
	struct posture_calls calls = best;
	const int root = good_machine();
	struct posture p;

	calls.audit = audit_forbidden;
	find(&calls, root, &p);
	is(&p, FACT_AUDIT, POSTURE_UNKNOWN, "does not answer");
	is(&p, FACT_AUDIT_BOOT, POSTURE_YES, "audit=1");
	CHECK_INT(unlinkat(root, "proc/self/loginuid", 0), 0);
	find(&calls, root, &p);
	is(&p, FACT_AUDIT, POSTURE_NO, "does not audit calls");
	calls.audit = audit_absent;
	machine_put(root, "proc/cmdline", "audit=1 x=y audit=off");
	find(&calls, root, &p);
	is(&p, FACT_AUDIT, POSTURE_NO, "audit=off");
	is(&p, FACT_AUDIT_BOOT, POSTURE_NO, "there is no audit");
	is(&p, FACT_LOGINUID, POSTURE_NO, "there is no audit");
	machine_end(root);
}

TEST(the_command_line_is_read_as_the_kernel_reads_it)
{
	static const struct {
		const char *line, *value; /* of "audit" */
	} rows[] = {
		{ "audit=1", "1" },
		{ "audit=0 audit=1\n", "1" },
		{ "xaudit=1 audit_x=2", NULL },
		{ "audit", NULL },
		{ "quiet -- audit=1", NULL },
		{ "", NULL },
		{ "audit= quiet", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct span got =
			cmdline_value(span_of(rows[i].line), "audit");

		CHECK((got.p == NULL) == (rows[i].value == NULL));
		CHECK(span_eq_str(got, rows[i].value ? rows[i].value : ""));
	}
}

TEST(a_queue_that_is_too_short_at_boot_is_told)
{
	static const struct {
		const char *line;
		enum posture_state state;
		const char *part;
	} rows[] = {
		{ "audit=1", POSTURE_NO, "64 records, the kernel's own" },
		{ "audit_backlog_limit=8191", POSTURE_NO, "8191" },
		{ "audit_backlog_limit=8192", POSTURE_YES, "8192" },
		{ "audit_backlog_limit=0", POSTURE_YES, "0" },
		{ "audit_backlog_limit=many", POSTURE_NO, "64" },
	};
	const int root = good_machine();
	struct posture p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		machine_put(root, "proc/cmdline", rows[i].line);
		find(&best, root, &p);
		is(&p, FACT_AUDIT_BACKLOG, rows[i].state, rows[i].part);
	}
	machine_end(root);
}

TEST(the_gate_is_what_containerd_finds)
{
	const int root = good_machine();
	struct posture p;

	machine_put(root, "proc/612/comm", "containerd\n");
	machine_put(root, "proc/612/environ", "A=B");
	find(&best, root, &p);
	is(&p, FACT_GATE, POSTURE_YES, "containerd (pid 612)");
	machine_put(root, "proc/612/environ", "PATH=/usr/bin:/usr/sbin");
	find(&best, root, &p);
	is(&p, FACT_GATE, POSTURE_NO, "/usr/bin/runc");
	machine_put(root, "etc/docker/daemon.json", "  # bailiff-gate\n");
	find(&best, root, &p);
	is(&p, FACT_GATE, POSTURE_NO, "/usr/bin/runc");
	machine_put(root, "etc/docker/daemon.json",
		    "{\"path\": \"/usr/libexec/bailiff/bailiff-gate\"}");
	find(&best, root, &p);
	is(&p, FACT_GATE, POSTURE_YES, "/etc/docker/daemon.json");
	machine_end(root);
}

TEST(the_gate_is_not_its_own_runtime)
{
	const int root = good_machine();
	struct posture p;

	CHECK_INT(unlinkat(root, "usr/bin/runc", 0), 0);
	find(&best, root, &p);
	is(&p, FACT_RUNTIME, POSTURE_NO, "no runc and no crun");
	machine_put(root, "usr/bin/crun", "\177ELF");
	find(&best, root, &p);
	is(&p, FACT_RUNTIME, POSTURE_YES, "/usr/bin/crun");
	machine_end(root);
}

TEST(a_host_that_cannot_be_seen_is_unknown)
{
	const int root = good_machine();
	const struct posture_look look = { .calls = &worst,
					   .root = root,
					   .host = -1 };
	struct posture p;

	posture_find(&look, FACT_COUNT, &p);
	is(&p, FACT_PLACE, POSTURE_NO, "container");
	is(&p, FACT_TRAIL, POSTURE_UNKNOWN, "not to be seen");
	is(&p, FACT_GATE, POSTURE_UNKNOWN, "not to be seen");
	is(&p, FACT_RUNTIME, POSTURE_UNKNOWN, "not to be seen");
	is(&p, FACT_ARMED, POSTURE_UNKNOWN, "none is to be seen");
	machine_end(root);
}

TEST(records_of_refused_calls_need_errno_among_the_actions)
{
	const int root = good_machine();
	struct posture p;

	machine_put(root, "proc/sys/kernel/seccomp/actions_logged",
		    "kill_process xerrno log\n");
	find(&best, root, &p);
	is(&p, FACT_SECCOMP_RECORDS, POSTURE_NO, "errno is not among");
	machine_end(root);
}

TEST(only_the_first_facts_are_looked_for_when_asked_so)
{
	const int root = good_machine();
	const struct posture_look look = { .calls = &best,
					   .root = root,
					   .host = root };
	struct posture p;

	posture_find(&look, FACT_KERNEL_COUNT, &p);
	is(&p, FACT_CGROUP_BPF, POSTURE_YES, "");
	CHECK_STR(p.facts[FACT_GATE].text, "");
	machine_end(root);
}

/* ---- what follows ----------------------------------------------------------
 */

TEST(tiers_follow_from_landlock_bpf_and_apparmor)
{
	static const struct {
		uint64_t abi;
		enum posture_state bpf, apparmor;
		const char *tier;
		bool is_certain;
	} rows[] = {
		{ 11, POSTURE_YES, POSTURE_NO, "full", true },
		{ 7, POSTURE_YES, POSTURE_YES, "full", true },
		{ 7, POSTURE_NO, POSTURE_YES, "no-lsm-bpf", true },
		{ 7, POSTURE_UNKNOWN, POSTURE_YES, "no-lsm-bpf", false },
		{ 6, POSTURE_YES, POSTURE_YES, "old-landlock", true },
		{ 1, POSTURE_UNKNOWN, POSTURE_UNKNOWN, "old-landlock", true },
		{ 0, POSTURE_YES, POSTURE_YES, "stock", true },
		{ 0, POSTURE_NO, POSTURE_NO, "seccomp-only", true },
		{ 0, POSTURE_NO, POSTURE_UNKNOWN, "seccomp-only", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct posture p = { 0 };

		p.facts[FACT_LANDLOCK].state =
			rows[i].abi ? POSTURE_YES : POSTURE_NO;
		p.facts[FACT_LANDLOCK].number = rows[i].abi;
		p.facts[FACT_BPF_LSM].state = rows[i].bpf;
		p.facts[FACT_APPARMOR].state = rows[i].apparmor;
		CHECK_STR(posture_tier_word(posture_tier(&p)), rows[i].tier);
		CHECK_INT(posture_tier_is_certain(&p), rows[i].is_certain);
	}
}

static size_t not_denied(uint64_t abi)
{
	struct posture p = { 0 };
	size_t n = 0;

	p.facts[FACT_LANDLOCK].state = abi ? POSTURE_YES : POSTURE_NO;
	p.facts[FACT_LANDLOCK].number = abi;
	while (posture_not_denied(&p, n) != NULL)
		n++;
	return n;
}

TEST(a_newer_landlock_leaves_fewer_things_open)
{
	CHECK_INT(not_denied(0), 9);
	CHECK_INT(not_denied(2), 8);
	CHECK_INT(not_denied(6), 4);
	CHECK_INT(not_denied(7), 3);
	CHECK_INT(not_denied(11), 1);
}

TEST(each_fact_has_a_name_of_its_own_and_its_costs)
{
	for (size_t i = 0; i < FACT_COUNT; i++) {
		CHECK(posture_rows[i].name != NULL);
		CHECK(posture_rows[i].title != NULL);
		CHECK((posture_rows[i].costs == NULL) == (i == FACT_KERNEL));
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(posture_rows[i].name,
				     posture_rows[k].name) != 0);
	}
}

TEST(facts_are_written_as_json_with_the_reason_or_the_value)
{
	const int root = good_machine();
	const bool needs[FACT_COUNT] = { [FACT_GATE] = true };
	AUTO_JSON *json = NULL;
	struct err e = { 0 };
	struct posture p;
	struct buf out;
	json_t *gate;

	find(&best, root, &p);
	buf_init(&out, 65536);
	buf_puts(&out, "{");
	posture_write(&p, FACT_COUNT, needs, &out);
	buf_puts(&out, "}");
	CHECK_INT(json_parse(buf_view(&out), 65536, &json, &e), 0);
	CHECK_INT(json_object_size(json), FACT_COUNT);
	gate = json_object_get(json, "gate");
	CHECK(json_is_true(json_object_get(gate, "needed")));
	CHECK(json_is_null(json_object_get(gate, "why")));
	CHECK_STR(json_string_value(json_object_get(gate, "state")), "yes");
	buf_done(&out);
	machine_end(root);
}

/* ---- this machine ----------------------------------------------------------
 */

/* Whatever it says, it comes to an end, and leaves no child. */
TEST(the_test_of_bpf_lsm_ends_and_cleans_up)
{
	struct err e = { 0 };
	const int r = bpf_lsm_test(&e);

	CHECK(r <= 0);
	CHECK(r == 0 || e.text[0] != '\0');
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

TEST(this_machine_can_be_looked_at)
{
	struct posture_look look;
	struct err e = { 0 };
	struct posture p;

	CHECK_INT(posture_look_open(&look, &e), 0);
	posture_find(&look, FACT_COUNT, &p);
	posture_look_close(&look);
	for (size_t i = 0; i < FACT_COUNT; i++)
		CHECK(p.facts[i].text[0] != '\0');
	CHECK_INT(p.facts[FACT_KERNEL].state, POSTURE_YES);
}
