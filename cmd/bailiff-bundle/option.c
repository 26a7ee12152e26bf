/* SPDX-License-Identifier: Apache-2.0 */
/* option.c - see option.h. */
#include "cmd/bailiff-bundle/option.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/num.h"
#include "lib/when.h"

#define DAYS_MAX 36500

static const int64_t default_days[TRUST_ROLE_COUNT] = {
	[TRUST_ROLE_ROOT] = 365,
	[TRUST_ROLE_TIMESTAMP] = 14,
	[TRUST_ROLE_SNAPSHOT] = 30,
	[TRUST_ROLE_TARGETS] = 180,
};

void option_expiry_init(struct option_expiry *x)
{
	*x = (struct option_expiry){ 0 };
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		x->dates[i] = INT64_MIN;
}

bool option_expiry_is_given(const struct option_expiry *x, enum trust_role role)
{
	return x->days[role] != 0 || x->dates[role] != INT64_MIN;
}

int64_t option_expiry_of(const struct option_expiry *x, enum trust_role role,
			 int64_t now)
{
	const int64_t days = x->days[role] ? x->days[role] : default_days[role];

	return x->dates[role] != INT64_MIN ? x->dates[role]
					   : now + days * 86400;
}

/* Split "ROLE=VALUE"; without a role the value is for all of them. */
static int role_split(const char *text, size_t *first, size_t *last,
		      struct span *value, struct err *e)
{
	const char *equals = strchr(text, '=');
	int role;

	*first = 0;
	*last = TRUST_ROLE_COUNT - 1;
	*value = span_of(equals != NULL ? equals + 1 : text);
	if (equals == NULL)
		return 0;
	role = trust_role_find(
		(struct span){ .p = text, .len = (size_t)(equals - text) });
	if (role < 0)
		return err_set(e, EINVAL,
			       "\"%s\": the role must be root, targets, "
			       "snapshot or timestamp",
			       text);
	*first = *last = (size_t)role;
	return 0;
}

static int days_set(struct option_expiry *x, const char *text, struct err *e)
{
	struct span value;
	size_t first, last;
	int64_t days;

	if (role_split(text, &first, &last, &value, e) < 0)
		return -EINVAL;
	if (num_parse_i64(value, 1, DAYS_MAX, &days) < 0)
		return err_set(e, EINVAL, "\"%s\": days must be 1 to %d", text,
			       DAYS_MAX);
	for (size_t i = first; i <= last; i++)
		x->days[i] = days;
	return 0;
}

static int date_set(struct option_expiry *x, const char *text, struct err *e)
{
	struct span value;
	size_t first, last;
	int64_t date;

	if (role_split(text, &first, &last, &value, e) < 0)
		return -EINVAL;
	if (when_parse(value, &date) < 0)
		return err_set(e, EINVAL,
			       "\"%s\": must be a date as 2030-12-31T23:59:59Z",
			       text);
	for (size_t i = first; i <= last; i++)
		x->dates[i] = date;
	return 0;
}

static int text_set(const char **value, const char *text, struct err *e)
{
	if (*value != NULL)
		return err_set(e, EINVAL, "given twice");
	*value = text;
	return 0;
}

static int list_add(struct option_list *list, const char *text, struct err *e)
{
	if (list->count == OPTION_LIST_MAX)
		return err_set(e, EINVAL, "given more than %d times",
			       OPTION_LIST_MAX);
	list->items[list->count++] = text;
	return 0;
}

static int value_set(const struct option_row *row, const char *text,
		     struct err *e)
{
	uint32_t number;

	switch (row->kind) {
	case OPTION_TEXT:
		return text_set(row->value, text, e);
	case OPTION_LIST:
	case OPTION_FILES:
		return list_add(row->value, text, e);
	case OPTION_DAYS:
		return days_set(row->value, text, e);
	case OPTION_DATE:
		return date_set(row->value, text, e);
	case OPTION_NUMBER:
		if (num_parse_u64(span_of(text), 1, INT64_MAX, row->value) < 0)
			return err_set(e, EINVAL,
				       "\"%s\" is not a number from 1 on",
				       text);
		return 0;
	case OPTION_FD:
		if (num_parse_u32(span_of(text), 0, INT_MAX, &number) < 0)
			return err_set(e, EINVAL,
				       "\"%s\" is not a descriptor number",
				       text);
		*(int *)row->value = (int)number;
		return 0;
	case OPTION_TIME:
		if (when_parse(span_of(text), row->value) < 0)
			return err_set(e, EINVAL,
				       "\"%s\" is not a date as "
				       "2030-12-31T23:59:59Z",
				       text);
		return 0;
	case OPTION_FLAG:
	case OPTION_END:
	default:
		return err_set(e, EINVAL, "takes no value");
	}
}

static const struct option_row *row_find(const struct option_row *rows,
					 struct span name)
{
	for (; rows->kind != OPTION_END; rows++)
		if (span_eq_str(name, rows->name))
			return rows;
	return NULL;
}

/* One option at argv[*at]; moves *at past its value. */
static int option_take(const struct option_row *rows, int argc, char **argv,
		       int *at, bool *seen, struct err *e)
{
	const char *word = argv[(*at)++];
	struct span name = span_of(word), value = { 0 };
	const struct option_row *row;

	if (!span_starts(name, "--")) {
		row = word[0] != '-' ? row_find(rows, (struct span){ 0 })
				     : NULL;
		return row != NULL
			       ? value_set(row, word, e)
			       : err_set(e, EINVAL,
					 "unexpected argument \"%s\"", word);
	}
	value = (struct span){ name.p + 2, name.len - 2 };
	name = span_cut(&value, '=');
	row = row_find(rows, name);
	if (row == NULL)
		return err_set(e, EINVAL, "unknown option \"%s\"", word);
	seen[row - rows] = true;
	if (row->kind == OPTION_FLAG && value.p == NULL) {
		*(bool *)row->value = true;
		return 0;
	}
	if (value.p == NULL && row->kind != OPTION_FLAG) {
		if (*at >= argc)
			return err_set(e, EINVAL, "--%s needs a value: %s",
				       row->name, row->arg);
		value.p = argv[(*at)++];
	}
	if (value_set(row, value.p, e) < 0)
		return err_wrap(e, "--%s", row->name);
	while (row->kind == OPTION_LIST && *at < argc &&
	       strncmp(argv[*at], "--", 2) != 0)
		if (value_set(row, argv[(*at)++], e) < 0)
			return err_wrap(e, "--%s", row->name);
	return 0;
}

int option_parse(const struct option_row *rows, int argc, char **argv,
		 struct err *e)
{
	bool seen[64] = { false };
	int at = 0;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return 1;
	while (at < argc) {
		const int r = option_take(rows, argc, argv, &at, seen, e);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; rows[i].kind != OPTION_END; i++)
		if (rows[i].is_required && !seen[i])
			return err_set(e, EINVAL, "--%s %s is missing",
				       rows[i].name, rows[i].arg);
	return 0;
}

void option_help(const struct option_row *rows)
{
	for (; rows->kind != OPTION_END; rows++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "%s%s%s%s",
			       rows->kind == OPTION_FILES ? "" : "--",
			       rows->name, rows->arg ? " " : "",
			       rows->arg ? rows->arg : "");
		printf("  %-30s %s%s\n", left, rows->help,
		       rows->is_required ? " (required)" : "");
	}
}
