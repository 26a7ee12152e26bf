/* SPDX-License-Identifier: Apache-2.0 */
/* shape.c - see shape.h. */
#include "pkg/audit/shape.h"

#include <string.h>
#include <strings.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROW(name, of, tells)                                               \
	{                                                                  \
		.key = name, .len = sizeof(name) - 1, .class = FIELD_##of, \
		.role = ROLE_##tells, .same = (1U << sizeof(name)) - 1,    \
		.start = name "=", .member = "\"" name "\":",              \
	}

static const struct shape_row syscall_rows[] = {
	ROW("arch", ARCH, ARCH),       ROW("syscall", SYSCALL, SYSCALL),
	ROW("per", PERSONALITY, NONE), ROW("success", BOOL, SUCCESS),
	ROW("exit", EXIT, NONE),       ROW("a0", ARG, NONE),
	ROW("a1", ARG, NONE),	       ROW("a2", ARG, NONE),
	ROW("a3", ARG, NONE),	       ROW("items", DEC, NONE),
	ROW("ppid", DEC, PPID),	       ROW("pid", DEC, PID),
	ROW("auid", UID, NONE),	       ROW("uid", UID, UID),
	ROW("gid", UID, NONE),	       ROW("euid", UID, EUID),
	ROW("suid", UID, NONE),	       ROW("fsuid", UID, NONE),
	ROW("egid", UID, NONE),	       ROW("sgid", UID, NONE),
	ROW("fsgid", UID, NONE),       ROW("tty", WORD, NONE),
	ROW("ses", UID, NONE),	       ROW("comm", ENCODED, COMM),
	ROW("exe", ENCODED, EXE),      ROW("subj", WORD, NONE),
	ROW("key", KEYS, KEY),
};

static const struct shape_row path_rows[] = {
	ROW("item", DEC, NONE),	       ROW("name", ENCODED, NAME),
	ROW("inode", DEC, NONE),       ROW("dev", DEVICE, NONE),
	ROW("mode", MODE, NONE),       ROW("ouid", UID, NONE),
	ROW("ogid", UID, NONE),	       ROW("rdev", DEVICE, NONE),
	ROW("obj", WORD, NONE),	       ROW("nametype", WORD, NAMETYPE),
	ROW("cap_fp", CAPS, NONE),     ROW("cap_fi", CAPS, NONE),
	ROW("cap_fe", DEC, NONE),      ROW("cap_fver", HEX, NONE),
	ROW("cap_frootid", UID, NONE),
};

static const struct shape_row cwd_rows[] = {
	ROW("cwd", ENCODED, CWD),
};

static const struct shape_row execve_rows[] = {
	ROW("argc", DEC, NONE),
};

static const struct shape_row proctitle_rows[] = {
	ROW("proctitle", PROCTITLE, TITLE),
};

static const struct shape_row sockaddr_rows[] = {
	ROW("saddr", SOCKADDR, SADDR),
};

static const struct shape_row seccomp_rows[] = {
	ROW("auid", UID, NONE),
	ROW("uid", UID, UID),
	ROW("gid", UID, NONE),
	ROW("ses", UID, NONE),
	ROW("subj", WORD, NONE),
	ROW("pid", DEC, PID),
	ROW("comm", ENCODED, COMM),
	ROW("exe", ENCODED, EXE),
	ROW("sig", SIGNAL, NONE),
	ROW("arch", ARCH, ARCH),
	ROW("syscall", SYSCALL, SYSCALL),
	ROW("compat", DEC, NONE),
	ROW("ip", HEX, NONE),
	ROW("code", SECCOMP_CODE, NONE),
};

static const struct shape_row landlock_rows[] = {
	ROW("domain", WORD, NONE),  ROW("blockers", WORD, NONE),
	ROW("path", ENCODED, NONE), ROW("dev", ENCODED, NONE),
	ROW("ino", DEC, NONE),
};

#define TAIL(name, nr) "\"type\":\"" name "\",\"type_nr\":" #nr
#define SHAPE(name, nr, fields)                                         \
	{                                                               \
		.type = nr, .count = COUNT(fields), .rows = fields,     \
		.tail = { TAIL(name, nr), sizeof(TAIL(name, nr)) - 1 }, \
	}

/* By number, since tail has it; a test compares both with the table of types.
 */
static const struct shape shapes[] = {
	SHAPE("SYSCALL", 1300, syscall_rows),
	SHAPE("PATH", 1302, path_rows),
	SHAPE("CWD", 1307, cwd_rows),
	SHAPE("PROCTITLE", 1327, proctitle_rows),
	SHAPE("EXECVE", 1309, execve_rows),
	SHAPE("SOCKADDR", 1306, sockaddr_rows),
	SHAPE("SECCOMP", 1326, seccomp_rows),
	SHAPE("LANDLOCK_ACCESS", 1423, landlock_rows),
};

const struct shape *shape_table(size_t *ret_count)
{
	*ret_count = COUNT(shapes);
	return shapes;
}

const struct shape *shape_find(uint16_t type)
{
	for (size_t i = 0; i < COUNT(shapes); i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

static bool row_is(const struct shape_row *row, struct span key)
{
	return row->len == key.len && memcmp(row->key, key.p, key.len) == 0;
}

const struct shape_row *shape_row(const struct shape *s, struct span key,
				  unsigned *at)
{
	for (unsigned i = 0; i < s->count; i++) {
		const unsigned k =
			*at + i < s->count ? *at + i : *at + i - s->count;

		if (row_is(&s->rows[k], key)) {
			*at = k + 1;
			return &s->rows[k];
		}
	}
	return NULL;
}

/* What rendering puts behind a key. */
static const char *const companions[] = { "", "_name", "_names", "_b64",
					  "_decoded" };

const struct shape_row *shape_alike(const struct shape *s, struct span key)
{
	for (unsigned i = 0; i < s->count; i++)
		for (size_t k = 0; k < COUNT(companions); k++) {
			const size_t len = s->rows[i].len;
			const size_t more = strlen(companions[k]);

			if (key.len == len + more &&
			    strncasecmp(key.p, s->rows[i].key, len) == 0 &&
			    strncasecmp(key.p + len, companions[k], more) == 0)
				return &s->rows[i];
		}
	return NULL;
}

enum role role_find(struct span key)
{
	static const struct {
		const char *key;
		enum role role;
	} rows[] = {
		{ "pid", ROLE_PID },	     { "ppid", ROLE_PPID },
		{ "uid", ROLE_UID },	     { "euid", ROLE_EUID },
		{ "exe", ROLE_EXE },	     { "comm", ROLE_COMM },
		{ "success", ROLE_SUCCESS }, { "res", ROLE_RES },
		{ "arch", ROLE_ARCH },	     { "syscall", ROLE_SYSCALL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (span_eq_str(key, rows[i].key))
			return rows[i].role;
	return ROLE_NONE;
}
