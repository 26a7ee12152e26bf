/* SPDX-License-Identifier: Apache-2.0 */
/* require.c - see require.h. */
#include "pkg/policy/require.h"

#include <errno.h>

#include "lib/auto.h"
#include "pkg/seccomp/superset.h"

bool require_is_any(const struct require *q)
{
	return q->major != 0 || q->minor != 0 || q->landlock_abi != 0 ||
	       q->lsm.count != 0;
}

void require_done(struct require *q)
{
	lines_done(&q->lsm);
	*q = (struct require){ 0 };
}

static int kernel_read(const json_t *value, struct require *q, struct err *e)
{
	if (value == NULL ||
	    (kernel_parse(json_span(value), &q->major, &q->minor) == 0 &&
	     q->major != 0))
		return 0;
	return err_set(e, EBADMSG, "\"kernel\" must be X.Y, as \"6.12\"");
}

static int abi_read(const json_t *value, struct require *q, struct err *e)
{
	uint64_t abi;

	if (value == NULL)
		return 0;
	if (json_u64(value, 1, INT32_MAX, &abi) < 0)
		return err_set(e, EBADMSG,
			       "\"landlock-abi\" must be 1 or more");
	q->landlock_abi = (uint32_t)abi;
	return 0;
}

/* Names as the kernel's list has them. */
static int lsm_read(const json_t *array, struct require *q, struct err *e)
{
	int r;

	if (array == NULL)
		return 0;
	if (json_array_size(array) == 0)
		return err_set(
			e, EBADMSG,
			"\"lsm\" is empty: leave it out, or name security modules as \"bpf\"");
	r = lines_parse(array, REQUIRE_LSM_MAX, &q->lsm, e);
	if (r < 0)
		return err_wrap(e, "lsm");
	for (size_t i = 0; i < q->lsm.count; i++)
		for (const char *c = q->lsm.items[i]; *c != '\0'; c++)
			if (!((*c >= 'a' && *c <= 'z') ||
			      (*c >= '0' && *c <= '9') || *c == '_'))
				return err_set(e, EBADMSG,
					       "lsm[%zu]: \"%.40s\" is no "
					       "security module, as landlock "
					       "or bpf",
					       i, q->lsm.items[i]);
	return 0;
}

int require_parse(const json_t *object, struct require *ret, struct err *e)
{
	AUTO_DONE(require_done) struct require q = { 0 };
	json_t *kernel, *abi, *lsm;
	const struct json_member rows[] = {
		{ "kernel", JSON_STRING, false, &kernel },
		{ "landlock-abi", JSON_INTEGER, false, &abi },
		{ "lsm", JSON_ARRAY, false, &lsm },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r == 0)
		r = kernel_read(kernel, &q, e);
	if (r == 0)
		r = abi_read(abi, &q, e);
	if (r == 0)
		r = lsm_read(lsm, &q, e);
	if (r < 0)
		return r;
	if (!require_is_any(&q))
		return err_set(e, EBADMSG,
			       "asks for nothing: name \"kernel\", "
			       "\"landlock-abi\" or \"lsm\"");
	*ret = q;
	q = (struct require){ 0 };
	return 0;
}

/* Is @name in a list as /sys/kernel/security/lsm has it? */
static bool lsm_has(const char *list, const char *name)
{
	struct span rest = span_of(list);

	while (rest.len != 0)
		if (span_eq_str(span_cut(&rest, ','), name))
			return true;
	return false;
}

/* Programs of a module that is listed attach with success and may never run. */
static int bpf_check(const struct require *q, const struct policy_kernel *k,
		     struct err *e)
{
	for (size_t i = 0; i < q->lsm.count && k->bpf_mute != NULL; i++) {
		if (!span_eq_str(span_of(q->lsm.items[i]), "bpf"))
			continue;
		(void)err_set(e, EOPNOTSUPP,
			      "needs the security module bpf, and %.300s",
			      k->bpf_mute);
		return err_hint(e, k->bpf_mend != NULL
					   ? k->bpf_mend
					   : "bailiffctl doctor says more");
	}
	return 0;
}

static int lsm_check(const struct require *q, const struct policy_kernel *k,
		     struct err *e)
{
	for (size_t i = 0; i < q->lsm.count; i++) {
		const char *name = q->lsm.items[i];

		/* Seen at work, whether or not the list can be read. */
		if (lsm_has(k->lsm, name) ||
		    (k->landlock_abi != 0 &&
		     span_eq_str(span_of(name), "landlock")))
			continue;
		if (k->lsm[0] == '\0')
			(void)err_set(e, EOPNOTSUPP,
				      "needs the security module %s, and this "
				      "node's list of them "
				      "(/sys/kernel/security/lsm) cannot be "
				      "read",
				      name);
		else
			(void)err_set(e, EOPNOTSUPP,
				      "needs the security module %s, the "
				      "kernel has %.200s",
				      name, k->lsm);
		return err_hint(e, "name it in lsm= of the kernel's command "
				   "line, with securityfs mounted, or take it "
				   "out of \"require\"");
	}
	return 0;
}

int require_check(const struct require *q, const struct policy_kernel *k,
		  struct err *e)
{
	static const char hint[] = "use a newer kernel on this node, or ask "
				   "for less in \"require\"";

	if (k->major != 0 && (k->major < q->major ||
			      (k->major == q->major && k->minor < q->minor))) {
		(void)err_set(e, EOPNOTSUPP,
			      "needs kernel %u.%u, this is %u.%u", q->major,
			      q->minor, k->major, k->minor);
		return err_hint(e, hint);
	}
	if (k->landlock_abi < q->landlock_abi) {
		(void)err_set(e, EOPNOTSUPP,
			      "needs Landlock ABI %u, the kernel has %u",
			      q->landlock_abi, k->landlock_abi);
		return err_hint(e, k->landlock_mend != NULL ? k->landlock_mend
							    : hint);
	}
	if (bpf_check(q, k, e) < 0)
		return -EOPNOTSUPP;
	return k->lsm != NULL ? lsm_check(q, k, e) : 0;
}

void require_print(struct buf *out, const struct require *q,
		   const char *between)
{
	const char *sep = "";

	if (q->major != 0) {
		buf_printf(out, "kernel %u.%u", q->major, q->minor);
		sep = between;
	}
	if (q->landlock_abi != 0) {
		buf_printf(out, "%sLandlock ABI %u", sep, q->landlock_abi);
		sep = between;
	}
	for (size_t i = 0; i < q->lsm.count; i++) {
		buf_printf(out, "%ssecurity module %s", sep, q->lsm.items[i]);
		sep = between;
	}
}
