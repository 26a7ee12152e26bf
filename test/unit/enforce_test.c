/* SPDX-License-Identifier: Apache-2.0 */
/* enforce_test.c - each layer: it denies with the policy, and does not
 * without. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/caps.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/landlock.h"
#include "pkg/enforce/receipt.h"

#define READ (1ULL << 2 | 1ULL << 3)

/* keyctl answered with EPERM, everything else allowed. */
static const struct sock_filter no_keyctl[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static bool can_read(const char *path)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0;
}

static bool can_keyctl(void)
{
	return syscall(SYS_keyctl, 0, -3, 1) >= 0 || errno != EPERM;
}

static int bind_port(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(port) };
	AUTO_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return bind(fd, (const struct sockaddr *)(const void *)&at,
		    sizeof(at)) < 0
		       ? -errno
		       : 0;
}

struct sample {
	struct artefact a;
	struct buf paths, ports, insns;
};

static void sample_path(struct sample *s, uint64_t access, const char *path)
{
	const struct artefact_path rule = { .access = access,
					    .path = span_of(path) };

	artefact_path_put(&s->paths, &rule);
	s->a.path_count++;
	s->a.paths = buf_view(&s->paths);
}

/* Reads below /usr and binds port 6399; nothing else that is a file. */
static void sample_init(struct sample *s)
{
	*s = (struct sample){ 0 };
	buf_init(&s->paths, 4096);
	buf_init(&s->ports, 4096);
	buf_init(&s->insns, 4096);
	s->a.has_landlock = true;
	s->a.landlock_abi = 1;
	s->a.handled_fs = (1ULL << 13) - 1;
	sample_path(s, READ, "/usr");
	if (enforce_landlock_abi() >= 4) {
		s->a.landlock_abi = 4;
		s->a.handled_net = 3;
		buf_u64(&s->ports, 1);
		buf_u16(&s->ports, 6399);
		s->a.port_count = 1;
		s->a.ports = buf_view(&s->ports);
	}
}

static void sample_seccomp(struct sample *s)
{
	for (size_t i = 0; i < sizeof(no_keyctl) / sizeof(no_keyctl[0]); i++) {
		buf_u16(&s->insns, no_keyctl[i].code);
		buf_u8(&s->insns, no_keyctl[i].jt);
		buf_u8(&s->insns, no_keyctl[i].jf);
		buf_u32(&s->insns, no_keyctl[i].k);
		s->a.insn_count++;
	}
	s->a.has_seccomp = true;
	s->a.insns = buf_view(&s->insns);
}

static void sample_done(struct sample *s)
{
	buf_done(&s->paths);
	buf_done(&s->ports);
	buf_done(&s->insns);
}

TEST(landlock_denies_what_no_rule_grants_and_only_that)
{
	struct enforce_paths p;
	struct sample s;
	struct err e;

	if (enforce_landlock_abi() == 0)
		test_skip("no Landlock");
	CHECK(can_read("/etc/passwd"));
	sample_init(&s);
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(enforce_apply(&s.a, &p, &e), 0);
	enforce_paths_close(&p);
	CHECK(!can_read("/etc/passwd"));
	CHECK(can_read("/usr/bin/env"));
	if (enforce_landlock_abi() >= 4) {
		CHECK_INT(bind_port(6399), 0);
		CHECK_INT(bind_port(6398), -EACCES);
	}
	CHECK_INT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	sample_done(&s);
}

TEST(without_landlock_in_the_policy_nothing_of_it_is_applied)
{
	struct enforce_paths p;
	struct sample s;
	struct err e;

	sample_init(&s);
	s.a.has_landlock = false;
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(p.count, 0);
	CHECK_INT(enforce_apply(&s.a, &p, &e), 0);
	CHECK(can_read("/etc/passwd"));
	sample_done(&s);
}

TEST(a_policy_for_a_newer_landlock_is_refused_not_weakened)
{
	struct enforce_paths p;
	struct sample s;
	struct err e;

	sample_init(&s);
	s.a.landlock_abi = enforce_landlock_abi() + 1;
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(enforce_apply(&s.a, &p, &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "needs Landlock ABI");
	enforce_paths_close(&p);
	sample_done(&s);
}

static void sample_required(struct sample *s, const char *path)
{
	const struct artefact_path rule = { .access = READ,
					    .flags = ARTEFACT_PATH_REQUIRED,
					    .path = span_of(path) };

	artefact_path_put(&s->paths, &rule);
	s->a.path_count++;
	s->a.paths = buf_view(&s->paths);
}

TEST(a_path_that_is_not_there_is_left_out_and_the_rest_holds)
{
	struct enforce_paths p;
	struct sample s;
	struct err e;

	if (enforce_landlock_abi() == 0)
		test_skip("no Landlock");
	sample_init(&s);
	sample_path(&s, READ, "/nonexistent/file");
	sample_path(&s, READ, "/etc/passwd/below-a-file");
	sample_path(&s, READ, "/etc/group");
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(p.count, 4);
	CHECK_INT(p.absent, 2);
	CHECK_INT(p.fds[1], -1);
	CHECK_INT(p.fds[2], -1);
	CHECK_INT(enforce_apply(&s.a, &p, &e), 0);
	CHECK(can_read("/etc/group"));
	CHECK(!can_read("/etc/passwd"));
	enforce_paths_close(&p);
	sample_done(&s);
}

TEST(a_required_path_that_is_not_there_refuses)
{
	struct enforce_paths p = { .count = 99 };
	struct sample s;
	struct err e;

	sample_init(&s);
	sample_required(&s, "/etc");
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(p.absent, 0);
	enforce_paths_close(&p);
	p.count = 99;
	sample_required(&s, "/nonexistent/file");
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), -ENOENT);
	CHECK_HAS(e.text, "/nonexistent/file");
	CHECK_HAS(e.hint, "required");
	CHECK_INT(p.count, 99);
	sample_done(&s);
}

TEST(a_symlink_is_followed_unless_paths_must_be_what_they_say)
{
	char dir[] = "/tmp/bailiff-enforce-XXXXXX", link[64], up[64];
	struct enforce_paths p;
	struct sample s;
	struct err e;

	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	(void)snprintf(up, sizeof(up), "%s/../../etc", dir);
	CHECK_INT(symlink("/etc", link), 0);
	sample_init(&s);
	sample_path(&s, READ, dir);
	s.a.flags = ARTEFACT_PATHS_CANONICAL;
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	enforce_paths_close(&p);
	sample_path(&s, READ, link);
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), -ELOOP);
	CHECK_HAS(e.text, link);
	CHECK_HAS(e.text, "leads to /etc");
	s.a.flags = 0;
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	enforce_paths_close(&p);
	/* Also one below a symlink, and one that climbs. */
	(void)strcat(link, "/passwd");
	sample_done(&s);
	sample_init(&s);
	s.a.flags = ARTEFACT_PATHS_CANONICAL;
	sample_path(&s, READ, link);
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), -ELOOP);
	CHECK_HAS(e.text, "leads to /etc/passwd");
	sample_done(&s);
	sample_init(&s);
	s.a.flags = ARTEFACT_PATHS_CANONICAL;
	sample_path(&s, READ, up);
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), -ELOOP);
	CHECK_HAS(e.text, "leads to /etc");
	sample_done(&s);
	link[strlen(link) - strlen("/passwd")] = '\0';
	(void)unlink(link);
	(void)rmdir(dir);
}

TEST(a_receipt_names_what_was_left_out_and_is_read_as_it_was_written)
{
	struct enforce_paths p;
	struct buf line, path;
	struct receipt got;
	struct sample s;
	struct span rest;
	struct err e;

	sample_init(&s);
	s.a.generation = 7;
	sample_path(&s, READ, "/nonexistent/a b%\nc=d");
	sample_path(&s, READ, "/nonexistent/\xc3\xa4");
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	buf_init(&line, RECEIPT_LINE_MAX);
	buf_init(&path, 4096);
	CHECK_INT(receipt_compose(&s.a, &p, &line), 0);
	CHECK_INT(receipt_parse(buf_view(&line), &got), 0);
	CHECK(got.is_applied);
	CHECK_INT(got.generation, 7);
	CHECK_INT(got.skipped, 2);
	rest = got.paths;
	CHECK(receipt_path_next(&rest, &path));
	CHECK_STR(buf_cstr(&path), "/nonexistent/a b%\nc=d");
	buf_reset(&path);
	CHECK(receipt_path_next(&rest, &path));
	CHECK_STR(buf_cstr(&path), "/nonexistent/\xc3\xa4");
	CHECK(!receipt_path_next(&rest, &path));
	buf_done(&line);
	buf_done(&path);
	enforce_paths_close(&p);
	sample_done(&s);
}

static int receipt_of(const char *text, struct receipt *ret)
{
	*ret = (struct receipt){ 0 };
	return receipt_parse(span_of(text), ret);
}

TEST(the_first_launch_that_was_applied_is_what_binds_a_session)
{
	struct receipt r;

	CHECK_INT(receipt_of("", &r), -ENOENT);
	CHECK_INT(receipt_of("applied generation=3", &r), -ENOENT);
	CHECK_INT(receipt_of("applied generation=3\n", &r), 0);
	CHECK(r.is_applied && r.generation == 3 && r.skipped == 0);
	CHECK_INT(receipt_of("applied generation=3\n"
			     "applied generation=4\n",
			     &r),
		  0);
	CHECK_INT(r.generation, 3);
	CHECK_INT(receipt_of("error no such path\napplied generation=4\n", &r),
		  0);
	CHECK(r.is_applied && r.generation == 4);
	CHECK_INT(receipt_of("error one\nerror two\n", &r), 0);
	CHECK(!r.is_applied);
	CHECK(span_eq_str(r.error, "two"));
	CHECK_INT(receipt_of("applied generation=0\n", &r), -EBADMSG);
	CHECK_INT(receipt_of("applied generation=1 skipped=x\n", &r), -EBADMSG);
	CHECK_INT(receipt_of("applied\n", &r), -EBADMSG);
	CHECK_INT(receipt_of("\n", &r), -EBADMSG);
	CHECK_INT(receipt_of("sure generation=1\n", &r), -EBADMSG);
}

TEST(a_rule_for_a_file_leaves_out_what_only_directories_have)
{
	struct enforce_paths p;
	struct sample s;
	struct err e;

	if (enforce_landlock_abi() == 0)
		test_skip("no Landlock");
	sample_init(&s);
	sample_path(&s, READ, "/etc/passwd");
	sample_path(&s, 1ULL << 3, "/etc/group");
	CHECK_INT(enforce_paths_open(&s.a, &p, &e), 0);
	CHECK_INT(enforce_apply(&s.a, &p, &e), 0);
	CHECK(can_read("/etc/passwd"));
	CHECK(!can_read("/etc/group"));
	enforce_paths_close(&p);
	sample_done(&s);
}

TEST(seccomp_refuses_the_call_and_only_with_the_policy)
{
	struct enforce_paths p = { 0 };
	struct sample s;
	struct err e;

	CHECK(can_keyctl());
	sample_init(&s);
	s.a.has_landlock = false;
	sample_seccomp(&s);
	CHECK_INT(enforce_apply(&s.a, &p, &e), 0);
	CHECK(!can_keyctl());
	sample_done(&s);
}

TEST(everything_from_a_descriptor_on_is_closed_but_what_is_kept)
{
	int fds[6];
	struct err e;

	for (int i = 0; i < 6; i++)
		fds[i] = dup2(0, 50 + i);
	CHECK_INT(enforce_close_from(50, (const int[]){ 51, 52, 54 }, 3, &e),
		  0);
	for (int i = 0; i < 6; i++)
		CHECK_INT(fcntl(fds[i], F_GETFD) >= 0,
			  i == 1 || i == 2 || i == 4);
	CHECK(fcntl(1, F_GETFD) >= 0);
	CHECK_INT(enforce_close_from(50, NULL, 0, &e), 0);
	CHECK(fcntl(51, F_GETFD) < 0);
}

TEST(capabilities_become_exactly_what_the_policy_grants)
{
	const struct artefact_caps want = {
		.bounding = 1ULL << CAP_NET_BIND_SERVICE | 1ULL << CAP_CHOWN,
		.permitted = 1ULL << CAP_NET_BIND_SERVICE,
		.effective = 1ULL << CAP_NET_BIND_SERVICE,
		.inheritable = 1ULL << CAP_NET_BIND_SERVICE,
		.ambient = 1ULL << CAP_NET_BIND_SERVICE,
	};
	struct artefact_caps have;
	struct err e;

	if (getuid() != 0)
		test_skip("needs root");
	CHECK_INT(enforce_caps(&want, true, &e), -EPERM);
	CHECK_HAS(e.text, "which the policy does not grant");
	CHECK_INT(enforce_caps(&want, false, &e), 0);
	CHECK_INT(caps_read(&have, &e), 0);
	CHECK(memcmp(&have, &want, sizeof(have)) == 0);
	CHECK_INT(enforce_caps(&want, true, &e), 0);
}

TEST(a_capability_that_is_not_there_cannot_be_granted)
{
	struct artefact_caps none = { 0 }, want = { .permitted = 1 };
	struct err e;

	if (getuid() != 0)
		test_skip("needs root");
	CHECK_INT(enforce_caps(&none, false, &e), 0);
	CHECK_INT(enforce_caps(&want, false, &e), -EPERM);
	CHECK_HAS(e.text, "does not have itself");
}

/* What /proc/self/status says, as a test of a row would read it. */
static void status_line(const char *key, char *out, size_t size)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			(void)snprintf(out, size, "%s", line + strlen(key));
	(void)fclose(f);
}

TEST(a_confined_process_is_what_its_row_says)
{
	static const struct confine_row row = {
		.process = "audit",
		.uid = 65534,
		.gid = 65534,
		.caps = 1ULL << CAP_AUDIT_CONTROL,
		.paths = { { "/usr", READ },
			   { "/proc", READ },
			   { "/nonexistent/bailiff", READ } },
	};
	const struct confine_filter filter = { no_keyctl, 4 };
	struct err e;

	if (getuid() != 0)
		test_skip("needs root");
	CHECK(can_read("/etc/passwd"));
	CHECK_INT(confine_enter(&row, &filter, &e), 0);
	CHECK_INT(getuid(), 65534);
	CHECK_INT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	CHECK_INT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	CHECK_INT(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), 2);
	CHECK(!can_keyctl());
	if (enforce_landlock_abi() != 0) {
		CHECK(!can_read("/etc/passwd"));
		CHECK(can_read("/usr/bin/env"));
	}
	if (enforce_landlock_abi() >= 4)
		CHECK_INT(bind_port(6399), -EACCES);
}

TEST(a_confined_process_keeps_its_rows_capabilities_and_no_other)
{
	static const struct confine_row row = {
		.process = "audit",
		.uid = 65534,
		.gid = 65534,
		.caps = 1ULL << CAP_AUDIT_CONTROL,
		.paths = { { "/", READ } },
	};
	struct artefact_caps have;
	struct err e;

	if (getuid() != 0)
		test_skip("needs root");
	CHECK_INT(confine_enter(&row, NULL, &e), 0);
	CHECK_INT(caps_read(&have, &e), 0);
	CHECK_INT(have.permitted, row.caps);
	CHECK_INT(have.effective, row.caps);
	CHECK_INT(have.bounding, row.caps);
	CHECK_INT(have.inheritable, 0);
	CHECK_INT(have.ambient, 0);
}

TEST(a_process_that_stays_root_has_only_its_rows_capabilities)
{
	static const struct confine_row row = { .process = "supervisor",
						.caps = 1ULL << CAP_KILL,
						.paths = { { "/", READ } } };
	char text[256] = "";
	struct err e;

	if (getuid() != 0)
		test_skip("needs root");
	CHECK_INT(confine_enter(&row, NULL, &e), 0);
	status_line("CapEff:\t", text, sizeof(text));
	CHECK_STR(text, "0000000000000020\n");
	status_line("Groups:\t", text, sizeof(text));
	CHECK_STR(text, " \n");
}
