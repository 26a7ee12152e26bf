/* SPDX-License-Identifier: Apache-2.0 */
/* option.h - long options from a table; the table also prints the help.
 *
 * "--name value" and "--name=value"; no abbreviations, nothing positional but
 * the further words of a list and, for verbs that take them, files.
 */
#ifndef CMD_BAILIFF_BUNDLE_OPTION_H
#define CMD_BAILIFF_BUNDLE_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "pkg/trust/metadata.h"

#define OPTION_LIST_MAX 64

/* Texts point into argv. */
struct option_list {
	const char *items[OPTION_LIST_MAX];
	size_t count;
};

/* When each role's metadata is to expire. */
struct option_expiry {
	int64_t days[TRUST_ROLE_COUNT];	 /* from now; 0: the default */
	int64_t dates[TRUST_ROLE_COUNT]; /* INT64_MIN: use days */
};

enum option_kind {
	OPTION_END,
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char *; given once */
	OPTION_LIST,   /* struct option_list; may be given again, and the words
			* up to the next option are more of it */
	OPTION_FILES,  /* struct option_list: words that follow no option; the
			* row's name is "" */
	OPTION_NUMBER, /* uint64_t from 1 on; 0 stays when not given */
	OPTION_FD,     /* int; -1 stays when not given */
	OPTION_TIME,   /* int64_t; INT64_MIN stays when not given */
	OPTION_DAYS,   /* struct option_expiry: N or ROLE=N */
	OPTION_DATE    /* struct option_expiry: DATE or ROLE=DATE */
};

struct option_row {
	const char *name; /* without the dashes */
	enum option_kind kind;
	bool is_required;
	const char *arg;  /* what the value is called in the help */
	const char *help; /* one line */
	void *value;	  /* written as its kind says */
};

/**
 * option_parse() - all of @argv (without program and verb) by @rows.
 * @rows: ends with OPTION_END.
 *
 * Return: 0; 1 when --help was among them; -EINVAL with a sentence.
 */
int option_parse(const struct option_row *rows, int argc, char **argv,
		 struct err *e);

/* Print the rows to stdout. */
void option_help(const struct option_row *rows);

/* No expiry given yet. */
void option_expiry_init(struct option_expiry *x);

/* Did the user say when @role expires? */
bool option_expiry_is_given(const struct option_expiry *x,
			    enum trust_role role);

/* The date for @role, from @now on by the role's default unless given. */
int64_t option_expiry_of(const struct option_expiry *x, enum trust_role role,
			 int64_t now);

#endif
