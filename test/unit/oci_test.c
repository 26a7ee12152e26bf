/* SPDX-License-Identifier: Apache-2.0 */
/* oci_test.c - command lines of runc and crun, config.json, gate.conf. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/oci/cmdline.h"
#include "pkg/oci/gateconf.h"
#include "pkg/oci/spec.h"

#define WORDS_MAX 24

/* One line of words into argv. */
static int split(const char *line, char *store, char **argv)
{
	int argc = 0;

	strcpy(store, line);
	for (char *w = strtok(store, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	return argc;
}

static void joined(char *const *argv, char *out)
{
	out[0] = '\0';
	for (; *argv != NULL; argv++) {
		strcat(out, out[0] == '\0' ? "" : " ");
		strcat(out, *argv);
	}
}

struct spelling {
	enum oci_runtime runtime;
	const char *line, *rebuilt; /* NULL: refused */
};

static void spelling_check(const struct spelling *row)
{
	char store[512], text[512], *argv[WORDS_MAX];
	AUTO_MEM char **rebuilt = NULL;
	struct oci_cmdline c;
	struct err e = { 0 };
	const int argc = split(row->line, store, argv);
	const int r = oci_parse(row->runtime, argc, argv, &c, &e);

	if (row->rebuilt == NULL) {
		if (r != -EINVAL)
			test_fail(__FILE__, __LINE__, "accepted: %s",
				  row->line);
	} else {
		if (r < 0)
			test_fail(__FILE__, __LINE__, "%s: %s", row->line,
				  e.text);
		CHECK_INT(oci_rebuild(&c, "R", c.words, &rebuilt), 0);
		joined(rebuilt, text);
		CHECK_STR(text, row->rebuilt);
	}
	oci_done(&c);
}

TEST(every_spelling_is_rebuilt_as_one)
{
	/* clang-format off */
	static const struct spelling rows[] = {
		{ OCI_RUNC, "g create --bundle /b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create --bundle=/b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create -bundle /b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create -bundle=/b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create -b /b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create -b=/b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create c --bundle /b", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create -b /a --bundle /b c", "R create --bundle=/b c" },
		{ OCI_RUNC, "g create --bundle --help c", "R create --bundle=--help c" },
		{ OCI_RUNC, "g create -- c", "R create c" },
		{ OCI_RUNC, "g -- create c", "R create c" },
		{ OCI_RUNC, "g --root=/r --debug run -d c", "R --root=/r --debug run --detach c" },
		{ OCI_RUNC, "g run --detach=true c", "R run --detach c" },
		{ OCI_RUNC, "g run --detach --detach=f c", "R run c" },
		{ OCI_RUNC, "g exec -e A=1 --env B=2 c sh -c x", "R exec --env=A=1 --env=B=2 c sh -c x" },
		{ OCI_RUNC, "g exec c --tty", "R exec c --tty" },
		{ OCI_RUNC, "g create -b/b c", NULL },
		{ OCI_RUNC, "g create --bund /b c", NULL },
		{ OCI_RUNC, "g create --config /f c", NULL },
		{ OCI_RUNC, "g create --detach c", NULL },
		{ OCI_RUNC, "g run --detach=perhaps c", NULL },
		{ OCI_RUNC, "g create --bundle", NULL },
		{ OCI_RUNC, "g create", NULL },
		{ OCI_RUNC, "g create a b", NULL },
		{ OCI_RUNC, "g create -- -c", NULL },
		{ OCI_RUNC, "g exec --help -- -c", NULL },
		{ OCI_RUNC, "g create --preserve-fds x c", NULL },
		{ OCI_RUNC, "g create --preserve-fds 0x2 c", NULL },
		{ OCI_RUNC, "g --unknown create c", NULL },
		{ OCI_RUNC, "g --unknown x run c", NULL },
		{ OCI_CRUN, "g create -b/b c", "R create --bundle=/b c" },
		{ OCI_CRUN, "g create -b /b c", "R create --bundle=/b c" },
		{ OCI_CRUN, "g create -b=/b c", "R create --bundle==/b c" },
		{ OCI_CRUN, "g exec -dt c sh", "R exec --detach --tty c sh" },
		{ OCI_CRUN, "g exec -dp/f c", "R exec --detach --process=/f c" },
		{ OCI_CRUN, "g exec --tty=x c sh", "R exec --tty=x c sh" },
		{ OCI_CRUN, "g run -f x.json c", "R run --config=x.json c" },
		{ OCI_CRUN, "g create -bundle /b c", NULL }, /* -b undle, two ids */
		{ OCI_CRUN, "g run --detach=true c", NULL },
		{ OCI_CRUN, "g --roo /r create c", NULL },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		spelling_check(&rows[i]);
}

static void parse(enum oci_runtime runtime, const char *line,
		  struct oci_cmdline *c, char *store, char **argv)
{
	struct err e = { 0 };

	if (oci_parse(runtime, split(line, store, argv), argv, c, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", line, e.text);
}

TEST(other_commands_are_not_looked_into)
{
	static const char *const lines[] = {
		"g",
		"g --version",
		"g state c",
		"g --unknown kill c 9",
		"g delete --nonsense c",
	};
	char store[256], *argv[WORDS_MAX];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct oci_cmdline c;

		parse(OCI_RUNC, lines[i], &c, store, argv);
		CHECK_INT(c.command, OCI_OTHER);
		oci_done(&c);
	}
}

TEST(help_that_is_taken_back_does_not_pass_a_container_by)
{
	char store[256], *argv[WORDS_MAX];
	struct oci_cmdline c;

	parse(OCI_RUNC, "g --version --version=false run --help --help=0 c", &c,
	      store, argv);
	CHECK_INT(c.command, OCI_RUN);
	CHECK(!c.wants_help);
	oci_done(&c);
	parse(OCI_RUNC, "g run --help", &c, store, argv);
	CHECK(c.wants_help);
	oci_done(&c);
}

TEST(an_option_can_be_asked_for_and_replaced)
{
	char store[256], *argv[WORDS_MAX];
	AUTO_MEM char **rebuilt = NULL;
	char text[256];
	struct oci_cmdline c;

	parse(OCI_RUNC, "g --log /l run --preserve-fds 1 --preserve-fds=2 c",
	      &c, store, argv);
	CHECK_INT(oci_number(&c, "preserve-fds"), 2);
	CHECK_STR(oci_get(&c, "log"), "/l");
	CHECK(oci_get(&c, "bundle") == NULL);
	CHECK_INT(oci_set(&c, "preserve-fds", "4"), 0);
	CHECK_INT(oci_set(&c, "process", "/f"), -EINVAL);
	CHECK_INT(oci_rebuild(&c, "R", NULL, &rebuilt), 0);
	joined(rebuilt, text);
	CHECK_STR(text, "R --log=/l run --preserve-fds=4 c");
	oci_done(&c);
}

TEST(state_is_asked_with_the_same_root_and_no_log)
{
	char store[256], *argv[WORDS_MAX];
	AUTO_MEM char **rebuilt = NULL;
	char text[256];
	struct oci_cmdline c;

	parse(OCI_RUNC, "g --root /r --log /l --log-format json exec -t c sh",
	      &c, store, argv);
	CHECK_INT(oci_rebuild_state(&c, "R", &rebuilt), 0);
	joined(rebuilt, text);
	CHECK_STR(text, "R --root=/r state c");
	oci_done(&c);
}

/* ---- config.json --------------------------------------------------------- */

static const struct spec_edit edit = {
	.launcher = "/usr/libexec/bailiff/bailiff-exec",
	.hook = "/usr/libexec/bailiff/bailiff-gate",
	.artefact_fd = 3,
	.receipt_fd = 4,
	.caps = { .bounding = 1 << 5,
		  .effective = 1 << 5,
		  .permitted = 1 << 5 },
};

static void text_of(const struct spec *s, struct buf *out)
{
	struct err e;

	buf_init(out, SPEC_MAX);
	CHECK_INT(spec_text(s, out, &e), 0);
}

TEST(what_is_not_edited_comes_out_as_it_went_in)
{
	static const char text[] =
		"{\"z\":18446744073709551615,\"a\":-1.50e+3,"
		"\"m\":[{\"y\":0,\"x\":null}],\"t\":\"1 \\\" 2\","
		"\"n\":{\"deep\":[1,2,3.0]}}";
	struct spec s;
	struct err e;
	struct buf out;

	CHECK_INT(spec_parse(span_of(text), &s, &e), 0);
	text_of(&s, &out);
	CHECK_STR(buf_cstr(&out), text);
	buf_done(&out);
	spec_done(&s);
}

TEST(a_document_that_two_parsers_read_differently_is_refused)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{",
		"{\"a\":1,\"a\":2}",
		"{\"process\":{\"args\":[\"a\"]},\"Process\":{}}",
		"{\"proce\\u017fs\":{}}",
		"{\"process\":{\"Args\":[\"a\"]}}",
		("{\"process\":{\"noNewPrivileges\":true,"
		 "\"nonewprivileges\":false}}"),
		"{\"hooks\":{\"createruntime\":[]}}",
		"{\"mounts\":[{\"Destination\":\"/\"}]}",
		"{\"mounts\":[1]}",
		"{\"process\":[]}",
		"{\"a\":01}",
		"{\"a\":1.}",
		"{\"a\":-}",
		"{\"a\":1e}",
		"{\"a\":\"\\u0000\"}",
		"{}x",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct spec s;
		struct err e;

		if (spec_parse(span_of(rows[i]), &s, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "accepted: %s", rows[i]);
	}
}

#define WRAPPED                                                               \
	"{\"process\":{\"args\":[\"/dev/.bailiff/exec\",\"--artefact-fd\","   \
	"\"3\",\"--receipt-fd\",\"4\",\"--\",\"nginx\",\"-g\"],\"cwd\":\"/"   \
	"\",\"capabilities\":{\"bounding\":[\"CAP_KILL\"],\"effective\":["    \
	"\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"],\"inheritable\":[],"      \
	"\"ambient\":[]},\"noNewPrivileges\":true},\"mounts\":[{"             \
	"\"destination\":\"/dev/.bailiff/exec\",\"type\":\"bind\","           \
	"\"source\":\"/usr/libexec/bailiff/bailiff-exec\",\"options\":["      \
	"\"bind\",\"ro\",\"nosuid\",\"nodev\"]}],\"hooks\":{"                 \
	"\"createRuntime\":[{\"path\":\"/usr/libexec/bailiff/bailiff-gate\"," \
	"\"args\":[\"bailiff-gate\",\"bailiff-hook\"]}]}}"

TEST(a_process_is_wrapped_once_however_often_it_is_created)
{
	static const char text[] =
		"{\"process\":{\"args\":[\"nginx\",\"-g\"],\"cwd\":\"/\"}}";
	struct buf once, twice;
	struct spec s, again;
	struct err e;

	CHECK_INT(spec_parse(span_of(text), &s, &e), 0);
	CHECK_INT(spec_wrap(&s, &edit, &e), 0);
	text_of(&s, &once);
	CHECK_STR(buf_cstr(&once), WRAPPED);
	CHECK_INT(spec_parse(buf_view(&once), &again, &e), 0);
	CHECK_INT(spec_hold(&again, "/host"), 0);
	CHECK_INT(spec_mask(&again, "/host/x"), 0);
	CHECK_INT(spec_wrap(&again, &edit, &e), 0);
	text_of(&again, &twice);
	CHECK_STR(buf_cstr(&twice), WRAPPED);
	buf_done(&once);
	buf_done(&twice);
	spec_done(&s);
	spec_done(&again);
}

TEST(a_container_without_a_command_is_refused)
{
	static const char *const rows[] = { "{}", "{\"process\":{}}",
					    "{\"process\":null}",
					    "{\"process\":{\"args\":[]}}" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct spec s;
		struct err e;

		CHECK_INT(spec_parse(span_of(rows[i]), &s, &e), 0);
		CHECK_INT(spec_wrap(&s, &edit, &e), -EBADMSG);
		spec_done(&s);
	}
}

TEST(the_launcher_is_mounted_after_every_other_mount)
{
	static const char text[] =
		"{\"process\":{\"args\":[\"a\"]},\"mounts\":[{\"destination\":"
		"\"/dev\",\"type\":\"bind\",\"source\":\"/dev\"}],\"hooks\":{"
		"\"createRuntime\":[{\"path\":\"/other\"}]}}";
	struct spec s;
	struct err e;
	struct buf out;

	CHECK_INT(spec_parse(span_of(text), &s, &e), 0);
	CHECK_INT(spec_wrap(&s, &edit, &e), 0);
	text_of(&s, &out);
	CHECK(strstr(buf_cstr(&out), "\"/dev\"") <
	      strstr(buf_cstr(&out), "\"destination\":\"/dev/.bailiff/exec\""));
	CHECK(strstr(buf_cstr(&out), "bailiff-hook") <
	      strstr(buf_cstr(&out), "\"/other\""));
	buf_done(&out);
	spec_done(&s);
}

static int bind_count(void *ctx, const char *source, const char *destination,
		      bool is_recursive)
{
	char *text = ctx;

	(void)sprintf(text + strlen(text), "%s>%s%s ", source, destination,
		      is_recursive ? "!" : "");
	return 0;
}

TEST(every_form_of_a_bind_mount_is_seen)
{
	static const char text[] =
		"{\"annotations\":{\"io.bailiff.service\":\"web\"},"
		"\"root\":{\"path\":\"rootfs\"},\"mounts\":["
		"{\"destination\":\"/a\",\"type\":\"bind\",\"source\":\"/1\"},"
		"{\"destination\":\"/b\",\"source\":\"/2\",\"options\":"
		"[\"ro\",\"rbind\"]},"
		"{\"destination\":\"/c\",\"type\":\"none\",\"source\":\"/3\","
		"\"options\":[\"bind\"]},"
		"{\"destination\":\"/d\",\"type\":\"tmpfs\",\"source\":\"t\"}"
		"]}";
	char seen[128] = "";
	struct spec s;
	struct err e;

	CHECK_INT(spec_parse(span_of(text), &s, &e), 0);
	CHECK_INT(spec_binds(&s, bind_count, seen), 0);
	CHECK_STR(seen, "/1>/a /2>/b! /3>/c ");
	CHECK_STR(spec_service(&s), "web");
	CHECK_STR(spec_rootfs(&s), "rootfs");
	spec_done(&s);
}

/* ---- gate.conf ----------------------------------------------------------- */

TEST(gate_conf_says_what_it_means)
{
	struct gateconf c;
	struct err e;

	CHECK_INT(gateconf_parse(span_of("# why\n\nruntime = /usr/bin/runc\n"
					 "own=bailiff\n\tallow-unarmed = a\n"
					 "allow-unarmed = b"),
				 &c, &e),
		  0);
	CHECK_STR(c.runtime, "/usr/bin/runc");
	CHECK(gateconf_has(&c.unarmed, "b"));
	CHECK(!gateconf_has(&c.unarmed, "bailiff"));
	CHECK(gateconf_has(&c.own, "bailiff"));
}

TEST(a_mistake_in_gate_conf_is_named_by_its_line)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "runtime\n", "line 1: not \"key = value\"" },
		{ "\nruntime = \n", "line 2: not \"key = value\"" },
		{ "runtime = runc\n", "not an absolute path" },
		{ "runtime = /a\nruntime = /b\n", "line 2: runtime stands" },
		{ "colour = red\n", "unknown key \"colour\"" },
		{ "own = a b\n", "not \"key = value\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gateconf c;
		struct err e;

		CHECK_INT(gateconf_parse(span_of(rows[i].text), &c, &e),
			  -EBADMSG);
		CHECK_HAS(e.text, rows[i].why);
	}
}
