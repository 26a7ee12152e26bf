/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c - see sessions.h. */
#include "cmd/bailiffd/sessions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/loop.h"
#include "pkg/identity/cgroup.h"

struct kept {
	struct session session; /* ses UINT32_MAX: free */
	uint64_t read_ms;
};

struct session_cache {
	int dirfd;
	struct kept kept[SESSIONS_KEPT]; /* at ses % SESSIONS_KEPT */
	struct session *table;		 /* SESSIONS_TABLE_MAX; owned */
	size_t count;
	uint64_t table_ms;
};

int session_cache_new(int dirfd, struct session_cache **ret)
{
	struct session_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	c->dirfd = dirfd;
	c->table = calloc(SESSIONS_TABLE_MAX, sizeof(*c->table));
	for (size_t i = 0; i < SESSIONS_KEPT; i++)
		c->kept[i].session.ses = UINT32_MAX;
	if (c->table == NULL) {
		session_cache_free(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

void session_cache_free(struct session_cache *c)
{
	if (c == NULL)
		return;
	free(c->table);
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
	if (session_lookup(c->dirfd, ses, &found, NULL) < 0) {
		/* Swept meanwhile: what was known stays true. */
		return slot->session.ses == ses ? &slot->session : NULL;
	}
	*slot = (struct kept){ .session = found, .read_ms = now };
	return &slot->session;
}

static void table_add(void *ctx, const struct session *s)
{
	struct session_cache *c = ctx;

	if (c->count < SESSIONS_TABLE_MAX)
		c->table[c->count++] = *s;
}

static void table_refresh(struct session_cache *c)
{
	const uint64_t now = clock_boot_ms();

	if (c->table_ms != 0 && now - c->table_ms < SESSIONS_FRESH_MS)
		return;
	c->count = 0;
	c->table_ms = now;
	(void)session_each(c->dirfd, table_add, c, NULL);
}

static const struct session *by_pid(void *ctx, int32_t pid)
{
	struct session_cache *c = ctx;

	table_refresh(c);
	for (size_t i = 0; i < c->count; i++)
		if (c->table[i].pid == pid)
			return &c->table[i];
	return NULL;
}

static const struct session *by_cgroup(void *ctx, int32_t pid)
{
	struct session_cache *c = ctx;
	char path[CGROUP_PATH_MAX + 1];

	if (cgroup_of_pid(pid, path, sizeof(path)) < 0)
		return NULL;
	table_refresh(c);
	for (size_t i = 0; i < c->count; i++)
		/* A cgroup tells of a container; a host's service shares its
		 * own with whatever else was started there. */
		if (strcmp(c->table[i].instance, "host") != 0 &&
		    c->table[i].cgroup[0] != '\0' &&
		    strcmp(c->table[i].cgroup, "/") != 0 &&
		    strcmp(c->table[i].cgroup, path) == 0)
			return &c->table[i];
	return NULL;
}

void session_cache_lookups(struct session_cache *c,
			   struct attribute_lookup *ret)
{
	*ret = (struct attribute_lookup){ .ctx = c,
					  .by_session = by_session,
					  .by_pid = by_pid,
					  .by_cgroup = by_cgroup };
}
