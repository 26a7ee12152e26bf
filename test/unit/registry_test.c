/* SPDX-License-Identifier: Apache-2.0 */
/* registry_test.c - the session registry and the loginuid. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "pkg/identity/loginuid.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"

static const struct session nginx = {
	.ses = 7,
	.number = 3,
	.service = "nginx",
	.instance = "host",
	.generation = 4,
	.bundle_version = 12,
	.pid = 4711,
	.started_ms = 99,
	.cgroup = "/system.slice/x y",
	.cgroup_id = 4294971583,
	.pid_ns = 4026531836,
	.mnt_ns = 4026531840,
	.net_ns = 4026531841,
	.user_ns = 4026531837,
	.cgroup_ns = 4026531835,
};

#define NGINX_TEXT                                                      \
	"ses=7\nnumber=3\nservice=nginx\ninstance=host\ngeneration=4\n" \
	"bundle_version=12\npid=4711\nstarted_ms=99\n"                  \
	"cgroup=/system.slice/x y\ncgroup_id=4294971583\n"              \
	"pid_ns=4026531836\nmnt_ns=4026531840\nnet_ns=4026531841\n"     \
	"user_ns=4026531837\ncgroup_ns=4026531835\n"

/* A directory of our own, removed with the test's process group's files. */
static int dir_make(char *path)
{
	strcpy(path, "/tmp/registry_test.XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void dir_remove(const char *path, int dirfd, const char *name)
{
	(void)unlinkat(dirfd, name, 0);
	CHECK_INT(rmdir(path), 0);
	(void)close(dirfd);
}

TEST(a_session_reads_back_as_it_was_written)
{
	struct session s;
	struct err e;
	struct buf b;

	buf_init(&b, SESSION_FILE_MAX);
	session_encode(&nginx, &b);
	CHECK_STR(buf_cstr(&b), NGINX_TEXT);
	CHECK_INT(session_decode(buf_view(&b), &s, &e), 0);
	CHECK_INT(s.ses, 7);
	CHECK_INT(s.number, 3);
	CHECK_STR(s.service, "nginx");
	CHECK_STR(s.cgroup, "/system.slice/x y");
	CHECK_INT(s.mnt_ns, 4026531840);
	buf_done(&b);
}

TEST(a_session_file_that_is_not_exactly_one_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "empty" },
		{ "ses=7\n", "number is missing" },
		{ NGINX_TEXT "ses=7\n", "ses stands twice" },
		{ NGINX_TEXT "colour=red\n", "unknown line" },
		{ NGINX_TEXT "\n", "unknown line" },
		{ "ses=4294967295\n", "ses: not a number" },
		{ "ses=07\n", "ses: not a number" },
		{ "ses=-1\n", "ses: not a number" },
		{ "ses\n", "unknown line" },
		{ "number=10000\n", "number: not a number" },
		{ "pid=2147483648\n", "pid: not a number" },
		{ "ses=7", "cut short" },
	};
	struct session s = { .ses = 1 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };

		CHECK_INT(session_decode(span_of(rows[i].text), &s, &e),
			  -EBADMSG);
		CHECK_HAS(e.text, rows[i].why);
	}
	CHECK_INT(s.ses, 1);
}

TEST(a_session_file_names_no_service_that_could_not_exist)
{
	char text[] = NGINX_TEXT;
	struct session s;
	struct err e;

	CHECK_INT(session_decode(span_of(text), &s, &e), 0);
	*strstr(text, "nginx") = '.';
	CHECK_INT(session_decode(span_of(text), &s, &e), -EBADMSG);
	CHECK_HAS(e.text, "service name");
}

TEST(service_names_are_safe_as_file_names)
{
	static const struct {
		const char *name;
		int want;
	} rows[] = {
		{ "nginx", 0 },
		{ "a", 0 },
		{ "9.b_c-d", 0 },
		{ "", -EINVAL },
		{ ".", -EINVAL },
		{ "..", -EINVAL },
		{ "a/b", -EINVAL },
		{ "A", -EINVAL },
		{ "-a", -EINVAL },
		{ "a b", -EINVAL },
		{ "a\n", -EINVAL },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "89abc",
		  0 },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "89abcd",
		  -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_INT(service_name_check(span_of(rows[i].name), NULL),
			  rows[i].want);
}

TEST(a_registered_session_is_found_and_another_is_not)
{
	char path[64];
	const int dir = dir_make(path);
	struct session s, changed = nginx;
	struct err e;
	struct stat st;

	if (getuid() != 0)
		test_skip("needs root to give files away");
	CHECK_INT(session_register(dir, &nginx, &e), 0);
	CHECK_INT(fstatat(dir, "7", &st, 0), 0);
	CHECK_INT(st.st_uid, BAILIFF_UID);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(session_lookup(dir, 7, &s, &e), 0);
	CHECK_STR(s.service, "nginx");
	CHECK_INT(session_lookup(dir, 8, &s, &e), -ENOENT);
	changed.pid = 1;
	CHECK_INT(session_register(dir, &changed, &e), 0);
	CHECK_INT(session_lookup(dir, 7, &s, &e), 0);
	CHECK_INT(s.pid, 1);
	dir_remove(path, dir, "7");
}

TEST(a_session_file_of_another_owner_or_for_another_session_is_refused)
{
	char path[64];
	const int dir = dir_make(path);
	struct session s;
	struct err e;

	if (getuid() != 0)
		test_skip("needs root to give files away");
	CHECK_INT(session_register(dir, &nginx, &e), 0);
	CHECK_INT(fchownat(dir, "7", 1000, 1000, 0), 0);
	CHECK_INT(session_lookup(dir, 7, &s, &e), -EBADMSG);
	CHECK_HAS(e.text, "not written by bailiff");
	CHECK_INT(fchownat(dir, "7", BAILIFF_UID, 0, 0), 0);
	CHECK_INT(session_lookup(dir, 7, &s, &e), 0);
	CHECK_INT(renameat(dir, "7", dir, "8"), 0);
	CHECK_INT(session_lookup(dir, 8, &s, &e), -EBADMSG);
	CHECK_HAS(e.text, "session 7");
	CHECK_INT(symlinkat("8", dir, "9"), 0);
	CHECK_INT(session_lookup(dir, 9, &s, &e), -ELOOP);
	CHECK_INT(unlinkat(dir, "9", 0), 0);
	dir_remove(path, dir, "8");
}

TEST(a_session_that_would_break_its_own_file_is_not_registered)
{
	struct session s = nginx;
	struct err e;

	strcpy(s.instance, "a\nses=1");
	CHECK_INT(session_register(-1, &s, &e), -EINVAL);
	CHECK_HAS(e.text, "control character");
	s = nginx;
	s.number = 0;
	CHECK_INT(session_register(-1, &s, &e), -EINVAL);
	CHECK_HAS(e.text, "number 0 has no name");
}

static void count_one(void *ctx, const struct session *s)
{
	*(unsigned *)ctx += s->ses;
}

TEST(every_registration_is_visited_and_nothing_else)
{
	char path[64];
	const int dir = dir_make(path);
	struct session s = nginx;
	unsigned sum = 0;
	struct err e;

	if (getuid() != 0)
		test_skip("needs root to give files away");
	CHECK_INT(session_register(dir, &nginx, &e), 0);
	s.ses = 9;
	s.number = 0;
	s.service[0] = '\0';
	CHECK_INT(session_register(dir, &s, &e), 0);
	CHECK_INT(symlinkat("7", dir, ".5.1"), 0);
	CHECK_INT(session_each(dir, count_one, &sum, &e), 2);
	CHECK_INT(sum, 16);
	(void)unlinkat(dir, ".5.1", 0);
	(void)unlinkat(dir, "9", 0);
	dir_remove(path, dir, "7");
}

TEST(a_stamped_process_gets_the_number_and_a_session_of_its_own)
{
	struct loginuid before, after;
	uint32_t ses = 0, again = 0;
	struct err e;

	if (getuid() != 0 || loginuid_read(&before, &e) < 0)
		test_skip("needs root and a kernel with audit");
	CHECK_INT(loginuid_stamp(3, &ses, &e), 0);
	CHECK_INT(loginuid_read(&after, &e), 0);
	CHECK_INT(after.auid, AUID_BASE + 3);
	CHECK_INT(after.ses, ses);
	CHECK(ses != before.ses);
	/* Set now, as in a login session: with CAP_AUDIT_CONTROL it changes. */
	CHECK_INT(loginuid_stamp(4, &again, &e), 0);
	CHECK(again != ses);
	CHECK_INT(loginuid_read(&after, &e), 0);
	CHECK_INT(after.auid, AUID_BASE + 4);
}

TEST(a_set_loginuid_is_not_changed_without_the_capability)
{
	uint32_t ses;
	struct err e;

	if (getuid() != 0 || loginuid_stamp(3, &ses, &e) < 0)
		test_skip("needs root and a kernel with audit");
	CHECK_INT(setresuid(65534, 65534, 65534), 0);
	CHECK_INT(loginuid_stamp(4, &ses, &e), -EPERM);
	CHECK_HAS(e.text, "is 1900000003 already");
	CHECK_HAS(e.hint, "service manager");
}
