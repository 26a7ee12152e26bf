/* SPDX-License-Identifier: Apache-2.0 */
/* cmdline.c - see cmdline.h. */
#include "pkg/oci/cmdline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"

#define DESCRIPTORS_MAX 4096

enum kind {
	KIND_FLAG,
	KIND_TEXT,
	KIND_NUMBER,
	KIND_MANY,   /* text that may stand several times */
	KIND_MAYBE,  /* crun's --tty[=VALUE] */
	KIND_HELP,   /* prints and ends: nothing is started */
	KIND_LOGGING /* text; only about the log */
};

enum where {
	AT_GLOBAL = 1,
	AT_CREATE = 2,
	AT_RUN = 4,
	AT_EXEC = 8,
	AT_RESTORE = 16,
	AT_START = AT_CREATE | AT_RUN,
	AT_ALL = AT_START | AT_EXEC | AT_RESTORE
};

struct oci_option_row {
	const char *name;
	char brief; /* 0: none */
	enum kind kind;
	unsigned where;	   /* bits of enum where */
	unsigned runtimes; /* bits of enum oci_runtime */
};

#define BOTH (OCI_RUNC | OCI_CRUN)

/* runc 1.1 to 1.3, crun 1.8 to 1.24: from their help and their sources. */
/* clang-format off */
static const struct oci_option_row rows[] = {
	{ "debug",	       0,   KIND_FLAG,	  AT_GLOBAL,	BOTH },
	{ "log",	       0,   KIND_LOGGING, AT_GLOBAL,	BOTH },
	{ "log-format",	       0,   KIND_LOGGING, AT_GLOBAL,	BOTH },
	{ "log-level",	       0,   KIND_LOGGING, AT_GLOBAL,	OCI_CRUN },
	{ "root",	       0,   KIND_TEXT,	  AT_GLOBAL,	BOTH },
	{ "criu",	       0,   KIND_TEXT,	  AT_GLOBAL,	OCI_RUNC },
	{ "systemd-cgroup",    0,   KIND_FLAG,	  AT_GLOBAL,	BOTH },
	{ "rootless",	       0,   KIND_TEXT,	  AT_GLOBAL,	BOTH },
	{ "cgroup-manager",    0,   KIND_TEXT,	  AT_GLOBAL,	OCI_CRUN },
	{ "version",	       'v', KIND_HELP,	  AT_GLOBAL,	BOTH },
	{ "help",	       'h', KIND_HELP,	  AT_GLOBAL | AT_ALL, OCI_RUNC },
	{ "help",	       '?', KIND_HELP,	  AT_GLOBAL | AT_ALL, OCI_CRUN },
	{ "usage",	       0,   KIND_HELP,	  AT_GLOBAL | AT_ALL, OCI_CRUN },

	{ "bundle",	       'b', KIND_TEXT,	  AT_START | AT_RESTORE, BOTH },
	{ "config",	       'f', KIND_TEXT,	  AT_START,	OCI_CRUN },
	{ "console-socket",    0,   KIND_TEXT,	  AT_ALL,	BOTH },
	{ "pidfd-socket",      0,   KIND_TEXT,	  AT_START | AT_EXEC, OCI_RUNC },
	{ "pid-file",	       0,   KIND_TEXT,	  AT_ALL,	BOTH },
	{ "no-pivot",	       0,   KIND_FLAG,	  AT_START | AT_RESTORE, BOTH },
	{ "no-new-keyring",    0,   KIND_FLAG,	  AT_START,	BOTH },
	{ "preserve-fds",      0,   KIND_NUMBER,  AT_START | AT_EXEC, BOTH },
	{ "detach",	       'd', KIND_FLAG,	  AT_RUN | AT_EXEC | AT_RESTORE, BOTH },
	{ "keep",	       0,   KIND_FLAG,	  AT_RUN,	BOTH },
	{ "no-subreaper",      0,   KIND_FLAG,	  AT_RUN | AT_RESTORE, OCI_RUNC },
	{ "no-subreaper",      0,   KIND_FLAG,	  AT_START,	OCI_CRUN },

	{ "additional-gids",   'g', KIND_MANY,	  AT_EXEC,	OCI_RUNC },
	{ "apparmor",	       0,   KIND_TEXT,	  AT_EXEC,	BOTH },
	{ "cap",	       'c', KIND_MANY,	  AT_EXEC,	BOTH },
	{ "cgroup",	       0,   KIND_MANY,	  AT_EXEC,	BOTH },
	{ "cwd",	       0,   KIND_TEXT,	  AT_EXEC,	BOTH },
	{ "env",	       'e', KIND_MANY,	  AT_EXEC,	BOTH },
	{ "ignore-paused",     0,   KIND_FLAG,	  AT_EXEC,	OCI_RUNC },
	{ "no-new-privs",      0,   KIND_FLAG,	  AT_EXEC,	BOTH },
	{ "process",	       'p', KIND_TEXT,	  AT_EXEC,	BOTH },
	{ "process-label",     0,   KIND_TEXT,	  AT_EXEC,	BOTH },
	{ "tty",	       't', KIND_FLAG,	  AT_EXEC,	OCI_RUNC },
	{ "tty",	       't', KIND_MAYBE,	  AT_EXEC,	OCI_CRUN },
	{ "user",	       'u', KIND_TEXT,	  AT_EXEC,	BOTH },

	{ "image-path",	       0,   KIND_TEXT,	  AT_RESTORE,	BOTH },
	{ "work-path",	       0,   KIND_TEXT,	  AT_RESTORE,	BOTH },
	{ "tcp-established",   0,   KIND_FLAG,	  AT_RESTORE,	BOTH },
	{ "ext-unix-sk",       0,   KIND_FLAG,	  AT_RESTORE,	BOTH },
	{ "shell-job",	       0,   KIND_FLAG,	  AT_RESTORE,	BOTH },
	{ "file-locks",	       0,   KIND_FLAG,	  AT_RESTORE,	BOTH },
	{ "manage-cgroups-mode", 0, KIND_TEXT,	  AT_RESTORE,	BOTH },
	{ "empty-ns",	       0,   KIND_MANY,	  AT_RESTORE,	OCI_RUNC },
	{ "auto-dedup",	       0,   KIND_FLAG,	  AT_RESTORE,	OCI_RUNC },
	{ "lazy-pages",	       0,   KIND_FLAG,	  AT_RESTORE,	OCI_RUNC },
	{ "lsm-profile",       0,   KIND_TEXT,	  AT_RESTORE,	BOTH },
	{ "lsm-mount-context", 0,   KIND_TEXT,	  AT_RESTORE,	BOTH },
};

static const struct {
	const char *name;
	enum oci_command command;
	unsigned where;
} commands[] = {
	{ "create",  OCI_CREATE,  AT_CREATE },
	{ "run",     OCI_RUN,	  AT_RUN },
	{ "exec",    OCI_EXEC,	  AT_EXEC },
	{ "restore", OCI_RESTORE, AT_RESTORE },
};
/* clang-format on */
#define ROW_COUNT     (sizeof(rows) / sizeof(rows[0]))
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* The words that are left, and which options are legal among them. */
struct reader {
	struct oci_cmdline *c;
	char **at, **end;
	unsigned where;
};

static const struct oci_option_row *row_find(const struct reader *r,
					     struct span name)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].where & r->where &&
		    rows[i].runtimes & (unsigned)r->c->runtime &&
		    span_eq_str(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static const struct oci_option_row *row_find_brief(const struct reader *r,
						   char brief)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].where & r->where &&
		    rows[i].runtimes & (unsigned)r->c->runtime &&
		    rows[i].brief != 0 && rows[i].brief == brief)
			return &rows[i];
	/* argp adds -V to what crun itself names -v. */
	if (brief == 'V' && r->where == AT_GLOBAL && r->c->runtime == OCI_CRUN)
		return row_find(r, span_of("version"));
	return NULL;
}

static bool is_flag(const struct oci_option_row *row)
{
	return row->kind == KIND_FLAG || row->kind == KIND_HELP;
}

static int unknown(struct err *e, const char *word)
{
	(void)err_set(e, EINVAL, "option %s is not one that the gate knows",
		      word);
	return err_hint(e, "the gate passes on only what it understands");
}

static int option_add(struct reader *r, const struct oci_option_row *row,
		      const char *value, struct err *e)
{
	struct oci_cmdline *c = r->c;
	uint32_t number;

	if (row->kind == KIND_NUMBER &&
	    num_parse_u32(span_of(value), 0, DESCRIPTORS_MAX, &number) < 0)
		return err_set(e, EINVAL,
			       "--%s: \"%s\" is not a number up to %d",
			       row->name, value, DESCRIPTORS_MAX);
	c->options[c->option_count++] =
		(struct oci_option){ .row = row, .value = value };
	return 0;
}

/* The next word as the value of what @word began. */
static int value_next(struct reader *r, const struct oci_option_row *row,
		      const char *word, struct err *e)
{
	if (r->at == r->end)
		return err_set(e, EINVAL, "option %s lacks its value", word);
	return option_add(r, row, *r->at++, e);
}

/* Go's strconv.ParseBool(). Return: 1, 0, -1 for anything else. */
static int go_bool(const char *text)
{
	static const char *const yes[] = {
		"1", "t", "T", "TRUE", "true", "True"
	};
	static const char *const no[] = { "0",	   "f",	    "F",
					  "FALSE", "false", "False" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcmp(text, yes[i]) == 0)
			return 1;
		if (strcmp(text, no[i]) == 0)
			return 0;
	}
	return -1;
}

/* A flag that is switched off again: as if it had never stood there. */
static void option_remove(struct oci_cmdline *c,
			  const struct oci_option_row *row)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->option_count; i++)
		if (c->options[i].row != row)
			c->options[kept++] = c->options[i];
	c->option_count = kept;
}

static int go_flag(struct reader *r, const struct oci_option_row *row,
		   const char *word, const char *value, struct err *e)
{
	const int on = value == NULL ? 1 : go_bool(value);

	if (on < 0)
		return err_set(e, EINVAL, "option %s: neither true nor false",
			       word);
	if (on == 1)
		return option_add(r, row, NULL, e);
	option_remove(r->c, row);
	return 0;
}

/* runc: "-name", "--name", each with "=value" or the next word. */
static int option_runc(struct reader *r, const char *word, struct err *e)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);
	struct span rest = span_of(name);
	const struct span key = span_cut(&rest, '=');
	const struct oci_option_row *row = row_find(r, key);

	if (row == NULL && key.len == 1)
		row = row_find_brief(r, key.p[0]);
	if (row == NULL)
		return unknown(e, word);
	if (is_flag(row))
		return go_flag(r, row, word, rest.p, e);
	if (rest.p != NULL)
		return option_add(r, row, rest.p, e);
	return value_next(r, row, word, e);
}

/* crun: "--name", "--name=value", "--name value". Abbreviations, which getopt
 * also takes, are not known here. */
static int option_crun_long(struct reader *r, const char *word, struct err *e)
{
	struct span rest = span_of(word + 2);
	const struct oci_option_row *row = row_find(r, span_cut(&rest, '='));

	if (row == NULL)
		return unknown(e, word);
	if (is_flag(row) && rest.p != NULL)
		return err_set(e, EINVAL, "option %s takes no value", word);
	if (is_flag(row) || row->kind == KIND_MAYBE || rest.p != NULL)
		return option_add(r, row, rest.p, e);
	return value_next(r, row, word, e);
}

/* crun: "-b VALUE", "-bVALUE", and flags in one cluster: "-dt". */
static int option_crun_short(struct reader *r, const char *word, struct err *e)
{
	for (const char *p = word + 1; *p != '\0'; p++) {
		const struct oci_option_row *row = row_find_brief(r, *p);
		int result;

		if (row == NULL)
			return unknown(e, word);
		if (!is_flag(row) && p[1] != '\0')
			return option_add(r, row, p + 1, e);
		if (!is_flag(row) && row->kind != KIND_MAYBE)
			return value_next(r, row, word, e);
		result = option_add(r, row, NULL, e);
		if (result < 0)
			return result;
	}
	return 0;
}

static int option_read(struct reader *r, struct err *e)
{
	const char *word = *r->at++;

	if (r->c->runtime == OCI_RUNC)
		return option_runc(r, word, e);
	if (word[1] == '-')
		return option_crun_long(r, word, e);
	return option_crun_short(r, word, e);
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

static int globals_read(struct reader *r, struct err *e)
{
	while (r->at < r->end && is_option(*r->at)) {
		int result;

		if (strcmp(*r->at, "--") == 0) {
			r->at++;
			return 0;
		}
		result = option_read(r, e);
		if (result < 0)
			return result;
	}
	return 0;
}

static enum oci_command command_find(const char *word, unsigned *where)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, word) == 0) {
			*where = commands[i].where;
			return commands[i].command;
		}
	return OCI_OTHER;
}

/* Options and one id in any order; "--" ends the options. */
static int start_read(struct reader *r, struct err *e)
{
	bool is_ended = false;

	while (r->at < r->end) {
		int result = 0;

		if (!is_ended && strcmp(*r->at, "--") == 0) {
			is_ended = true;
			r->at++;
		} else if (!is_ended && is_option(*r->at)) {
			result = option_read(r, e);
		} else if (r->c->id != NULL) {
			return err_set(e, EINVAL,
				       "\"%s\" after the container's id",
				       *r->at);
		} else {
			r->c->id = *r->at++;
		}
		if (result < 0)
			return result;
	}
	return 0;
}

/* Options, the id, and then all that follows is the command. */
static int exec_read(struct reader *r, struct err *e)
{
	const int result = globals_read(r, e);

	if (result < 0 || r->at == r->end)
		return result;
	r->c->id = *r->at++;
	r->c->words = r->at;
	r->c->word_count = (size_t)(r->end - r->at);
	return 0;
}

/* As it stands after all words: runc lets "--help=false" take it back. */
static bool help_wanted(const struct oci_cmdline *c)
{
	for (size_t i = 0; i < c->option_count; i++)
		if (c->options[i].row->kind == KIND_HELP)
			return true;
	return false;
}

static int id_check(const struct oci_cmdline *c, struct err *e)
{
	if (c->id == NULL && c->wants_help)
		return 0;
	if (c->id == NULL || c->id[0] == '\0')
		return err_set(e, EINVAL, "no container id");
	if (c->id[0] == '-')
		return err_set(e, EINVAL,
			       "the container id \"%s\" begins with a dash",
			       c->id);
	return 0;
}

/* A global option that nobody knows may swallow the next word or not: if any
 * word could be a command that starts something, it is refused. */
static bool may_start(char **at, char **end)
{
	unsigned where;

	for (; at < end; at++)
		if (command_find(*at, &where) != OCI_OTHER)
			return true;
	return false;
}

int oci_parse(enum oci_runtime runtime, int argc, char **argv,
	      struct oci_cmdline *ret, struct err *e)
{
	struct reader r = {
		.c = ret, .at = argv + 1, .end = argv + argc, .where = AT_GLOBAL
	};
	int result;

	*ret = (struct oci_cmdline){ .runtime = runtime };
	/* A cluster gives one option a letter. */
	size_t room = 1;

	for (int i = 1; i < argc; i++)
		room += 1 + (argv[i][0] == '-' ? strlen(argv[i]) : 0);
	ret->options = calloc(room, sizeof(*ret->options));
	if (ret->options == NULL)
		return err_set(e, ENOMEM, "command line: out of memory");
	if (argc < 1)
		return 0;
	result = globals_read(&r, e);
	if (result < 0 && !may_start(argv + 1, r.end))
		return 0;
	if (result < 0)
		return result;
	if (r.at == r.end)
		return 0;
	ret->command = command_find(*r.at++, &r.where);
	if (ret->command == OCI_OTHER)
		return 0;
	result =
		ret->command == OCI_EXEC ? exec_read(&r, e) : start_read(&r, e);
	ret->wants_help = help_wanted(ret);
	return result < 0 ? result : id_check(ret, e);
}

void oci_done(struct oci_cmdline *c)
{
	free(c->options);
	*c = (struct oci_cmdline){ 0 };
}

static const struct oci_option *option_find(const struct oci_cmdline *c,
					    const char *name)
{
	for (size_t i = c->option_count; i > 0; i--)
		if (strcmp(c->options[i - 1].row->name, name) == 0)
			return &c->options[i - 1];
	return NULL;
}

const char *oci_get(const struct oci_cmdline *c, const char *name)
{
	const struct oci_option *o = option_find(c, name);

	if (o == NULL)
		return NULL;
	return o->value != NULL ? o->value : "";
}

uint32_t oci_number(const struct oci_cmdline *c, const char *name)
{
	const char *value = oci_get(c, name);
	uint32_t number = 0;

	if (value != NULL)
		(void)num_parse_u32(span_of(value), 0, DESCRIPTORS_MAX,
				    &number);
	return number;
}

int oci_set(struct oci_cmdline *c, const char *name, const char *value)
{
	const struct reader r = { .c = c,
				  .where = c->command == OCI_EXEC ? AT_EXEC
								  : AT_START };
	const struct oci_option_row *row = row_find(&r, span_of(name));
	struct oci_option *grown;

	if (row == NULL)
		return -EINVAL;
	option_remove(c, row);
	grown = realloc(c->options, (c->option_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	c->options = grown;
	c->options[c->option_count++] =
		(struct oci_option){ .row = row, .value = value };
	return 0;
}

/* argv in one block: the pointers, then their text. */
struct writer {
	char **slot;
	char *text; /* NULL while only counting */
	size_t words, bytes;
};

static void word_put(struct writer *w, const char *a, const char *b,
		     const char *c, const char *d)
{
	const char *const parts[] = { a, b, c, d };

	if (w->text != NULL)
		w->slot[w->words] = w->text + w->bytes;
	for (size_t i = 0; i < 4; i++) {
		const size_t len = strlen(parts[i]);

		if (w->text != NULL)
			memcpy(w->text + w->bytes, parts[i], len);
		w->bytes += len;
	}
	if (w->text != NULL)
		w->text[w->bytes] = '\0';
	w->bytes++;
	w->words++;
}

/* Of options that hold one value only the last is passed on. */
static bool is_overridden(const struct oci_cmdline *c, size_t at)
{
	const struct oci_option_row *row = c->options[at].row;

	if (row->kind == KIND_MANY)
		return false;
	for (size_t i = at + 1; i < c->option_count; i++)
		if (c->options[i].row == row)
			return true;
	return false;
}

static void options_put(struct writer *w, const struct oci_cmdline *c,
			bool is_global, bool with_logging)
{
	for (size_t i = 0; i < c->option_count; i++) {
		const struct oci_option *o = &c->options[i];

		if (((o->row->where & AT_GLOBAL) != 0) != is_global ||
		    is_overridden(c, i) ||
		    (o->row->kind == KIND_LOGGING && !with_logging))
			continue;
		word_put(w, "--", o->row->name, o->value != NULL ? "=" : "",
			 o->value != NULL ? o->value : "");
	}
}

static const char *command_name(enum oci_command command)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (commands[i].command == command)
			return commands[i].name;
	return "";
}

static void all_put(struct writer *w, const struct oci_cmdline *c,
		    const char *program, const char *command,
		    char *const *words)
{
	const bool is_state = strcmp(command, "state") == 0;

	word_put(w, program, "", "", "");
	options_put(w, c, true, !is_state);
	word_put(w, command, "", "", "");
	if (!is_state)
		options_put(w, c, false, true);
	if (c->id != NULL)
		word_put(w, c->id, "", "", "");
	for (; words != NULL && *words != NULL; words++)
		word_put(w, *words, "", "", "");
}

static int rebuild(const struct oci_cmdline *c, const char *program,
		   const char *command, char *const *words, char ***ret)
{
	struct writer w = { 0 };
	size_t slots;

	all_put(&w, c, program, command, words);
	slots = (w.words + 1) * sizeof(char *);
	w.slot = calloc(1, slots + w.bytes);
	if (w.slot == NULL)
		return -ENOMEM;
	w.text = (char *)w.slot + slots;
	w.words = 0;
	w.bytes = 0;
	all_put(&w, c, program, command, words);
	*ret = w.slot;
	return 0;
}

int oci_rebuild(const struct oci_cmdline *c, const char *program,
		char *const *words, char ***ret)
{
	return rebuild(c, program, command_name(c->command), words, ret);
}

int oci_rebuild_state(const struct oci_cmdline *c, const char *program,
		      char ***ret)
{
	return rebuild(c, program, "state", NULL, ret);
}
