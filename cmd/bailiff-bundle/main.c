/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - bailiff-bundle: make, sign, publish and verify policy bundles. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv, struct err *e);
	const char *help;
} verbs[] = {
	/* clang-format off */
	{ "keygen",  verb_keygen,  "make an encrypted signing key" },
	{ "init",    verb_init,    "begin a repository: its first root" },
	{ "build",   verb_build,   "stage a directory of policies" },
	{ "diff",    verb_diff,    "what the staged change would do, in words" },
	{ "sign",    verb_sign,    "add signatures to what is staged" },
	{ "payload", verb_payload, "write the bytes to be signed elsewhere" },
	{ "attach",  verb_attach,  "add signatures that were made elsewhere" },
	{ "status",  verb_status,  "who signed, who is missing, what expires" },
	{ "publish", verb_publish, "check what is staged and make it current" },
	{ "delegate", verb_delegate, "let a team speak of some paths" },
	{ "rotate",  verb_rotate,  "stage other keys and thresholds, any role" },
	{ "revoke",  verb_revoke,  "stage that a key counts nowhere any more" },
	{ "refresh", verb_refresh, "the same content with a later expiry" },
	{ "verify",  verb_verify,  "see a repository as a node sees it" },
	{ "lint",    verb_lint,    "what policies leave open, and what closes it" },
	{ "compile", verb_compile, "one policy document to masks or to BPF" },
	{ "test",    verb_test,    "do the tests in the policies hold?" },
	/* clang-format on */
};

/* Which failures are an answer, and which are the machine's. */
static int exit_code(int code)
{
	static const struct {
		int code, exit;
	} rows[] = {
		{ EINVAL, EXIT_USAGE },	   { EBADMSG, EXIT_NO },
		{ EKEYREJECTED, EXIT_NO }, { EKEYEXPIRED, EXIT_NO },
		{ ESTALE, EXIT_NO },	   { EOPNOTSUPP, EXIT_NO },
		{ EFBIG, EXIT_NO },	   { E2BIG, EXIT_NO },
		{ EEXIST, EXIT_NO },	   { EPERM, EXIT_NO },
		{ EBUSY, EXIT_NO },	   { EPROTO, EXIT_NO },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].exit;
	return EXIT_SYSTEM;
}

static void usage(FILE *out)
{
	(void)fprintf(out, "usage: bailiff-bundle VERB [--option value ...]\n"
			   "       bailiff-bundle VERB --help\n\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		(void)fprintf(out, "  %-9s %s\n", verbs[i].name, verbs[i].help);
	(void)fprintf(out, "\nexit status: 0 done, 1 the answer is no, "
			   "2 wrong usage, 111 the system failed\n");
}

int verb_options(const char *verb, const struct option_row *rows, int argc,
		 char **argv, struct err *e)
{
	const int r = option_parse(rows, argc, argv, e);

	if (r == 1) {
		printf("usage: bailiff-bundle %s [options]\n\n", verb);
		option_help(rows);
	}
	if (r < 0)
		(void)err_hint(e, "bailiff-bundle VERB --help lists the "
				  "options");
	return r;
}

int64_t verb_now(int64_t given)
{
	return given != INT64_MIN ? given : (int64_t)time(NULL);
}

bool verb_wants_color(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) == 1 && (no == NULL || no[0] == '\0');
}

int verb_print_json(const json_t *object)
{
	AUTO_DONE(buf_done) struct buf text;
	const char *line;

	buf_init(&text, SIZE_MAX);
	if (object == NULL || json_text(object, &text) < 0)
		return -ENOMEM;
	line = buf_cstr(&text);
	if (line == NULL)
		return -ENOMEM;
	printf("%s\n", line);
	return 0;
}

int verb_show_signers(const struct trust_metadata *m,
		      const struct trust_metadata *root, const char *by,
		      struct err *e)
{
	AUTO_DONE(trust_signer_ids_done) struct trust_signer_ids s = { 0 };
	const struct trust_role_keys *role = &root->root.roles[m->role];
	const int r = trust_metadata_verify(m, role, &s, e);

	if (r < 0)
		return r;
	printf("%s version %llu%s: signed by %zu of %llu needed keys:",
	       trust_role_name(m->role), (unsigned long long)m->version, by,
	       s.count, (unsigned long long)role->threshold);
	for (size_t i = 0; i < s.count; i++)
		printf(" %.16s", s.ids[i]);
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	int r;

	if (argc >= 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("bailiff-bundle %s\n", BAILIFF_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		r = verbs[i].run(argc - 2, argv + 2, &e);
		if (r < 0) {
			(void)fprintf(stderr, "bailiff-bundle: %s: %s\n",
				      verbs[i].name, e.text);
			if (e.hint != NULL)
				(void)fprintf(stderr, "hint: %s\n", e.hint);
			r = exit_code(-r);
		}
		if (fflush(stdout) == 0 && !ferror(stdout))
			return r;
		(void)fprintf(stderr,
			      "bailiff-bundle: %s: cannot write all of "
			      "it to standard output: is it full?\n",
			      verbs[i].name);
		return r == 0 ? EXIT_SYSTEM : r;
	}
	if (argc >= 2)
		(void)fprintf(stderr, "bailiff-bundle: unknown verb \"%s\"\n",
			      argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
