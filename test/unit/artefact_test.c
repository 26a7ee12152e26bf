/* SPDX-License-Identifier: Apache-2.0 */
/* artefact_test.c - the flat form: what is written is read, what is damaged is
 * refused.
 */
#include "test/unit/harness.h"

#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"
#include "pkg/policy/artefact.h"

static const char insns[16] = { 6, 0, 0, 0, 0, 0, 0, 0, 6 };

static void path_put(struct buf *paths, uint64_t access, uint8_t flags,
		     struct span path)
{
	const struct artefact_path rule = { access, flags, path };

	artefact_path_put(paths, &rule);
}

static void rules_fill(struct buf *paths, struct buf *ports)
{
	buf_init(paths, 4096);
	path_put(paths, 4, 0, span_of("/srv/www"));
	path_put(paths, 12, ARTEFACT_PATH_REQUIRED, span_of("/etc"));
	buf_init(ports, 4096);
	buf_u64(ports, 1);
	buf_u16(ports, 8080);
}

static struct artefact sample(const struct buf *paths, const struct buf *ports)
{
	return (struct artefact){
		.flags = ARTEFACT_PATHS_CANONICAL,
		.service = span_of("nginx"),
		.number = 1,
		.generation = 7,
		.bundle_version = 3,
		.has_landlock = true,
		.landlock_abi = 7,
		.handled_fs = 0xffff,
		.handled_net = 3,
		.scoped = 3,
		.path_count = 2,
		.paths = buf_view(paths),
		.port_count = 1,
		.ports = buf_view(ports),
		.has_seccomp = true,
		.insn_count = 2,
		.insns = { insns, sizeof(insns) },
		.proof = { .points = 1ULL << 40,
			   .branches = 12,
			   .dead = 2,
			   .is_sampled = true },
		.caps = { .bounding = 6, .effective = 2, .permitted = 2 },
	};
}

TEST(an_artefact_is_read_as_it_was_written)
{
	struct buf paths, ports, out;
	struct artefact a, b;
	struct artefact_path rule;
	uint64_t access;
	struct cur c;
	struct err e;

	rules_fill(&paths, &ports);
	a = sample(&paths, &ports);
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(artefact_encode(&a, &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &b, &e), 0);
	CHECK_INT(b.flags, ARTEFACT_PATHS_CANONICAL);
	CHECK(span_eq_str(b.service, "nginx"));
	CHECK_INT(b.generation, 7);
	CHECK_INT(b.landlock_abi, 7);
	CHECK_INT(b.caps.bounding, 6);
	CHECK_INT(b.proof.points, 1ULL << 40);
	CHECK_INT(b.proof.branches, 12);
	CHECK_INT(b.proof.dead, 2);
	CHECK(b.proof.is_sampled);
	c = cur_of(b.paths);
	rule = artefact_path_next(&c);
	CHECK(span_eq_str(rule.path, "/srv/www"));
	CHECK_INT(rule.access, 4);
	CHECK_INT(rule.flags, 0);
	rule = artefact_path_next(&c);
	CHECK(span_eq_str(rule.path, "/etc"));
	CHECK_INT(rule.flags, ARTEFACT_PATH_REQUIRED);
	c = cur_of(b.ports);
	CHECK_INT(artefact_port_next(&c, &access), 8080);
	CHECK_INT(access, 1);
	buf_done(&out);
	buf_done(&paths);
	buf_done(&ports);
}

TEST(an_artefact_cut_anywhere_or_with_a_byte_more_is_refused)
{
	struct buf paths, ports, out;
	struct artefact a, b;
	struct err e;

	rules_fill(&paths, &ports);
	a = sample(&paths, &ports);
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(artefact_encode(&a, &out), 0);
	for (size_t len = 0; len < out.len; len++)
		CHECK_INT(artefact_decode((struct span){ out.p, len }, &b, &e),
			  -EBADMSG);
	buf_u8(&out, 0);
	CHECK_INT(artefact_decode(buf_view(&out), &b, &e), -EBADMSG);
	buf_done(&out);
	buf_done(&paths);
	buf_done(&ports);
}

static void refuse(const struct artefact *a, const char *want)
{
	struct artefact b;
	struct buf out;
	struct err e;

	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(artefact_encode(a, &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &b, &e), -EBADMSG);
	CHECK_HAS(e.text, want);
	buf_done(&out);
}

TEST(an_artefact_that_contradicts_itself_is_refused)
{
	struct buf paths, ports;
	struct artefact a;

	rules_fill(&paths, &ports);
#define BAD(change, want)                   \
	do {                                \
		a = sample(&paths, &ports); \
		change;                     \
		refuse(&a, want);           \
	} while (0)
	BAD(a.service = span_of("../x"), "name");
	BAD(a.service = span_of(""), "name");
	BAD(a.service = span_of("-x"), "name");
	BAD(a.number = 0, "number");
	BAD(a.number = SERVICE_NUMBER_MAX + 1, "number");
	BAD(a.has_landlock = false, "contradict");
	BAD(a.landlock_abi = 0, "contradict");
	BAD(a.handled_fs = 4, "not handled");
	BAD(a.handled_net = 2, "not handled");
	BAD(a.path_count = 1, "after the path rules");
	BAD(a.path_count = 3, "end early");
	BAD(a.port_count = 0, "after the port rules");
	BAD(a.path_count = ARTEFACT_RULES_MAX + 1, "too many");
	BAD(a.has_seccomp = false, "contradict");
	BAD(a.insn_count = 1, "length");
	BAD(a.flags = 2, "unknown flag");
	BAD(a.proof.dead = 13, "proof");
	BAD(a.caps.effective = 4, "not permitted");
	BAD(a.caps.ambient = 2, "ambient");
#undef BAD
	buf_done(&paths);
	buf_done(&ports);
}

TEST(an_artefact_with_an_unknown_flag_on_a_path_is_refused)
{
	struct buf paths, ports;
	struct artefact a;

	rules_fill(&paths, &ports);
	buf_reset(&paths);
	path_put(&paths, 4, 2, span_of("/srv"));
	a = sample(&paths, &ports);
	a.path_count = 1;
	refuse(&a, "unknown flag");
	buf_done(&paths);
	buf_done(&ports);
}

TEST(an_artefact_of_another_version_is_refused)
{
	struct buf paths, ports, out;
	struct artefact a, b;
	struct err e;

	rules_fill(&paths, &ports);
	a = sample(&paths, &ports);
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(artefact_encode(&a, &out), 0);
	out.p[4] = 1;
	CHECK_INT(artefact_decode(buf_view(&out), &b, &e), -EBADMSG);
	CHECK_HAS(e.text, "version 1, this program reads 2");
	buf_done(&out);
	buf_done(&paths);
	buf_done(&ports);
}

TEST(an_artefact_of_a_relative_path_or_one_with_a_nul_is_refused)
{
	static const struct span bad[] = { { "srv", 3 },
					   { "/a\0b", 4 },
					   { "", 0 } };
	struct buf paths, ports;
	struct artefact a;

	rules_fill(&paths, &ports);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_reset(&paths);
		path_put(&paths, 4, 0, bad[i]);
		a = sample(&paths, &ports);
		a.path_count = 1;
		refuse(&a, "path");
	}
	buf_done(&paths);
	buf_done(&ports);
}

TEST(an_artefact_takes_the_names_that_the_registry_takes)
{
	static const char *const names[] = {
		"a",
		"0",
		"a.b",
		"a_b-c",
		".a",
		"_a",
		"-a",
		"A",
		"a b",
		"a/b",
		"",
		"a\n",
		"\xc3\xa4",
		"123456789012345678901234567890123456789012345678901234567890123",
		"1234567890123456789012345678901234567890123456789012345678901234",
	};
	struct buf paths, ports, out;
	struct artefact a, b;
	struct err e;

	rules_fill(&paths, &ports);
	buf_init(&out, ARTEFACT_MAX);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		a = sample(&paths, &ports);
		a.service = span_of(names[i]);
		buf_reset(&out);
		CHECK_INT(artefact_encode(&a, &out), 0);
		CHECK((artefact_decode(buf_view(&out), &b, &e) == 0) ==
		      (service_name_check(a.service, &e) == 0));
	}
	buf_done(&out);
	buf_done(&paths);
	buf_done(&ports);
}
