/* SPDX-License-Identifier: Apache-2.0 */
/* denial.c - what an event denied; see event.h. */
#include "pkg/audit/event.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/num.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

/* SECCOMP_RET_* actions that let the call run; SECCOMP_RET_ACTION_FULL. */
#define CODE_ACTION 0xffff0000U
#define CODE_LOG    0x7ffc0000U
#define CODE_ALLOW  0x7fff0000U

static const struct event_record *record_find(const struct event *ev,
					      uint16_t type)
{
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == type)
			return &ev->records[i];
	return NULL;
}

static void syscall_facts(struct span text, struct event_denial *ret)
{
	uint64_t arch;
	int64_t n;

	if (record_hex(text, "arch", &arch))
		ret->arch = (uint32_t)arch;
	if (record_i64(text, "syscall", &n))
		ret->syscall = (int32_t)n;
	if (record_i64(text, "exit", &n))
		ret->exit = (int32_t)n;
}

static void port_facts(struct span text, struct event_denial *ret)
{
	static const char *const keys[] = { "dest", "src", "lport" };
	uint32_t port;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (record_u32(text, keys[i], &port) && port <= UINT16_MAX) {
			ret->port = (uint16_t)port;
			return;
		}
}

/* ---- Landlock -------------------------------------------------------------
 */

static bool landlock_denial(struct span text, struct event_denial *ret)
{
	struct span blockers, first, area;

	if (!record_field(text, "blockers", &blockers))
		return false;
	first = span_cut(&blockers, ',');
	ret->kind = DENIED_SCOPE;
	ret->right = first;
	if (memchr(first.p != NULL ? first.p : "", '.', first.len) != NULL) {
		area = span_cut(&first, '.');
		ret->right = first;
		if (span_eq_str(area, "fs"))
			ret->kind = DENIED_FS;
		else if (span_eq_str(area, "net"))
			ret->kind = DENIED_NET;
	}
	(void)record_cstr(text, "path", ret->path, sizeof(ret->path));
	if (ret->kind == DENIED_NET)
		port_facts(text, ret);
	return true;
}

/* ---- AppArmor -------------------------------------------------------------
 */

/* The first letter of denied_mask, as Landlock names the right. */
static const struct {
	char letter;
	const char *right;
} mask_rights[] = {
	{ 'r', "read_file" },	{ 'w', "write_file" }, { 'a', "write_file" },
	{ 'x', "execute" },	{ 'm', "execute" },    { 'c', "make_reg" },
	{ 'd', "remove_file" }, { 'l', "refer" },      { 'k', "write_file" },
};

static struct span mask_right(struct span mask)
{
	if (mask.len != 0 && mask.p[0] == '"') {
		mask.p++;
		mask.len--;
	}
	for (size_t i = 0; i < sizeof(mask_rights) / sizeof(mask_rights[0]);
	     i++)
		if (mask.len != 0 && mask.p[0] == mask_rights[i].letter)
			return span_of(mask_rights[i].right);
	return (struct span){ 0 };
}

static struct span unquoted(struct span s)
{
	if (s.len >= 2 && s.p[0] == '"') {
		s.p++;
		s.len -= 2;
	}
	return s;
}

static bool apparmor_denial(struct span text, struct event_denial *ret)
{
	struct span value;

	if (!record_field(text, "apparmor", &value) ||
	    !span_eq_str(value, "\"DENIED\""))
		return false;
	if (record_field(text, "capname", &value)) {
		ret->kind = DENIED_SCOPE;
		ret->right = unquoted(value);
	} else if (record_field(text, "family", &value)) {
		ret->kind = DENIED_NET;
		if (record_field(text, "operation", &value))
			ret->right = unquoted(value);
		port_facts(text, ret);
	} else {
		ret->kind = DENIED_FS;
		if (record_field(text, "denied_mask", &value) ||
		    record_field(text, "requested_mask", &value))
			ret->right = mask_right(value);
		(void)record_cstr(text, "name", ret->path, sizeof(ret->path));
	}
	return true;
}

/* ---- seccomp --------------------------------------------------------------
 */

static bool seccomp_denial(struct span text, struct event_denial *ret)
{
	uint64_t code;

	if (!record_hex(text, "code", &code))
		return false;
	code &= CODE_ACTION;
	if (code == CODE_LOG || code == CODE_ALLOW)
		return false;
	ret->kind = DENIED_SYSCALL;
	return true;
}

/* ---- by errno -------------------------------------------------------------
 */

/* Which right a refused system call asked for. @flags: the argument with O_*
 * flags, which then decide; -1: none. */
static const struct {
	const char *name;
	const char *right;
	int flags;
} call_rights[] = {
	/* clang-format off */
	{ "bind",      "bind_tcp",    -1 },
	{ "connect",   "connect_tcp", -1 },
	{ "creat",     "write_file",  -1 },
	{ "execve",    "execute",     -1 },
	{ "execveat",  "execute",     -1 },
	{ "kill",      "signal",      -1 },
	{ "link",      "refer",       -1 },
	{ "linkat",    "refer",       -1 },
	{ "mkdir",     "make_dir",    -1 },
	{ "mkdirat",   "make_dir",    -1 },
	{ "mknod",     "make_reg",    -1 },
	{ "mknodat",   "make_reg",    -1 },
	{ "open",      "read_file",    1 },
	{ "openat",    "read_file",    2 },
	{ "openat2",   "read_file",   -1 },
	{ "pidfd_send_signal", "signal", -1 },
	{ "process_vm_readv",  "ptrace", -1 },
	{ "process_vm_writev", "ptrace", -1 },
	{ "ptrace",    "ptrace",      -1 },
	{ "rename",    "refer",       -1 },
	{ "renameat",  "refer",       -1 },
	{ "renameat2", "refer",       -1 },
	{ "rmdir",     "remove_dir",  -1 },
	{ "rt_sigqueueinfo",   "signal", -1 },
	{ "rt_tgsigqueueinfo", "signal", -1 },
	{ "symlink",   "make_sym",    -1 },
	{ "symlinkat", "make_sym",    -1 },
	{ "tgkill",    "signal",      -1 },
	{ "tkill",     "signal",      -1 },
	{ "truncate",  "truncate",    -1 },
	{ "unlink",    "remove_file", -1 },
	{ "unlinkat",  "remove_file", -1 },
	/* clang-format on */
};

/* Of a file that is not there yet the kernel names the directory alone, with a
 * slash at its end. */
static bool is_create(uint64_t flags, const char *path)
{
	const size_t len = strlen(path);

	return (flags & O_CREAT) != 0 && len != 0 && path[len - 1] == '/';
}

static const char *flags_right(uint64_t flags, const char *path)
{
	if (is_create(flags, path))
		return "make_reg";
	if ((flags & O_ACCMODE) != O_RDONLY)
		return "write_file";
	return (flags & O_DIRECTORY) != 0 ? "read_dir" : "read_file";
}

/* All four or none: a record that was cut has none to rely on. */
static void args_facts(struct span text, struct event_denial *ret)
{
	static const char *const keys[] = { "a0", "a1", "a2", "a3" };
	uint64_t args[4];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!record_hex(text, keys[i], &args[i]))
			return;
	memcpy(ret->args, args, sizeof(args));
	ret->has_args = true;
}

static struct span call_right(const struct event_denial *d)
{
	const char *name = syscall_name(d->arch, d->syscall);

	for (size_t i = 0; i < sizeof(call_rights) / sizeof(call_rights[0]);
	     i++) {
		if (name == NULL || strcmp(name, call_rights[i].name) != 0)
			continue;
		if (call_rights[i].flags >= 0 && d->has_args)
			return span_of(flags_right(
				d->args[call_rights[i].flags], d->path));
		return span_of(call_rights[i].right);
	}
	return (struct span){ 0 };
}

/* The path of the object: the last PATH record that names it itself, or its
 * parent when it could not be looked up; relative ones after CWD. */
static void path_facts(const struct event *ev, struct event_denial *ret)
{
	const struct event_record *cwd = record_find(ev, AUDIT_CWD);
	char name[sizeof(ret->path)] = "", dir[sizeof(ret->path)] = "";

	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *r = &ev->records[i];
		struct span kind = { 0 };

		if (r->type != AUDIT_PATH)
			continue;
		(void)record_field(r->text, "nametype", &kind);
		if (span_eq_str(kind, "PARENT") && name[0] != '\0')
			continue;
		(void)record_cstr(r->text, "name", name, sizeof(name));
		if (!span_eq_str(kind, "PARENT"))
			break;
	}
	if (name[0] == '\0' || strcmp(name, "(null)") == 0)
		return;
	if (name[0] != '/' && cwd != NULL)
		(void)record_cstr(cwd->text, "cwd", dir, sizeof(dir));
	if (name[0] == '/' || dir[0] == '\0') {
		memcpy(ret->path, name, sizeof(name));
	} else if (strlen(dir) + 1 + strlen(name) < sizeof(ret->path)) {
		char *end = stpcpy(ret->path, dir);

		if (end[-1] != '/')
			*end++ = '/';
		(void)stpcpy(end, name);
	}
}

/* saddr= of SOCKADDR: the kernel's bytes in hex, family in native order, port
 * in network order at offset 2. */
static void sockaddr_facts(const struct event *ev, struct event_denial *ret,
			   uint16_t *ret_family, bool *ret_is_abstract)
{
	const struct event_record *r = record_find(ev, AUDIT_SOCKADDR);
	AUTO_DONE(buf_done) struct buf raw = { 0 };
	struct span value;
	uint16_t family;

	buf_init(&raw, 256);
	if (r == NULL || !record_field(r->text, "saddr", &value))
		return;
	record_string(value, &raw);
	if (buf_error(&raw) < 0 || raw.len < 4)
		return;
	memcpy(&family, raw.p, sizeof(family));
	*ret_family = family;
	*ret_is_abstract = family == AF_UNIX && raw.p[2] == '\0';
	if (family == AF_INET || family == AF_INET6)
		ret->port =
			(uint16_t)((uint8_t)raw.p[2] << 8 | (uint8_t)raw.p[3]);
}

static void path_trim(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

/* The process that a signal or a trace was meant for is of another session: a
 * sandbox reaches its own. The kernel writes oses= signed: -1 is unset. */
static bool is_for_others(const struct event *ev)
{
	const struct event_record *other = record_find(ev, AUDIT_OBJ_PID);
	int64_t ses;

	return other != NULL && record_i64(other->text, "oses", &ses) &&
	       (uint32_t)ses != ev->ses;
}

/* The right of a call as the object of this event narrows it. */
static struct span object_right(const struct event *ev, struct span right,
				uint16_t family, bool is_abstract)
{
	if (is_abstract)
		return span_of("abstract_unix_socket");
	if (span_eq_str(right, "signal") || span_eq_str(right, "ptrace"))
		return is_for_others(ev) ? right : (struct span){ 0 };
	if (family == AF_UNIX)
		return (struct span){ 0 };
	return right;
}

static bool inferred_denial(const struct event *ev, struct event_denial *ret)
{
	const struct event_record *call = record_find(ev, AUDIT_SYSCALL);
	uint16_t family = AF_UNSPEC;
	bool is_abstract = false;

	if (!ev->is_inferred || call == NULL)
		return false;
	ret->kind = DENIED_INFERRED;
	args_facts(call->text, ret);
	path_facts(ev, ret);
	sockaddr_facts(ev, ret, &family, &is_abstract);
	ret->right = object_right(ev, call_right(ret), family, is_abstract);
	path_trim(ret->path);
	return true;
}

/* Most events are none: that is seen without reading a field. */
static bool may_be_denial(const struct event *ev)
{
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == AUDIT_LANDLOCK_ACCESS ||
		    ev->records[i].type == AUDIT_SECCOMP ||
		    ev->records[i].type == AUDIT_AVC)
			return true;
	return ev->is_inferred;
}

bool event_denial(const struct event *ev, struct event_denial *ret)
{
	if (!may_be_denial(ev))
		return false;
	*ret = (struct event_denial){ .syscall = -1 };
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == AUDIT_SYSCALL ||
		    ev->records[i].type == AUDIT_SECCOMP)
			syscall_facts(ev->records[i].text, ret);
	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct span text = ev->records[i].text;

		switch (ev->records[i].type) {
		case AUDIT_LANDLOCK_ACCESS:
			if (landlock_denial(text, ret))
				return true;
			break;
		case AUDIT_SECCOMP:
			if (seccomp_denial(text, ret))
				return true;
			break;
		case AUDIT_AVC:
			if (apparmor_denial(text, ret))
				return true;
			break;
		default:
			break;
		}
	}
	return inferred_denial(ev, ret);
}
