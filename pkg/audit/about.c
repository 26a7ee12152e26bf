/* SPDX-License-Identifier: Apache-2.0 */
/* about.c - see about.h. */
#include "pkg/audit/about.h"

#include <ctype.h>
#include <libaudit.h>

#include "lib/compat.h"
#include "lib/num.h"
#include "pkg/audit/record.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ECS event.category and event.type by the record that says most; the first
 * row that an event has a record for. NULL action: the system call's name if
 * names_call, else the type's in lower case. */
static const struct subject {
	uint16_t type;
	bool names_call;
	const char *category, *change, *action;
} subjects[] = {
	/* clang-format off */
	{ AUDIT_EXECVE,         false, "process",        "start",    "execve" },
	{ AUDIT_LOGIN,          false, "session",        "start",    "login" },
	{ AUDIT_CONFIG_CHANGE,  false, "configuration",  "change",   NULL },
	{ AUDIT_FEATURE_CHANGE, false, "configuration",  "change",   NULL },
	{ AUDIT_NETFILTER_CFG,  false, "configuration",  "change",   NULL },
	{ AUDIT_ANOM_ABEND,     false, "process",        "end",      "abend" },
	{ AUDIT_KERN_MODULE,    false, "driver",         "start",    NULL },
	{ AUDIT_USER_AUTH,      false, "authentication", "info",     NULL },
	{ AUDIT_USER_LOGIN,     false, "authentication", "start",    NULL },
	{ AUDIT_USER_LOGOUT,    false, "authentication", "end",      NULL },
	{ AUDIT_ADD_USER,       false, "iam",            "creation", NULL },
	{ AUDIT_DEL_USER,       false, "iam",            "deletion", NULL },
	{ AUDIT_SOCKADDR,       true,  "network",        "info",     NULL },
	{ AUDIT_PATH,           true,  "file",           "access",   NULL },
	{ AUDIT_SECCOMP,        true,  "process",        "info",     NULL },
	{ AUDIT_SYSCALL,        true,  "process",        "info",     NULL },
	{ AUDIT_URINGOP,        true,  "process",        "info",     NULL },
	/* clang-format on */
};

/* The same of a denial, by its kind. */
static const struct {
	const char *category, *kind;
} denial_subjects[] = {
	/* clang-format off */
	[DENIED_FS]       = { "file",    "fs" },
	[DENIED_NET]      = { "network", "net" },
	[DENIED_SCOPE]    = { "process", "scope" },
	[DENIED_SYSCALL]  = { "process", "syscall" },
	[DENIED_INFERRED] = { "process", "inferred" },
	/* clang-format on */
};

/* ---- one pass -------------------------------------------------------------
 */

#define RANK_NONE  UINT32_MAX
#define RANK_OTHER 4U /* any record with a pid; the first of them */

/* Which record tells who acted: the lowest. */
static unsigned actor_rank(uint16_t type)
{
	static const uint16_t types[RANK_OTHER] = {
		AUDIT_SYSCALL, AUDIT_URINGOP, AUDIT_SECCOMP, AUDIT_ANOM_ABEND
	};

	for (unsigned i = 0; i < COUNT(types); i++)
		if (types[i] == type)
			return i;
	/* The pid of the launcher, not of who was denied. */
	return type == AUDIT_LANDLOCK_DOMAIN ? RANK_NONE : RANK_OTHER;
}

void about_init(struct about *a, const struct event *ev)
{
	*a = (struct about){ .ev = ev,
			     .actor_rank = RANK_NONE,
			     .subject = COUNT(subjects) };
}

void about_begin(struct about *a, uint16_t type)
{
	a->type = type;
	a->noted = 0;
	a->has_argv = a->has_argv || type == AUDIT_EXECVE;
	for (unsigned i = 0; i < a->subject; i++)
		if (subjects[i].type == type)
			a->subject = i;
}

/* What the record that is being walked says; p is NULL when it says nothing. */
static struct span said(const struct about *a, enum role role)
{
	return (a->noted >> role & 1) != 0 ? a->one[role] : (struct span){ 0 };
}

static void keep_first(struct span *to, struct span value)
{
	if (to->p == NULL)
		*to = value;
}

static enum outcome outcome_of(struct span v)
{
	if (span_eq_str(v, "yes") || span_eq_str(v, "1"))
		return OUTCOME_SUCCESS;
	if (span_eq_str(v, "no") || span_eq_str(v, "0"))
		return OUTCOME_FAILURE;
	return OUTCOME_UNKNOWN;
}

/* The first PATH that is no parent; else the last parent. */
static void path_end(struct about *a)
{
	const struct span name = said(a, ROLE_NAME);

	if (a->type != AUDIT_PATH || a->has_path || name.p == NULL)
		return;
	a->path = name;
	a->has_path = !span_eq_str(said(a, ROLE_NAMETYPE), "PARENT");
}

static void call_end(struct about *a)
{
	if (a->type != AUDIT_SYSCALL && a->type != AUDIT_SECCOMP)
		return;
	keep_first(&a->arch, said(a, ROLE_ARCH));
	keep_first(&a->syscall, said(a, ROLE_SYSCALL));
	keep_first(&a->key, said(a, ROLE_KEY));
}

static void actor_end(struct about *a)
{
	const unsigned rank = actor_rank(a->type);
	const struct span pid = said(a, ROLE_PID);

	if (rank >= a->actor_rank || (rank == RANK_OTHER && pid.p == NULL))
		return;
	a->actor_rank = rank;
	a->actor = (struct actor){
		.pid = pid,
		.ppid = said(a, ROLE_PPID),
		.uid = said(a, ROLE_UID),
		.euid = said(a, ROLE_EUID),
		.exe = said(a, ROLE_EXE),
		.comm = said(a, ROLE_COMM),
	};
}

void about_end(struct about *a)
{
	if (a->noted == 0)
		return;
	actor_end(a);
	call_end(a);
	path_end(a);
	if (a->outcome == OUTCOME_UNKNOWN)
		a->outcome = outcome_of(said(a, ROLE_SUCCESS));
	if (a->outcome == OUTCOME_UNKNOWN)
		a->outcome = outcome_of(said(a, ROLE_RES));
	keep_first(&a->cwd, said(a, ROLE_CWD));
	keep_first(&a->title, said(a, ROLE_TITLE));
	keep_first(&a->saddr, said(a, ROLE_SADDR));
}

void about_event(struct about *a, const struct event *ev)
{
	about_init(a, ev);
	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *r = &ev->records[i];
		const struct shape *s = shape_find(r->type);
		struct span rest = record_trusted(r->type, r->text);
		struct span key, value;
		unsigned at = 0;

		about_begin(a, r->type);
		while (record_next(&rest, &key, &value)) {
			const struct shape_row *row =
				s != NULL ? shape_row(s, key, &at) : NULL;

			about_note(a,
				   row != NULL ? (enum role)row->role
					       : role_find(key),
				   value);
		}
		about_end(a);
	}
}

/* ---- in words -------------------------------------------------------------
 */

static const struct subject *subject_find(const struct about *a)
{
	return a->subject < COUNT(subjects) ? &subjects[a->subject] : NULL;
}

bool about_call(const struct about *a, uint32_t *ret_arch, int32_t *ret_nr)
{
	uint64_t arch;
	int64_t nr;

	if (num_parse_hex(a->arch, &arch) < 0 || arch > UINT32_MAX ||
	    num_parse_i64(a->syscall, INT32_MIN, INT32_MAX, &nr) < 0)
		return false;
	*ret_arch = (uint32_t)arch;
	*ret_nr = (int32_t)nr;
	return true;
}

static void call_name(const struct about *a, struct buf *out)
{
	uint32_t arch;
	int32_t nr;

	if (!about_call(a, &arch, &nr)) {
		buf_puts(out, "syscall");
	} else if (!audit_syscall_print(arch, nr, out)) {
		buf_puts(out, "syscall_");
		buf_span(out, a->syscall);
	}
}

static void lower_name(uint16_t type, struct buf *out)
{
	const char *name = type_name(type);

	if (name == NULL) {
		buf_puts(out, "type_");
		buf_dec(out, type);
		return;
	}
	for (; *name != '\0'; name++)
		buf_u8(out, (uint8_t)tolower((unsigned char)*name));
}

void about_denial(const struct event_denial *d, struct buf *out)
{
	buf_puts(out, denial_subjects[d->kind].kind);
	buf_u8(out, '.');
	if (d->kind != DENIED_SYSCALL && d->kind != DENIED_INFERRED)
		buf_span(out, d->right);
	else if (!audit_syscall_print(d->arch, d->syscall, out))
		buf_printf(out, "%d", d->syscall);
}

const char *denial_kind(const struct event_denial *d)
{
	return denial_subjects[d->kind].kind;
}

/* What a worker of io_uring did, outside of any system call. */
static bool operation_name(const struct about *a, struct buf *out)
{
	const struct event *ev = a->ev;
	const char *name = NULL;
	uint32_t op;

	for (uint32_t i = 0; i < ev->record_count && name == NULL; i++)
		if (ev->records[i].type == AUDIT_URINGOP &&
		    record_u32(ev->records[i].text, "uring_op", &op))
			name = symbol_name(FIELD_URING_OP, 0, op);
	if (name != NULL)
		buf_puts(out, name);
	return name != NULL;
}

void about_action(const struct about *a, const struct event_denial *d,
		  struct buf *out)
{
	const struct event *ev = a->ev;
	const struct subject *s = subject_find(a);

	if (ev->kind == EVENT_OWN)
		buf_span(out, ev->action);
	else if (d != NULL)
		about_denial(d, out);
	else if (s != NULL && s->action != NULL)
		buf_puts(out, s->action);
	else if (s != NULL && s->names_call && a->syscall.p != NULL)
		call_name(a, out);
	else if (s != NULL && s->names_call && operation_name(a, out))
		return;
	else if (s != NULL)
		lower_name(s->type, out);
	else if (ev->record_count != 0)
		lower_name(ev->records[0].type, out);
	else
		buf_puts(out, "none");
}

void about_kind(const struct about *a, const struct event_denial *d,
		const char **ret_category, const char **ret_change)
{
	const struct subject *s = subject_find(a);

	*ret_category = s != NULL ? s->category : "host";
	*ret_change = s != NULL ? s->change : "info";
	if (d != NULL) {
		*ret_category = denial_subjects[d->kind].category;
		*ret_change = "denied";
	} else if (a->ev->is_forged && a->ev->kind == EVENT_OWN) {
		*ret_category = "intrusion_detection";
	}
}

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = {
		[OUTCOME_UNKNOWN] = "unknown",
		[OUTCOME_SUCCESS] = "success",
		[OUTCOME_FAILURE] = "failure",
	};

	return names[o];
}
