/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c - see profile.h. */
#include "pkg/seccomp/profile.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/auto.h"
#include "pkg/seccomp/number.h"

#define MAX_ERRNO 4095 /* include/linux/err.h */

/* clang-format off */
static const struct action {
	const char *name;
	uint32_t ret;
	bool has_data; /* takes errnoRet */
	bool is_refused;
} actions[] = {
	{ "SCMP_ACT_ALLOW",        SECCOMP_RET_ALLOW,        false, false },
	{ "SCMP_ACT_LOG",          SECCOMP_RET_LOG,          false, false },
	{ "SCMP_ACT_TRACE",        SECCOMP_RET_TRACE,        true,  false },
	{ "SCMP_ACT_NOTIFY",       SECCOMP_RET_USER_NOTIF,   false, true  },
	{ "SCMP_ACT_ERRNO",        SECCOMP_RET_ERRNO,        true,  false },
	{ "SCMP_ACT_TRAP",         SECCOMP_RET_TRAP,         false, false },
	{ "SCMP_ACT_KILL",         SECCOMP_RET_KILL_THREAD,  false, false },
	{ "SCMP_ACT_KILL_THREAD",  SECCOMP_RET_KILL_THREAD,  false, false },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false, false },
};

static const struct {
	const char *name;
	enum cond_op op;
} operators[] = {
	{ "SCMP_CMP_NE", COND_NE }, { "SCMP_CMP_LT", COND_LT },
	{ "SCMP_CMP_LE", COND_LE }, { "SCMP_CMP_EQ", COND_EQ },
	{ "SCMP_CMP_GE", COND_GE }, { "SCMP_CMP_GT", COND_GT },
	{ "SCMP_CMP_MASKED_EQ", COND_MASKED_EQ },
};

/* Every name of the specification. A token where there is a generator:
 * little-endian only, since it loads the halves of an argument so. */
static const struct {
	const char *name;
	uint32_t token;
} archs[] = {
	{ "SCMP_ARCH_X86_64",  SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X86",     SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X32",     SCMP_ARCH_X32 },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	{ "SCMP_ARCH_ARM",     SCMP_ARCH_ARM },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
	{ "SCMP_ARCH_MIPS", 0 },      { "SCMP_ARCH_MIPS64", 0 },
	{ "SCMP_ARCH_MIPS64N32", 0 }, { "SCMP_ARCH_MIPSEL", 0 },
	{ "SCMP_ARCH_MIPSEL64", 0 },  { "SCMP_ARCH_MIPSEL64N32", 0 },
	{ "SCMP_ARCH_PPC", 0 },       { "SCMP_ARCH_PPC64", 0 },
	{ "SCMP_ARCH_PPC64LE", 0 },   { "SCMP_ARCH_S390", 0 },
	{ "SCMP_ARCH_S390X", 0 },     { "SCMP_ARCH_PARISC", 0 },
	{ "SCMP_ARCH_PARISC64", 0 },  { "SCMP_ARCH_LOONGARCH64", 0 },
	{ "SCMP_ARCH_M68K", 0 },      { "SCMP_ARCH_SH", 0 },
	{ "SCMP_ARCH_SHEB", 0 },
};

static const struct {
	const char *name;
	uint32_t flag;
	bool is_refused;
} filter_flags[] = {
	/* The launcher has one thread, so there is nobody to synchronise. */
	{ "SECCOMP_FILTER_FLAG_TSYNC", 0, false },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG, false },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	  false },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0, true },
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int action_rank(uint32_t ret)
{
	static const uint32_t order[] = {
		SECCOMP_RET_ALLOW,	 SECCOMP_RET_LOG,   SECCOMP_RET_TRACE,
		SECCOMP_RET_USER_NOTIF,	 SECCOMP_RET_ERRNO, SECCOMP_RET_TRAP,
		SECCOMP_RET_KILL_THREAD,
	};

	for (size_t i = 0; i < COUNT(order); i++)
		if ((ret & SECCOMP_RET_ACTION_FULL) == order[i])
			return (int)i;
	return COUNT(order); /* KILL_PROCESS, and what the kernel treats so */
}

static bool is_permissive(uint32_t ret)
{
	return action_rank(ret) <= action_rank(SECCOMP_RET_TRACE);
}

void action_print(struct buf *out, uint32_t ret)
{
	const uint32_t action = ret & SECCOMP_RET_ACTION_FULL;
	const uint32_t data = ret & SECCOMP_RET_DATA;
	const char *name = "SCMP_ACT_KILL_PROCESS";

	for (size_t i = 0; i < COUNT(actions); i++)
		if (actions[i].ret == action)
			name = actions[i].name;
	buf_puts(out, name);
	if (action == SECCOMP_RET_ERRNO && data == EPERM)
		buf_puts(out, "(EPERM)");
	else if (action == SECCOMP_RET_ERRNO && data == ENOSYS)
		buf_puts(out, "(ENOSYS)");
	else if (data != 0)
		buf_printf(out, "(%u)", data);
}

void syscall_print(struct buf *out, uint32_t token, uint32_t nr)
{
	char *name = seccomp_syscall_resolve_num_arch(token, (int)nr);

	const char *young =
		number_young_name(token == SCMP_ARCH_X32 ? nr & ~X32_BIT : nr);

	if (name != NULL || young != NULL)
		buf_puts(out, name != NULL ? name : young);
	else
		buf_printf(out, "number %u", nr);
	free(name);
}

/* ---- the list of rules ------------------------------------------------- */

static int rule_add(struct profile *p, const struct rule *rule, struct err *e)
{
	void *array = p->rules;
	const int r =
		array_room(&array, p->rule_count, &p->rule_cap,
			   sizeof(*p->rules), PROFILE_RULES_MAX, "rules", e);

	p->rules = array;
	if (r == 0) {
		p->rules[p->rule_count] = *rule;
		p->rules[p->rule_count].place = (uint32_t)p->rule_count;
		p->rule_count++;
	}
	return r;
}

static int cond_add(struct profile *p, const struct cond *cond, struct err *e)
{
	void *array = p->conds;
	const int r = array_room(&array, p->cond_count, &p->cond_cap,
				 sizeof(*p->conds), PROFILE_CONDS_MAX,
				 "conditions", e);

	p->conds = array;
	if (r == 0)
		p->conds[p->cond_count++] = *cond;
	return r;
}

static int rule_order(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	if (x->token != y->token)
		return x->token < y->token ? -1 : 1;
	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* ---- the object -------------------------------------------------------- */

static int action_parse(const json_t *value, const json_t *errno_ret,
			uint32_t *ret, struct err *e)
{
	const struct action *found = NULL;
	uint64_t data = EPERM;

	for (size_t i = 0; i < COUNT(actions); i++)
		if (span_eq_str(json_span(value), actions[i].name))
			found = &actions[i];
	if (found == NULL)
		return err_set(e, EBADMSG, "unknown action \"%.60s\"",
			       json_string_value(value));
	if (found->is_refused)
		return err_set(e, EBADMSG,
			       "%s is not supported: safety would depend on a "
			       "supervisor that may be dead",
			       found->name);
	if (errno_ret != NULL && !found->has_data)
		return err_set(e, EBADMSG, "%s takes no errno", found->name);
	if (errno_ret != NULL &&
	    json_u64(errno_ret, 0,
		     found->ret == SECCOMP_RET_ERRNO ? MAX_ERRNO
						     : SECCOMP_RET_DATA,
		     &data) < 0)
		return err_set(e, EBADMSG, "the errno is out of range");
	*ret = found->ret | (found->has_data ? (uint32_t)data : 0);
	return 0;
}

static int arch_add(struct profile *p, uint32_t token)
{
	if (profile_arch(p, token) != NULL)
		return 0;
	if (p->arch_count == PROFILE_ARCHS_MAX)
		return -E2BIG;
	p->archs[p->arch_count++] = (struct profile_arch){ .token = token };
	return 0;
}

uint32_t profile_arch_token(struct span name)
{
	for (size_t i = 0; i < COUNT(archs); i++)
		if (span_eq_str(name, archs[i].name))
			return archs[i].token;
	return 0;
}

int profile_arch_parse(const json_t *value, uint32_t *ret, struct err *e)
{
	for (size_t i = 0; i < COUNT(archs); i++)
		if (span_eq_str(json_span(value), archs[i].name)) {
			*ret = archs[i].token;
			return 0;
		}
	if (!json_is_string(value))
		return err_set(e, EBADMSG, "must be a string");
	(void)err_set(e, EBADMSG, "\"%.40s\" is no architecture",
		      json_string_value(value));
	return err_hint(e, "the specification has names like "
			   "SCMP_ARCH_X86_64");
}

/* Calls from an architecture without a generator are never made on a machine
 * that has one; they would be killed, as if it were not listed. */
static int archs_parse(const json_t *array, uint32_t native, struct profile *p,
		       struct err *e)
{
	json_t *value;
	size_t i;

	(void)arch_add(p, native);
	json_array_foreach(array, i, value) {
		uint32_t token;

		if (profile_arch_parse(value, &token, e) < 0)
			return err_wrap(e, "architectures[%zu]", i);
		if (token != 0 && arch_add(p, token) < 0)
			return err_set(e, EBADMSG, "too many architectures");
	}
	return 0;
}

static int flags_parse(const json_t *array, struct profile *p, struct err *e)
{
	json_t *value;
	size_t i;

	p->flags = SECCOMP_FILTER_FLAG_LOG;
	json_array_foreach(array, i, value) {
		size_t k = 0;

		while (k < COUNT(filter_flags) &&
		       !span_eq_str(json_span(value), filter_flags[k].name))
			k++;
		if (k == COUNT(filter_flags))
			return err_set(e, EBADMSG,
				       "flags[%zu]: \"%.60s\" is no flag", i,
				       json_is_string(value)
					       ? json_string_value(value)
					       : "");
		if (filter_flags[k].is_refused)
			return err_set(e, EBADMSG,
				       "flags[%zu]: %s is not supported: it "
				       "goes with SCMP_ACT_NOTIFY",
				       i, filter_flags[k].name);
		p->flags |= filter_flags[k].flag;
	}
	return 0;
}

static int cond_parse(const json_t *item, struct cond *ret, struct err *e)
{
	json_t *index, *value, *value_two, *op;
	const struct json_member rows[] = {
		{ "index", JSON_INTEGER, true, &index },
		{ "value", JSON_INTEGER, true, &value },
		{ "valueTwo", JSON_INTEGER, false, &value_two },
		{ "op", JSON_STRING, true, &op },
		{ 0 },
	};
	struct cond c = { 0 };
	uint64_t v;
	size_t i = 0;
	int r = json_members(item, rows, e);

	if (r < 0)
		return r;
	if (json_u64(index, 0, 5, &v) < 0)
		return err_set(e, EBADMSG, "\"index\" must be 0 to 5");
	c.index = (uint8_t)v;
	if (json_u64(value, 0, UINT64_MAX, &c.value) < 0 ||
	    (value_two != NULL &&
	     json_u64(value_two, 0, UINT64_MAX, &c.value_two) < 0))
		return err_set(e, EBADMSG, "a value must be 0 to 2^64 - 1");
	while (i < COUNT(operators) &&
	       !span_eq_str(json_span(op), operators[i].name))
		i++;
	if (i == COUNT(operators))
		return err_set(e, EBADMSG, "unknown operator \"%.40s\"",
			       json_string_value(op));
	c.op = operators[i].op;
	*ret = c;
	return 0;
}

/* One entry of "syscalls", its conditions already in the profile. */
struct entry {
	uint32_t ret;
	uint32_t first, count;
	bool is_alternatives; /* an index stands twice: OR, as in runc */
	bool is_skipped;      /* repeats the default action */
};

static int conds_parse(const json_t *args, struct profile *p,
		       struct entry *entry, struct err *e)
{
	unsigned seen = 0;
	json_t *item;
	size_t i;

	entry->first = (uint32_t)p->cond_count;
	json_array_foreach(args, i, item) {
		struct cond c;
		int r = cond_parse(item, &c, e);

		if (r == 0)
			r = cond_add(p, &c, e);
		if (r < 0)
			return err_wrap(e, "args[%zu]", i);
		entry->is_alternatives |= (seen & 1U << c.index) != 0;
		seen |= 1U << c.index;
		entry->count++;
	}
	return 0;
}

static int entry_rules_add(struct profile *p, const struct entry *entry,
			   uint32_t token, uint32_t nr, struct err *e)
{
	struct rule rule = {
		.token = token,
		.nr = nr,
		.ret = entry->ret,
		.first = entry->first,
		.count = entry->count,
	};
	int r = 0;

	if (!entry->is_alternatives)
		return rule_add(p, &rule, e);
	rule.count = 1;
	for (uint32_t i = 0; i < entry->count && r == 0; i++) {
		rule.first = entry->first + i;
		r = rule_add(p, &rule, e);
	}
	return r;
}

static int number_add(struct profile *p, const struct entry *entry,
		      struct profile_arch *a, uint32_t nr, struct err *e)
{
	if (!a->has_last || nr > a->last)
		a->last = nr;
	a->has_last = true;
	return entry->is_skipped ? 0
				 : entry_rules_add(p, entry, a->token, nr, e);
}

/* @pseudo: libseccomp's -100 - N for number N of socketcall, -200 - N of ipc,
 * whose first argument has a version in its upper half. */
static int mux_add(struct profile *p, const struct entry *entry,
		   struct profile_arch *a, const char *name, int pseudo,
		   struct err *e)
{
	const bool is_ipc = pseudo <= -200;
	const int direct = mux_direct(a->token, name);
	const int outer = seccomp_syscall_resolve_name_arch(
		a->token, is_ipc ? "ipc" : "socketcall");
	const struct cond which = {
		.op = COND_MASKED_EQ,
		.value = is_ipc ? 0xffff : UINT32_MAX,
		.value_two = (uint64_t)(-pseudo % 100),
	};
	struct entry part = *entry;
	int r = 0;

	if (direct >= 0)
		r = number_add(p, entry, a, (uint32_t)direct, e);
	/* What socketcall is given lies in memory, out of a filter's sight. */
	if (r < 0 || entry->count != 0)
		return r;
	part.first = (uint32_t)p->cond_count;
	part.count = 1;
	r = entry->is_skipped ? 0 : cond_add(p, &which, e);
	return r < 0 ? r : number_add(p, &part, a, (uint32_t)outer, e);
}

/* A call that libseccomp has not heard of. */
static int young_add(struct profile *p, const struct entry *entry,
		     const char *name, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->arch_count && r == 0; i++) {
		struct call_number n[2];

		(void)call_numbers(p->archs[i].token, name, n);
		r = number_add(p, entry, &p->archs[i], n[0].nr, e);
	}
	return r;
}

/* Only what is there in full is told: a name may be anything. */
static void unknown_note(struct profile *p, const char *name)
{
	AUTO_DONE(buf_done) struct buf names;

	p->unknown++;
	buf_init(&names, sizeof(p->unknown_names) - 1);
	buf_puts(&names, p->unknown_names);
	buf_puts(&names, p->unknown_told != 0 ? ", " : "");
	json_quote(&names, span_of(name));
	if (buf_error(&names) < 0)
		return;
	p->unknown_told++;
	memcpy(p->unknown_names, names.p, names.len);
	p->unknown_names[names.len] = '\0';
}

void profile_unknown_print(const struct profile *p, struct buf *out)
{
	const size_t more = p->unknown - p->unknown_told;

	buf_puts(out, p->unknown_names);
	if (more != 0 && p->unknown_told != 0)
		buf_puts(out, " and ");
	if (more != 0)
		buf_printf(out, "%zu %s%s", more,
			   p->unknown_told != 0 ? "other " : "",
			   more == 1 ? "name" : "names");
	if (p->unknown != 0)
		buf_puts(out, p->unknown == 1
				      ? " is no system call and is left out"
				      : " are no system calls and are left "
					"out");
}

/* A name at every listed architecture. libseccomp gives numbers below -1 for
 * names that another architecture has, or that are part of socketcall or ipc
 * on 32-bit x86, and -1 for names it never heard of. */
static int name_add(struct profile *p, const struct entry *entry,
		    const char *name, struct err *e)
{
	const bool restricts =
		action_rank(entry->ret) > action_rank(p->default_ret);
	int r = 0;

	if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR) {
		if (number_young(name) >= 0)
			return young_add(p, entry, name, e);
		if (restricts) {
			(void)err_set(e, EBADMSG,
				      "no system call is named \"%.40s\"",
				      name);
			return err_hint(e, "a rule that restricts must name "
					   "calls that exist, or it would "
					   "restrict nothing");
		}
		unknown_note(p, name);
		return 0;
	}
	for (size_t i = 0; i < p->arch_count && r == 0; i++) {
		struct profile_arch *a = &p->archs[i];
		const int nr =
			seccomp_syscall_resolve_name_arch(a->token, name);

		const bool is_mux =
			a->token == SCMP_ARCH_X86 && nr <= -100 && nr > -300;

		if (is_mux && restricts && entry->count != 0 &&
		    is_permissive(p->default_ret))
			return err_set(e, EBADMSG,
				       "\"%.40s\" cannot be restricted by its "
				       "arguments on 32-bit x86: leave args or "
				       "SCMP_ARCH_X86 out",
				       name);
		if (is_mux)
			r = mux_add(p, entry, a, name, nr, e);
		else if (nr >= 0)
			r = number_add(p, entry, a, (uint32_t)nr, e);
	}
	return r;
}

/* A refusal of @object, with the way out when it is one of Docker's. */
static int superset_hint(const json_t *object, int r, struct err *e)
{
	static const char *const members[] = {
		"archMap",  "comment",	"defaultErrno", "errno",
		"excludes", "includes", "name",
	};

	for (size_t i = 0; i < COUNT(members); i++)
		if (json_object_get(object, members[i]) != NULL)
			return err_hint(e, "bailiff-bundle compile --seccomp "
					   "FILE --oci makes a plain object of "
					   "a profile of Docker's");
	return r;
}

static int entry_parse(const json_t *item, struct profile *p, struct err *e)
{
	json_t *names, *action, *errno_ret, *args, *name;
	const struct json_member rows[] = {
		{ "names", JSON_ARRAY, true, &names },
		{ "action", JSON_STRING, true, &action },
		{ "errnoRet", JSON_INTEGER, false, &errno_ret },
		{ "args", JSON_ARRAY, false, &args },
		{ 0 },
	};
	struct entry entry = { 0 };
	size_t i;
	int r = json_members(item, rows, e);

	if (r < 0)
		return superset_hint(item, r, e);
	r = action_parse(action, errno_ret, &entry.ret, e);
	if (r < 0)
		return r;
	entry.is_skipped = entry.ret == p->default_ret;
	if (json_array_size(names) == 0)
		return err_set(e, EBADMSG, "\"names\" is empty");
	r = conds_parse(args, p, &entry, e);
	if (r < 0)
		return r;
	json_array_foreach(names, i, name) {
		if (!json_is_string(name))
			return err_set(e, EBADMSG,
				       "names[%zu]: must be a string", i);
		r = name_add(p, &entry, json_string_value(name), e);
		if (r < 0)
			return err_wrap(e, "names[%zu]", i);
	}
	return 0;
}

static int entries_parse(const json_t *array, struct profile *p, struct err *e)
{
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item) {
		const int r = entry_parse(item, p, e);

		if (r < 0)
			return err_wrap(e, "syscalls[%zu]", i);
	}
	if (p->rule_count != 0)
		qsort(p->rules, p->rule_count, sizeof(*p->rules), rule_order);
	return 0;
}

int profile_parse(const json_t *object, struct profile *ret, struct err *e)
{
	return profile_parse_for(object, seccomp_arch_native(), ret, e);
}

int profile_parse_for(const json_t *object, uint32_t native,
		      struct profile *ret, struct err *e)
{
	struct profile p = { 0 };
	json_t *action, *errno_ret, *arch_list, *flags, *syscalls;
	json_t *listener, *metadata;
	const struct json_member rows[] = {
		{ "defaultAction", JSON_STRING, true, &action },
		{ "defaultErrnoRet", JSON_INTEGER, false, &errno_ret },
		{ "architectures", JSON_ARRAY, false, &arch_list },
		{ "flags", JSON_ARRAY, false, &flags },
		{ "syscalls", JSON_ARRAY, false, &syscalls },
		{ "listenerPath", JSON_STRING, false, &listener },
		{ "listenerMetadata", JSON_STRING, false, &metadata },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r < 0)
		return superset_hint(object, r, e);
	if (listener != NULL || metadata != NULL)
		return err_set(e, EBADMSG,
			       "a listener is not supported: "
			       "safety would depend on a "
			       "supervisor that may be dead");
	r = action_parse(action, errno_ret, &p.default_ret, e);
	if (r < 0)
		return err_wrap(e, "defaultAction");
	r = archs_parse(arch_list, native, &p, e);
	if (r == 0)
		r = flags_parse(flags, &p, e);
	if (r == 0)
		r = entries_parse(syscalls, &p, e);
	if (r < 0) {
		profile_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

int profile_allow(const char *const *names, uint32_t other, struct profile *ret,
		  struct err *e)
{
	struct profile p = {
		.default_ret = other,
		.flags = SECCOMP_FILTER_FLAG_LOG,
	};
	struct rule rule = { .ret = SECCOMP_RET_ALLOW };
	int r = 0;

	(void)arch_add(&p, seccomp_arch_native());
	rule.token = p.archs[0].token;
	for (size_t i = 0; names[i] != NULL && r == 0; i++) {
		const int nr = seccomp_syscall_resolve_name(names[i]);

		rule.nr = (uint32_t)nr;
		r = nr < 0 ? err_set(e, EINVAL,
				     "no system call is named "
				     "\"%.40s\" here",
				     names[i])
			   : rule_add(&p, &rule, e);
	}
	if (r < 0) {
		profile_done(&p);
		return r;
	}
	if (p.rule_count != 0)
		qsort(p.rules, p.rule_count, sizeof(*p.rules), rule_order);
	*ret = p;
	return 0;
}

void profile_done(struct profile *p)
{
	free(p->rules);
	free(p->conds);
	*p = (struct profile){ 0 };
}

const char *cond_op_name(enum cond_op op)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (operators[i].op == op)
			return operators[i].name;
	return "";
}
