/* SPDX-License-Identifier: Apache-2.0 */
/* fix.c - see fix.h. */
#include "pkg/policy/fix.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/splice.h"
#include "pkg/policy/model.h"
#include "pkg/policy/reach.h"
#include "pkg/seccomp/number.h"

#define TEXT_MAX  65536
#define PATH_SIZE 80
#define TRIES_MAX 4 /* of one gap */

/* One document on its way. */
struct fix {
	struct buf text;
	struct model *m; /* of the text as it is */
	struct lines done;
	uint64_t open; /* gaps that are found and not accepted */
};

static int text_error(int r, struct err *e)
{
	if (r == -ENOENT)
		return err_set(e, EBADMSG,
			       "a member is written with an escape: --fix "
			       "does not find it");
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

static int done_add(struct fix *f, enum gap gap, const char *what,
		    struct span words, struct err *e)
{
	return lines_add(&f->done, "%s: %s%.*s", gap_table[gap].id, what,
			 SPAN_FMT(words)) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

/* Member @name of the object at @parent is there, and not null: as @empty when
 * it was neither. */
static int member_make(struct fix *f, const char *parent, const char *name,
		       const char *empty)
{
	AUTO_DONE(buf_done) struct buf member = { 0 };
	char path[PATH_SIZE];
	struct span found;

	(void)snprintf(path, sizeof(path), "%s/%s", parent, name);
	if (splice_find(buf_view(&f->text), path, &found) == 0)
		return span_eq_str(found, "null")
			       ? splice_replace(&f->text, path, span_of(empty))
			       : 0;
	buf_init(&member, PATH_SIZE);
	buf_printf(&member, "\"%s\": %s", name, empty);
	return splice_append(&f->text, parent, buf_view(&member));
}

/* ---- the profile's entries --------------------------------------------- */

/* Member @name of an object is text, and which. */
static struct span text_of(const json_t *object, const char *name)
{
	return json_span(json_object_get(object, name));
}

static bool entry_allows(const json_t *entry)
{
	const struct span action = text_of(entry, "action");

	return span_eq_str(action, "SCMP_ACT_ALLOW") ||
	       span_eq_str(action, "SCMP_ACT_LOG") ||
	       span_eq_str(action, "SCMP_ACT_TRACE");
}

/* Add an entry to "syscalls", and the member when there is none. */
static int entry_append(struct fix *f, enum gap gap, struct buf *entry,
			struct err *e)
{
	int r = buf_error(entry);

	if (r == 0)
		r = member_make(f, "seccomp", "syscalls", "[]");
	if (r == 0)
		r = splice_append(&f->text, "seccomp/syscalls",
				  buf_view(entry));
	if (r < 0)
		return text_error(r, e);
	return done_add(f, gap, "added ", buf_view(entry), e);
}

/* Where @call is named by an entry that allows it: the first place. */
struct place {
	size_t entry, name, names; /* and how many names the entry has */
	const json_t *object;
};

static bool place_find(const json_t *syscalls, struct span call,
		       struct place *ret)
{
	json_t *entry, *name;
	size_t i, k;

	json_array_foreach(syscalls, i, entry) {
		const json_t *names = json_object_get(entry, "names");

		if (!entry_allows(entry))
			continue;
		json_array_foreach(names, k, name)
			if (span_eq(json_span(name), call)) {
				*ret = (struct place){ i, k,
						       json_array_size(names),
						       entry };
				return true;
			}
	}
	return false;
}

static int document_parse(const struct fix *f, json_t **ret, struct err *e)
{
	return json_parse(buf_view(&f->text), POLICY_TARGET_MAX, ret, e);
}

static const json_t *syscalls_of(const json_t *document)
{
	return json_object_get(json_object_get(document, "seccomp"),
			       "syscalls");
}

static int name_remove(struct fix *f, const struct place *at, struct err *e)
{
	char path[PATH_SIZE];

	if (at->names > 1)
		(void)snprintf(path, sizeof(path),
			       "seccomp/syscalls/%zu/names/%zu", at->entry,
			       at->name);
	else
		(void)snprintf(path, sizeof(path), "seccomp/syscalls/%zu",
			       at->entry);
	return text_error(splice_remove(&f->text, path), e);
}

/* @call is allowed nowhere any more. */
static int call_remove(struct fix *f, struct span call, struct err *e)
{
	for (;;) {
		AUTO_JSON *document = NULL;
		struct place at;
		int r = document_parse(f, &document, e);

		if (r < 0 || !place_find(syscalls_of(document), call, &at))
			return r;
		r = name_remove(f, &at, e);
		if (r < 0)
			return r;
	}
}

/* ---- narrowing --------------------------------------------------------- */

static bool word_is_in(struct span words, struct span word)
{
	while (words.len != 0)
		if (span_eq(span_cut(&words, ' '), word))
			return true;
	return false;
}

/* The flags of @call that any open gap wants clear. */
static uint32_t bits_of(const struct fix *f, const struct closer *c,
			struct span call)
{
	uint32_t bits = c->bits;

	for (size_t i = 0; i < closer_count; i++) {
		const struct closer *o = &closer_table[i];

		if ((f->open & gap_bit(o->gap)) != 0 &&
		    o->bits_index == c->bits_index &&
		    word_is_in(span_of(o->calls), call))
			bits |= o->bits;
	}
	return bits;
}

/* Allow @call only without flags, when one entry allows all of it.
 * Return: 1 when it was done; 0 when another way is needed; -errno. */
static int call_narrow(struct fix *f, const struct closer *c, struct span call,
		       struct err *e)
{
	AUTO_DONE(buf_done) struct buf entry;
	AUTO_JSON *document = NULL;
	struct place at;
	int r = document_parse(f, &document, e);

	buf_init(&entry, TEXT_MAX);
	if (r < 0 || !place_find(syscalls_of(document), call, &at) ||
	    json_array_size(json_object_get(at.object, "args")) != 0 ||
	    !span_eq_str(text_of(at.object, "action"), "SCMP_ACT_ALLOW"))
		return r;
	buf_puts(&entry, "{\"names\": [\"");
	buf_span(&entry, call);
	buf_printf(&entry,
		   "\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": "
		   "[{\"index\": %u, \"value\": %u, \"valueTwo\": 0, \"op\": "
		   "\"SCMP_CMP_MASKED_EQ\"}]}",
		   c->bits_index, bits_of(f, c, call));
	r = call_remove(f, call, e);
	if (r == 0)
		r = entry_append(f, c->gap, &entry, e);
	return r < 0 ? r : 1;
}

static int deny_append(struct fix *f, const struct closer *c, struct span calls,
		       struct err *e)
{
	AUTO_DONE(buf_done) struct buf entry;

	buf_init(&entry, TEXT_MAX);
	closer_print(&entry, c, calls, f->m->profile.default_ret);
	return entry_append(f, c->gap, &entry, e);
}

/* One closer in a profile that denies by default. */
static int closer_narrow(struct fix *f, const struct closer *c,
			 struct span calls, struct err *e)
{
	int r = 0;

	if (c->count != 0)
		return deny_append(f, c, calls, e);
	while (calls.len != 0 && r >= 0) {
		const struct span call = span_cut(&calls, ' ');

		if (c->bits != 0) {
			r = call_narrow(f, c, call, e);
			if (r == 0)
				r = deny_append(f, c, call, e);
			continue;
		}
		r = call_remove(f, call, e);
		if (r == 0)
			r = done_add(f, c->gap, "no longer allows ", call, e);
		/* Programs fall back on this answer, and on no other. */
		if (r == 0 && c->error == ENOSYS &&
		    f->m->profile.default_ret != (SECCOMP_RET_ERRNO | ENOSYS))
			r = deny_append(f, c, call, e);
	}
	return r < 0 ? r : 0;
}

/* 32-bit x86 makes these calls through socketcall as well, whose arguments lie
 * in memory. */
static bool is_blind(const struct profile *p, const struct closer *c)
{
	struct span rest = span_of(c->calls);

	if (profile_arch(p, SCMP_ARCH_X86) == NULL ||
	    (c->count == 0 && c->bits == 0))
		return false;
	while (rest.len != 0) {
		AUTO_MEM char *call = span_dup(span_cut(&rest, ' '));

		if (call != NULL &&
		    seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, call) <=
			    -100 &&
		    mux_direct(SCMP_ARCH_X86, call) >= 0)
			return true;
	}
	return false;
}

static int x86_remove(struct fix *f, enum gap gap, struct err *e)
{
	AUTO_JSON *document = NULL;
	json_t *name;
	size_t i;
	int r = document_parse(f, &document, e);

	if (r < 0)
		return r;
	json_array_foreach(json_object_get(json_object_get(document, "seccomp"),
					   "architectures"),
			   i, name) {
		char path[PATH_SIZE];

		if (!span_eq_str(json_span(name), "SCMP_ARCH_X86"))
			continue;
		(void)snprintf(path, sizeof(path), "seccomp/architectures/%zu",
			       i);
		r = text_error(splice_remove(&f->text, path), e);
		return r < 0 ? r
			     : done_add(f, gap,
					"took out SCMP_ARCH_X86, whose "
					"socketcall hides its arguments",
					span_of(""), e);
	}
	return 0;
}

/* All closers of @gap. */
static int call_fix(struct fix *f, enum gap gap, struct err *e)
{
	const struct profile *p = &f->m->profile;
	int r = 0;

	for (size_t i = 0; i < closer_count; i++)
		if (closer_table[i].gap == gap && is_blind(p, &closer_table[i]))
			return x86_remove(f, gap, e);
	for (size_t i = 0; i < closer_count && r == 0; i++) {
		const struct closer *c = &closer_table[i];
		AUTO_DONE(buf_done) struct buf calls = { 0 };

		if (c->gap != gap)
			continue;
		buf_init(&calls, TEXT_MAX);
		closer_calls(p, c, &calls);
		if (calls.len == 0)
			continue;
		r = verdict_is_open(p->default_ret)
			    ? deny_append(f, c, buf_view(&calls), e)
			    : closer_narrow(f, c, buf_view(&calls), e);
	}
	return r;
}

/* ---- the rest of the document ------------------------------------------ */

/* Add the names that @rule has in member @name to those of the ruleset. */
static int handled_append(struct fix *f, const json_t *rule, const char *name,
			  struct err *e)
{
	const json_t *names = json_object_get(rule, name);
	AUTO_DONE(buf_done) struct buf item = { 0 };
	char path[PATH_SIZE];
	json_t *word;
	size_t i;
	int r;

	if (names == NULL)
		return 0;
	buf_init(&item, TEXT_MAX);
	(void)snprintf(path, sizeof(path), "landlock/ruleset/0/%s", name);
	r = member_make(f, "landlock/ruleset/0", name, "[]");
	json_array_foreach(names, i, word) {
		buf_reset(&item);
		json_quote(&item, json_span(word));
		if (r == 0)
			r = splice_append(&f->text, path, buf_view(&item));
	}
	return text_error(r, e);
}

/* @rule is what the finding shows: a fragment with the missing names. */
static int unhandled_fix(struct fix *f, const char *rule, struct err *e)
{
	static const char *const members[] = { "handledAccessFs",
					       "handledAccessNet", "scoped" };
	AUTO_JSON *fragment = NULL;
	const json_t *row;
	int r;

	if (f->m->is_landlock_list)
		return 0;
	r = json_parse(span_of(rule), TEXT_MAX, &fragment, e);
	if (r < 0)
		return r;
	if (r == 0)
		r = text_error(member_make(f, "landlock", "ruleset", "[{}]"),
			       e);
	row = json_array_get(
		json_object_get(json_object_get(fragment, "landlock"),
				"ruleset"),
		0);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && r == 0;
	     i++)
		r = handled_append(f, row, members[i], e);
	return r < 0 ? r
		     : done_add(f, GAP_UNHANDLED, "added ", span_of(rule), e);
}

static int bounding_fix(struct fix *f, struct err *e)
{
	AUTO_MEM char *copy = NULL;
	struct span permitted = span_of("[]");
	int r;

	(void)splice_find(buf_view(&f->text), "capabilities/permitted",
			  &permitted);
	copy = span_dup(permitted);
	if (copy == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = text_error(splice_replace(&f->text, "capabilities/bounding",
				      span_of(copy)),
		       e);
	return r < 0 ? r
		     : done_add(f, GAP_BOUNDING, "\"bounding\" is now ",
				span_of(copy), e);
}

/* A service that binds a port listens on it. */
static bool is_server(const struct model *m)
{
	const uint64_t bind = right_find(span_of("bind_tcp"))->bit;

	for (size_t i = 0; i < m->landlock.port_count; i++)
		if ((m->landlock.ports[i].access & bind) != 0)
			return true;
	return false;
}

/* ---- all of it --------------------------------------------------------- */

static int finding_fix(struct fix *f, const struct finding *finding,
		       struct err *e)
{
	if (finding->gap == GAP_UNHANDLED)
		return unhandled_fix(f, finding->rule, e);
	if (finding->gap == GAP_BOUNDING)
		return bounding_fix(f, e);
	if (finding->rule == NULL ||
	    (finding->gap == GAP_LISTEN && is_server(f->m)))
		return 0;
	return call_fix(f, finding->gap, e);
}

/* Read the text as it is now. */
static int fix_read(struct fix *f, const struct policy_kernel *kernel,
		    struct err *e)
{
	struct model *m = model_new("document", 1);
	int r;

	if (m == NULL)
		return err_set(e, ENOMEM, "out of memory");
	m->grants = UINT64_MAX;
	r = service_parse(buf_view(&f->text), m, e);
	if (r == 0)
		r = model_lint(m, kernel, e);
	if (r < 0) {
		model_unref(m);
		return r;
	}
	model_unref(f->m);
	f->m = m;
	f->open = 0;
	for (size_t i = 0; i < m->findings.count; i++)
		if (!m->findings.items[i].is_accepted)
			f->open |= gap_bit(m->findings.items[i].gap);
	return 0;
}

/* The first finding that is not given up yet. */
static const struct finding *fix_next(const struct fix *f,
				      const unsigned tries[GAPS])
{
	for (size_t i = 0; i < f->m->findings.count; i++) {
		const struct finding *found = &f->m->findings.items[i];

		if (!found->is_accepted && tries[found->gap] < TRIES_MAX)
			return found;
	}
	return NULL;
}

static int left_tell(const struct fix *f, struct lines *left, struct err *e)
{
	for (size_t i = 0; i < f->m->findings.count; i++) {
		const struct finding *found = &f->m->findings.items[i];

		if (!found->is_accepted &&
		    lines_add(left,
			      "%s: %s: no rule closes it for you: %s, or "
			      "accept it: \"accept\": [\"%s\"]",
			      gap_table[found->gap].id, found->sentence,
			      found->gap == GAP_LISTEN
				      ? "the service binds a port, so it "
					"listens"
				      : found->closes,
			      gap_table[found->gap].id) < 0)
			return err_set(e, ENOMEM, "out of memory");
	}
	return 0;
}

static int fix_run(struct fix *f, const struct policy_kernel *kernel,
		   struct err *e)
{
	unsigned tries[GAPS] = { 0 };
	int r = fix_read(f, kernel, e);

	while (r == 0) {
		const struct finding *found = fix_next(f, tries);
		const size_t before = f->done.count;
		enum gap gap;

		if (found == NULL)
			return 0;
		gap = found->gap;
		r = finding_fix(f, found, e);
		tries[gap] =
			f->done.count == before ? TRIES_MAX : tries[gap] + 1;
		if (r == 0)
			r = fix_read(f, kernel, e);
	}
	return r;
}

int policy_fix(struct buf *text, const struct policy_kernel *kernel,
	       struct lines *ret_done, struct lines *ret_left, struct err *e)
{
	struct fix f = { 0 };
	struct lines left = { 0 };
	int r;

	buf_init(&f.text, POLICY_TARGET_MAX);
	buf_span(&f.text, buf_view(text));
	r = text_error(buf_error(&f.text), e);
	if (r == 0)
		r = fix_run(&f, kernel, e);
	if (r == 0)
		r = left_tell(&f, &left, e);
	model_unref(f.m);
	if (r < 0) {
		buf_done(&f.text);
		lines_done(&f.done);
		lines_done(&left);
		return r;
	}
	buf_done(text);
	*text = f.text;
	*ret_done = f.done;
	*ret_left = left;
	return 0;
}
