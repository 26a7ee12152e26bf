/* SPDX-License-Identifier: Apache-2.0 */
/* alone_test.c - which cgroups may be frozen or killed, and which never. */
#include "pkg/identity/alone.h"

#include "test/unit/harness.h"

/* One container with three processes: init, its child, and one that was
 * executed in it by what started init. */
static const struct alone_member plain[] = {
	{ .pid = 100, .parent = 50, .depth = 2, .inner = 1 },
	{ .pid = 101, .parent = 100, .depth = 2, .inner = 7 },
	{ .pid = 120, .parent = 50, .depth = 2, .inner = 9 },
};

static struct alone whole(const struct alone_member *members, size_t count)
{
	return (struct alone){ .path = "/web",
			       .ours = "/bailiff",
			       .first = "/",
			       .init = 100,
			       .members = members,
			       .count = count };
}

static const char *refusal(const struct alone *a)
{
	const char *why = alone_refusal(a);

	return why != NULL ? why : "none";
}

TEST(a_leaf_with_one_container_may_be_frozen)
{
	const struct alone a = whole(plain, 3);

	CHECK_STR(refusal(&a), "none");
}

TEST(the_root_is_never_frozen)
{
	struct alone a = whole(plain, 3);

	a.path = "/";
	CHECK_HAS(refusal(&a), "root of all");
}

TEST(nor_is_what_holds_bailiff_or_the_first_process)
{
	static const struct {
		const char *path, *ours, *first, *why;
	} rows[] = {
		{ "/web", "/web", "/", "bailiff itself" },
		{ "/web", "/web/deep/er", "/", "bailiff itself" },
		{ "/web", "/webby", "/", "none" },
		{ "/web/x", "/web", "/", "none" },
		{ "/web", "/b", "/web", "host's first process" },
		{ "/web", "/b", "/web/init.scope", "host's first process" },
		{ "/web", "/b", "/webinit", "none" },
		{ "/web", "", "/", "bailiff itself" },
		{ "/web", "/b", "", "host's first process" },
		{ "/../web", "/b", "/", "not known" },
		{ "web", "/b", "/", "not known" },
		{ "", "/b", "/", "not known" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct alone a = whole(plain, 3);

		a.path = rows[i].path;
		a.ours = rows[i].ours;
		a.first = rows[i].first;
		CHECK_HAS(refusal(&a), rows[i].why);
	}
}

TEST(nor_is_one_with_others_below_it)
{
	struct alone a = whole(plain, 3);

	a.has_children = true;
	CHECK_HAS(refusal(&a), "others below");
}

TEST(nor_is_one_that_the_first_process_has_left)
{
	const struct alone empty = whole(plain, 0);
	struct alone a = whole(plain, 3);

	a.init = 102;
	CHECK_HAS(refusal(&a), "first process is not in");
	CHECK_HAS(refusal(&empty), "first process is not in");
}

/* Each in place of the third process. */
TEST(nor_is_one_that_holds_anything_else)
{
	static const struct {
		struct alone_member other;
		const char *why;
	} rows[] = {
		{ { 120, 50, 2, 9, true }, "is registered" },
		{ { 120, 50, 1, 120, false }, "outside of its pid namespace" },
		{ { 120, 50, 2, 1, false }, "second container" },
		{ { 120, 51, 2, 9, false }, "from elsewhere" },
		{ { 120, 1, 2, 9, false }, "from elsewhere" },
		/* A parent circle cannot be, and must not hang. */
		{ { 120, 120, 2, 9, false }, "from elsewhere" },
		/* A container in the container is of it. */
		{ { 120, 101, 3, 1, false }, "none" },
		{ { 120, 51, 3, 1, false }, "from elsewhere" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct alone_member members[] = { plain[0], plain[1],
							rows[i].other };
		const struct alone a = whole(members, 3);

		CHECK_HAS(refusal(&a), rows[i].why);
	}
}

TEST(nor_is_one_without_a_pid_namespace)
{
	const struct alone_member host = { 100, 50, 1, 100, false };
	const struct alone_member second = { 100, 50, 2, 2, false };
	const struct alone_member taken = { 100, 50, 2, 1, true };
	const struct alone a = whole(&host, 1), b = whole(&second, 1),
			   c = whole(&taken, 1);

	CHECK_HAS(refusal(&a), "no pid namespace of its own");
	CHECK_HAS(refusal(&b), "no pid namespace of its own");
	CHECK_HAS(refusal(&c), "another container's");
}

#define STATUS(name)                                                    \
	"Name:\t" name "\nUmask:\t0022\nState:\tS (sleeping)\n"         \
	"Tgid:\t4711\nNgid:\t0\nPid:\t4711\nPPid:\t12\nTracerPid:\t0\n" \
	"Uid:\t0\t0\t0\t0\nNStgid:\t4711\t3\t1\nNSpid:\t4711\t3\t1\n"   \
	"NSpgid:\t4711\t3\t1\n"

TEST(status_tells_of_a_process_and_its_namespaces)
{
	struct alone_member m;

	CHECK_INT(alone_member_parse(span_of(STATUS("sh")), &m), 0);
	CHECK_INT(m.pid, 4711);
	CHECK_INT(m.parent, 12);
	CHECK_INT(m.depth, 3);
	CHECK_INT(m.inner, 1);
	CHECK(!m.is_others);
	/* As the kernel escapes a name with a newline. */
	CHECK_INT(alone_member_parse(span_of(STATUS("a\\nNSpid:\t1")), &m), 0);
	CHECK_INT(m.depth, 3);
}

TEST(status_that_no_kernel_writes_is_refused)
{
	static const char *const texts[] = {
		"",
		"Pid:\t1\nPPid:\t0\n",
		"Pid:\t1\nNSpid:\t1\n",
		"PPid:\t1\nNSpid:\t1\n",
		"Pid:\t1\nPid:\t2\nPPid:\t0\nNSpid:\t1\n",
		"Pid:\t1\nPPid:\t0\nPPid:\t3\nNSpid:\t1\n",
		"Pid:\t1\nPPid:\t0\nNSpid:\t1\nNSpid:\t1\n",
		"Pid:\t0\nPPid:\t0\nNSpid:\t1\n",
		"Pid:\t-1\nPPid:\t0\nNSpid:\t1\n",
		"Pid:\t1\nPPid:\t0\nNSpid:\n",
		"Pid:\t1\nPPid:\t0\nNSpid:\t1\t\n",
		"Pid:\t1\nPPid:\t0\nNSpid:\t1 2\n",
		"Pid:\t99999999999\nPPid:\t0\nNSpid:\t1\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct alone_member m = { .pid = -7 };

		CHECK_INT(alone_member_parse(span_of(texts[i]), &m), -EBADMSG);
		CHECK_INT(m.pid, -7);
	}
}
