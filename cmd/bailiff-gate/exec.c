/* SPDX-License-Identifier: Apache-2.0 */
/* exec.c - a further process in a container: under the newest policy, and only
 * in a container that the gate created. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"

#define STATE_MAX      1048576
#define LAUNCHER_WORDS 6

/* What the runtime says of a container. */
struct state {
	json_t *document; /* owned */
	const char *bundle, *annotation;
	uint64_t pid;
};

static int state_ask(const struct gate *g, struct buf *out, struct err *e)
{
	AUTO_MEM char **argv = NULL;
	posix_spawn_file_actions_t files;
	int pipe_fd[2], status = 0, r;
	pid_t pid;

	if (oci_rebuild_state(&g->line, g->runtime, &argv) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return err_errno(e, "pipe");
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_adddup2(&files, pipe_fd[1], 1);
	(void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY,
					       0);
	r = posix_spawn(&pid, g->runtime, &files, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)close(pipe_fd[1]);
	if (r != 0)
		r = err_set(e, r, "start %s: %s", g->runtime, strerror(r));
	else
		r = file_read_fd(pipe_fd[0], STATE_MAX, out, e);
	(void)close(pipe_fd[0]);
	if (r == 0 && (waitpid(pid, &status, 0) < 0 || status != 0))
		r = err_set(e, ENOENT, "there is no container \"%s\"",
			    g->line.id);
	return r;
}

static int state_read(const struct gate *g, struct state *ret, struct err *e)
{
	json_t *bundle = NULL, *pid = NULL, *annotations = NULL;
	const struct json_member rows[] = {
		{ "bundle", JSON_STRING, true, &bundle },
		{ "pid", JSON_INTEGER, true, &pid },
		{ "annotations", JSON_OBJECT, false, &annotations },
		{ NULL, JSON_NULL, false, NULL },
	};
	struct buf text;
	int r;

	buf_init(&text, STATE_MAX);
	r = state_ask(g, &text, e);
	if (r == 0)
		r = json_parse(buf_view(&text), STATE_MAX, &ret->document, e);
	buf_done(&text);
	if (r == 0)
		r = json_members_open(ret->document, rows, e);
	if (r == 0)
		r = json_u64(pid, 0, INT32_MAX, &ret->pid);
	if (r < 0)
		return r;
	ret->bundle = json_string_value(bundle);
	ret->annotation = json_string_value(
		json_object_get(annotations, SPEC_ANNOTATION));
	return 0;
}

/* The registration that the container was created with, if any. */
struct origin {
	const char *instance;
	uint64_t pid;
	bool is_found;
	struct session session;
};

static void origin_look(void *ctx, const struct session *s)
{
	struct origin *o = ctx;

	if (strcmp(s->instance, o->instance) != 0 || (uint64_t)s->pid != o->pid)
		return;
	o->is_found = true;
	o->session = *s;
}

static int origin_find(struct origin *o, struct err *e)
{
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_SESSIONS, BAILIFF_UID, e);
	int r;

	if (dir < 0)
		return dir;
	r = session_each(dir, origin_look, o, e);
	return r < 0 ? r : 0;
}

/* What it was created as and what the newest policy calls it must agree. */
static int origin_check(const struct gate *g, const struct origin *o,
			struct err *e)
{
	const uint32_t created = o->is_found ? o->session.number : 0;

	if (created == g->service.number)
		return 0;
	if (created == 0)
		(void)err_set(e, EPERM,
			      "container \"%s\" is service %.*s but was not "
			      "created under its policy",
			      g->line.id, SPAN_FMT(g->service.service));
	else
		(void)err_set(e, EPERM,
			      "container \"%s\" was created as service %s, "
			      "which the newest policy does not call it",
			      g->line.id, o->session.service);
	return err_hint(e, "stop it and create it anew");
}

/* Stays open across exec, above what the container gets. */
static int process_memfd(const struct gate *g, struct span text, struct err *e)
{
	AUTO_FD fd = memfd_create("bailiff-process", MFD_CLOEXEC);
	int high, r;

	if (fd < 0)
		return err_errno(e, "memfd_create");
	r = file_write_all(fd, text);
	if (r < 0)
		return err_set(e, -r, "write the process: %s", strerror(-r));
	high = fcntl(fd, F_DUPFD, (int)g->first_fd + 2);
	return high < 0 ? err_errno(e, "a descriptor") : high;
}

/* The edited process.json in a memfd, which the runtime opens by its number:
 * the caller's own file stays as it is. */
static int process_file_wrap(struct gate *g, const struct spec_edit *edit,
			     struct err *e)
{
	static char path[40]; /* borrowed by the line until exec */
	const char *from = oci_get(&g->line, "process");
	AUTO_FD in = open(from, O_RDONLY | O_CLOEXEC);
	struct spec s = { 0 };
	struct buf text;
	int fd, r;

	if (in < 0)
		return err_errno(e, "open %s", from);
	buf_init(&text, SPEC_MAX * 2);
	r = file_read_fd(in, SPEC_MAX, &text, e);
	if (r == 0)
		r = spec_parse(buf_view(&text), &s, e);
	buf_reset(&text);
	if (r == 0)
		r = spec_process_wrap(&s, edit, e);
	if (r == 0)
		r = spec_text(&s, &text, e);
	spec_done(&s);
	if (r < 0) {
		buf_done(&text);
		return err_wrap(e, "%s", from);
	}
	fd = process_memfd(g, buf_view(&text), e);
	buf_done(&text);
	if (fd < 0)
		return fd;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return oci_set(&g->line, "process", path);
}

/* The launcher's words before those of the command line. */
static int words_wrap(const struct gate *g, const struct spec_edit *edit,
		      char ***ret, struct err *e)
{
	static char artefact[16], receipt[16];
	static char launcher[] = PATH_LAUNCHER_IN_CONTAINER;
	static char a[] = "--artefact-fd", b[] = "--receipt-fd", end[] = "--";
	char *const first[LAUNCHER_WORDS] = { launcher, a,	 artefact,
					      b,	receipt, end };
	char **words;

	if (g->line.word_count == 0)
		return err_set(e, EINVAL, "no command to execute");
	words = calloc(LAUNCHER_WORDS + g->line.word_count + 1, sizeof(*words));
	if (words == NULL)
		return err_set(e, ENOMEM, "out of memory");
	(void)snprintf(artefact, sizeof(artefact), "%u", edit->artefact_fd);
	(void)snprintf(receipt, sizeof(receipt), "%u", edit->receipt_fd);
	memcpy(words, first, sizeof(first));
	memcpy(words + LAUNCHER_WORDS, g->line.words,
	       g->line.word_count * sizeof(*words));
	*ret = words;
	return 0;
}

static int named_exec(struct gate *g, struct err *e)
{
	AUTO_MEM char **words = NULL;
	struct spec_edit edit;
	int r;

	if (oci_get(&g->line, "cap") != NULL)
		return err_set(e, EPERM,
			       "--cap: the capabilities of service %.*s are "
			       "its policy's",
			       SPAN_FMT(g->service.service));
	r = service_stamp(g, e);
	if (r == 0)
		r = service_descriptors(g, e);
	if (r < 0)
		return r;
	edit = service_edit(g);
	if (oci_get(&g->line, "process") != NULL)
		r = process_file_wrap(g, &edit, e);
	else
		r = words_wrap(g, &edit, &words, e);
	return r < 0 ? r : gate_become(g, words, e);
}

int gate_exec(struct gate *g, struct err *e)
{
	struct origin origin = { .instance = g->line.id };
	struct state state = { 0 };
	struct err stamp = { 0 };
	int r = state_read(g, &state, e);

	if (r == 0) {
		origin.pid = state.pid;
		r = origin_find(&origin, e);
	}
	g->container = origin.session;
	if (r == 0)
		r = service_find(g, state.bundle, state.annotation, e);
	json_decref(state.document);
	if (r == 0)
		r = origin_check(g, &origin, e);
	if (r < 0)
		return r;
	if (g->service.number != 0)
		return named_exec(g, e);
	if (service_stamp(g, &stamp) < 0)
		report(g, stamp.text);
	return gate_become(g, g->line.words, e);
}
