/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rules.c - see audit_rules.h. */
#include "pkg/policy/audit_rules.h"

#include <errno.h>
#include <libaudit.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/num.h"

#define KEY_SEPARATOR '\1'		       /* AUDIT_KEY_SEPARATOR */
#define MASK_WORDS    (AUDIT_BITMASK_SIZE - 1) /* the last one is of classes */

/* A rule being read. */
struct draft {
	struct audit_rule_data *rule; /* without its strings */
	struct buf strings;
	const char *calls[AUDIT_RULES_CALLS_MAX]; /* names, owned */
	size_t call_count;
	int machine; /* libaudit's; -1: not said */
	bool is_added, is_watch, has_calls, has_path, has_perm;
	struct span key;
	struct err *e;
};

static void draft_done(struct draft *d)
{
	for (size_t i = 0; i < d->call_count; i++)
		free((char *)(uintptr_t)d->calls[i]);
	buf_done(&d->strings);
}

/* ---- fields ------------------------------------------------------------ */

static int field_add(struct draft *d, uint32_t field, uint32_t op,
		     uint32_t value)
{
	const uint32_t i = d->rule->field_count;

	if (i == AUDIT_MAX_FIELDS)
		return err_set(d->e, E2BIG, "more than %d fields",
			       AUDIT_MAX_FIELDS);
	d->rule->fields[i] = field;
	d->rule->fieldflags[i] = op;
	d->rule->values[i] = value;
	d->rule->field_count++;
	return 0;
}

static int string_add(struct draft *d, uint32_t field, uint32_t op,
		      struct span text)
{
	buf_span(&d->strings, text);
	return field_add(d, field, op, (uint32_t)text.len);
}

enum value_kind {
	VALUE_NUMBER, /* decimal or 0x... */
	VALUE_ID,     /* likewise: of a user or group */
	VALUE_EXIT,   /* a return value: 0, -13, -EACCES */
	VALUE_SUCCESS,
	VALUE_ARCH,
	VALUE_PERM,
	VALUE_FILETYPE,
	VALUE_PATH,
	VALUE_KEY,
	VALUE_REFUSED
};

/* Which operators the kernel takes (audit_field_valid()). */
enum ops {
	OPS_EQUAL = 1, /* = */
	OPS_UNEQUAL = 2,
	OPS_ORDER = 4,
	OPS_BITS = 8
};
#define OPS_EITHER (OPS_EQUAL | OPS_UNEQUAL)
#define OPS_ANY	   (OPS_EITHER | OPS_ORDER)

static const char own_identity[] =
	"bailiff bounds the rule to the service by itself";
static const char no_list[] = "is of another list than exit";

/* clang-format off */
static const struct field_row {
	const char *name;
	uint32_t field;
	enum value_kind kind;
	unsigned ops;
	const char *why; /* VALUE_REFUSED */
} field_table[] = {
	{ "a0",           AUDIT_ARG0,      VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "a1",           AUDIT_ARG1,      VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "a2",           AUDIT_ARG2,      VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "a3",           AUDIT_ARG3,      VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "arch",         AUDIT_ARCH,      VALUE_ARCH,     OPS_EQUAL,  NULL },
	{ "auid",         0,               VALUE_REFUSED,  0, own_identity },
	{ "devmajor",     AUDIT_DEVMAJOR,  VALUE_NUMBER,   OPS_ANY,    NULL },
	{ "devminor",     AUDIT_DEVMINOR,  VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "dir",          AUDIT_DIR,       VALUE_PATH,     OPS_EQUAL,  NULL },
	{ "egid",         AUDIT_EGID,      VALUE_ID,       OPS_ANY,    NULL },
	{ "euid",         AUDIT_EUID,      VALUE_ID,       OPS_ANY,    NULL },
	{ "exe",          AUDIT_EXE,       VALUE_PATH,     OPS_EITHER, NULL },
	{ "exit",         AUDIT_EXIT,      VALUE_EXIT,     OPS_ANY,    NULL },
	{ "filetype",     AUDIT_FILETYPE,  VALUE_FILETYPE, OPS_EITHER, NULL },
	{ "fsgid",        AUDIT_FSGID,     VALUE_ID,       OPS_ANY,    NULL },
	{ "fstype",       0,               VALUE_REFUSED,  0, no_list },
	{ "fsuid",        AUDIT_FSUID,     VALUE_ID,       OPS_ANY,    NULL },
	{ "gid",          AUDIT_GID,       VALUE_ID,       OPS_ANY,    NULL },
	{ "inode",        AUDIT_INODE,     VALUE_NUMBER,   OPS_EITHER, NULL },
	{ "key",          AUDIT_FILTERKEY, VALUE_KEY,      OPS_EQUAL,  NULL },
	{ "loginuid",     0,               VALUE_REFUSED,  0, own_identity },
	{ "loginuid_set", 0,               VALUE_REFUSED,  0, own_identity },
	{ "msgtype",      0,               VALUE_REFUSED,  0, no_list },
	{ "obj_gid",      AUDIT_OBJ_GID,   VALUE_ID,       OPS_ANY,    NULL },
	{ "obj_uid",      AUDIT_OBJ_UID,   VALUE_ID,       OPS_ANY,    NULL },
	{ "path",         AUDIT_WATCH,     VALUE_PATH,     OPS_EQUAL,  NULL },
	{ "perm",         AUDIT_PERM,      VALUE_PERM,     OPS_EQUAL,  NULL },
	{ "pers",         AUDIT_PERS,      VALUE_NUMBER,   OPS_ANY | OPS_BITS, NULL },
	{ "pid",          AUDIT_PID,       VALUE_NUMBER,   OPS_ANY,    NULL },
	{ "ppid",         AUDIT_PPID,      VALUE_NUMBER,   OPS_ANY,    NULL },
	{ "saddr_fam",    AUDIT_SADDR_FAM, VALUE_NUMBER,   OPS_ANY,    NULL },
	{ "sessionid",    0,               VALUE_REFUSED,  0, own_identity },
	{ "sgid",         AUDIT_SGID,      VALUE_ID,       OPS_ANY,    NULL },
	{ "success",      AUDIT_SUCCESS,   VALUE_SUCCESS,  OPS_EITHER, NULL },
	{ "suid",         AUDIT_SUID,      VALUE_ID,       OPS_ANY,    NULL },
	{ "uid",          AUDIT_UID,       VALUE_ID,       OPS_ANY,    NULL },
};

/* The longer ones first. */
static const struct op_row {
	const char *text;
	uint32_t op;
	unsigned kind;
} op_table[] = {
	{ "!=", AUDIT_NOT_EQUAL,             OPS_UNEQUAL },
	{ "<=", AUDIT_LESS_THAN_OR_EQUAL,    OPS_ORDER },
	{ ">=", AUDIT_GREATER_THAN_OR_EQUAL, OPS_ORDER },
	{ "&=", AUDIT_BIT_TEST,              OPS_BITS },
	{ "=",  AUDIT_EQUAL,                 OPS_EQUAL },
	{ "<",  AUDIT_LESS_THAN,             OPS_ORDER },
	{ ">",  AUDIT_GREATER_THAN,          OPS_ORDER },
	{ "&",  AUDIT_BIT_MASK,              OPS_BITS },
};

static const struct {
	const char *name;
	uint32_t value;
} filetypes[] = {
	{ "file",      S_IFREG },  { "dir",   S_IFDIR },
	{ "socket",    S_IFSOCK }, { "link",  S_IFLNK },
	{ "character", S_IFCHR },  { "block", S_IFBLK },
	{ "fifo",      S_IFIFO },
};

static const struct {
	char letter;
	uint32_t bit;
} perms[] = {
	{ 'r', AUDIT_PERM_READ },
	{ 'w', AUDIT_PERM_WRITE },
	{ 'x', AUDIT_PERM_EXEC },
	{ 'a', AUDIT_PERM_ATTR },
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct span span_skip(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.len - n };
}

static int number_read(struct span text, uint32_t *ret)
{
	uint64_t n;

	if (!span_starts(text, "0x"))
		return num_parse_u32(text, 0, UINT32_MAX, ret);
	if (num_parse_hex(span_skip(text, 2), &n) < 0 || n > UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)n;
	return 0;
}

/* A return value, or the errno that it means. */
static int exit_read(struct span text, uint32_t *ret)
{
	AUTO_MEM char *name = NULL;
	int64_t n;
	int code;

	if (num_parse_i64(text, INT32_MIN, INT32_MAX, &n) == 0) {
		*ret = (uint32_t)(int32_t)n;
		return 0;
	}
	if (!span_starts(text, "-"))
		return -EINVAL;
	name = span_dup(span_skip(text, 1));
	code = name != NULL ? audit_name_to_errno(name) : 0;
	if (code <= 0)
		return -EINVAL;
	*ret = (uint32_t)-code;
	return 0;
}

static int perm_read(struct span text, uint32_t *ret)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < text.len; i++) {
		size_t k = 0;

		while (k < COUNT(perms) && perms[k].letter != text.p[i])
			k++;
		if (k == COUNT(perms) || (mask & perms[k].bit) != 0)
			return -EINVAL;
		mask |= perms[k].bit;
	}
	*ret = mask;
	return mask != 0 ? 0 : -EINVAL;
}

static int filetype_read(struct span text, uint32_t *ret)
{
	for (size_t i = 0; i < COUNT(filetypes); i++)
		if (span_eq_str(text, filetypes[i].name)) {
			*ret = filetypes[i].value;
			return 0;
		}
	return -EINVAL;
}

static int id_read(struct span text, uint32_t *ret)
{
	/* The kernel refuses the number that stands for none. */
	return number_read(text, ret) < 0 || *ret == UINT32_MAX ? -EINVAL : 0;
}

static int success_read(struct span text, uint32_t *ret)
{
	return num_parse_u32(text, 0, 1, ret);
}

/* The kinds whose value is a number for the kernel. */
static const struct {
	int (*read)(struct span text, uint32_t *ret);
	const char *form;
} readers[] = {
	[VALUE_NUMBER] = { number_read, "a number" },
	[VALUE_ID] = { id_read, "a number (names are not looked up)" },
	[VALUE_EXIT] = { exit_read, "a number or a name as -EACCES" },
	[VALUE_SUCCESS] = { success_read, "0 or 1" },
	[VALUE_PERM] = { perm_read, "letters of r, w, x and a, each once" },
	[VALUE_FILETYPE] = { filetype_read,
			     "file, dir, socket, link, character, block or "
			     "fifo" },
	[VALUE_REFUSED] = { NULL, NULL },
};

/* ---- values that are text ----------------------------------------------- */

static int arch_take(struct draft *d, struct span value)
{
	const char *name = span_eq_str(value, "b64")   ? "b64"
			   : span_eq_str(value, "b32") ? "b32"
						       : NULL;

	if (d->machine >= 0)
		return err_set(d->e, EBADMSG, "\"arch\" stands twice");
	d->machine = name != NULL ? audit_determine_machine(name) : -1;
	return d->machine < 0 ? err_set(d->e, EBADMSG,
					"\"arch\" must be b64 or b32, of this "
					"machine")
			      : 0;
}

static bool path_is_plain(struct span path)
{
	struct span rest = path;

	if (path.len < 2 || path.p[0] != '/' || path.len > 4095 ||
	    path.p[path.len - 1] == '/')
		return false;
	(void)span_cut(&rest, '/');
	while (rest.p != NULL) {
		const struct span part = span_cut(&rest, '/');

		if (part.len == 0 || span_eq_str(part, ".") ||
		    span_eq_str(part, ".."))
			return false;
	}
	return true;
}

static int path_take(struct draft *d, uint32_t field, uint32_t op,
		     struct span path)
{
	if (field == AUDIT_DIR && path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	if (!path_is_plain(path)) {
		(void)err_set(d->e, EBADMSG,
			      "\"%.*s\" is not a plain absolute path",
			      path.len > 200 ? 200 : (int)path.len, path.p);
		return err_hint(d->e, "write the path that it means, without "
				      "\"..\" and empty parts; a directory "
				      "with all below it is -F dir=");
	}
	if (field != AUDIT_EXE && d->has_path)
		return err_set(d->e, EBADMSG,
			       "a rule is about one \"path\" or \"dir\"");
	d->has_path |= field != AUDIT_EXE;
	return string_add(d, field, op, path);
}

static int key_take(struct draft *d, struct span key)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789._-";

	if (d->key.len != 0)
		return err_set(d->e, EBADMSG, "has two keys: -k stands once");
	for (size_t i = 0; i < key.len; i++)
		if (key.p[i] == '\0' || strchr(alphabet, key.p[i]) == NULL)
			key.len = 0;
	if (key.len == 0 || key.len > AUDIT_RULES_KEY_MAX)
		return err_set(d->e, EBADMSG,
			       "a key is 1 to %d of A-Z a-z 0-9 . _ -",
			       AUDIT_RULES_KEY_MAX);
	if (span_starts(key, "bailiff"))
		return err_set(d->e, EBADMSG,
			       "the key \"%.*s\" begins as bailiff's own do",
			       SPAN_FMT(key));
	d->key = key;
	return 0;
}

/* ---- options ----------------------------------------------------------- */

static int field_value(struct draft *d, const struct field_row *row,
		       const struct op_row *op, struct span value)
{
	uint32_t n;

	if (row->kind == VALUE_ARCH)
		return arch_take(d, value);
	if (row->kind == VALUE_PATH)
		return path_take(d, row->field, op->op, value);
	if (row->kind == VALUE_KEY)
		return key_take(d, value);
	if (readers[row->kind].read(value, &n) < 0)
		return err_set(d->e, EBADMSG, "\"%s\" must be %s", row->name,
			       readers[row->kind].form);
	d->has_perm |= row->kind == VALUE_PERM;
	return field_add(d, row->field, op->op, n);
}

static int field_take(struct draft *d, struct span text)
{
	const struct field_row *row = NULL;
	const struct op_row *op = NULL;
	size_t len = 0;

	while (len < text.len && strchr("=!<>&", text.p[len]) == NULL)
		len++;
	for (size_t i = 0; i < COUNT(field_table); i++)
		if (span_eq_str((struct span){ text.p, len },
				field_table[i].name))
			row = &field_table[i];
	if (row == NULL)
		return err_set(d->e, EBADMSG,
			       "-F: \"%.*s\" is no field that a rule may have",
			       len > 60 ? 60 : (int)len, text.p);
	if (row->kind == VALUE_REFUSED)
		return err_set(d->e, EBADMSG, "-F %s: %s", row->name, row->why);
	text = span_skip(text, len);
	for (size_t i = 0; i < COUNT(op_table) && op == NULL; i++)
		if (span_starts(text, op_table[i].text))
			op = &op_table[i];
	if (op == NULL || (op->kind & row->ops) == 0)
		return err_set(d->e, EBADMSG,
			       "-F %s: the kernel does not compare it so",
			       row->name);
	return field_value(d, row, op, span_skip(text, strlen(op->text)));
}

static int list_take(struct draft *d, struct span text)
{
	if (d->is_added || d->is_watch)
		return err_set(d->e, EBADMSG, "-a or -w stands once");
	d->is_added = true;
	if (span_eq_str(text, "always,exit") ||
	    span_eq_str(text, "exit,always"))
		return 0;
	(void)err_set(d->e, EBADMSG, "-a must be always,exit");
	return err_hint(d->e,
			"a rule of a policy records system calls: it "
			"hides nothing, and leaves the other lists alone");
}

static int calls_take(struct draft *d, struct span text)
{
	d->has_calls = true;
	do {
		const struct span name = span_cut(&text, ',');

		if (d->call_count == AUDIT_RULES_CALLS_MAX)
			return err_set(d->e, E2BIG, "more than %d system calls",
				       AUDIT_RULES_CALLS_MAX);
		d->calls[d->call_count] = span_dup(name);
		if (d->calls[d->call_count] == NULL)
			return err_set(d->e, EBADMSG,
				       "-S: not the name of a system call");
		d->call_count++;
	} while (text.p != NULL);
	return 0;
}

static int watch_take(struct draft *d, struct span path)
{
	const bool is_dir = path.len > 1 && path.p[path.len - 1] == '/';

	if (d->is_added || d->is_watch)
		return err_set(d->e, EBADMSG, "-a or -w stands once");
	d->is_watch = true;
	return path_take(d, is_dir ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL,
			 path);
}

static int perm_take(struct draft *d, struct span text)
{
	uint32_t mask;

	if (d->has_perm)
		return err_set(d->e, EBADMSG, "-p stands once");
	d->has_perm = true;
	if (perm_read(text, &mask) < 0)
		return err_set(d->e, EBADMSG, "-p must be %s",
			       readers[VALUE_PERM].form);
	return field_add(d, AUDIT_PERM, AUDIT_EQUAL, mask);
}

/* clang-format off */
static const struct {
	const char *option;
	int (*take)(struct draft *d, struct span value);
} option_table[] = {
	{ "-a", list_take },
	{ "-F", field_take },
	{ "-S", calls_take },
	{ "-k", key_take },
	{ "-w", watch_take },
	{ "-p", perm_take },
};

static const struct {
	const char *option, *why;
} refused_table[] = {
	{ "-A", "puts a rule before bailiff's own: write -a" },
	{ "-C", "comparing two fields is not offered" },
	{ "-D", "deletes rules that are not the policy's" },
	{ "-W", "deletes rules that are not the policy's" },
	{ "-d", "deletes rules that are not the policy's" },
	{ "-b", "sets the whole machine's audit: it is bailiff's" },
	{ "-e", "sets the whole machine's audit: it is bailiff's" },
	{ "-f", "sets the whole machine's audit: it is bailiff's" },
	{ "-r", "sets the whole machine's audit: it is bailiff's" },
};
/* clang-format on */

static int option_unknown(struct draft *d, struct span option)
{
	for (size_t i = 0; i < COUNT(refused_table); i++)
		if (span_eq_str(option, refused_table[i].option))
			return err_set(d->e, EBADMSG, "%s %s",
				       refused_table[i].option,
				       refused_table[i].why);
	(void)err_set(d->e, EBADMSG, "\"%.*s\" is no option of a rule",
		      option.len > 60 ? 60 : (int)option.len, option.p);
	return err_hint(d->e, "a rule is -a always,exit -S CALL -F FIELD=VALUE "
			      "-k KEY, or -w PATH -p rwxa -k KEY");
}

/* The next word; p NULL at the end. */
static struct span word_next(struct span *rest)
{
	while (rest->len != 0) {
		const struct span word = span_cut(rest, ' ');

		if (word.len != 0)
			return word;
	}
	return (struct span){ 0 };
}

static int words_take(struct draft *d, struct span text)
{
	struct span option;
	int r = 0;

	while (r == 0 && (option = word_next(&text)).p != NULL) {
		size_t i = 0;
		struct span value;

		while (i < COUNT(option_table) &&
		       !span_eq_str(option, option_table[i].option))
			i++;
		if (i == COUNT(option_table))
			return option_unknown(d, option);
		value = word_next(&text);
		r = value.p == NULL
			    ? err_set(d->e, EBADMSG, "%s lacks its value",
				      option_table[i].option)
			    : option_table[i].take(d, value);
	}
	return r;
}

/* ---- the rule ------------------------------------------------------------ */

static int shape_check(const struct draft *d)
{
	if (!d->is_added && !d->is_watch)
		return err_set(
			d->e, EBADMSG,
			"begins with neither -a always,exit nor -w PATH");
	if (d->is_watch && (d->has_calls || d->machine >= 0))
		return err_set(d->e, EBADMSG,
			       "-w is about every way to a path: no -S and no "
			       "arch beside it");
	if (d->key.len == 0)
		return err_set(d->e, EBADMSG,
			       "has no key: events are found by it, -k KEY");
	return 0;
}

static int call_add(struct draft *d, const char *name)
{
	const int nr = audit_name_to_syscall(name, d->machine);

	if (strcmp(name, "all") == 0) {
		for (size_t i = 0; i < MASK_WORDS; i++)
			d->rule->mask[i] = ~0U;
		return 0;
	}
	if (nr < 0 || (size_t)nr >= MASK_WORDS * 32)
		return err_set(d->e, EBADMSG,
			       "-S: \"%.60s\" is no system call of %s", name,
			       audit_machine_to_name(d->machine));
	d->rule->mask[nr / 32] |= 1U << (nr % 32);
	return 0;
}

/* Numbers mean other calls on another architecture, so that calls by name are
 * always those of one. */
static int calls_finish(struct draft *d)
{
	const bool has_names =
		d->has_calls &&
		!(d->call_count == 1 && strcmp(d->calls[0], "all") == 0);
	int r = 0;

	if (d->machine < 0 && has_names)
		d->machine = audit_determine_machine("b64");
	if (d->machine >= 0)
		r = field_add(d, AUDIT_ARCH, AUDIT_EQUAL,
			      (uint32_t)audit_machine_to_elf(d->machine));
	if (!d->has_calls)
		r = r < 0 ? r : call_add(d, "all");
	for (size_t i = 0; i < d->call_count && r == 0; i++)
		r = call_add(d, d->calls[i]);
	return r;
}

static int bound_add(struct draft *d, uint32_t low, uint32_t high)
{
	int r;

	if (low == high)
		return field_add(d, AUDIT_LOGINUID, AUDIT_EQUAL, low);
	r = field_add(d, AUDIT_LOGINUID, AUDIT_GREATER_THAN_OR_EQUAL, low);
	return r < 0 ? r
		     : field_add(d, AUDIT_LOGINUID, AUDIT_LESS_THAN_OR_EQUAL,
				 high);
}

static int key_add(struct draft *d)
{
	const size_t before = d->strings.len;

	buf_puts(&d->strings, AUDIT_RULES_KEY);
	buf_u8(&d->strings, KEY_SEPARATOR);
	buf_span(&d->strings, d->key);
	return field_add(d, AUDIT_FILTERKEY, AUDIT_EQUAL,
			 (uint32_t)(d->strings.len - before));
}

static int draft_finish(struct draft *d, uint32_t low, uint32_t high)
{
	int r = shape_check(d);

	if (r == 0)
		r = calls_finish(d);
	if (r == 0 && d->is_watch && !d->has_perm)
		r = perm_take(d, span_of("rwxa"));
	if (r == 0)
		r = bound_add(d, low, high);
	if (r == 0)
		r = key_add(d);
	if (r == 0 && buf_error(&d->strings) < 0)
		r = err_set(d->e, ENOMEM, "out of memory");
	d->rule->buflen = (uint32_t)d->strings.len;
	return r;
}

int audit_rule_compile(struct span text, uint32_t low, uint32_t high,
		       struct buf *out, struct err *e)
{
	struct audit_rule_data rule = { .flags = AUDIT_FILTER_EXIT,
					.action = AUDIT_ALWAYS };
	AUTO_DONE(draft_done)
	struct draft d = {
		.rule = &rule,
		.machine = -1,
		.e = e,
	};
	int r;

	if (text.len > AUDIT_RULES_TEXT_MAX)
		return err_set(e, E2BIG, "is longer than %d bytes",
			       AUDIT_RULES_TEXT_MAX);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return err_set(e, EBADMSG, "holds a control character");
	buf_init(&d.strings, 2 * AUDIT_RULES_TEXT_MAX);
	r = words_take(&d, text);
	if (r == 0)
		r = draft_finish(&d, low, high);
	if (r < 0)
		return r;
	buf_put(out, &rule, offsetof(struct audit_rule_data, buf));
	buf_span(out, buf_view(&d.strings));
	return buf_error(out) < 0 ? err_set(e, -buf_error(out), "does not fit")
				  : 0;
}

/* ---- several ------------------------------------------------------------- */

int audit_rules_compile(const struct lines *rules, uint32_t low, uint32_t high,
			struct buf *out, struct err *e)
{
	for (size_t i = 0; i < rules->count; i++) {
		AUTO_DONE(buf_done) struct buf rule;
		int r;

		buf_init(&rule, 4 * AUDIT_RULES_TEXT_MAX);
		r = audit_rule_compile(span_of(rules->items[i]), low, high,
				       &rule, e);
		if (r < 0)
			return err_wrap(e, "[%zu]", i);
		buf_blob(out, buf_view(&rule));
	}
	return buf_error(out) < 0 ? err_set(e, -buf_error(out),
					    "the audit rules do not fit")
				  : 0;
}

int audit_rules_check(const struct lines *rules, struct err *e)
{
	AUTO_DONE(buf_done) struct buf scratch;

	buf_init(&scratch, 65536U * (unsigned)(rules->count + 1));
	return audit_rules_compile(rules, 0, 0, &scratch, e);
}
