/* SPDX-License-Identifier: Apache-2.0 */
/* bailiffctl - ask a running bailiffd, or check a trail without one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiffctl/ctl.h"

/* clang-format off */
static const struct ctl_verb verbs[] = {
	{ "status",   "",		   "what bailiff enforces now, and what troubles it", verb_status },
	{ "tail",     "[-f] [-n N]",	   "events: --service S, --type T, --key K, --denied, --since 15m, --raw", verb_tail },
	{ "explain",  "SEQ",		   "why an event was denied; or --what WORDS --service S", verb_explain },
	{ "services", "",		   "the named services and what binds them", verb_services },
	{ "show",     "SERVICE",	   "a service's policy in words", verb_show },
	{ "diff",     "[--bundle DIR]",	   "what a reload would change", verb_diff },
	{ "reload",   "[--bundle DIR]",	   "verify and publish a bundle: --dry-run, --wait [--timeout S]", verb_reload },
	{ "verify",   "DIR",		   "check a trail without a daemon: --anchor FILE, --prove SEQ", verb_verify },
	{ "decode",   "[FILE]",	   "the log of auditd as events: --raw, --format laurel", verb_decode },
	{ "doctor",   "",		   "what this kernel and this boot can and cannot enforce", verb_doctor },
	{ "metrics",  "",		   "counters as OpenMetrics text", verb_metrics },
};
/* clang-format on */
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static int help(FILE *to, int code)
{
	(void)fputs("usage: bailiffctl [--socket PATH] [--json] [--no-color] "
		    "VERB ...\n       bailiffctl --help | --version\n\n",
		    to);
	for (size_t i = 0; i < VERB_COUNT; i++)
		(void)fprintf(to, "  %-9s %-16s %s\n", verbs[i].name,
			      verbs[i].arguments, verbs[i].help);
	(void)fputs("\nexit: 0 done, 1 the answer is no, 2 wrong usage, 111 "
		    "the system failed\n",
		    to);
	return code;
}

static bool wants_color(void)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) &&
	       (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .is_terminal = isatty(STDOUT_FILENO) != 0,
			   .has_color = wants_color() };
	bool wants_help = false;
	int at, r;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("bailiffctl " BAILIFF_VERSION "\n") < 0;
	at = ctl_globals(&ctl, argc, argv, &wants_help);
	if (wants_help)
		return help(stdout, CTL_DONE);
	if (at < 0)
		return -at;
	if (at == argc)
		return help(stderr, CTL_USAGE);
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, argv[at]) != 0)
			continue;
		ctl.verb = argv[at];
		r = verbs[i].run(&ctl, argc - at, argv + at);
		if (fflush(stdout) == 0 && !ferror(stdout))
			return r;
		(void)fprintf(stderr,
			      "bailiffctl: %s: cannot write all of it "
			      "to standard output: is it full?\n",
			      ctl.verb);
		return CTL_SYSTEM;
	}
	return ctl_usage(&ctl, "\"%s\" is no verb", argv[at]);
}
