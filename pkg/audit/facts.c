/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - see facts.h. */
#include "pkg/audit/facts.h"

#include <errno.h>
#include <linux/audit.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/num.h"
#include "pkg/audit/record.h"
#include "pkg/audit/rules.h"
#include "pkg/identity/paths.h"

bool login_is_done(struct span text)
{
	uint32_t result;

	return !record_u32(text, "res", &result) || result != 0;
}

/* Whether this record's ses= is that of the acting task. */
static void identity_take(const struct event_record *r, struct facts *f)
{
	const struct span text = record_trusted(r->type, r->text);
	/* A login that failed leaves the task where it was. */
	const bool is_failed = r->type == AUDIT_LOGIN && !login_is_done(text);
	const struct span keys[] = { span_of(is_failed ? "old-ses" : "ses"),
				     span_of(is_failed ? "old-auid" : "auid"),
				     span_of("pid") };
	struct span values[3];
	uint32_t ses;

	(void)record_fields(text, keys, 3, values);
	if (num_parse_u32(values[0], 0, UINT32_MAX, &ses) < 0)
		return;
	f->ses = ses;
	f->auid = UINT32_MAX;
	f->pid = 0;
	(void)num_parse_u32(values[1], 0, UINT32_MAX, &f->auid);
	(void)num_parse_u32(values[2], 0, UINT32_MAX, &f->pid);
}

static void record_take(const struct event_record *r, struct facts *f)
{
	switch (r->type) {
	case AUDIT_SYSCALL:
	case AUDIT_URINGOP:
		f->call = r;
		break;
	case AUDIT_LOGIN:
		f->login = r;
		break;
	case AUDIT_LANDLOCK_ACCESS:
		f->access = r;
		f->has_denial = true;
		break;
	case AUDIT_LANDLOCK_DOMAIN:
		f->domain = r;
		break;
	case AUDIT_AVC:
	case AUDIT_SECCOMP:
		f->has_denial = true;
		break;
	case AUDIT_EXECVE:
		f->has_exec = true;
		break;
	default:
		break;
	}
}

void facts_take(const struct event *ev, struct facts *ret)
{
	*ret = (struct facts){ .ses = UINT32_MAX, .auid = UINT32_MAX };
	for (uint32_t i = 0; i < ev->record_count; i++)
		record_take(&ev->records[i], ret);
	if (ret->call != NULL) {
		identity_take(ret->call, ret);
		return;
	}
	for (uint32_t i = 0; i < ev->record_count && ret->ses == UINT32_MAX;
	     i++)
		identity_take(&ev->records[i], ret);
}

bool auid_is_reserved(uint32_t auid)
{
	return auid >= AUID_BASE && auid - AUID_BASE <= SERVICE_NUMBER_SELF;
}

bool facts_domain(const struct facts *f, uint64_t *ret)
{
	return (f->access != NULL &&
		record_hex(f->access->text, "domain", ret)) ||
	       (f->domain != NULL &&
		record_hex(f->domain->text, "domain", ret));
}

bool facts_domain_is(const struct facts *f, const char *status)
{
	struct span value;

	return f->domain != NULL &&
	       record_field(f->domain->text, "status", &value) &&
	       span_eq_str(value, status);
}

static bool key_is_denied(struct span key)
{
	AUTO_DONE(buf_done) struct buf keys = { 0 };
	struct span rest;

	buf_init(&keys, 1024);
	record_string(key, &keys);
	rest = buf_view(&keys);
	/* Several keys are joined by 0x01. */
	while (rest.len != 0)
		if (span_eq_str(span_cut(&rest, '\1'), RULE_KEY_DENIED))
			return true;
	return false;
}

bool facts_are_inferred(const struct facts *f)
{
	struct span key;
	int64_t code;

	/* exit= stands at the front of the record, key= at its end. */
	return f->call != NULL && !f->has_denial &&
	       record_i64(f->call->text, "exit", &code) &&
	       (code == -EACCES || code == -EPERM) &&
	       record_field(f->call->text, "key", &key) && key_is_denied(key);
}
