/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.c - run a command with a loginuid that somebody set already.
 *
 *	stamp AUID [--no-audit-control] COMMAND...
 *
 * As in a login session, or as an impostor would who writes a service's
 * number. With the option CAP_AUDIT_CONTROL is gone from the bounding set, so
 * that COMMAND cannot change the number back.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	int at = 2;

	if (argc < 3 || fd < 0 ||
	    write(fd, argv[1], strlen(argv[1])) != (ssize_t)strlen(argv[1])) {
		perror("stamp");
		return 111;
	}
	if (strcmp(argv[at], "--no-audit-control") == 0) {
		at++;
		if (prctl(PR_CAPBSET_DROP, CAP_AUDIT_CONTROL, 0, 0, 0) < 0) {
			perror("stamp");
			return 111;
		}
	}
	execvp(argv[at], argv + at);
	perror(argv[at]);
	return 127;
}
