/* SPDX-License-Identifier: Apache-2.0 */
/* harness.c - see harness.h. */
#include "test/unit/harness.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST_SECONDS 60
#define EXIT_SKIPPED 77

static struct test *tests;

void test_register(struct test *t)
{
	struct test **at = &tests;

	while (*at != NULL)
		at = &(*at)->next;
	*at = t;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

void test_skip(const char *reason)
{
	printf("# SKIP %s\n", reason);
	fflush(stdout);
	_exit(EXIT_SKIPPED);
}

/* "cursor_fails_early" reads as a sentence in the report. */
static void name_print(const char *name)
{
	for (; *name != '\0'; name++)
		putchar(*name == '_' ? ' ' : *name);
}

static int test_run(const struct test *t)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(TEST_SECONDS);
		t->body();
		fflush(stdout);
		/* exit(), not _exit(): a sanitizer reports leaks there. In a
		 * child that has confined itself it cannot look for any. */
		if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
			_exit(0);
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	if (WIFSIGNALED(status)) {
		printf("# killed by signal %d\n", WTERMSIG(status));
		return 1;
	}
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int number = 0, failed = 0;

	for (const struct test *t = tests; t != NULL; t = t->next) {
		int r;

		if (argc > 1 && strstr(t->name, argv[1]) == NULL)
			continue;
		r = test_run(t);
		failed += r != 0 && r != EXIT_SKIPPED;
		printf("%s %d - ",
		       r == 0 || r == EXIT_SKIPPED ? "ok" : "not ok", ++number);
		name_print(t->name);
		printf("%s\n", r == EXIT_SKIPPED ? " # SKIP" : "");
	}
	printf("1..%d\n", number);
	return failed != 0 || number == 0;
}
