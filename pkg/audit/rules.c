/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */
#include "pkg/audit/rules.h"

#include <assert.h>
#include <errno.h>
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

static void rule_call(struct audit_rule *r, const char *name)
{
	const int nr = seccomp_syscall_resolve_name(name);

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

void rule_exec(struct audit_rule *r, uint32_t low, uint32_t high)
{
	rule_begin(r, AUDIT_FILTER_EXIT, AUDIT_ALWAYS);
	/* libseccomp's token of an architecture is its AUDIT_ARCH_*. */
	rule_field(r, AUDIT_ARCH, AUDIT_EQUAL, seccomp_arch_native());
	rule_call(r, "execve");
	rule_call(r, "execveat");
	rule_auids(r, low, high);
	rule_key(r, RULE_KEY_EXEC);
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
	const int code =
		audit_request(fd, AUDIT_DEL_RULE, rule_bytes(r), 0, NULL, NULL);

	return code < 0 ? refused(e, code, "delete an audit rule") : 0;
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
	const char *prefix;
	struct buf rules; /* blobs */
	size_t count;
};

static int listing_take(void *ctx, struct span rule)
{
	struct listing *l = ctx;

	if (!span_starts(audit_rule_key(rule), l->prefix))
		return 0;
	buf_blob(&l->rules, rule);
	l->count++;
	return buf_error(&l->rules);
}

static int listing_delete(int fd, const struct listing *l, struct err *e)
{
	struct cur c = cur_of(buf_view(&l->rules));

	while (c.rest.len != 0) {
		const struct span rule = cur_blob(&c, RULES_BYTES_MAX);
		const int r =
			audit_request(fd, AUDIT_DEL_RULE, rule, 0, NULL, NULL);

		if (r < 0 && r != -ENOENT)
			return refused(e, r, "delete an audit rule");
	}
	return 0;
}

int audit_rules_clear(int fd, const char *prefix, size_t *ret_count,
		      struct err *e)
{
	struct listing l = { .prefix = prefix };
	int r;

	buf_init(&l.rules, RULES_BYTES_MAX);
	r = audit_request(fd, AUDIT_LIST_RULES, (struct span){ 0 },
			  AUDIT_LIST_RULES, listing_take, &l);
	if (r < 0)
		r = refused(e, r, "list the audit rules");
	else
		r = listing_delete(fd, &l, e);
	if (r == 0)
		*ret_count = l.count;
	buf_done(&l.rules);
	return r;
}
