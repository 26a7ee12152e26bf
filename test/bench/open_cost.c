/* SPDX-License-Identifier: Apache-2.0 */
/* open_cost.c - what Landlock costs an open(2) and close(2): the same process
 * without a domain and in one, at several depths below the rule's directory.
 *
 *	open_cost DIRECTORY
 *
 * A line each: depth, nanoseconds (user and system time) without, with, ratio.
 * Of ROUNDS runs of COUNT opens each the middle one counts; the two are run in
 * turn, in forked children, since a domain is for good.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 9
#define COUNT  50000
#define RULES  10

static double *shared; /* what a child measured */

static void die(const char *what)
{
	perror(what);
	exit(111);
}

/* One rule that grants the read, and nine on other directories. */
static void domain_enter(const char *directory)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE |
				     LANDLOCK_ACCESS_FS_WRITE_FILE |
				     LANDLOCK_ACCESS_FS_READ_DIR,
	};
	static const char *const others[RULES - 1] = {
		"/usr", "/etc", "/dev", "/proc",    "/var",
		"/bin", "/lib", "/sys", "/usr/bin",
	};
	const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
					 sizeof(attr.handled_access_fs), 0);

	if (ruleset < 0)
		die("landlock_create_ruleset");
	for (int i = 0; i < RULES; i++) {
		struct landlock_path_beneath_attr rule = {
			.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
			.parent_fd = open(i == 0 ? directory : others[i - 1],
					  O_PATH | O_CLOEXEC),
		};

		if (rule.parent_fd < 0 ||
		    syscall(SYS_landlock_add_rule, ruleset,
			    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
			die("landlock_add_rule");
		(void)close(rule.parent_fd);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		die("landlock_restrict_self");
	(void)close(ruleset);
}

static double used_ns(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return ((double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec) * 1e9 +
	       ((double)r.ru_utime.tv_usec + (double)r.ru_stime.tv_usec) * 1e3;
}

static void opens_measure(const char *file)
{
	const double before = used_ns();

	for (int i = 0; i < COUNT; i++) {
		const int fd = open(file, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			die(file);
		(void)close(fd);
	}
	*shared = (used_ns() - before) / COUNT;
}

static double run(const char *directory, const char *file, int is_confined)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (is_confined)
			domain_enter(directory);
		opens_measure(file);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		exit(111);
	return *shared;
}

static int order(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void depth_measure(const char *directory, int depth)
{
	double without[ROUNDS], with[ROUNDS];
	char file[4096];
	int fd;

	(void)snprintf(file, sizeof(file), "%s", directory);
	for (int i = 0; i < depth; i++) {
		(void)strcat(file, "/d");
		if (mkdir(file, 0700) < 0 && errno != EEXIST)
			die(file);
	}
	(void)strcat(file, "/f");
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		die(file);
	(void)close(fd);
	for (int i = 0; i < ROUNDS; i++) {
		without[i] = run(directory, file, 0);
		with[i] = run(directory, file, 1);
	}
	qsort(without, ROUNDS, sizeof(*without), order);
	qsort(with, ROUNDS, sizeof(*with), order);
	printf("%d %.0f %.0f %.2f\n", depth, without[ROUNDS / 2],
	       with[ROUNDS / 2], with[ROUNDS / 2] / without[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
	static const int depths[] = { 1, 5, 10 };

	if (argc != 2) {
		fputs("usage: open_cost DIRECTORY\n", stderr);
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++)
		depth_measure(argv[1], depths[i]);
	return 0;
}
