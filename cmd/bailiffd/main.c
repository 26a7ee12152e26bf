/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - bailiffd: arguments, and which process this is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiffd/role.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/num.h"

#define EXIT_USAGE 2

static const char usage[] =
	"usage: bailiffd [--observe] [--ready-fd N]\n"
	"                                 audit, enforce, serve the sockets;\n"
	"                                 --observe: beside another audit daemon\n"
	"       bailiffd arm              verify and publish policy, then end\n"
	"       bailiffd reset-clock-floor  forget the latest time that was seen\n"
	"       bailiffd --help | --version\n"
	"\n"
	"Trust begins with /etc/bailiff/root.json and the bundle in\n"
	"/etc/bailiff/bundle. See bailiffd(8).\n"
	"\n"
	"exit status: 0 done, 1 no policy could be put in force, 2 wrong usage,\n"
	"111 the system failed\n";

static const struct {
	const char *name;
	int (*main)(void);
} roles[] = {
	{ "audit", audit_main },
	{ "policy", policy_main },
	{ "control", control_main },
	{ "ship", ship_main },
};

static int role_main(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(name, roles[i].name) == 0)
			return roles[i].main();
	fprintf(stderr, "bailiffd: no process is called \"%s\"\n", name);
	return EXIT_USAGE;
}

/* Return: 0; -EINVAL for what no option is. */
static int options_parse(int argc, char **argv, struct supervisor_options *o)
{
	for (int i = 1; i < argc; i++) {
		uint32_t fd;

		if (strcmp(argv[i], "--observe") == 0) {
			o->is_observing = true;
		} else if (strcmp(argv[i], "--ready-fd") == 0 && i + 1 < argc &&
			   num_parse_u32(span_of(argv[i + 1]), 3, 1023, &fd) ==
				   0) {
			o->ready_fd = (int)fd;
			i++;
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct supervisor_options o = { .ready_fd = -1 };

	if (options_parse(argc, argv, &o) == 0)
		return supervisor_main(&o);
	if (argc == 2 && strcmp(argv[1], "arm") == 0) {
		o = (struct supervisor_options){ .is_arming = true,
						 .ready_fd = -1 };
		return supervisor_main(&o);
	}
	if (argc == 2 && strcmp(argv[1], "reset-clock-floor") == 0)
		return clock_reset_main();
	if (argc == 3 && strcmp(argv[1], "--role") == 0)
		return role_main(argv[2]);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("bailiffd " BAILIFF_VERSION "\n") < 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	fputs(usage, stderr);
	return EXIT_USAGE;
}
