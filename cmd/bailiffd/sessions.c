/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c - see sessions.h. */
#include "cmd/bailiffd/sessions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/loop.h"
#include "pkg/identity/cgroup.h"
#include "pkg/identity/loginuid.h"

#define SETTLED_MS                                                            \
	50		/* a directory's time does not tell two changes apart \
			 * that are nearer to each other */
#define PAUSE_MS      5 /* meanwhile it is read again so often */
#define CLOCK_TRIES   8
#define EXIT_SLACK_MS 2 /* of two clocks that count whole milliseconds */

struct kept {
	struct session session; /* ses UINT32_MAX: free */
	uint64_t read_ms;
};

struct row {
	struct session session;
	uint64_t cgroup; /* its id when that tells of it, else 0 */
};

struct session_cache {
	struct session_sources from;
	struct kept kept[SESSIONS_KEPT];      /* at ses % SESSIONS_KEPT */
	struct row *rows[SESSIONS_TABLE_MAX]; /* owned; by session, rising */
	size_t count;
	uint64_t table_ms; /* since 1970; 0: not read yet */
	struct timespec changed;
};

int session_cache_new(const struct session_sources *from,
		      struct session_cache **ret)
{
	struct session_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	c->from = *from;
	for (size_t i = 0; i < SESSIONS_KEPT; i++)
		c->kept[i].session.ses = UINT32_MAX;
	*ret = c;
	return 0;
}

void session_cache_free(struct session_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->rows[i]);
	free(c);
}

static const struct session *by_session(void *ctx, uint32_t ses)
{
	struct session_cache *c = ctx;
	struct kept *slot = &c->kept[ses % SESSIONS_KEPT];
	const uint64_t now = clock_boot_ms();
	struct session found;

	if (ses == UINT32_MAX)
		return NULL;
	if (slot->session.ses == ses && now - slot->read_ms < SESSIONS_KEPT_MS)
		return &slot->session;
	if (session_lookup(c->from.dirfd, ses, &found, NULL) < 0) {
		/* Swept meanwhile: what was known stays true. */
		return slot->session.ses == ses ? &slot->session : NULL;
	}
	*slot = (struct kept){ .session = found, .read_ms = now };
	c->from.seen(c->from.ctx, &slot->session);
	return &slot->session;
}

/* ---- all registrations ----------------------------------------------------
 */

/* A cgroup tells of a container; a service of the host shares its own with
 * whatever else was started there. */
static bool is_place(const struct session *s)
{
	return strcmp(s->instance, "host") != 0 && s->cgroup[0] != '\0' &&
	       strcmp(s->cgroup, "/") != 0;
}

/* Only a container's is completed later, with its cgroup. */
static bool is_complete(const struct session *s)
{
	return strcmp(s->instance, "host") == 0 || s->cgroup[0] != '\0';
}

/* @row: what is known of @ses, or NULL. Return: what is known now; NULL when
 * nobody registered it, and then @row is freed. */
static struct row *row_read(struct session_cache *c, struct row *row,
			    uint32_t ses)
{
	if (row != NULL && is_complete(&row->session))
		return row;
	if (row == NULL)
		row = calloc(1, sizeof(*row));
	if (row == NULL)
		return NULL;
	if (session_lookup(c->from.dirfd, ses, &row->session, NULL) < 0) {
		free(row);
		return NULL;
	}
	row->cgroup = is_place(&row->session) ? row->session.cgroup_id : 0;
	c->from.seen(c->from.ctx, &row->session);
	return row;
}

/* Only what is new is read: services may come by the hundred in a second. Of
 * more than the table holds, the newest are kept. */
static void rows_take(struct session_cache *c, const uint32_t *numbers,
		      size_t count)
{
	struct row *rows[SESSIONS_TABLE_MAX];
	size_t n = 0, old = 0;

	for (size_t i = count > SESSIONS_TABLE_MAX ? count - SESSIONS_TABLE_MAX
						   : 0;
	     i < count; i++) {
		struct row *row = NULL;

		while (old < c->count && c->rows[old]->session.ses < numbers[i])
			free(c->rows[old++]);
		if (old < c->count && c->rows[old]->session.ses == numbers[i])
			row = c->rows[old++];
		row = row_read(c, row, numbers[i]);
		if (row != NULL)
			rows[n++] = row;
	}
	while (old < c->count)
		free(c->rows[old++]);
	memcpy(c->rows, rows, n * sizeof(rows[0]));
	c->count = n;
}

static bool is_fresh(const struct session_cache *c, const struct stat *dir)
{
	const uint64_t changed_ms = (uint64_t)dir->st_mtim.tv_sec * 1000 +
				    (uint64_t)dir->st_mtim.tv_nsec / 1000000;

	if (c->changed.tv_sec != dir->st_mtim.tv_sec ||
	    c->changed.tv_nsec != dir->st_mtim.tv_nsec)
		return false;
	return c->table_ms > changed_ms + SETTLED_MS ||
	       clock_real_ms() - c->table_ms < PAUSE_MS;
}

static void table_refresh(struct session_cache *c)
{
	AUTO_MEM uint32_t *numbers = NULL;
	size_t count;
	struct stat dir;

	if (fstat(c->from.dirfd, &dir) < 0 || is_fresh(c, &dir))
		return;
	c->table_ms = clock_real_ms();
	c->changed = dir.st_mtim;
	if (session_numbers(c->from.dirfd, &numbers, &count, NULL) == 0)
		rows_take(c, numbers, count);
}

void session_cache_tick(struct session_cache *c)
{
	table_refresh(c);
	places_tick(c->from.places);
}

/* Is the process with its number still the one that registered? */
static bool is_still(const struct session *s)
{
	uint32_t ses;

	return loginuid_session(s->pid, &ses, NULL) == 0 && ses == s->ses;
}

static const struct session *by_pid(void *ctx, int32_t pid)
{
	struct session_cache *c = ctx;

	table_refresh(c);
	for (size_t i = 0; i < c->count; i++)
		if (c->rows[i]->session.pid == pid &&
		    is_still(&c->rows[i]->session))
			return &c->rows[i]->session;
	return NULL;
}

/* ---- cgroups --------------------------------------------------------------
 */

/* Bytes of @path that @cgroup covers: it is it, or lies beneath; else 0. */
static size_t covers(const char *cgroup, const char *path)
{
	const size_t len = strlen(cgroup);

	return strncmp(cgroup, path, len) == 0 &&
			       (path[len] == '\0' || path[len] == '/')
		       ? len
		       : 0;
}

/* The innermost; of a container that was made anew, the newest. */
static const struct session *registered_at(const struct session_cache *c,
					   const char *path)
{
	const struct session *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct session *s = &c->rows[i]->session;
		const size_t len = is_place(s) ? covers(s->cgroup, path) : 0;

		if (len == 0 || len < longest ||
		    (len == longest && s->started_ms < best->started_ms))
			continue;
		best = s;
		longest = len;
	}
	return best;
}

static const struct session *by_cgroup(void *ctx, int32_t pid)
{
	struct session_cache *c = ctx;
	const struct session *s;
	char path[CGROUP_PATH_MAX + 1];

	if (cgroup_of_pid(pid, path, sizeof(path)) < 0)
		return NULL;
	table_refresh(c);
	s = registered_at(c, path);
	return s != NULL ? s : places_by_path(c->from.places, path);
}

static const struct session *registered_in(const struct session_cache *c,
					   uint64_t id)
{
	const struct session *best = NULL;

	for (size_t i = 0; i < c->count; i++)
		if (c->rows[i]->cgroup == id &&
		    (best == NULL ||
		     c->rows[i]->session.started_ms > best->started_ms))
			best = &c->rows[i]->session;
	return best;
}

/* The innermost cgroup that is a service's: its own, else those above. */
static const struct session *by_ids(struct session_cache *c,
				    const uint64_t ids[1 + EXITMAP_LEVELS])
{
	const struct session *s = registered_in(c, ids[0]);

	for (size_t i = EXITMAP_LEVELS; i > 0 && s == NULL; i--)
		if (ids[i] != 0 && ids[i] != ids[0])
			s = registered_in(c, ids[i]);
	/* Those without a registration lie right below the root. */
	return s != NULL || ids[1] == 0 ? s
					: places_by_id(c->from.places, ids[1]);
}

/* What the time since boot lacks to that since 1970. Whoever does not run
 * between the two clocks would be wrong by as long: then they are asked again.
 */
static uint64_t boot_real_ms(void)
{
	uint64_t boot, real;
	int tries = CLOCK_TRIES;

	do {
		boot = clock_boot_ms();
		real = clock_real_ms();
	} while (clock_boot_ms() != boot && --tries > 0);
	return real - boot;
}

static bool by_exit(void *ctx, int32_t pid, uint64_t time_ms,
		    const struct session **ret)
{
	struct session_cache *c = ctx;
	const struct session *s;
	struct exit_entry end;

	if (c->from.exits == NULL || !exitmap_find(c->from.exits, pid, &end) ||
	    end.boot_ns / 1000000 + boot_real_ms() + EXIT_SLACK_MS < time_ms)
		return false;
	table_refresh(c);
	s = by_ids(c, end.cgroups);
	if (s != NULL)
		*ret = s;
	return true;
}

void session_cache_lookups(struct session_cache *c,
			   struct attribute_lookup *ret)
{
	*ret = (struct attribute_lookup){ .ctx = c,
					  .by_session = by_session,
					  .by_pid = by_pid,
					  .by_cgroup = by_cgroup,
					  .by_exit = by_exit };
}
