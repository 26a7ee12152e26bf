/* SPDX-License-Identifier: Apache-2.0 */
/* ctl.h - what the verbs of bailiffctl share.
 *
 * A verb parses its options, makes one request and prints. Everything that was
 * printed by somebody else (events, names, sentences) goes through ctl_put(),
 * so that no byte of it can drive a terminal.
 */
#ifndef CMD_BAILIFFCTL_CTL_H
#define CMD_BAILIFFCTL_CTL_H

#include <stdio.h>

#include "lib/json.h"

enum ctl_exit {
	CTL_DONE = 0,
	CTL_NO = 1, /* the answer is no */
	CTL_USAGE = 2,
	CTL_SYSTEM = 111
};

struct ctl {
	const char *verb;
	const char *socket; /* --socket; NULL: the verb's usual one */
	bool wants_json;
	bool has_color;
	bool is_terminal;
};

struct ctl_verb {
	const char *name, *arguments, *help;
	int (*run)(struct ctl *ctl, int argc, char **argv);
};

/* What an option that may be given more than once was given. */
#define CTL_TEXTS_MAX 64
struct ctl_texts {
	const char *text[CTL_TEXTS_MAX];
	size_t count;
};

/* One option of a verb; the table ends with a row without a name. */
struct ctl_option {
	const char *name;  /* "--from" */
	const char *brief; /* "-f", or NULL */
	enum {
		CTL_FLAG,  /* bool */
		CTL_TEXT,  /* const char * */
		CTL_TEXTS, /* struct ctl_texts */
		CTL_NUMBER /* uint64_t */
	} kind;
	void *value;
	bool *has_value; /* may be NULL */
};

/**
 * ctl_options() - options of a verb (and the global ones) in any place.
 * @argv: argv[0] is the verb.
 * @operand: NULL when the verb takes none; else written with the one operand,
 *           which may be missing only if something else stands there before.
 *
 * Return: CTL_DONE; CTL_USAGE after it said what is wrong.
 */
int ctl_options(struct ctl *ctl, const struct ctl_option *own, int argc,
		char **argv, const char **operand);

/* The global options before the verb. Return: index of the verb in @argv, or
 * -CTL_USAGE. @wants_help: set for --help. */
int ctl_globals(struct ctl *ctl, int argc, char **argv, bool *wants_help);

/* "bailiffctl: verb: text" and the hint. Return: CTL_SYSTEM. */
int ctl_fail(const struct ctl *ctl, const struct err *e);
int ctl_usage(const struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- asking ------------------------------------------------------------ */

/* The events socket for what reads, the control socket for what changes. */
const char *ctl_socket(const struct ctl *ctl, bool changes);

/**
 * ctl_ask() - one request whose answer is a JSON object.
 * @body: NULL for none.
 * @ret: the caller's; written on CTL_DONE only.
 *
 * Return: CTL_DONE; CTL_NO when the daemon refused; CTL_SYSTEM. What is not
 * CTL_DONE has been said.
 */
int ctl_ask(const struct ctl *ctl, const char *method, const char *path,
	    const json_t *body, json_t **ret);

/* "%2f" and its kin for a query's value. */
void ctl_query_value(struct buf *out, const char *text);

/* ---- printing ---------------------------------------------------------- */

enum ctl_color {
	COLOR_PLAIN,
	COLOR_GOOD,
	COLOR_BAD,
	COLOR_WARN,
	COLOR_QUIET
};

/* Print text from elsewhere on one line, escaped by text_escape(). */
void ctl_put(struct span text);
/* The part of a key id that is shown; --json has all of it. */
struct span ctl_key_id(const json_t *id);
void ctl_color(const struct ctl *ctl, enum ctl_color color);

/* Members of an object, escaped or counted; "" and 0 when they are not there.
 */
const char *ctl_text(const json_t *object, const char *key);
uint64_t ctl_number(const json_t *object, const char *key);

/* The object as it came, indented. Return: CTL_DONE, CTL_SYSTEM. */
int ctl_print_json(const struct ctl *ctl, const json_t *value);
/* Any value as indented "key: value" lines. */
void ctl_print_tree(const json_t *value, unsigned depth);
/* "3 sentences" as "  - sentence" lines: strings, or objects' "sentence". */
void ctl_print_list(const json_t *array);

/* ---- the verbs, one file each ------------------------------------------ */

int verb_status(struct ctl *ctl, int argc, char **argv);
int verb_tail(struct ctl *ctl, int argc, char **argv);
int verb_reload(struct ctl *ctl, int argc, char **argv);
int verb_services(struct ctl *ctl, int argc, char **argv);
int verb_show(struct ctl *ctl, int argc, char **argv);
int verb_explain(struct ctl *ctl, int argc, char **argv);
int verb_diff(struct ctl *ctl, int argc, char **argv);
int verb_decode(struct ctl *ctl, int argc, char **argv);
int verb_verify(struct ctl *ctl, int argc, char **argv);
int verb_doctor(struct ctl *ctl, int argc, char **argv);
int verb_metrics(struct ctl *ctl, int argc, char **argv);

#endif
