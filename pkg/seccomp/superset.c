/* SPDX-License-Identifier: Apache-2.0 */
/* superset.c - see superset.h. */
#include "pkg/seccomp/superset.h"

#include <errno.h>
#include <libaudit.h>
#include <seccomp.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/seccomp/profile.h"

/* What Go calls the machines, and what profiles call them beside that. */
static const struct {
	uint32_t token;
	const char *names[2];
} machines[] = {
	{ SCMP_ARCH_X86_64, { "amd64", NULL } },
	{ SCMP_ARCH_X86, { "386", "x86" } },
	{ SCMP_ARCH_X32, { "x32", NULL } },
	{ SCMP_ARCH_AARCH64, { "arm64", NULL } },
	{ SCMP_ARCH_ARM, { "arm", NULL } },
	{ SCMP_ARCH_RISCV64, { "riscv64", NULL } },
};

/* Other machines that a profile may name. */
static const char *const foreign_machines[] = {
	"loong64",   "m68k",	    "mips",	   "mips64", "mips64le",
	"mips64p32", "mips64n32",   "mips64p32le", "mipsle", "mipsel64n32",
	"parisc",    "parisc64",    "ppc",	   "ppc64",  "ppc64le",
	"s390",	     "s390x",	    "sh",	   "sheb",   "mipsel",
	"mipsel64",  "mips3l64n32", /* so spelled in Docker's own default */
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int kernel_parse(struct span text, uint32_t *ret_major, uint32_t *ret_minor)
{
	const struct span major = span_cut(&text, '.');
	uint32_t x, y;

	if (num_parse_u32(major, 0, 65535, &x) < 0 ||
	    num_parse_u32(text, 0, 65535, &y) < 0)
		return -EINVAL;
	*ret_major = x;
	*ret_minor = y;
	return 0;
}

/* ---- includes and excludes --------------------------------------------- */

/* One of the two, evaluated for a host. */
struct filter {
	size_t arches, arches_held;
	size_t caps, caps_held;
	bool has_kernel, kernel_holds;
};

/* Return: 1 when @name is @token's, 0 for another machine's, -EBADMSG. */
static int machine_check(struct span name, uint32_t token, struct err *e)
{
	for (size_t i = 0; i < COUNT(machines); i++)
		for (size_t k = 0; k < 2; k++)
			if (machines[i].names[k] != NULL &&
			    span_eq_str(name, machines[i].names[k]))
				return machines[i].token == token;
	for (size_t i = 0; i < COUNT(foreign_machines); i++)
		if (span_eq_str(name, foreign_machines[i]))
			return 0;
	(void)err_set(e, EBADMSG, "\"%.*s\" is no architecture",
		      name.len > 40 ? 40 : (int)name.len,
		      name.p != NULL ? name.p : "");
	return err_hint(e, "write it as Go does: amd64, arm64, riscv64");
}

static int arches_check(const json_t *array, const struct superset_host *host,
			struct filter *f, struct err *e)
{
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item) {
		const int r = machine_check(json_span(item), host->token, e);

		if (r < 0)
			return err_wrap(e, "arches[%zu]", i);
		f->arches++;
		f->arches_held += r != 0;
	}
	return 0;
}

static bool cap_is_held(const struct superset_host *host, struct span name)
{
	for (size_t i = 0; i < host->cap_count; i++)
		if (span_eq_str(name, host->caps[i]))
			return true;
	return false;
}

/* A capability that this machine has not heard of is one nobody holds. */
static int caps_check(const json_t *array, const struct superset_host *host,
		      struct filter *f, struct err *e)
{
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item) {
		if (!span_starts(json_span(item), "CAP_"))
			return err_set(e, EBADMSG,
				       "caps[%zu]: must be CAP_ and a name", i);
		f->caps++;
		f->caps_held += cap_is_held(host, json_span(item));
	}
	return 0;
}

static int filter_parse(const json_t *object, const struct superset_host *host,
			struct filter *ret, struct err *e)
{
	json_t *arches, *caps, *kernel;
	const struct json_member rows[] = {
		{ "arches", JSON_ARRAY, false, &arches },
		{ "caps", JSON_ARRAY, false, &caps },
		{ "minKernel", JSON_STRING, false, &kernel },
		{ 0 },
	};
	uint32_t major, minor;
	int r;

	if (object == NULL)
		return 0;
	r = json_members(object, rows, e);
	if (r == 0)
		r = arches_check(arches, host, ret, e);
	if (r == 0)
		r = caps_check(caps, host, ret, e);
	if (r < 0 || kernel == NULL || json_string_length(kernel) == 0)
		return r;
	if (kernel_parse(json_span(kernel), &major, &minor) < 0)
		return err_set(e, EBADMSG,
			       "minKernel: \"%.40s\" is not X.Y, as 4.8",
			       json_string_value(kernel));
	ret->has_kernel = true;
	ret->kernel_holds = host->major > major ||
			    (host->major == major && host->minor >= minor);
	return 0;
}

static bool filter_includes(const struct filter *f)
{
	return (f->arches == 0 || f->arches_held != 0) &&
	       f->caps_held == f->caps && (!f->has_kernel || f->kernel_holds);
}

static bool filter_excludes(const struct filter *f)
{
	return f->arches_held != 0 || f->caps_held != 0 || f->kernel_holds;
}

/* ---- pieces of the plain object ---------------------------------------- */

/* Jansson answers -1 for no memory, and for a NULL value. */
static int member_set(json_t *object, const char *name, json_t *value,
		      struct err *e)
{
	if (value == NULL)
		return 0;
	return json_object_set(object, name, value) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

static int member_set_new(json_t *object, const char *name, json_t *value,
			  struct err *e)
{
	return json_object_set_new(object, name, value) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

/* Libaudit has one name for each number. */
static int errno_find(const char *name)
{
	static const struct {
		const char *name;
		int value;
	} twins[] = {
		{ "EWOULDBLOCK", EWOULDBLOCK },
		{ "EDEADLOCK", EDEADLOCK },
		{ "ENOTSUP", ENOTSUP },
	};

	for (size_t i = 0; i < COUNT(twins); i++)
		if (strcmp(twins[i].name, name) == 0)
			return twins[i].value;
	return audit_name_to_errno(name);
}

/* @number unless a @name says it: the name wins, as in containers-common. */
static int errno_set(json_t *object, const char *member, json_t *number,
		     const json_t *name, struct err *e)
{
	int value;

	if (name == NULL || json_string_length(name) == 0)
		return member_set(object, member, number, e);
	value = errno_find(json_string_value(name));
	if (value <= 0)
		return err_set(e, EBADMSG, "no errno is named \"%.40s\"",
			       json_string_value(name));
	return member_set_new(object, member, json_integer(value), e);
}

/* ---- entries ----------------------------------------------------------- */

static int names_set(json_t *plain, json_t *name, json_t *names, struct err *e)
{
	const bool has_name = name != NULL && json_string_length(name) != 0;

	if (has_name && json_array_size(names) != 0)
		return err_set(e, EBADMSG, "either \"name\" or \"names\"");
	if (!has_name && names == NULL)
		return err_set(e, EBADMSG, "\"names\" is missing");
	if (!has_name)
		return member_set(plain, "names", names, e);
	return member_set_new(plain, "names", json_pack("[O]", name), e);
}

/* @ret_holds: whether the entry is one for this host. */
static int entry_resolve(const json_t *item, const struct superset_host *host,
			 json_t *plain, bool *ret_holds, struct err *e)
{
	json_t *name, *names, *action, *errno_ret, *errno_name, *args, *comment;
	json_t *includes, *excludes;
	const struct json_member rows[] = {
		{ "name", JSON_STRING, false, &name },
		{ "names", JSON_ARRAY, false, &names },
		{ "action", JSON_STRING, true, &action },
		{ "errnoRet", JSON_INTEGER, false, &errno_ret },
		{ "errno", JSON_STRING, false, &errno_name },
		{ "args", JSON_ARRAY, false, &args },
		{ "comment", JSON_STRING, false, &comment },
		{ "includes", JSON_OBJECT, false, &includes },
		{ "excludes", JSON_OBJECT, false, &excludes },
		{ 0 },
	};
	struct filter in = { 0 }, out = { 0 };
	int r = json_members(item, rows, e);

	if (r == 0)
		r = names_set(plain, name, names, e);
	if (r == 0)
		r = member_set(plain, "action", action, e);
	if (r == 0)
		r = errno_set(plain, "errnoRet", errno_ret, errno_name, e);
	if (r == 0 && json_array_size(args) != 0)
		r = member_set(plain, "args", args, e);
	if (r < 0)
		return r;
	r = filter_parse(includes, host, &in, e);
	if (r < 0)
		return err_wrap(e, "includes");
	r = filter_parse(excludes, host, &out, e);
	if (r < 0)
		return err_wrap(e, "excludes");
	*ret_holds = filter_includes(&in) && !filter_excludes(&out);
	return 0;
}

static int entries_resolve(const json_t *array,
			   const struct superset_host *host, json_t *plain,
			   struct err *e)
{
	json_t *entries = json_array(), *item;
	size_t i;
	int r = member_set_new(plain, "syscalls", entries, e);

	if (r < 0)
		return r;
	json_array_foreach(array, i, item) {
		AUTO_JSON *entry = json_object();
		bool holds = false;

		if (entry == NULL)
			return err_set(e, ENOMEM, "out of memory");
		r = entry_resolve(item, host, entry, &holds, e);
		if (r < 0)
			return err_wrap(e, "syscalls[%zu]", i);
		if (holds && json_array_append(entries, entry) < 0)
			return err_set(e, ENOMEM, "out of memory");
	}
	return 0;
}

/* ---- architectures ----------------------------------------------------- */

/* One row of archMap; the machine's own becomes "architectures". */
static int arch_row_resolve(const json_t *item,
			    const struct superset_host *host, json_t *plain,
			    struct err *e)
{
	json_t *name, *subs, *sub;
	const struct json_member rows[] = {
		{ "architecture", JSON_STRING, true, &name },
		{ "subArchitectures", JSON_ARRAY, false, &subs },
		{ 0 },
	};
	AUTO_JSON *list = json_array();
	uint32_t token;
	size_t i;
	int r = json_members(item, rows, e);

	if (r == 0)
		r = profile_arch_parse(name, &token, e);
	if (r < 0)
		return r;
	if (list == NULL || json_array_append(list, name) < 0)
		return err_set(e, ENOMEM, "out of memory");
	json_array_foreach(subs, i, sub) {
		uint32_t unused;

		r = profile_arch_parse(sub, &unused, e);
		if (r < 0)
			return err_wrap(e, "subArchitectures[%zu]", i);
		if (json_array_append(list, sub) < 0)
			return err_set(e, ENOMEM, "out of memory");
	}
	/* As Docker does, the first row of the machine is taken. */
	if (token != host->token ||
	    json_object_get(plain, "architectures") != NULL)
		return 0;
	return member_set(plain, "architectures", list, e);
}

static int archs_resolve(json_t *archs, const json_t *map,
			 const struct superset_host *host, json_t *plain,
			 struct err *e)
{
	json_t *item;
	size_t i;

	if (json_array_size(archs) != 0 && json_array_size(map) != 0)
		return err_set(e, EBADMSG,
			       "either \"architectures\" or \"archMap\"");
	json_array_foreach(map, i, item) {
		const int r = arch_row_resolve(item, host, plain, e);

		if (r < 0)
			return err_wrap(e, "archMap[%zu]", i);
	}
	return json_array_size(map) != 0
		       ? 0
		       : member_set(plain, "architectures", archs, e);
}

/* ---- the object -------------------------------------------------------- */

int superset_resolve(const json_t *object, const struct superset_host *host,
		     json_t **ret, struct err *e)
{
	json_t *action, *errno_ret, *errno_name, *archs, *map, *flags;
	json_t *listener, *metadata, *syscalls, *comment;
	const struct json_member rows[] = {
		{ "defaultAction", JSON_STRING, true, &action },
		{ "defaultErrnoRet", JSON_INTEGER, false, &errno_ret },
		{ "defaultErrno", JSON_STRING, false, &errno_name },
		{ "architectures", JSON_ARRAY, false, &archs },
		{ "archMap", JSON_ARRAY, false, &map },
		{ "flags", JSON_ARRAY, false, &flags },
		{ "listenerPath", JSON_STRING, false, &listener },
		{ "listenerMetadata", JSON_STRING, false, &metadata },
		{ "syscalls", JSON_ARRAY, false, &syscalls },
		{ "comment", JSON_STRING, false, &comment },
		{ 0 },
	};
	AUTO_JSON *plain = json_object();
	int r = json_members(object, rows, e);

	if (r < 0)
		return r;
	if (plain == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = member_set(plain, "defaultAction", action, e);
	if (r == 0)
		r = errno_set(plain, "defaultErrnoRet", errno_ret, errno_name,
			      e);
	if (r == 0)
		r = archs_resolve(archs, map, host, plain, e);
	if (r == 0)
		r = member_set(plain, "flags", flags, e);
	if (r == 0)
		r = member_set(plain, "listenerPath", listener, e);
	if (r == 0)
		r = member_set(plain, "listenerMetadata", metadata, e);
	if (r == 0)
		r = entries_resolve(syscalls, host, plain, e);
	if (r == 0)
		*ret = ptr_steal(&plain);
	return r;
}
