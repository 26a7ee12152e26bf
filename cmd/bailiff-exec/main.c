/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - bailiff-exec: apply a service's policy to this process, become the
 * service. See bailiff-exec(8).
 *
 * On a host it opens the published policy itself; in a container the gate hands
 * it the artefact in a sealed memfd and a descriptor for the receipt. Anything
 * it cannot do: no exec, exit 125, the reason in the receipt.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/published.h"
#include "pkg/enforce/receipt.h"
#include "pkg/identity/loginuid.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/probe.h"
#include "pkg/identity/registry.h"

enum {
	EXIT_BEFORE_EXEC = 125,
	EXIT_NOT_STARTED = 126,
	EXIT_NOT_FOUND = 127
};

#define DESCRIPTOR_MAX 1048576

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

static const char usage[] =
	"usage: bailiff-exec --service NAME [--preserve-fds N] -- COMMAND...\n"
	"       bailiff-exec --artefact-fd N --receipt-fd M -- COMMAND...\n"
	"       bailiff-exec --version | --help\n"
	"\n"
	"Confine this process as the published policy says, then become "
	"COMMAND.\n"
	"The second form is what bailiff-gate writes into a container.\n"
	"\n"
	"exit status: COMMAND's; 125 it was not confined and not started; "
	"126 it could\n"
	"not be executed; 127 it was not found; 2 wrong usage\n";

struct launch {
	const char *service; /* NULL in a container */
	uint32_t artefact_fd, receipt_fd, preserve_fds;
	bool has_artefact, has_receipt;
	char **command; /* ends with NULL */

	int receipt; /* owned; -1 until a session is known */
	struct buf raw;
	struct artefact policy; /* points into raw */
	struct enforce_paths paths;
	struct buf done; /* the receipt's line */
};

/* Options that take a number. */
struct number_option {
	const char *name;
	uint32_t *value;
	bool *is_set;
};

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, "bailiff-exec: %s %s\n%s", what, word, usage);
	return 2;
}

static int number_take(const struct number_option *options, const char *name,
		       const char *value)
{
	for (; options->name != NULL; options++) {
		if (strcmp(options->name, name) != 0)
			continue;
		if (num_parse_u32(span_of(value), 0, DESCRIPTOR_MAX,
				  options->value) < 0)
			return usage_error("not a number for", name);
		*options->is_set = true;
		return 0;
	}
	return usage_error("unknown option", name);
}

/* Return: 0; an exit code. */
static int arguments_parse(int argc, char **argv, struct launch *l)
{
	bool has_preserve = false;
	const struct number_option numbers[] = {
		{ "--artefact-fd", &l->artefact_fd, &l->has_artefact },
		{ "--receipt-fd", &l->receipt_fd, &l->has_receipt },
		{ "--preserve-fds", &l->preserve_fds, &has_preserve },
		{ NULL, NULL, NULL },
	};
	int i = 1, r = 0;

	for (; r == 0 && i < argc && strcmp(argv[i], "--") != 0; i += 2) {
		if (i + 1 >= argc)
			return usage_error("no value for", argv[i]);
		if (strcmp(argv[i], "--service") == 0)
			l->service = argv[i + 1];
		else
			r = number_take(numbers, argv[i], argv[i + 1]);
	}
	if (r != 0)
		return r;
	if (i + 1 >= argc)
		return usage_error("no command after", "--");
	l->command = argv + i + 1;
	if (l->has_artefact != l->has_receipt ||
	    l->has_artefact == (l->service != NULL) ||
	    (l->has_artefact && has_preserve))
		return usage_error("give either --service or both",
				   "--artefact-fd and --receipt-fd");
	return 0;
}

/* ---- in a container ------------------------------------------------------ */

static int handed_open(struct launch *l, struct err *e)
{
	const int fd = (int)l->artefact_fd;
	int seals;

	l->receipt = (int)l->receipt_fd;
	if (fcntl(l->receipt, F_SETFD, FD_CLOEXEC) < 0) {
		l->receipt = -1;
		return err_errno(e, "receipt descriptor");
	}
	seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0)
		return err_errno(e, "artefact descriptor");
	if ((seals & SEALS) != SEALS) {
		(void)err_set(e, EPERM, "the artefact is not sealed");
		return err_hint(e, "only bailiff-gate starts this form");
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(e, "artefact descriptor");
	if (file_read_fd(fd, ARTEFACT_MAX, &l->raw, e) < 0)
		return err_wrap(e, "artefact");
	return artefact_decode(buf_view(&l->raw), &l->policy, e);
}

/* The gate stamped this process before the runtime began. Where /proc is not
 * mounted nothing can be read, and nothing could have been written either. */
static int handed_identity(const struct launch *l, struct err *e)
{
	struct loginuid id;
	const int r = loginuid_read(&id, e);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (id.ses != LOGINUID_UNSET &&
	    (id.auid == AUID_BASE + l->policy.number ||
	     id.auid == LOGINUID_UNSET))
		return 0;
	(void)err_set(e, EPERM,
		      "the loginuid is %" PRIu32 " session %" PRIu32
		      ", not service %.*s's",
		      id.auid, id.ses, SPAN_FMT(l->policy.service));
	return err_hint(e, "the container was not started by bailiff-gate");
}

/* ---- on a host ----------------------------------------------------------- */

static int published_read(struct launch *l, struct err *e)
{
	struct published p;
	int r = published_open(&p, e);

	if (r < 0)
		return r;
	r = published_artefact(&p, l->service, &l->raw, &l->policy, e);
	if (r == 0)
		r = published_start_check(&p, e);
	published_close(&p);
	return r;
}

static uint64_t boot_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int session_begin(const struct launch *l, int sessions, uint32_t *ret,
			 struct err *e)
{
	struct session s = {
		.number = l->policy.number,
		.instance = "host",
		.generation = l->policy.generation,
		.bundle_version = l->policy.bundle_version,
		.pid = getpid(),
		.started_ms = boot_ms(),
	};
	int r = loginuid_stamp(l->policy.number, &s.ses, e);

	if (r < 0)
		return r;
	memcpy(s.service, l->policy.service.p, l->policy.service.len);
	session_probe(&s, 0);
	r = session_register(sessions, &s, e);
	if (r == 0)
		*ret = s.ses;
	return r;
}

/* In a session of the service already, because a launcher started this one:
 * it stays there. */
static bool session_is_ours(const struct launch *l, int sessions,
			    const struct loginuid *id)
{
	struct session s;

	return id->auid == AUID_BASE + l->policy.number &&
	       id->ses != LOGINUID_UNSET &&
	       session_lookup(sessions, id->ses, &s, NULL) == 0 &&
	       s.number == l->policy.number &&
	       span_eq_str(l->policy.service, s.service);
}

static int host_identity(struct launch *l, struct err *e)
{
	AUTO_FD sessions =
		file_private_dir(AT_FDCWD, PATH_SESSIONS, BAILIFF_UID, e);
	struct loginuid id;
	uint32_t ses;
	int r;

	if (sessions < 0)
		return err_wrap(e, "session registry");
	r = loginuid_read(&id, e);
	if (r < 0)
		return r;
	ses = id.ses;
	if (!session_is_ours(l, sessions, &id))
		r = session_begin(l, sessions, &ses, e);
	if (r < 0)
		return r;
	r = receipt_open(ses, e);
	if (r < 0)
		return r;
	l->receipt = r;
	return 0;
}

/* ---- both ---------------------------------------------------------------- */

/* Close what nobody passed by name; what exec must not inherit but is still
 * needed stays, and is close-on-exec. */
static int leftovers_close(const struct launch *l, struct err *e)
{
	const int first = l->service != NULL ? 3 + (int)l->preserve_fds
					     : (int)l->artefact_fd;
	AUTO_MEM int *keep = calloc(l->paths.count + 1, sizeof(*keep));
	size_t count = 0;

	if (keep == NULL)
		return err_set(e, ENOMEM, "close descriptors: out of memory");
	keep[count++] = l->receipt;
	for (uint32_t i = 0; i < l->paths.count; i++) {
		size_t at = count;

		if (l->paths.fds[i] < 0)
			continue;
		count++;
		/* Nearly in order already: opened one after the other. */
		for (; at > 0 && keep[at - 1] > l->paths.fds[i]; at--)
			keep[at] = keep[at - 1];
		keep[at] = l->paths.fds[i];
	}
	return enforce_close_from(first, keep, count, e);
}

/* The order is the design: what needs privilege first, what takes it last. */
static int confine(struct launch *l, struct err *e)
{
	const bool is_host = l->service != NULL;
	int r = is_host ? published_read(l, e) : handed_open(l, e);

	/* On a host the receipt comes with the session: first, so that a path
	 * that is missing has one. */
	if (r == 0 && is_host)
		r = host_identity(l, e);
	if (r == 0)
		r = enforce_paths_open(&l->policy, &l->paths, e);
	if (r == 0 && !is_host)
		r = handed_identity(l, e);
	if (r == 0 && receipt_compose(&l->policy, &l->paths, &l->done) < 0)
		r = err_set(e, ENOMEM, "receipt: out of memory");
	if (r == 0)
		r = leftovers_close(l, e);
	if (r == 0)
		r = enforce_caps(&l->policy.caps, !is_host, e);
	if (r == 0)
		r = enforce_apply(&l->policy, &l->paths, e);
	if (r < 0)
		return r;
	r = receipt_applied(l->receipt, &l->done);
	if (r < 0)
		return err_set(e, -r, "write the receipt: %s", strerror(-r));
	return 0;
}

static void failure_say(const struct launch *l, const struct err *e)
{
	fprintf(stderr, "bailiff-exec: %s%s%s%s%s\n",
		l->service != NULL ? l->service : "",
		l->service != NULL ? ": " : "", e->text,
		e->hint != NULL ? "; " : "", e->hint != NULL ? e->hint : "");
	if (l->receipt >= 0 && receipt_failed(l->receipt, e->text) < 0)
		fputs("bailiff-exec: the receipt could not be written\n",
		      stderr);
}

int main(int argc, char **argv)
{
	struct launch l = { .receipt = -1 };
	struct err e = { 0 };
	int code;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("bailiff-exec " BAILIFF_VERSION) < 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	code = arguments_parse(argc, argv, &l);
	if (code != 0)
		return code;
	buf_init(&l.raw, ARTEFACT_MAX);
	buf_init(&l.done, RECEIPT_LINE_MAX);
	if (confine(&l, &e) < 0) {
		failure_say(&l, &e);
		return EXIT_BEFORE_EXEC;
	}
	(void)execvp(l.command[0], l.command);
	code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_STARTED;
	(void)err_errno(&e, "execute %s", l.command[0]);
	if (code == EXIT_NOT_STARTED && e.code == EACCES)
		(void)err_hint(&e, "the policy may not grant its execution");
	failure_say(&l, &e);
	return code;
}
