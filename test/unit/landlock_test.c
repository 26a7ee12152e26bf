/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_test.c - the rights table and landlockconfig documents. */
#include "test/unit/harness.h"

#include <linux/landlock.h>
#include <string.h>

#include "pkg/landlock/document.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static void parse(const char *text, struct landlock_doc *d)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };

	if (json_parse(span_of(text), 100000, &j, &e) < 0 ||
	    landlock_doc_parse(j, d, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
}

TEST(the_rights_table_agrees_with_the_kernel_header)
{
	static const struct {
		const char *name;
		uint64_t bit;
	} rows[] = {
		{ "execute", LANDLOCK_ACCESS_FS_EXECUTE },
		{ "write_file", LANDLOCK_ACCESS_FS_WRITE_FILE },
		{ "read_file", LANDLOCK_ACCESS_FS_READ_FILE },
		{ "read_dir", LANDLOCK_ACCESS_FS_READ_DIR },
		{ "remove_dir", LANDLOCK_ACCESS_FS_REMOVE_DIR },
		{ "remove_file", LANDLOCK_ACCESS_FS_REMOVE_FILE },
		{ "make_char", LANDLOCK_ACCESS_FS_MAKE_CHAR },
		{ "make_dir", LANDLOCK_ACCESS_FS_MAKE_DIR },
		{ "make_reg", LANDLOCK_ACCESS_FS_MAKE_REG },
		{ "make_sock", LANDLOCK_ACCESS_FS_MAKE_SOCK },
		{ "make_fifo", LANDLOCK_ACCESS_FS_MAKE_FIFO },
		{ "make_block", LANDLOCK_ACCESS_FS_MAKE_BLOCK },
		{ "make_sym", LANDLOCK_ACCESS_FS_MAKE_SYM },
		{ "refer", LANDLOCK_ACCESS_FS_REFER },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct right *r = right_find(span_of(rows[i].name));

		CHECK(r != NULL && r->class == RIGHT_FS);
		CHECK(r->bit == rows[i].bit);
	}
}

TEST(each_abi_has_the_rights_that_the_kernel_documents)
{
	static const struct {
		uint32_t abi;
		uint64_t fs, net, scope;
	} rows[] = {
		{ 0, 0, 0, 0 },		  { 1, 0x1fff, 0, 0 },
		{ 2, 0x3fff, 0, 0 },	  { 3, 0x7fff, 0, 0 },
		{ 4, 0x7fff, 3, 0 },	  { 5, 0xffff, 3, 0 },
		{ 6, 0xffff, 3, 3 },	  { 7, 0xffff, 3, 3 },
		{ 9, 0x1ffff, 3, 3 },	  { 10, 0x1ffff, 15, 3 },
		{ 4000, 0x1ffff, 15, 3 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		CHECK_INT(rights_of_abi(RIGHT_FS, rows[i].abi), rows[i].fs);
		CHECK_INT(rights_of_abi(RIGHT_NET, rows[i].abi), rows[i].net);
		CHECK_INT(rights_of_abi(RIGHT_SCOPE, rows[i].abi),
			  rows[i].scope);
	}
	CHECK_INT(rights_abi(RIGHT_FS, 0x7fff), 3);
	CHECK_INT(rights_abi(RIGHT_NET, 1), 4);
	CHECK_INT(rights_abi(RIGHT_FS, 0), 0);
}

TEST(a_right_is_found_as_documents_and_as_audit_records_spell_it)
{
	CHECK_STR(right_find(span_of("fs.read_file"))->name, "read_file");
	CHECK_STR(right_find(span_of("net.bind_tcp"))->name, "bind_tcp");
	CHECK_STR(right_find(span_of("scope.signal"))->name, "signal");
	CHECK(right_find(span_of("read_files")) == NULL);
	CHECK(right_find(span_of("")) == NULL);
}

TEST(groups_stand_for_what_the_abi_has)
{
	struct landlock_doc d;

	parse("{\"abi\":2,\"ruleset\":[{\"handledAccessFs\":[\"abi.all\"]}]}",
	      &d);
	CHECK_INT(d.handled[RIGHT_FS], 0x3fff);
	CHECK_INT(d.handled[RIGHT_NET], 0);
	landlock_doc_done(&d);
	/* Saturates: landlockconfig knows names up to ABI 6. */
	parse("{\"abi\":99,\"ruleset\":[{\"handledAccessFs\":[\"abi.all\"],"
	      "\"handledAccessNet\":[\"abi.all\"],\"scoped\":[\"abi.all\"]}]}",
	      &d);
	CHECK_INT(d.handled[RIGHT_FS], 0xffff);
	CHECK_INT(d.handled[RIGHT_NET], 3);
	CHECK_INT(d.handled[RIGHT_SCOPE], 3);
	landlock_doc_done(&d);
	parse("{\"abi\":99,\"bailiff\":1,\"ruleset\":[{\"handledAccessFs\":["
	      "\"abi.all\"],\"handledAccessNet\":[\"abi.all\"]}]}",
	      &d);
	CHECK_INT(d.handled[RIGHT_FS], 0x1ffff);
	CHECK_INT(d.handled[RIGHT_NET], 15);
	landlock_doc_done(&d);
	parse("{\"abi\":1,\"pathBeneath\":[{\"allowedAccess\":["
	      "\"abi.read_execute\"],\"parent\":[\"/usr\"]},{\"allowedAccess\":"
	      "[\"abi.read_write\"],\"parent\":[\"/data\"]}]}",
	      &d);
	CHECK_INT(d.paths[0].access, 0x1ffe); /* /data sorts first */
	CHECK_INT(d.paths[1].access, 0x000d);
	CHECK_INT(d.paths[0].named, 0);
	landlock_doc_done(&d);
}

TEST(rights_in_rules_are_handled_and_equal_paths_are_united)
{
	struct landlock_doc d;

	parse("{\"abi\":null,\"netPort\":null,\"pathBeneath\":["
	      "{\"allowedAccess\":[\"read_file\"],\"parent\":"
	      "[\"/a//b/./c/\",\"/\"]},{\"allowedAccess\":[\"read_dir\","
	      "\"read_dir\"],\"parent\":[\"/a/b/c\",\"/x$$y$z\"]}]}",
	      &d);
	CHECK_INT(d.handled[RIGHT_FS], 4 | 8);
	CHECK_INT(d.path_count, 3);
	CHECK_STR(d.paths[0].path, "/");
	CHECK_STR(d.paths[1].path, "/a/b/c");
	CHECK_INT(d.paths[1].access, 4 | 8);
	CHECK_STR(d.paths[2].path, "/x$y$z");
	landlock_doc_done(&d);
	parse("{\"abi\":3,\"netPort\":[{\"allowedAccess\":[\"abi.all\"],"
	      "\"port\":[80]},{\"allowedAccess\":[\"bind_tcp\"],\"port\":[443,"
	      "80,443]},{\"allowedAccess\":[\"connect_tcp\"],\"port\":[443]}]}",
	      &d);
	CHECK_INT(d.port_count, 2);
	CHECK_INT(landlock_doc_port(&d, 80), 1);
	CHECK_INT(landlock_doc_port(&d, 443), 3);
	CHECK_INT(landlock_doc_port(&d, 444), 0);
	landlock_doc_done(&d);
	/* Nothing is left of a rule whose group is empty at this ABI. */
	parse("{\"abi\":3,\"netPort\":[{\"allowedAccess\":[\"abi.all\"],"
	      "\"port\":[80]}]}",
	      &d);
	CHECK_INT(d.port_count, 0);
	landlock_doc_done(&d);
}

TEST(the_nearest_rule_is_the_longest_and_grants_add_up)
{
	static const struct {
		const char *path, *nearest;
		uint64_t access;
	} rows[] = {
		{ "/etc/nginx/nginx.conf", "/etc/nginx", 4 | 1 },
		{ "/etc/nginx", "/etc/nginx", 4 | 1 },
		{ "/etc/nginxx", "/etc", 1 },
		{ "/etc/shadow", "/etc", 1 },
		{ "/usr", NULL, 0 },
		{ "etc", NULL, 0 },
		{ "", NULL, 0 },
	};
	struct landlock_doc d;

	parse("{\"pathBeneath\":[{\"allowedAccess\":[\"execute\"],\"parent\":["
	      "\"/etc\"]},{\"allowedAccess\":[\"read_file\"],\"parent\":["
	      "\"/etc/nginx\"]}]}",
	      &d);
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		uint64_t access;
		const struct landlock_path *p = landlock_doc_nearest(
			&d, span_of(rows[i].path), &access);

		CHECK_INT(access, rows[i].access);
		if (rows[i].nearest == NULL)
			CHECK(p == NULL);
		else
			CHECK_STR(p ? p->path : NULL, rows[i].nearest);
	}
	landlock_doc_done(&d);
}

TEST(a_document_that_is_none_is_refused_with_its_place)
{
#define RULE(access, parent)                                                 \
	"{\"pathBeneath\":[{\"allowedAccess\":" access ",\"parent\":" parent \
	"}]}"
#define PORT(access, port) \
	"{\"netPort\":[{\"allowedAccess\":" access ",\"port\":" port "}]}"
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "[]", "must be an object" },
		{ "{}", "has none of" },
		{ "{\"abi\":1}", "has none of" },
		{ "{\"pathBeneath\":null}", "has none of" },
		{ "{\"pathBeneath\":[]}", "\"pathBeneath\" is empty" },
		{ "{\"pathBeneath\":{}}", "must be an array" },
		{ "{\"ruleset\":[{}]}", "ruleset[0]: is empty" },
		{ "{\"ruleset\":[{\"handledAccessFs\":[]}]}",
		  "ruleset[0]: \"handledAccessFs\" is empty" },
		{ "{\"ruleset\":[{\"handled\":[\"execute\"]}]}",
		  "unknown member \"handled\"" },
		{ "{\"ruleset\":[{\"scoped\":[\"execute\"]}]}",
		  "\"execute\" is a file right, not a scope right" },
		{ "{\"abi\":0,\"ruleset\":[{\"scoped\":[\"signal\"]}]}",
		  "\"abi\" must be" },
		{ "{\"abi\":-1,\"ruleset\":[{\"scoped\":[\"signal\"]}]}",
		  "\"abi\" must be" },
		{ "{\"abi\":2147483648,\"ruleset\":[{\"scoped\":[\"signal\"]}]"
		  "}",
		  "\"abi\" must be" },
		{ "{\"ruleset\":[{\"scoped\":[\"abi.all\"]}]}",
		  "needs a member \"abi\"" },
		{ "{\"abi\":6,\"ruleset\":[{\"scoped\":[\"abi.read_write\"]}]}",
		  "unknown group" },
		{ "{\"bailiff\":2,\"ruleset\":[{\"scoped\":[\"signal\"]}]}",
		  "\"bailiff\" must be 1" },
		{ "{\"variable\":[{\"name\":\"x\"}],\"ruleset\":[{\"scoped\":"
		  "[\"signal\"]}]}",
		  "\"variable\" is not supported" },
		{ RULE("[\"exec\"]", "[\"/\"]"), "unknown right \"exec\"" },
		{ RULE("[\"fs.execute\"]", "[\"/\"]"), "unknown right" },
		{ RULE("[\"bind_tcp\"]", "[\"/\"]"), "network right" },
		{ RULE("[\"resolve_unix\"]", "[\"/\"]"), "landlockconfig" },
		{ RULE("[1]", "[\"/\"]"), "must be a string" },
		{ RULE("[]", "[\"/\"]"), "\"allowedAccess\" is empty" },
		{ RULE("[\"execute\"]", "[]"), "\"parent\" is empty" },
		{ RULE("[\"execute\"]", "[2]"), "parent[0]: must be a string" },
		{ RULE("[\"execute\"]", "\"/\""), "must be an array" },
		{ RULE("[\"execute\"]", "[\"etc\"]"),
		  "pathBeneath[0]: parent[0] \"etc\": is not an absolute" },
		{ RULE("[\"execute\"]", "[\"\"]"), "absolute" },
		{ RULE("[\"execute\"]", "[\"/a/../b\"]"), "\"..\"" },
		{ RULE("[\"execute\"]", "[\"/${x}\"]"), "variable" },
		{ PORT("[\"bind_tcp\"]", "[65536]"), "port[0]: must be" },
		{ PORT("[\"bind_tcp\"]", "[-1]"), "must be a port" },
		{ PORT("[\"bind_tcp\"]", "[\"80\"]"), "must be a port" },
		{ PORT("[\"bind_udp\"]", "[80]"), "landlockconfig" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		AUTO_JSON *j = NULL;
		struct landlock_doc d;
		struct err e = { 0 };

		CHECK_INT(json_parse(span_of(rows[i].text), 100000, &j, &e), 0);
		if (landlock_doc_parse(j, &d, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "accepted: %s",
				  rows[i].text);
		CHECK_HAS(e.text, rows[i].want);
	}
}

TEST(a_path_longer_than_the_kernel_takes_is_refused)
{
	static char path[LANDLOCK_PATH_MAX + 10], text[LANDLOCK_PATH_MAX + 200];
	AUTO_JSON *j = NULL;
	struct landlock_doc d;
	struct err e = { 0 };

	memset(path, 'a', LANDLOCK_PATH_MAX);
	path[0] = '/';
	(void)snprintf(text, sizeof(text),
		       "{\"pathBeneath\":[{\"allowedAccess\":[\"execute\"],"
		       "\"parent\":[\"%s\"]}]}",
		       path);
	CHECK_INT(json_parse(span_of(text), 100000, &j, &e), 0);
	CHECK_INT(landlock_doc_parse(j, &d, &e), -EBADMSG);
	CHECK_HAS(e.text, "longer than 4095");
}
