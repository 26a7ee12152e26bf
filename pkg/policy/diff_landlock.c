/* SPDX-License-Identifier: Apache-2.0 */
/* diff_landlock.c - what changes in files, ports and scopes; see change.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/change.h"

#define LAYER	  "landlock"
#define WORDS_MAX 65536 /* bytes of one sentence */

/* ---- rights in words ----------------------------------------------------- */

#define FS(n)	  (1ULL << (n))
#define NODE	  (FS(6) | FS(11))
#define MAKE	  (FS(7) | FS(8) | FS(9) | FS(10) | FS(12))
#define REMOVE	  (FS(4) | FS(5))
#define VERBS_MAX 12

/* How a set of rights reads in front of a path. Of each group one sentence is
 * made; a verb speaks for all of its rights if all of "needs" are there. */
static const struct verb {
	unsigned group;
	uint64_t needs, rights;
	const char *words;
} verbs[] = {
	/* clang-format off */
	{ 0, FS(0), FS(0), "execute" },
	{ 1, FS(1), FS(1) | FS(14), "write" },
	{ 1, FS(14), FS(14), "truncate" },
	{ 2, FS(2), FS(2), "read" },
	{ 2, FS(3), FS(3), "list" },
	{ 3, MAKE | REMOVE, MAKE | REMOVE | NODE, "create and remove anything in" },
	{ 3, MAKE, MAKE | NODE, "create anything in" },
	{ 3, REMOVE, REMOVE, "remove anything from" },
	{ 3, FS(8), FS(8), "create files in" },
	{ 3, FS(7), FS(7), "create directories in" },
	{ 3, FS(12), FS(12), "create symbolic links in" },
	{ 3, FS(9), FS(9), "create sockets in" },
	{ 3, FS(10), FS(10), "create FIFOs in" },
	{ 3, FS(6), FS(6), "create character devices in" },
	{ 3, FS(11), FS(11), "create block devices in" },
	{ 3, FS(5), FS(5), "remove files from" },
	{ 3, FS(4), FS(4), "remove directories from" },
	{ 4, FS(13), FS(13), "link or move across directories at" },
	{ 5, FS(15), FS(15), "use ioctl on devices at" },
	{ 6, FS(16), FS(16), "connect to unix sockets at" },
	/* clang-format on */
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

/* Take the words of @group for what is in *@rights, in order. */
static size_t verbs_take(unsigned group, uint64_t *rights,
			 const char *ret[VERBS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = &verbs[i];

		if (v->group != group || (*rights & v->needs) != v->needs ||
		    count == VERBS_MAX)
			continue;
		ret[count++] = v->words;
		*rights &= ~v->rights;
	}
	return count;
}

/* One sentence for each group of verbs that @rights come to. */
static void rights_say(struct changes *c, bool is_looser, uint64_t rights,
		       bool needs_restart, const char *path)
{
	for (unsigned group = 0; rights != 0 && group <= 6; group++) {
		const char *words[VERBS_MAX];
		const size_t count = verbs_take(group, &rights, words);
		AUTO_DONE(buf_done) struct buf text;

		buf_init(&text, WORDS_MAX);
		for (size_t i = 0; i < count; i++)
			words_join(&text, words[i], i, count);
		buf_printf(&text, " %s", path);
		if (count != 0)
			change_may(c, LAYER, is_looser, needs_restart,
				   buf_cstr(&text));
	}
}

/* ---- what is handled ----------------------------------------------------- */

/* The rights that are denied by default: as written, or as enforced. */
static uint64_t denied(const struct changes *c, const struct model *m,
		       enum right_class class)
{
	if (!m->has_landlock)
		return 0;
	return c->binds_only ? m->enforced[class] : m->landlock.handled[class];
}

static bool is_enforced(const struct model *from, const struct model *to,
			enum right_class class, uint64_t rights)
{
	return ((from->enforced[class] | to->enforced[class]) & rights) != 0;
}

static bool denies_any(const struct changes *c, const struct model *m)
{
	return (denied(c, m, RIGHT_FS) | denied(c, m, RIGHT_NET) |
		denied(c, m, RIGHT_SCOPE)) != 0;
}

static void right_say(struct changes *c, const struct right *r, bool is_denied,
		      bool needs_restart)
{
	if (r->class == RIGHT_SCOPE)
		change_may(c, LAYER, !is_denied, needs_restart, r->phrase);
	else
		change_say(c, LAYER, is_denied ? POLICY_TIGHTER : POLICY_LOOSER,
			   needs_restart, "%s: %s is %s restricted", c->service,
			   r->activity, is_denied ? "now" : "no longer");
}

static void handled_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	for (const struct right *r = right_table; r->name != NULL; r++) {
		const bool was = (denied(c, from, r->class) & r->bit) != 0;
		const bool is = (denied(c, to, r->class) & r->bit) != 0;

		if (was != is)
			right_say(c, r, is,
				  is_enforced(from, to, r->class, r->bit));
	}
}

/* "bestEffort": what may be missing in the kernel. Nothing of a process that
 * runs. */
static void effort_changes(struct changes *c, const struct model *from,
			   const struct model *to)
{
	for (const struct right *r = right_table; r->name != NULL; r++) {
		const uint64_t both = from->landlock.handled[r->class] &
				      to->landlock.handled[r->class] & r->bit;
		const bool was = (from->landlock.required[r->class] & r->bit);
		const bool is = (to->landlock.required[r->class] & r->bit);

		if (both != 0 && was != is)
			change_say(c, LAYER,
				   is ? POLICY_TIGHTER : POLICY_LOOSER, false,
				   "%s %s a kernel that cannot restrict %s",
				   c->service,
				   is ? "no longer accepts" : "now accepts",
				   r->activity);
	}
}

/* ---- paths --------------------------------------------------------------- */

/* What changes at @path, of the rights in @mask. */
struct shift {
	uint64_t gained, lost;
};

static struct shift shift_at(const struct model *from, const struct model *to,
			     struct span path, uint64_t mask)
{
	uint64_t was, is;

	(void)landlock_rules_nearest(&from->landlock, path, &was);
	(void)landlock_rules_nearest(&to->landlock, path, &is);
	return (struct shift){ .gained = is & ~was & mask,
			       .lost = was & ~is & mask };
}

static struct span parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash[1] == '\0')
		return (struct span){ 0 };
	return (struct span){ path,
			      slash == path ? 1 : (size_t)(slash - path) };
}

/* A rule grants to everything below it, so that a path changes as its parent
 * does unless its own rules say otherwise: only that is told of it. */
static void path_change(struct changes *c, const struct model *from,
			const struct model *to, const char *path, uint64_t mask)
{
	struct shift here = shift_at(from, to, span_of(path), mask);
	const struct shift above = shift_at(from, to, parent_of(path), mask);

	here.gained &= ~above.gained;
	here.lost &= ~above.lost;
	rights_say(c, true, here.gained,
		   is_enforced(from, to, RIGHT_FS, here.gained), path);
	rights_say(c, false, here.lost,
		   is_enforced(from, to, RIGHT_FS, here.lost), path);
}

static void required_change(struct changes *c, bool was, bool is,
			    const char *path)
{
	if (was != is && !c->binds_only)
		change_say(c, LAYER, is ? POLICY_TIGHTER : POLICY_LOOSER, false,
			   is ? "%s does not start any more without %s"
			      : "%s now starts without %s, too",
			   c->service, path);
}

/* Both lists are sorted. */
static void paths_changes(struct changes *c, const struct model *from,
			  const struct model *to)
{
	const struct landlock_rules *a = &from->landlock, *b = &to->landlock;
	const uint64_t mask =
		denied(c, from, RIGHT_FS) & denied(c, to, RIGHT_FS);
	size_t i = 0, k = 0;

	while (i < a->path_count || k < b->path_count) {
		const struct landlock_path *was =
			i < a->path_count ? &a->paths[i] : NULL;
		const struct landlock_path *is =
			k < b->path_count ? &b->paths[k] : NULL;
		const int order = was == NULL  ? 1
				  : is == NULL ? -1
					       : strcmp(was->path, is->path);
		const char *path = order <= 0 && was != NULL ? was->path
				   : is != NULL		     ? is->path
							     : "";

		if (order != 0 || was->access != is->access)
			path_change(c, from, to, path, mask);
		required_change(
			c, order <= 0 && was != NULL && was->is_required,
			order >= 0 && is != NULL && is->is_required, path);
		i += order <= 0;
		k += order >= 0;
	}
}

/* ---- ports --------------------------------------------------------------- */

/* Ports that one right is gained or lost on, as "80, 443 and 8000 to 8010". */
struct port_run {
	struct buf text;
	size_t runs, ports;
	uint64_t first, last; /* of the run that is open; ports != 0 */
};

static void run_close(struct port_run *run)
{
	buf_puts(&run->text, run->runs != 0 ? ", " : "");
	if (run->first == run->last)
		buf_printf(&run->text, "%llu", (unsigned long long)run->first);
	else
		buf_printf(&run->text, "%llu to %llu",
			   (unsigned long long)run->first,
			   (unsigned long long)run->last);
	run->runs++;
}

static void run_add(struct port_run *run, uint64_t port)
{
	if (run->ports != 0 && port != run->last + 1)
		run_close(run);
	if (run->ports == 0 || port != run->last + 1)
		run->first = port;
	run->last = port;
	run->ports++;
}

static void run_say(struct changes *c, struct port_run *run,
		    const struct right *r, bool is_looser, bool needs_restart)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };

	if (run->ports == 0)
		return;
	run_close(run);
	buf_init(&text, WORDS_MAX);
	buf_printf(&text, "%s%s ", r->phrase, run->ports == 1 ? "" : "s");
	buf_span(&text, buf_view(&run->text));
	change_may(c, LAYER, is_looser, needs_restart, buf_cstr(&text));
}

static bool port_has(const struct landlock_rules *r, size_t i, uint64_t bit)
{
	return i < r->port_count && (r->ports[i].access & bit) != 0;
}

/* The ports of @in, for which @right is granted there and not in @against. */
static void right_ports(const struct landlock_rules *in,
			const struct landlock_rules *against, uint64_t bit,
			struct port_run *run)
{
	size_t k = 0;

	for (size_t i = 0; i < in->port_count; i++) {
		const uint64_t port = in->ports[i].port;

		while (k < against->port_count && against->ports[k].port < port)
			k++;
		if (port_has(in, i, bit) && !(port_has(against, k, bit) &&
					      against->ports[k].port == port))
			run_add(run, port);
	}
}

static void ports_changes(struct changes *c, const struct model *from,
			  const struct model *to)
{
	const struct landlock_rules *a = &from->landlock, *b = &to->landlock;
	const uint64_t mask =
		denied(c, from, RIGHT_NET) & denied(c, to, RIGHT_NET);

	for (const struct right *r = right_table; r->name != NULL; r++) {
		const bool enforced = is_enforced(from, to, RIGHT_NET, r->bit);

		if (r->class != RIGHT_NET || (mask & r->bit) == 0)
			continue;
		for (int is_looser = 1; is_looser >= 0; is_looser--) {
			struct port_run run = { 0 };

			buf_init(&run.text, WORDS_MAX);
			right_ports(is_looser ? b : a, is_looser ? a : b,
				    r->bit, &run);
			run_say(c, &run, r, is_looser != 0, enforced);
			buf_done(&run.text);
		}
	}
}

void landlock_changes(struct changes *c, const struct model *from,
		      const struct model *to)
{
	const bool was = denies_any(c, from), is = denies_any(c, to);

	if (was != is) {
		change_say(c, LAYER, is ? POLICY_TIGHTER : POLICY_LOOSER, true,
			   "%s is %s confined by Landlock", c->service,
			   is ? "now" : "no longer");
		return;
	}
	if (!was)
		return;
	handled_changes(c, from, to);
	if (!c->binds_only)
		effort_changes(c, from, to);
	paths_changes(c, from, to);
	ports_changes(c, from, to);
}
