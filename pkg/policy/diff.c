/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - what a new bundle changes against the old one (policy.h). */
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/change.h"

#define SENTENCE_MAX 1024 /* bytes of a summary */

static const char *const kinds[] = {
	[POLICY_TIGHTER] = "tighter", [POLICY_LOOSER] = "looser",
	[POLICY_CHANGED] = "changed", [POLICY_ADDED] = "added",
	[POLICY_REMOVED] = "removed",
};

const char *policy_change_word(enum policy_change_kind kind)
{
	return kinds[kind];
}

/* ---- one service -----------------------------------------------------------
 */

/* What only a new process gets. */
static void binding_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	landlock_changes(c, from, to);
	seccomp_changes(c, from, to);
	caps_changes(c, from, to);
}

static void model_changes(struct changes *c, const struct model *from,
			  const struct model *to)
{
	if (from == to) /* shared: nothing of it changed */
		return;
	if (from->number != to->number)
		change_say(c, "service", POLICY_CHANGED, true,
			   "%s now has number %u, before %u", c->service,
			   to->number, from->number);
	binding_changes(c, from, to);
	document_changes(c, from, to);
}

int policy_restart_diff(const struct policy *from, const struct policy *to,
			struct span service, policy_change_fn *take, void *ctx,
			struct err *e)
{
	const struct model *was = model_find(from, service);
	const struct model *is = model_find(to, service);
	struct changes c = {
		.take = take, .ctx = ctx, .binds_only = true, .e = e
	};

	if (was == NULL)
		return err_set(e, ENOENT, "no such service");
	c.service = was->name;
	if (is == NULL)
		change_say(&c, "service", POLICY_REMOVED, true,
			   "%s is no service any more", c.service);
	else if (is != was)
		binding_changes(&c, was, is);
	return c.error < 0 ? err_set(e, -c.error,
				     "the policies of %s cannot be compared",
				     c.service)
			   : 0;
}

/* ---- all of them, as JSON ---------------------------------------------------
 */

struct tally {
	const char *service; /* borrowed from a policy */
	size_t tighter, looser, other;
	bool needs_restart;
};

struct diff {
	struct changes changes;
	struct buf *out, services;
	const char *sep;
	size_t omitted;	    /* changes that there was no room to tell */
	struct tally tally; /* of the service that is compared */
};

static void tally_take(struct tally *t, const struct policy_change *change)
{
	t->tighter += change->kind == POLICY_TIGHTER;
	t->looser += change->kind == POLICY_LOOSER;
	t->other +=
		change->kind != POLICY_TIGHTER && change->kind != POLICY_LOOSER;
	t->needs_restart |= change->needs_restart;
}

static void change_write(void *ctx, const struct policy_change *change)
{
	struct diff *d = ctx;

	tally_take(&d->tally, change);
	/* The rest is for the longest sentence and for the summaries, which
	 * count all changes. */
	if (d->out->len > d->out->max / 2) {
		d->omitted++;
		return;
	}
	buf_printf(d->out, "%s{\"service\":", d->sep);
	if (change->service == NULL)
		buf_puts(d->out, "null");
	else
		json_quote(d->out, span_of(change->service));
	buf_printf(d->out,
		   ",\"layer\":\"%s\",\"change\":\"%s\",\"needs_restart\":%s,"
		   "\"sentence\":",
		   change->layer, kinds[change->kind],
		   change->needs_restart ? "true" : "false");
	json_quote(d->out, span_of(change->sentence));
	buf_puts(d->out, "}");
	d->sep = ",";
}

static void tally_sentence(const struct tally *t, struct buf *out)
{
	const struct {
		size_t count;
		const char *word;
	} parts[] = {
		{ t->tighter, "tighter" },
		{ t->looser, "looser" },
		{ t->other, "other" },
	};
	const char *sep = ": ";

	buf_puts(out, t->service);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].count == 0)
			continue;
		buf_printf(out, "%s%zu %s", sep, parts[i].count, parts[i].word);
		sep = ", ";
	}
	buf_puts(out, t->needs_restart ? "; what runs gets it by a restart"
				       : "; no restart is needed");
}

static void tally_write(struct diff *d)
{
	const struct tally *t = &d->tally;
	AUTO_DONE(buf_done) struct buf text;

	buf_init(&text, SENTENCE_MAX);
	if (t->service != NULL && t->tighter + t->looser + t->other != 0) {
		tally_sentence(t, &text);
		buf_puts(&d->services, d->services.len != 0 ? "," : "");
		buf_puts(&d->services, "{\"service\":");
		json_quote(&d->services, span_of(t->service));
		buf_printf(&d->services,
			   ",\"tighter\":%zu,\"looser\":%zu,\"other\":%zu,"
			   "\"needs_restart\":%s,\"sentence\":",
			   t->tighter, t->looser, t->other,
			   t->needs_restart ? "true" : "false");
		json_quote(&d->services, buf_view(&text));
		buf_puts(&d->services, "}");
	}
	d->tally = (struct tally){ 0 };
}

/* One service of either policy or of both. */
static void service_diff(struct diff *d, const struct model *from,
			 const struct model *to)
{
	struct changes *c = &d->changes;

	if (from != NULL && to != NULL) {
		c->service = d->tally.service = to->name;
		model_changes(c, from, to);
	} else if (to != NULL) {
		c->service = d->tally.service = to->name;
		change_say(c, "service", POLICY_ADDED, false,
			   "%s is a service now, number %u", to->name,
			   to->number);
	} else if (from != NULL) {
		c->service = d->tally.service = from->name;
		change_say(c, "service", POLICY_REMOVED, true,
			   "%s is no service any more; what runs of it keeps "
			   "its policy until it ends",
			   from->name);
	}
	tally_write(d);
	c->service = NULL;
}

/* Both lists are sorted by name. */
static void services_diff(struct diff *d, const struct policy *from,
			  const struct policy *to)
{
	const size_t from_count = from != NULL ? from->model_count : 0;
	size_t i = 0, k = 0;

	while (i < from_count || k < to->model_count) {
		const struct model *was =
			i < from_count ? from->models[i] : NULL;
		const struct model *is =
			k < to->model_count ? to->models[k] : NULL;
		const int order = was == NULL  ? 1
				  : is == NULL ? -1
					       : strcmp(was->name, is->name);

		service_diff(d, order <= 0 ? was : NULL,
			     order >= 0 ? is : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

int policy_diff(const struct policy *from, const struct policy *to,
		struct buf *out, struct err *e)
{
	struct diff d = { .changes = { .take = change_write, .e = e },
			  .out = out,
			  .sep = "" };

	d.changes.ctx = &d;
	buf_init(&d.services, out->max);
	buf_puts(out, "{\"from\":");
	if (from != NULL)
		buf_printf(out, "%llu",
			   (unsigned long long)from->bundle_version);
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"to\":%llu,\"changes\":[",
		   (unsigned long long)to->bundle_version);
	node_changes(&d.changes, from, to);
	d.tally = (struct tally){ 0 };
	services_diff(&d, from, to);
	buf_printf(out, "],\"changes_omitted\":%zu,\"services\":[", d.omitted);
	buf_span(out, buf_view(&d.services));
	buf_puts(out, "]}");
	if (d.changes.error == 0)
		d.changes.error = buf_error(&d.services);
	buf_done(&d.services);
	if (d.changes.error < 0)
		return err_set(e, -d.changes.error,
			       "the bundles cannot be compared");
	return buf_error(out) < 0 ? err_set(e, -buf_error(out),
					    "the comparison does not fit")
				  : 0;
}
