/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_test.c - the rights table, and what landlockconfig documents mean:
 * a test for each sentence of bailiff-policy(5) about them.
 *
 * Documents are written with ' for ". What one comes to is written as handled
 * file, network and scope rights and then every rule: "5 0 0 /a=4 80=1".
 */
#include "test/unit/harness.h"

#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

/* Documents, merged, resolved, cut down to @abi (0: not). */
static int compile(const char *const *docs, uint32_t abi,
		   struct landlock_rules *ret, struct err *e)
{
	struct landlock_doc all = { 0 };
	uint64_t lost[RIGHT_CLASSES];
	int r = 0;

	for (size_t i = 0; docs[i] != NULL && r == 0; i++) {
		AUTO_JSON *j = NULL;
		struct landlock_doc d = { 0 };
		char *text = strdup(docs[i]);

		for (char *c = text; *c != '\0'; c++)
			*c = *c == '\'' ? '"' : *c;
		r = json_parse(span_of(text), 1 << 20, &j, e);
		if (r == 0)
			r = landlock_doc_parse(j, i == 0 ? &all : &d, e);
		if (r == 0 && i != 0)
			r = landlock_doc_merge(&all, &d, e);
		landlock_doc_done(&d);
		free(text);
	}
	if (r == 0)
		r = landlock_resolve(&all, ret, e);
	if (r == 0 && abi != 0)
		landlock_rules_at(ret, abi, lost);
	landlock_doc_done(&all);
	return r;
}

static void rules_write(const struct landlock_rules *r, struct buf *out)
{
	buf_printf(out, "%llx %llx %llx", (unsigned long long)r->handled[0],
		   (unsigned long long)r->handled[1],
		   (unsigned long long)r->handled[2]);
	for (size_t i = 0; i < r->path_count; i++)
		buf_printf(out, " %s=%llx%s", r->paths[i].path,
			   (unsigned long long)r->paths[i].access,
			   r->paths[i].is_quiet ? "q" : "");
	for (size_t i = 0; i < r->path_count; i++)
		if (r->paths[i].is_required)
			buf_printf(out, " %s!", r->paths[i].path);
	for (size_t i = 0; i < r->port_count; i++)
		buf_printf(out, " %llu=%llx%s",
			   (unsigned long long)r->ports[i].port,
			   (unsigned long long)r->ports[i].access,
			   r->ports[i].is_quiet ? "q" : "");
}

static void gives(int line, const char *const *docs, uint32_t abi,
		  const char *want)
{
	struct landlock_rules rules = { 0 };
	struct err e = { 0 };
	struct buf got;

	if (compile(docs, abi, &rules, &e) < 0)
		test_fail(__FILE__, line, "%s: %s", docs[0], e.text);
	buf_init(&got, 1 << 20);
	rules_write(&rules, &got);
	if (strcmp(buf_cstr(&got), want) != 0)
		test_fail(__FILE__, line, "%s: \"%s\", not \"%s\"", docs[0],
			  buf_cstr(&got), want);
	buf_done(&got);
	landlock_rules_done(&rules);
}

static void refused(int line, const char *const *docs, const char *want)
{
	struct landlock_rules rules = { 0 };
	struct err e = { 0 };
	const int r = compile(docs, 0, &rules, &e);

	if (r == 0)
		test_fail(__FILE__, line, "accepted: %s", docs[0]);
	if (strstr(e.text, want) == NULL)
		test_fail(__FILE__, line, "%s: \"%s\", lacks \"%s\"", docs[0],
			  e.text, want);
}

#define DOCS(...)	   ((const char *const[]){ __VA_ARGS__, NULL })
#define GIVES(doc, want)   gives(__LINE__, DOCS(doc), 0, want)
#define REFUSED(doc, want) refused(__LINE__, DOCS(doc), want)
#define MERGED(want, ...)  gives(__LINE__, DOCS(__VA_ARGS__), 0, want)
#define AT(abi, doc, want) gives(__LINE__, DOCS(doc), abi, want)

#define RULE(access, parent) \
	"'pathBeneath':[{'allowedAccess':[" access "],'parent':[" parent "]}]"
#define PORT(access, port) \
	"'netPort':[{'allowedAccess':[" access "],'port':[" port "]}]"
#define VAR(name, literal) "{'name':'" name "','literal':[" literal "]}"

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

/* ---- the form of a document -------------------------------------------- */

TEST(a_document_is_an_object)
{
	REFUSED("[]", "must be an object");
	REFUSED("1", "line 1");
}

TEST(a_document_without_any_of_the_four_members_is_refused)
{
	REFUSED("{}", "has none of");
	REFUSED("{'abi':1}", "has none of");
	REFUSED("{'bailiff':1}", "has none of");
	GIVES("{'variable':[{'name':'x'}]}", "0 0 0");
	GIVES("{'ruleset':[{'scoped':['signal']}]}", "0 0 2");
	GIVES("{" RULE("'execute'", "'/'") "}", "1 0 0 /=1");
	GIVES("{" PORT("'bind_tcp'", "0") "}", "0 1 0 0=1");
}

TEST(null_counts_as_absent)
{
	REFUSED("{'pathBeneath':null,'ruleset':null}", "has none of");
	GIVES("{'abi':null,'netPort':null,'variable':[{'name':'x','literal':"
	      "null}],'ruleset':[{'scoped':['signal'],'handledAccessFs':null}]"
	      "}",
	      "0 0 2");
	REFUSED("{'ruleset':[{'scoped':null}]}", "is empty");
	REFUSED("{'pathBeneath':[{'allowedAccess':['execute'],'parent':null}]}",
		"\"parent\" is missing");
	REFUSED("{'ruleset':[{'scoped':[null]}]}", "must be a string");
}

TEST(an_unknown_key_is_refused_at_every_level)
{
	REFUSED("{'x':1," RULE("'execute'", "'/'") "}", "unknown member \"x\"");
	REFUSED("{'ruleset':[{'handled':['execute']}]}",
		"ruleset[0]: unknown member \"handled\"");
	REFUSED("{'ruleset':[{'handled_access_fs':['execute']}]}",
		"unknown member");
	REFUSED("{'pathBeneath':[{'allowedAccess':['execute'],'parent':['/'],"
		"'x':null}]}",
		"pathBeneath[0]: unknown member \"x\"");
	REFUSED("{'netPort':[{'allowedAccess':['bind_tcp'],'port':[1],'x':1}]}",
		"netPort[0]: unknown member \"x\"");
	REFUSED("{'variable':[{'name':'a','value':['b']}]}",
		"variable[0]: unknown member \"value\"");
}

TEST(a_duplicate_key_is_refused)
{
	REFUSED("{'abi':1,'abi':1," RULE("'execute'", "'/'") "}", "duplicate");
	REFUSED("{'pathBeneath':[{'parent':['/'],'allowedAccess':['execute'],"
		"'parent':['/']}]}",
		"duplicate");
}

TEST(an_empty_array_is_refused_everywhere)
{
	REFUSED("{'ruleset':[]}", "\"ruleset\" is empty");
	REFUSED("{'pathBeneath':[]}", "\"pathBeneath\" is empty");
	REFUSED("{'netPort':[]}", "\"netPort\" is empty");
	REFUSED("{'variable':[]}", "\"variable\" is empty");
	REFUSED("{'ruleset':[{'handledAccessFs':[]}]}",
		"ruleset[0]: \"handledAccessFs\" is empty");
	REFUSED("{'ruleset':[{'scoped':[],'handledAccessFs':['execute']}]}",
		"\"scoped\" is empty");
	REFUSED("{" RULE("", "'/'") "}", "\"allowedAccess\" is empty");
	REFUSED("{" RULE("'execute'", "") "}", "\"parent\" is empty");
	REFUSED("{" PORT("'bind_tcp'", "") "}", "\"port\" is empty");
	REFUSED("{'variable':[" VAR("x", "") "]}", "\"literal\" is empty");
}

TEST(an_empty_ruleset_object_is_refused)
{
	REFUSED("{'ruleset':[{}]}", "ruleset[0]: is empty");
	REFUSED("{'ruleset':[{'scoped':['signal']},{}]}", "ruleset[1]");
}

TEST(a_member_that_must_be_there_is_missed)
{
	REFUSED("{'variable':[{}]}", "variable[0]: \"name\" is missing");
	REFUSED("{'variable':[{'literal':['a']}]}", "\"name\" is missing");
	REFUSED("{'pathBeneath':[{'parent':['/']}]}",
		"\"allowedAccess\" is missing");
	REFUSED("{'pathBeneath':[{'allowedAccess':['execute']}]}",
		"\"parent\" is missing");
	REFUSED("{'netPort':[{'allowedAccess':['bind_tcp']}]}",
		"\"port\" is missing");
}

TEST(a_value_of_the_wrong_type_is_refused_with_its_place)
{
	REFUSED("{'pathBeneath':{}}", "\"pathBeneath\" must be an array");
	REFUSED("{'pathBeneath':[1]}", "pathBeneath[0]: must be an object");
	REFUSED("{" RULE("'execute'", "2") "}",
		"pathBeneath[0]: parent[0]: must be a string");
	REFUSED("{" RULE("1", "'/'") "}", "allowedAccess[0]: a right must be");
	REFUSED("{'pathBeneath':[{'allowedAccess':['execute'],'parent':'/'}]}",
		"\"parent\" must be an array");
	REFUSED("{" PORT("'bind_tcp'", "'80'") "}", "port[0]");
	REFUSED("{" PORT("'bind_tcp'", "true") "}", "port[0]");
	REFUSED("{'variable':[{'name':1}]}", "\"name\" must be a string");
	REFUSED("{'variable':[" VAR("x", "'a',1") "]}",
		"variable[0]: literal[1]: must be a string");
	REFUSED("{'variable':[{'name':'x','literal':'a'}]}",
		"\"literal\" must be an array");
	REFUSED("{'abi':'1'," RULE("'execute'", "'/'") "}",
		"\"abi\" must be an integer");
}

TEST(repeated_elements_of_an_array_are_a_set)
{
	GIVES("{'ruleset':[{'handledAccessFs':['execute','execute']},"
	      "{'handledAccessFs':['execute']}]}",
	      "1 0 0");
	GIVES("{" RULE("'execute','execute'", "'/a','/a'") "}", "1 0 0 /a=1");
	GIVES("{" PORT("'bind_tcp'", "443,443") "}", "0 1 0 443=1");
}

/* ---- abi and groups ---------------------------------------------------- */

TEST(abi_is_one_or_more_below_two_to_the_31)
{
#define ABI(n) "{'abi':" n "," RULE("'execute'", "'/'") "}"
	GIVES(ABI("1"), "1 0 0 /=1");
	GIVES(ABI("2147483647"), "1 0 0 /=1");
	REFUSED(ABI("0"), "\"abi\" must be 1 or more");
	REFUSED(ABI("-1"), "\"abi\" must be 1 or more");
	REFUSED(ABI("2147483648"), "\"abi\" must be 1 or more");
	REFUSED(ABI("4294967297"), "\"abi\" must be 1 or more");
	REFUSED(ABI("18446744073709551616"), "line 1");
	REFUSED(ABI("340282366920938463463374607431768211456"), "line 1");
	REFUSED(ABI("1.0"), "fraction");
}

TEST(abi_does_not_take_away_rights_that_are_written_out)
{
	GIVES("{'abi':1," RULE("'truncate','refer'", "'/'") "}",
	      "6000 0 0 /=6000");
}

TEST(abi_all_is_every_right_that_the_abi_has)
{
	static const char *const want[] = {
		"1fff 0 0", "3fff 0 0", "7fff 0 0",
		"7fff 3 0", "ffff 3 0", "ffff 3 3",
	};
	char doc[200];

	for (size_t i = 0; i < COUNTOF(want); i++) {
		(void)snprintf(doc, sizeof(doc),
			       "{'abi':%zu,'ruleset':[{'handledAccessFs':["
			       "'abi.all'],'handledAccessNet':['abi.all'],"
			       "'scoped':['abi.all']}]}",
			       i + 1);
		GIVES(doc, want[i]);
	}
}

TEST(abi_read_execute_is_four_rights_refer_from_abi_2)
{
	GIVES("{'abi':1," RULE("'abi.read_execute'", "'/'") "}", "d 0 0 /=d");
	GIVES("{'abi':2," RULE("'abi.read_execute'", "'/'") "}",
	      "200d 0 0 /=200d");
	GIVES("{'abi':6," RULE("'abi.read_execute'", "'/'") "}",
	      "200d 0 0 /=200d");
}

TEST(abi_read_write_is_all_but_execute)
{
	GIVES("{'abi':1," RULE("'abi.read_write'", "'/'") "}",
	      "1ffe 0 0 /=1ffe");
	GIVES("{'abi':3," RULE("'abi.read_write'", "'/'") "}",
	      "7ffe 0 0 /=7ffe");
	GIVES("{'abi':6," RULE("'abi.read_write'", "'/'") "}",
	      "fffe 0 0 /=fffe");
}

TEST(an_abi_above_the_newest_known_is_the_newest_known)
{
#define ALL(head)                                             \
	"{" head "'ruleset':[{'handledAccessFs':['abi.all']," \
	"'handledAccessNet':['abi.all'],'scoped':['abi.all']}]}"
	GIVES(ALL("'abi':7,"), "ffff 3 3");
	GIVES(ALL("'abi':2147483647,"), "ffff 3 3");
	GIVES(ALL("'abi':9,'bailiff':1,"), "1ffff 3 3");
	GIVES(ALL("'abi':11,'bailiff':1,"), "1ffff f 3");
	GIVES(ALL("'abi':2147483647,'bailiff':1,"), "1ffff f 3");
}

TEST(a_group_without_abi_is_an_error)
{
	REFUSED(ALL(""), "the group \"abi.all\" needs a member \"abi\"");
	REFUSED("{" RULE("'abi.read_write'", "'/'") "}", "needs a member");
	REFUSED("{" PORT("'abi.all'", "1") "}", "needs a member");
}

TEST(groups_of_file_rights_are_none_of_ports_and_scopes)
{
	REFUSED("{'abi':6," PORT("'abi.read_write'", "1") "}", "unknown group");
	REFUSED("{'abi':6,'ruleset':[{'scoped':['abi.read_execute']}]}",
		"unknown group");
	REFUSED("{'abi':6," RULE("'abi.'", "'/'") "}", "unknown group");
	REFUSED("{'abi':6," RULE("'v1.all'", "'/'") "}", "unknown right");
}

/* ---- rights ------------------------------------------------------------ */

TEST(a_right_is_one_of_its_own_class)
{
	REFUSED("{" RULE("'exec'", "'/'") "}",
		"pathBeneath[0]: allowedAccess[0]: unknown right \"exec\"");
	REFUSED("{" RULE("'fs.execute'", "'/'") "}", "unknown right");
	REFUSED("{" RULE("'Execute'", "'/'") "}", "unknown right");
	REFUSED("{" RULE("'bind_tcp'", "'/'") "}",
		"\"bind_tcp\" is a network right, not a file right");
	REFUSED("{" PORT("'execute'", "1") "}", "is a file right");
	REFUSED("{'ruleset':[{'scoped':['execute']}]}",
		"\"execute\" is a file right, not a scope right");
	REFUSED("{'ruleset':[{'handledAccessNet':['signal']}]}", "scope right");
}

TEST(rights_used_in_rules_are_handled_too)
{
	GIVES("{'ruleset':[{'handledAccessFs':['read_dir']}]," RULE(
		      "'read_file'", "'/a'") "," PORT("'connect_tcp'", "1") "}",
	      "c 2 0 /a=4 1=2");
}

TEST(rules_whose_rights_come_to_nothing_vanish)
{
	GIVES("{'abi':3," PORT("'abi.all'", "80") "}", "0 0 0");
	/* Also with a port that is none, and a variable that is none. */
	GIVES("{'abi':3," PORT("'abi.all'", "70000") "}", "0 0 0");
	GIVES("{'abi':3,'netPort':[{'allowedAccess':['abi.all'],'port':[80]},"
	      "{'allowedAccess':['bind_tcp'],'port':[443]}]}",
	      "0 1 0 443=1");
}

TEST(the_same_path_or_port_in_several_entries_has_the_rights_of_all)
{
	GIVES("{'pathBeneath':[{'allowedAccess':['execute'],'parent':['/a','/b'"
	      "]},{'allowedAccess':['read_file'],'parent':['/c','/a/']}]}",
	      "5 0 0 /a=5 /b=1 /c=4");
	GIVES("{'netPort':[{'allowedAccess':['bind_tcp'],'port':[2,1]},"
	      "{'allowedAccess':['connect_tcp'],'port':[1]}]}",
	      "0 3 0 1=3 2=1");
}

/* ---- variables --------------------------------------------------------- */

TEST(a_variable_is_named_by_a_letter_then_letters_digits_and_underscores)
{
	static const char *const good[] = { "a",    "Z",  "fOo",
					    "foo_", "f1", "foo__b1" };
	static const char *const bad[] = { "",	     "1foo",	"_foo",
					   "\u00c0", "e\u20ac", " foo",
					   "foo ",   "foo-b",	"a.b" };
	char doc[200];

	for (size_t i = 0; i < COUNTOF(good); i++) {
		(void)snprintf(
			doc, sizeof(doc),
			"{'variable':[{'name':'%s','literal':['v']}]," RULE(
				"'execute'", "'/${%s}'") "}",
			good[i], good[i]);
		GIVES(doc, "1 0 0 /v=1");
	}
	for (size_t i = 0; i < COUNTOF(bad); i++) {
		(void)snprintf(doc, sizeof(doc), "{'variable':[{'name':'%s'}]}",
			       bad[i]);
		REFUSED(doc, "variable[0]: name: ");
		(void)snprintf(doc, sizeof(doc),
			       "{" RULE("'execute'", "'/a${%s}'") "}", bad[i]);
		REFUSED(doc, "variable at position 2: ");
	}
}

TEST(a_variable_stands_for_each_of_its_values)
{
	GIVES("{'variable':[" VAR("foo", "'b','a'") "]," RULE("'execute'",
							      "'${foo}'") "}",
	      "1 0 0 a=1 b=1");
	GIVES("{'variable':[" VAR("x", "'/a','/b/','/c//'") "]," RULE(
		      "'execute'", "'${x}/d','p${x}'") "}",
	      "1 0 0 /a/d=1 /b/d=1 /c/d=1 p/a=1 p/b=1 p/c=1");
}

TEST(the_same_name_twice_is_a_union)
{
	GIVES("{'variable':[" VAR("x", "'b','a'") "," VAR(
		      "x", "'c','a'") ",{"
				      "'name':'x'}]," RULE("'execute'",
							   "'/${x}'") "}",
	      "1 0 0 /a=1 /b=1 /c=1");
}

TEST(values_are_not_expanded_again)
{
	GIVES("{'variable':[" VAR("x", "'${y}','$$','$'") "," VAR(
		      "y", "'no'") "]," RULE("'execute'", "'/${x}'") "}",
	      "1 0 0 /$=1 /$$=1 /${y}=1");
}

TEST(expansion_is_the_cartesian_product_in_order)
{
	GIVES("{'variable':[" VAR("n", "'1','3','2'") "," VAR(
		      "c", "'b','a'") "]," RULE("'execute'",
						"'/${c}/${n}/${c}'") "}",
	      "1 0 0 /a/1/a=1 /a/1/b=1 /a/2/a=1 /a/2/b=1 /a/3/a=1 /a/3/b=1 "
	      "/b/1/a=1 /b/1/b=1 /b/2/a=1 /b/2/b=1 /b/3/a=1 /b/3/b=1");
}

static int texts_join(void *ctx, struct span text, struct err *e)
{
	(void)e;
	buf_span(ctx, text);
	buf_puts(ctx, " ");
	return 0;
}

TEST(a_template_gives_its_combinations_from_the_left)
{
	struct variables v = { 0 };
	uint64_t work = TEMPLATE_WORK_MAX;
	struct buf out;

	CHECK_INT(variable_add(&v, span_of("y"), span_of("2"), NULL), 0);
	CHECK_INT(variable_add(&v, span_of("x"), span_of("b"), NULL), 0);
	CHECK_INT(variable_add(&v, span_of("x"), (struct span){ 0 }, NULL), 0);
	CHECK_INT(variable_add(&v, span_of("y"), (struct span){ 0 }, NULL), 0);
	CHECK_INT(variable_add(&v, span_of("y"), span_of("10"), NULL), 0);
	CHECK_INT(variable_add(&v, span_of("x"), span_of("a"), NULL), 0);
	variables_unite(&v);
	buf_init(&out, 100);
	CHECK_INT(template_expand(span_of("${x}-${y}"), &v, 10, &work,
				  texts_join, &out, NULL),
		  0);
	CHECK_STR(buf_cstr(&out), "a-10 a-2 b-10 b-2 ");
	buf_done(&out);
	variables_done(&v);
}

TEST(a_variable_without_values_makes_its_rule_vanish)
{
	GIVES("{'variable':[{'name':'x'}]," RULE("'execute'",
						 "'/${x}','/a'") "}",
	      "1 0 0 /a=1");
	GIVES("{'variable':[{'name':'x'}," VAR("y", "'1','2'") "]," RULE(
		      "'execute'", "'/${y}${x}'") "}",
	      "1 0 0");
}

TEST(an_undefined_variable_is_an_error_at_resolve_not_at_parse)
{
	static const char text[] = "{\"pathBeneath\":[{\"allowedAccess\":["
				   "\"execute\"],\"parent\":[\"/${x}\"]}]}";
	AUTO_JSON *j = NULL;
	struct landlock_doc d;
	struct landlock_rules r;
	struct err e = { 0 };

	CHECK_INT(json_parse(span_of(text), 1000, &j, &e), 0);
	CHECK_INT(landlock_doc_parse(j, &d, &e), 0);
	CHECK_INT(landlock_resolve(&d, &r, &e), -EBADMSG);
	CHECK_STR(e.text, "path \"/${x}\": variable \"x\" is not defined");
	landlock_doc_done(&d);
	/* Another variable without values does not hide it. */
	REFUSED("{'variable':[{'name':'y'}]," RULE("'execute'",
						   "'${y}${x}'") "}",
		"\"x\" is not defined");
	/* Names are not prefixes, and case matters. */
	REFUSED("{'variable':[" VAR("xy", "'1'") "," VAR("X", "'1'") "]," RULE(
			"'execute'", "'${x}'") "}",
		"\"x\" is not defined");
	/* A rule that says nothing is not resolved. */
	GIVES("{'abi':3,'ruleset':[{'handledAccessFs':['execute']}]," PORT(
		      "'abi.all'", "1") "}",
	      "1 0 0");
}

TEST(two_dollars_are_one_and_a_lone_one_is_itself)
{
	GIVES("{'variable':[" VAR("foo", "'bar'") "]," RULE(
		      "'execute'",
		      "'$$','$${foo}','$${${foo}','{${foo}','$x','a$','$$$y'") "}",
	      "1 0 0 $=1 $$y=1 $x=1 ${bar=1 ${foo}=1 a$=1 {bar=1");
}

TEST(a_reference_without_an_end_is_an_error_with_its_position)
{
	REFUSED("{" RULE("'execute'", "'${a'") "}",
		"pathBeneath[0]: parent[0] \"${a\": \"${\" at position 0 has "
		"no \"}\"");
	REFUSED("{" RULE("'execute'", "'/x/$$${'") "}", "position 5");
	REFUSED("{'variable':[" VAR("a", "'x'") "]," RULE("'execute'",
							  "'${a}/${'") "}",
		"position 5");
	REFUSED("{" RULE("'execute'", "'/${a/${b}'") "}",
		"variable at position 1: ");
}

/* ---- paths and ports --------------------------------------------------- */

TEST(paths_are_normalised_by_components)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{ "/", "/" },	      { "//", "/" },
		{ "/.", "/" },	      { "/./", "/" },
		{ "/a/", "/a" },      { "//a", "/a" },
		{ "a/./b", "a/b" },   { "a//b", "a/b" },
		{ "a/b/.", "a/b" },   { "/./a", "/a" },
		{ ".", "." },	      { "./", "." },
		{ ".//", "." },	      { "./.", "." },
		{ "./x", "./x" },     { ".//./x", "./x" },
		{ "x", "x" },	      { "c/../c", "c/../c" },
		{ "/..", "/.." },     { "../x/", "../x" },
		{ "a/...", "a/..." }, { "/.a/..b", "/.a/..b" },
		{ " /a ", " /a " },   { "", "" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct buf out;

		buf_init(&out, 100);
		landlock_path_normalise(span_of(rows[i].raw), &out);
		CHECK_STR(buf_cstr(&out), rows[i].want);
		buf_done(&out);
	}
}

TEST(paths_are_sorted_and_each_is_there_once)
{
	GIVES("{'pathBeneath':[{'allowedAccess':['execute'],'parent':['.','./',"
	      "'.','a/./b','z']},{'allowedAccess':['read_file'],'parent':['.//'"
	      ",'a/////b','c/../c','./z']}]}",
	      "5 0 0 .=5 ./z=4 a/b=5 c/../c=4 z=1");
}

TEST(a_path_may_become_the_same_only_by_expansion)
{
	GIVES("{'variable':[" VAR(
		      "x",
		      "'a','a/','./a'") "],'pathBeneath':[{"
					"'allowedAccess':['execute'],'parent':['${x}']},{"
					"'allowedAccess':['read_file'],'parent':['a']}]}",
	      "5 0 0 ./a=1 a=5");
}

TEST(an_empty_path_is_no_rule)
{
	GIVES("{" RULE("'execute'", "'','/a'") "}", "1 0 0 /a=1");
}

TEST(a_path_longer_than_the_kernel_takes_is_refused)
{
	static char path[LANDLOCK_PATH_MAX + 1], doc[LANDLOCK_PATH_MAX + 200];

	memset(path, 'a', LANDLOCK_PATH_MAX);
	path[0] = '/';
	(void)snprintf(doc, sizeof(doc), "{" RULE("'execute'", "'%s'") "}",
		       path);
	REFUSED(doc, "longer than 4095");
	path[LANDLOCK_PATH_MAX - 1] = '\0';
	(void)snprintf(doc, sizeof(doc), "{" RULE("'execute'", "'%s'") "}",
		       path);
	{
		static char want[LANDLOCK_PATH_MAX + 20];

		(void)snprintf(want, sizeof(want), "1 0 0 %s=1", path);
		GIVES(doc, want);
	}
}

TEST(ports_have_64_bits_in_a_document_and_16_where_they_are_used)
{
	GIVES("{" PORT("'bind_tcp'", "0,65535") "}", "0 1 0 0=1 65535=1");
	REFUSED("{" PORT("'bind_tcp'", "65536") "}",
		"port 65536 must be a port number, 0 to 65535");
	REFUSED("{" PORT("'bind_tcp'", "9223372036854775807") "}",
		"0 to 65535");
	REFUSED("{" PORT("'bind_tcp'", "-1") "}", "netPort[0]: port[0]");
	/* What a merge takes away is not used. */
	MERGED("1 0 0",
	       "{" PORT("'bind_tcp'",
			"65536") ",'ruleset':[{"
				 "'handledAccessFs':['execute']}]}",
	       "{'ruleset':[{'handledAccessFs':['execute']}]}");
}

/* ---- merging ----------------------------------------------------------- */

TEST(a_merge_handles_what_all_handle)
{
	MERGED("4 1 2",
	       "{'ruleset':[{'handledAccessFs':['read_file','execute'],"
	       "'handledAccessNet':['bind_tcp','connect_tcp'],"
	       "'scoped':['signal']}]}",
	       "{'ruleset':[{'handledAccessFs':['read_file','read_dir'],"
	       "'handledAccessNet':['bind_tcp'],"
	       "'scoped':['signal','abstract_unix_socket']}]}");
	MERGED("0 0 0", "{'ruleset':[{'scoped':['signal']}]}",
	       "{'variable':[{'name':'x'}]}");
}

TEST(a_merge_has_the_rules_of_all_for_the_rights_that_are_left)
{
	MERGED("4 0 0 a=4 b=4",
	       "{'ruleset':[{'handledAccessFs':['read_file']}]," RULE(
		       "'execute'", "'a'") "}",
	       "{" RULE("'read_file'", "'a','b'") "}");
	MERGED("1 0 0 a=1", "{" RULE("'execute'", "'a'") "}",
	       "{'ruleset':[{'handledAccessFs':['execute']}]," RULE(
		       "'read_file'", "'a','b'") "}");
	MERGED("0 0 0", "{" RULE("'execute'", "'a'") "}",
	       "{" RULE("'read_file'", "'a','b'") "}");
	MERGED("0 3 0 1=3 2=2",
	       "{'ruleset':[{'handledAccessNet':['connect_tcp']}]," PORT(
		       "'bind_tcp'", "1") "}",
	       "{'ruleset':[{'handledAccessNet':['bind_tcp']}]," PORT(
		       "'connect_tcp'", "1,2") "}");
}

TEST(a_merge_unites_variables_before_it_expands)
{
	MERGED("5 0 0 a=5 b=5 x/a=4 x/b=4",
	       "{'ruleset':[{'handledAccessFs':['read_file']}],'variable':[" VAR(
		       "foo", "'a','b'") "]," RULE("'execute'", "'${foo}'") "}",
	       "{'ruleset':[{'handledAccessFs':['execute']}],'variable':[{"
	       "'name':'foo'}]," RULE("'read_file'",
				      "'${foo}','x/${foo}'") "}");
	/* One document may use what only another one defines. */
	MERGED("1 0 0 /v=1", "{" RULE("'execute'", "'/${x}'") "}",
	       "{'ruleset':[{'handledAccessFs':['execute']}],'variable':[" VAR(
		       "x", "'v'") "]}");
	/* Two spellings of one path are one path. */
	MERGED("5 0 0 a=5",
	       "{'ruleset':[{'handledAccessFs':['read_file']}],'variable':[" VAR(
		       "foo", "'a'") "]," RULE("'execute'", "'${foo}'") "}",
	       "{'ruleset':[{'handledAccessFs':['execute']}]," RULE(
		       "'read_file'", "'a/'") "}");
}

TEST(a_merge_has_the_smaller_abi_and_each_group_its_own)
{
	struct landlock_doc a = { .abi = 3 }, b = { .abi = 2 }, c = { 0 };

	CHECK_INT(landlock_doc_merge(&a, &b, NULL), 0);
	CHECK_INT(a.abi, 2);
	CHECK_INT(landlock_doc_merge(&a, &c, NULL), 0);
	CHECK_INT(a.abi, 2);
	CHECK_INT(landlock_doc_merge(&c, &a, NULL), 0);
	CHECK_INT(c.abi, 2);
	MERGED("1fff 0 0 .=1fff",
	       "{'abi':1,'ruleset':[{'handledAccessFs':['abi.all'],"
	       "'handledAccessNet':['abi.all']}]," RULE(
		       "'abi.read_execute'", "'.'") "," PORT("'abi.all'",
							     "1") "}",
	       "{'abi':4,'ruleset':[{'handledAccessFs':['abi.all'],"
	       "'handledAccessNet':['abi.all']}]," RULE(
		       "'abi.read_write'", "'.'") "," PORT("'abi.all'",
							   "1") "}");
}

/* ---- with "bailiff": 1 ------------------------------------------------- */

TEST(bailiff_must_be_one)
{
	REFUSED("{'bailiff':2," RULE("'execute'", "'/'") "}", "must be 1");
	REFUSED("{'bailiff':0," RULE("'execute'", "'/'") "}", "must be 1");
	REFUSED("{'bailiff':true," RULE("'execute'", "'/'") "}", "integer");
}

TEST(rights_above_abi_6_need_bailiff)
{
	static const struct {
		const char *strict, *extended, *want;
	} rows[] = {
		{ "{" RULE("'resolve_unix'", "'/'") "}",
		  "{'bailiff':1," RULE("'resolve_unix'", "'/'") "}",
		  "10000 0 0 /=10000" },
		{ "{" PORT("'bind_udp'", "53") "}",
		  "{'bailiff':1," PORT("'bind_udp'", "53") "}", "0 4 0 53=4" },
		{ "{" PORT("'connect_send_udp'", "53") "}",
		  "{'bailiff':1," PORT("'connect_send_udp'", "53") "}",
		  "0 8 0 53=8" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		REFUSED(rows[i].strict, "is not in landlockconfig");
		GIVES(rows[i].extended, rows[i].want);
	}
}

TEST(rights_may_be_given_as_bits_with_bailiff)
{
	GIVES("{'bailiff':1," RULE("{'bits':5},'read_dir'", "'/'") "}",
	      "d 0 0 /=d");
	GIVES("{'bailiff':1,'netPort':[{'bits':12,'port':[53]}],'ruleset':[{"
	      "'scoped':[{'bits':3}]}]}",
	      "0 c 3 53=c");
	REFUSED("{" RULE("{'bits':5}", "'/'") "}", "\"bits\" is not in");
	REFUSED("{'netPort':[{'bits':1,'port':[1]}]}", "\"bits\" is not in");
	REFUSED("{'bailiff':1," RULE("{'bits':131072}", "'/'") "}",
		"\"bits\" must be a sum of 0x1 to 0x10000");
	REFUSED("{'bailiff':1," RULE("{'bits':0}", "'/'") "}", "must be a sum");
	REFUSED("{'bailiff':1," PORT("{'bits':16}", "1") "}", "0x1 to 0x8");
	REFUSED("{'bailiff':1," RULE("{}", "'/'") "}", "\"bits\" is missing");
}

TEST(quiet_needs_bailiff_and_rights_that_are_handled)
{
#define QUIET                                                           \
	"'ruleset':[{'handledAccessFs':['read_file','execute'],"        \
	"'quietAccessFs':['read_file']}],'pathBeneath':[{'quiet':true," \
	"'parent':['/a']},{'quiet':true,'allowedAccess':['execute'],"   \
	"'parent':['/b']}]"
	GIVES("{'bailiff':1," QUIET "}", "5 0 0 /a=0q /b=1q");
	AT(10, "{'bailiff':1," QUIET "}", "5 0 0 /a=0q /b=1q");
	/* Below ABI 10 there is no such thing; nothing else is lost. */
	AT(9, "{'bailiff':1," QUIET "}", "5 0 0 /b=1");
	REFUSED("{" QUIET "}", "is not in landlockconfig");
	REFUSED("{'pathBeneath':[{'quiet':true,'allowedAccess':['execute'],"
		"'parent':['/']}]}",
		"\"quiet\" is not in landlockconfig");
	REFUSED("{'bailiff':1,'ruleset':[{'handledAccessFs':['execute'],"
		"'quietAccessFs':['read_file']}]}",
		"\"quietAccessFs\" has rights that are not handled");
}

#define NEED(parents, rest)                                         \
	"{'bailiff':1,'pathBeneath':[{'allowedAccess':['execute']," \
	"'required':true,'parent':[" parents "]}" rest "]}"

TEST(a_path_that_one_entry_requires_is_required)
{
	GIVES(NEED("'/a','/b'", ""), "1 0 0 /a=1 /b=1 /a! /b!");
	GIVES(NEED("'/a'", ",{'allowedAccess':['read_file'],"
			   "'parent':['/a','/b']}"),
	      "5 0 0 /a=5 /b=4 /a!");
	GIVES(NEED("'/a'", ",{'allowedAccess':['execute'],'required':false,"
			   "'parent':['/a','/b']}"),
	      "1 0 0 /a=1 /b=1 /a!");
	/* Equal once they are normalised. */
	GIVES(NEED("'/a/./b'", ",{'allowedAccess':['execute'],"
			       "'parent':['/a//b']}"),
	      "1 0 0 /a/b=1 /a/b!");
	MERGED("1 0 0 /a=1 /b=1 /a!", NEED("'/a'", ""),
	       "{" RULE("'execute'", "'/a','/b'") "}");
	REFUSED("{'pathBeneath':[{'allowedAccess':['execute'],"
		"'required':true,'parent':['/']}]}",
		"\"required\" is not in landlockconfig");
	REFUSED("{'bailiff':1,'netPort':[{'allowedAccess':['bind_tcp'],"
		"'required':true,'port':[1]}]}",
		"required");
	REFUSED("{'bailiff':1,'pathBeneath':[{'allowedAccess':['execute'],"
		"'required':1,'parent':['/']}]}",
		"required");
}

TEST(best_effort_holds_for_what_only_such_entries_bring)
{
	static const char text[] =
		"{'bailiff':1,'ruleset':[{'handledAccessFs':['execute']}],"
		"'pathBeneath':[{'allowedAccess':['truncate','execute'],"
		"'parent':['/'],'bestEffort':true}]}";
	struct landlock_rules r = { 0 };
	struct err e = { 0 };

	CHECK_INT(compile(DOCS(text), 0, &r, &e), 0);
	CHECK_INT(r.handled[RIGHT_FS], 0x4001);
	CHECK_INT(r.required[RIGHT_FS], 1);
	landlock_rules_done(&r);
	REFUSED("{'pathBeneath':[{'allowedAccess':['truncate'],'parent':['/'],"
		"'bestEffort':true}]}",
		"\"bestEffort\" is not in landlockconfig");
	REFUSED("{'bailiff':1,'ruleset':[{'bestEffort':true}]}", "is empty");
}

/* ---- for a kernel ------------------------------------------------------ */

TEST(what_the_kernel_lacks_is_left_out_and_told)
{
	static const char doc[] =
		"{'abi':6,'ruleset':[{'handledAccessFs':['abi.all'],"
		"'handledAccessNet':['abi.all'],'scoped':['abi.all']}]," RULE(
			"'truncate'", "'/a'") "," PORT("'bind_tcp'", "1") "}";
	uint64_t lost[RIGHT_CLASSES];
	struct landlock_rules r = { 0 };

	AT(1, doc, "1fff 0 0");
	AT(3, doc, "7fff 0 0 /a=4000");
	AT(4, doc, "7fff 3 0 /a=4000 1=1");
	AT(7, doc, "ffff 3 3 /a=4000 1=1");
	CHECK_INT(compile(DOCS(doc), 0, &r, NULL), 0);
	landlock_rules_at(&r, 4, lost);
	CHECK_INT(lost[RIGHT_FS], 0x8000);
	CHECK_INT(lost[RIGHT_NET], 0);
	CHECK_INT(lost[RIGHT_SCOPE], 3);
	landlock_rules_done(&r);
}

TEST(the_json_for_tools_has_its_exact_form)
{
	struct landlock_rules r = { 0 };
	struct buf out;

	CHECK_INT(compile(DOCS("{" RULE("'execute'", "'/a$b','/q\\'") "," PORT(
				  "'bind_tcp'", "80") "}"),
			  0, &r, NULL),
		  -EBADMSG); /* a backslash that escapes nothing */
	CHECK_INT(compile(DOCS("{" RULE("'execute'", "'/a$b','/q\\n'") "," PORT(
				  "'bind_tcp'", "80") "}"),
			  0, &r, NULL),
		  0);
	buf_init(&out, 1000);
	landlock_rules_json(&r, &out);
	CHECK_STR(buf_cstr(&out),
		  "{\"handled\":{\"fs\":\"0x1\",\"net\":\"0x1\",\"scoped\":"
		  "\"0x0\"},\"paths\":[{\"path\":\"/a$b\",\"fs\":\"0x1\"},{"
		  "\"path\":\"/q\\u000a\",\"fs\":\"0x1\"}],\"ports\":[{"
		  "\"port\":80,\"net\":\"0x1\"}]}");
	buf_reset(&out);
	landlock_rules_text(&r, &out);
	CHECK_HAS(buf_cstr(&out), "  \"/q\\u000a\": execute\n");
	CHECK_HAS(buf_cstr(&out), "  80: bind_tcp\n");
	CHECK_HAS(buf_cstr(&out), "  scopes   nothing\n");
	buf_done(&out);
	landlock_rules_done(&r);
}

/* ---- limits ------------------------------------------------------------ */

TEST(an_expansion_bomb_is_an_error_within_a_second)
{
	static const char *const bombs[] = {
		"'${a}${a}${a}${a}${a}${a}${a}${a}${a}'", /* 10^9 paths */
		"'${a}${a}${a}${a}${a}'",		  /* 10^5 */
		"'${e}${a}${a}${a}${a}','x${a}${a}${a}${a}',"
		"'y${a}${a}${a}${a}','z${a}${a}${a}${a}','1${a}${a}${a}${a}',"
		"'2${a}${a}${a}${a}','3${a}${a}${a}${a}'", /* 7 times 10^4 */
	};
	const clock_t start = clock();
	char doc[1000];

	for (size_t i = 0; i < COUNTOF(bombs); i++) {
		(void)snprintf(doc, sizeof(doc),
			       "{'variable':[" VAR("e", "''") "," VAR(
				       "a", "'0','1','2','3','4','5','6','7',"
					    "'8','9'") "]," RULE("'execute'",
								 "%s") "}",
			       bombs[i]);
		REFUSED(doc, i == 0 ? "expands to more" : "more than 65536");
	}
	CHECK(clock() - start < CLOCKS_PER_SEC);
}

TEST(a_long_list_of_empty_values_is_no_way_around_the_limit)
{
	static char doc[700000];
	struct buf b;
	const clock_t start = clock();

	buf_init(&b, sizeof(doc) - 1);
	buf_puts(&b, "{'variable':[" VAR("e", "''") ",{'name':'x','literal':[");
	for (int i = 0; i < 256; i++)
		buf_printf(&b, "%s'%d'", i ? "," : "", i);
	buf_puts(&b, "]}],'pathBeneath':[{'allowedAccess':['execute'],"
		     "'parent':['${x}${x}");
	for (int i = 0; i < 100000; i++)
		buf_puts(&b, "${e}");
	buf_puts(&b, "']}]}");
	CHECK_INT(buf_error(&b), 0);
	memcpy(doc, b.p, b.len);
	buf_done(&b);
	REFUSED(doc, "expands to more than bailiff works out");
	CHECK(clock() - start < CLOCKS_PER_SEC);
}

/* ---- looking up -------------------------------------------------------- */

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
		{ "/var/lib/postgr", NULL, 0 },
		{ "/var/lib/postgre", "/var/lib/postgre", 2 },
		{ "/var/lib/postgre/x", "/var/lib/postgre", 2 },
		{ "/var/lib/postgres", "/var/lib/postgres", 8 },
		{ "/var/lib/postgres/x", "/var/lib/postgres", 8 },
		{ "/var/lib/postgresql", NULL, 0 },
		{ "etc", NULL, 0 },
		{ "", NULL, 0 },
	};
	struct landlock_rules r = { 0 };

	CHECK_INT(compile(DOCS("{'pathBeneath':[{'allowedAccess':['execute'],"
			       "'parent':['/etc']},{'allowedAccess':["
			       "'read_file'],'parent':['/etc/nginx']},{"
			       "'allowedAccess':['write_file'],'parent':["
			       "'/var/lib/postgre']},{'allowedAccess':["
			       "'read_dir'],'parent':['/var/lib/postgres']}]}"),
			  0, &r, NULL),
		  0);
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		uint64_t access;
		const struct landlock_path *p = landlock_rules_nearest(
			&r, span_of(rows[i].path), &access);

		CHECK_INT(access, rows[i].access);
		if (rows[i].nearest == NULL)
			CHECK(p == NULL);
		else
			CHECK_STR(p ? p->path : NULL, rows[i].nearest);
	}
	landlock_rules_done(&r);
}
