/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */
#include "pkg/audit/rules.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <seccomp.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/cur.h"
#include "pkg/audit/source.h"

#define RULES_BYTES_MAX (4U << 20) /* of one listing */
#define RULE_HEAD_LEN	offsetof(struct audit_rule, buf)

static_assert(RULE_HEAD_LEN == sizeof(struct audit_rule_data) &&
		      offsetof(struct audit_rule, buflen) ==
			      offsetof(struct audit_rule_data, buflen),
	      "the kernel's layout");

/* ---- building -------------------------------------------------------------
 */

static void rule_begin(struct audit_rule *r, uint32_t flags, uint32_t action)
{
	*r = (struct audit_rule){ .flags = flags, .action = action };
}

static void rule_field(struct audit_rule *r, uint32_t field, uint32_t op,
		       uint32_t value)
{
	const uint32_t i = r->field_count++;

	r->fields[i] = field;
	r->fieldflags[i] = op;
	r->values[i] = value;
}

static void rule_key(struct audit_rule *r, const char *key)
{
	const size_t len = strlen(key);

	rule_field(r, AUDIT_FILTERKEY, AUDIT_EQUAL, (uint32_t)len);
	memcpy(r->buf, key, len);
	r->buflen = (uint32_t)len;
}

static void rule_all_calls(struct audit_rule *r)
{
	memset(r->mask, 0xff, sizeof(r->mask));
}

static void rule_call(struct audit_rule *r, uint32_t arch, const char *name)
{
	const int nr = seccomp_syscall_resolve_name_arch(arch, name);

	if (nr >= 0 && nr < AUDIT_BITMASK_SIZE * 32)
		r->mask[nr / 32] |= 1U << (nr % 32);
}

void rule_exempt_session(struct audit_rule *r, uint32_t ses)
{
	rule_begin(r, AUDIT_FILTER_EXIT | AUDIT_FILTER_PREPEND, AUDIT_NEVER);
	rule_all_calls(r);
	rule_field(r, AUDIT_SESSIONID, AUDIT_EQUAL, ses);
	rule_key(r, RULE_KEY_SELF);
}

static void rule_auids(struct audit_rule *r, uint32_t low, uint32_t high)
{
	if (low == high) {
		rule_field(r, AUDIT_LOGINUID, AUDIT_EQUAL, low);
		return;
	}
	rule_field(r, AUDIT_LOGINUID, AUDIT_GREATER_THAN_OR_EQUAL, low);
	rule_field(r, AUDIT_LOGINUID, AUDIT_LESS_THAN_OR_EQUAL, high);
}

/* libseccomp's token of an architecture is its AUDIT_ARCH_*. */
static void rule_exec_arch(struct audit_rule *r, uint32_t arch, uint32_t low,
			   uint32_t high)
{
	rule_begin(r, AUDIT_FILTER_EXIT, AUDIT_ALWAYS);
	rule_field(r, AUDIT_ARCH, AUDIT_EQUAL, arch);
	rule_call(r, arch, "execve");
	rule_call(r, arch, "execveat");
	rule_auids(r, low, high);
	rule_key(r, RULE_KEY_EXEC);
}

void rule_exec(struct audit_rule *r, uint32_t low, uint32_t high)
{
	rule_exec_arch(r, seccomp_arch_native(), low, high);
}

bool rule_exec_compat(struct audit_rule *r, uint32_t low, uint32_t high)
{
	static const struct {
		uint32_t native, compat;
	} rows[] = {
		{ SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
		{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
	};
	const uint32_t native = seccomp_arch_native();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].native != native)
			continue;
		rule_exec_arch(r, rows[i].compat, low, high);
		return true;
	}
	return false;
}

void rule_denied_range(struct audit_rule *r, uint32_t low, uint32_t high,
		       int code)
{
	rule_begin(r, AUDIT_FILTER_EXIT, AUDIT_ALWAYS);
	rule_all_calls(r);
	rule_auids(r, low, high);
	rule_field(r, AUDIT_EXIT, AUDIT_EQUAL, (uint32_t)-code);
	rule_key(r, RULE_KEY_DENIED);
}

void rule_denied(struct audit_rule *r, uint32_t auid, int code)
{
	rule_denied_range(r, auid, auid, code);
}

void rule_exclude(struct audit_rule *r, uint32_t auid, int32_t pid,
		  uint16_t type)
{
	rule_begin(r, AUDIT_FILTER_EXCLUDE, AUDIT_NEVER);
	rule_all_calls(r);
	rule_field(r, AUDIT_LOGINUID, AUDIT_EQUAL, auid);
	if (pid != 0)
		rule_field(r, AUDIT_PID, AUDIT_EQUAL, (uint32_t)pid);
	rule_field(r, AUDIT_MSGTYPE, AUDIT_EQUAL, type);
}

void rule_mute(struct audit_rule *r, uint32_t ses, int code)
{
	rule_begin(r, AUDIT_FILTER_EXIT | AUDIT_FILTER_PREPEND, AUDIT_NEVER);
	rule_all_calls(r);
	rule_field(r, AUDIT_SESSIONID, AUDIT_EQUAL, ses);
	rule_field(r, AUDIT_EXIT, AUDIT_EQUAL, (uint32_t)-code);
	rule_key(r, RULE_KEY_MUTED);
}

static bool rule_is_exclude(struct span rule, uint32_t low, uint32_t high)
{
	struct audit_rule d;

	if (rule.len < RULE_HEAD_LEN)
		return false;
	memcpy(&d, rule.p, RULE_HEAD_LEN);
	return d.flags == AUDIT_FILTER_EXCLUDE && d.field_count >= 2 &&
	       d.field_count <= 3 && d.fields[0] == AUDIT_LOGINUID &&
	       d.fieldflags[0] == AUDIT_EQUAL && d.values[0] >= low &&
	       d.values[0] <= high &&
	       d.fields[d.field_count - 1] == AUDIT_MSGTYPE;
}

/* ---- sending --------------------------------------------------------------
 */

static int refused(struct err *e, int code, const char *what)
{
	(void)err_set(e, -code, "%s: %s", what, strerror(-code));
	if (code == -EPERM || code == -ECONNREFUSED)
		(void)err_hint(
			e,
			"run with CAP_AUDIT_CONTROL in the host's user and pid namespaces; a configuration locked by enabled=2 changes only at a reboot");
	return code;
}

static struct span rule_bytes(const struct audit_rule *r)
{
	return (struct span){ (const char *)r, RULE_HEAD_LEN + r->buflen };
}

int audit_rule_add(int fd, const struct audit_rule *r, struct err *e)
{
	const int code =
		audit_request(fd, AUDIT_ADD_RULE, rule_bytes(r), 0, NULL, NULL);

	if (code < 0 && code != -EEXIST)
		return refused(e, code, "add an audit rule");
	return 0;
}

int audit_rule_delete(int fd, const struct audit_rule *r, struct err *e)
{
	struct audit_rule plain = *r;
	int code;

	plain.flags &= ~(uint32_t)AUDIT_FILTER_PREPEND;
	code = audit_request(fd, AUDIT_DEL_RULE, rule_bytes(&plain), 0, NULL,
			     NULL);
	if (code < 0 && code != -ENOENT)
		return refused(e, code, "delete an audit rule");
	return 0;
}

/* ---- listing --------------------------------------------------------------
 */

/* Fields whose value is the length of a string in buf. */
static bool field_is_string(uint32_t field)
{
	switch (field) {
	case AUDIT_SUBJ_USER:
	case AUDIT_SUBJ_ROLE:
	case AUDIT_SUBJ_TYPE:
	case AUDIT_SUBJ_SEN:
	case AUDIT_SUBJ_CLR:
	case AUDIT_OBJ_USER:
	case AUDIT_OBJ_ROLE:
	case AUDIT_OBJ_TYPE:
	case AUDIT_OBJ_LEV_LOW:
	case AUDIT_OBJ_LEV_HIGH:
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_EXE:
	case AUDIT_FILTERKEY:
		return true;
	default:
		return false;
	}
}

struct span audit_rule_key(struct span rule)
{
	struct audit_rule d;
	size_t at = RULE_HEAD_LEN;

	if (rule.len < at)
		return (struct span){ 0 };
	memcpy(&d, rule.p, at);
	for (uint32_t i = 0; i < d.field_count && i < AUDIT_MAX_FIELDS; i++) {
		if (!field_is_string(d.fields[i]))
			continue;
		if (d.values[i] > rule.len - at)
			break;
		if (d.fields[i] == AUDIT_FILTERKEY)
			return (struct span){ rule.p + at, d.values[i] };
		at += d.values[i];
	}
	return (struct span){ 0 };
}

struct listing {
	const char *prefix; /* of their keys; NULL: all rules */
	uint32_t low, high; /* high above 0: excludes of these auids instead */
	struct buf rules;   /* blobs */
	size_t count;
};

/* A listed rule comes with the padding of its message. */
static struct span rule_trim(struct span rule)
{
	struct audit_rule d;

	if (rule.len < RULE_HEAD_LEN)
		return rule;
	memcpy(&d, rule.p, RULE_HEAD_LEN);
	if (d.buflen < rule.len - RULE_HEAD_LEN)
		rule.len = RULE_HEAD_LEN + d.buflen;
	return rule;
}

static bool listing_wants(const struct listing *l, struct span rule)
{
	if (l->high != 0)
		return rule_is_exclude(rule, l->low, l->high);
	return l->prefix == NULL ||
	       span_starts(audit_rule_key(rule), l->prefix);
}

static int listing_take(void *ctx, struct span rule)
{
	struct listing *l = ctx;

	rule = rule_trim(rule);
	if (!listing_wants(l, rule))
		return 0;
	buf_blob(&l->rules, rule);
	l->count++;
	return buf_error(&l->rules);
}

/* Ask for each of them. @fine: an answer that is as good as none. */
static int blobs_send(int fd, uint16_t type, struct span rules, int fine,
		      const char *what, struct err *e)
{
	struct cur c = cur_of(rules);
	int first = 0;

	while (c.rest.len != 0 && !c.failed) {
		const struct span rule = cur_blob(&c, RULES_BYTES_MAX);
		const int r = audit_request(fd, type, rule, 0, NULL, NULL);

		if (r < 0 && r != fine && first == 0)
			first = refused(e, r, what);
	}
	return first;
}

int audit_rules_add(int fd, struct span rules, struct err *e)
{
	return blobs_send(fd, AUDIT_ADD_RULE, rules, -EEXIST,
			  "add an audit rule", e);
}

int audit_rules_delete(int fd, struct span rules, struct err *e)
{
	return blobs_send(fd, AUDIT_DEL_RULE, rules, -ENOENT,
			  "delete an audit rule", e);
}

static int listing_fill(int fd, struct listing *ret, struct err *e)
{
	int r;

	buf_init(&ret->rules, RULES_BYTES_MAX);
	r = audit_request(fd, AUDIT_LIST_RULES, (struct span){ 0 },
			  AUDIT_LIST_RULES, listing_take, ret);
	return r < 0 ? refused(e, r, "list the audit rules") : 0;
}

static int listing_read(int fd, const char *prefix, struct listing *ret,
			struct err *e)
{
	*ret = (struct listing){ .prefix = prefix };
	return listing_fill(fd, ret, e);
}

static void listing_done(struct listing *l)
{
	buf_done(&l->rules);
}

int audit_rules_list(int fd, struct buf *out, struct err *e)
{
	AUTO_DONE(listing_done) struct listing l;
	int r = listing_read(fd, NULL, &l, e);

	if (r == 0)
		buf_span(out, buf_view(&l.rules));
	return r < 0 ? r : buf_error(out);
}

int audit_excludes_clear(int fd, uint32_t low, uint32_t high, struct err *e)
{
	AUTO_DONE(listing_done)
	struct listing l = { .low = low, .high = high };
	int r = listing_fill(fd, &l, e);

	return r < 0 ? r : audit_rules_delete(fd, buf_view(&l.rules), e);
}

int audit_rules_clear(int fd, const char *prefix, size_t *ret_count,
		      struct err *e)
{
	AUTO_DONE(listing_done) struct listing l;
	int r = listing_read(fd, prefix, &l, e);

	if (r == 0)
		r = audit_rules_delete(fd, buf_view(&l.rules), e);
	if (r == 0)
		*ret_count = l.count;
	return r;
}

bool audit_rule_is_ours(struct span rule, uint32_t low, uint32_t high)
{
	return span_starts(audit_rule_key(rule), RULE_KEY_PREFIX) ||
	       rule_is_exclude(rule, low, high);
}

/* ---- what a policy brings -------------------------------------------------
 */

/* Is the field a bound of the auid that lies within? */
static void bound_take(const struct audit_rule *d, uint32_t i, uint32_t low,
		       uint32_t high, bool *has_low, bool *has_high)
{
	const uint32_t op = d->fieldflags[i], value = d->values[i];

	if (d->fields[i] != AUDIT_LOGINUID || value < low || value > high)
		return;
	*has_low |= op == AUDIT_EQUAL || op == AUDIT_GREATER_THAN_OR_EQUAL;
	*has_high |= op == AUDIT_EQUAL || op == AUDIT_LESS_THAN_OR_EQUAL;
}

int audit_rule_check(struct span rule, uint32_t low, uint32_t high,
		     struct err *e)
{
	bool has_low = false, has_high = false;
	struct audit_rule d;
	size_t strings = 0;

	if (rule.len < RULE_HEAD_LEN)
		return err_set(e, EBADMSG, "an audit rule is cut");
	memcpy(&d, rule.p, RULE_HEAD_LEN);
	if (d.flags != AUDIT_FILTER_EXIT || d.action != AUDIT_ALWAYS)
		return err_set(e, EBADMSG,
			       "an audit rule does not record, or is of "
			       "another list than exit");
	if (d.field_count > AUDIT_MAX_FIELDS)
		return err_set(e, EBADMSG, "an audit rule has %u fields",
			       d.field_count);
	for (uint32_t i = 0; i < d.field_count; i++) {
		bound_take(&d, i, low, high, &has_low, &has_high);
		if (field_is_string(d.fields[i]) &&
		    __builtin_add_overflow(strings, d.values[i], &strings))
			return err_set(e, EBADMSG, "an audit rule is cut");
	}
	if (strings != d.buflen || strings != rule.len - RULE_HEAD_LEN)
		return err_set(e, EBADMSG, "an audit rule is cut");
	if (!has_low || !has_high)
		return err_set(e, EBADMSG,
			       "an audit rule is not bounded to services");
	if (!span_starts(audit_rule_key(rule), RULE_KEY_POLICY))
		return err_set(e, EBADMSG,
			       "an audit rule has no key of a policy's");
	return 0;
}

/* The rules that are wanted, and which of them were not there. */
struct rule_set {
	struct span items[RULES_OWN_MAX];
	bool is_new[RULES_OWN_MAX];
	size_t count;
};

static int set_read(struct span rules, struct rule_set *ret, struct err *e)
{
	struct cur c = cur_of(rules);

	while (c.rest.len != 0 && !c.failed) {
		if (ret->count == RULES_SET_MAX)
			return err_set(e, E2BIG, "more than %d audit rules",
				       RULES_SET_MAX);
		ret->items[ret->count++] = cur_blob(&c, RULES_BYTES_MAX);
	}
	return c.failed ? err_set(e, EBADMSG, "the audit rules are cut") : 0;
}

static bool listing_has(const struct listing *l, struct span rule)
{
	struct cur c = cur_of(buf_view(&l->rules));

	while (c.rest.len != 0)
		if (span_eq(cur_blob(&c, RULES_BYTES_MAX), rule))
			return true;
	return false;
}

static bool set_has(const struct rule_set *s, struct span rule)
{
	for (size_t i = 0; i < s->count; i++)
		if (span_eq(s->items[i], rule))
			return true;
	return false;
}

static int rule_refused(struct err *e, int code, const char *what,
			struct span rule)
{
	struct span key = audit_rule_key(rule);

	(void)span_cut(&key, '\1');
	(void)refused(e, code, what);
	if (code == -ENOENT)
		(void)err_hint(e, "a path in a rule is one that bailiffd sees, "
				  "in a directory that is there");
	return err_wrap(e, "key %.*s", SPAN_FMT(key));
}

/* The kernel puts a rule at the front when it is told so, and does not list
 * that it was. */
static int item_add(int fd, struct span rule, bool goes_first)
{
	AUTO_MEM char *copy = malloc(rule.len);
	struct audit_rule head;

	if (copy == NULL)
		return -ENOMEM;
	memcpy(&head, rule.p, RULE_HEAD_LEN);
	if (goes_first)
		head.flags |= AUDIT_FILTER_PREPEND;
	memcpy(copy, &head, RULE_HEAD_LEN);
	memcpy(copy + RULE_HEAD_LEN, rule.p + RULE_HEAD_LEN,
	       rule.len - RULE_HEAD_LEN);
	return audit_request(fd, AUDIT_ADD_RULE,
			     (struct span){ copy, rule.len }, 0, NULL, NULL);
}

static int set_add(int fd, const struct listing *old, bool goes_first,
		   struct rule_set *s, struct err *e)
{
	for (size_t n = 0; n < s->count; n++) {
		/* The last one to be put in front stands first. */
		const size_t i = goes_first ? s->count - 1 - n : n;
		int r;

		if (listing_has(old, s->items[i]))
			continue;
		r = item_add(fd, s->items[i], goes_first);
		if (r < 0 && r != -EEXIST)
			return rule_refused(e, r, "add the audit rule",
					    s->items[i]);
		s->is_new[i] = r == 0;
	}
	return 0;
}

static int set_verify(int fd, const struct rule_set *s, struct err *e)
{
	AUTO_DONE(listing_done) struct listing l;
	int r = listing_read(fd, RULE_KEY_POLICY, &l, e);

	for (size_t i = 0; i < s->count && r == 0; i++)
		if (!listing_has(&l, s->items[i]))
			r = rule_refused(e, -EIO,
					 "the kernel has another audit rule "
					 "than was asked for",
					 s->items[i]);
	return r;
}

/* As well as it goes: the failure that led here is the one to tell. */
static void set_undo(int fd, const struct rule_set *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->is_new[i])
			(void)audit_request(fd, AUDIT_DEL_RULE, s->items[i], 0,
					    NULL, NULL);
}

static int rest_delete(int fd, const struct listing *old,
		       const struct rule_set *s, struct err *e)
{
	struct cur c = cur_of(buf_view(&old->rules));

	while (c.rest.len != 0) {
		const struct span rule = cur_blob(&c, RULES_BYTES_MAX);
		int r;

		if (set_has(s, rule))
			continue;
		r = audit_request(fd, AUDIT_DEL_RULE, rule, 0, NULL, NULL);
		if (r < 0 && r != -ENOENT)
			return rule_refused(e, r, "delete the audit rule",
					    rule);
	}
	return 0;
}

int audit_rules_set(int fd, struct span rules, bool goes_first,
		    size_t *ret_count, struct err *e)
{
	AUTO_DONE(listing_done) struct listing old = { 0 };
	AUTO_MEM struct rule_set *s = calloc(1, sizeof(*s));
	int r = s == NULL ? err_set(e, ENOMEM, "out of memory")
			  : set_read(rules, s, e);

	if (r == 0)
		r = listing_read(fd, RULE_KEY_POLICY, &old, e);
	if (r < 0)
		return r;
	r = set_add(fd, &old, goes_first, s, e);
	if (r == 0)
		r = set_verify(fd, s, e);
	if (r < 0) {
		set_undo(fd, s);
		return r;
	}
	r = rest_delete(fd, &old, s, e);
	if (r == 0 && ret_count != NULL)
		*ret_count = s->count;
	return r;
}

int audit_rules_restore(int fd, struct span rules, uint32_t low, uint32_t high,
			struct err *e)
{
	AUTO_MEM struct rule_set *s = calloc(1, sizeof(*s));
	struct cur c = cur_of(rules);
	size_t count;
	int r = s == NULL ? err_set(e, ENOMEM, "out of memory") : 0;

	while (r == 0 && c.rest.len != 0 && !c.failed) {
		const struct span rule = cur_blob(&c, RULES_BYTES_MAX);

		if (!audit_rule_is_ours(rule, low, high))
			continue;
		if (s->count == RULES_OWN_MAX)
			return err_set(e, E2BIG, "more than %d audit rules",
				       RULES_OWN_MAX);
		s->items[s->count++] = rule;
	}
	if (r == 0 && c.failed)
		return err_set(e, EBADMSG, "the audit rules are cut");
	if (r == 0)
		r = audit_excludes_clear(fd, low, high, e);
	if (r == 0)
		r = audit_rules_clear(fd, RULE_KEY_PREFIX, &count, e);
	/* The last one to be put in front stands first. */
	for (size_t i = r == 0 ? s->count : 0; i-- > 0;) {
		const int code = item_add(fd, s->items[i], true);

		if (code < 0 && code != -EEXIST && r == 0)
			r = rule_refused(e, code, "put the audit rule back",
					 s->items[i]);
	}
	return r;
}
