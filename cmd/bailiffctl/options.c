/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - see ctl.h: one loop over one table. */
#include "cmd/bailiffctl/ctl.h"

#include <stdarg.h>
#include <string.h>

#include "lib/num.h"
#include "lib/text.h"

int ctl_fail(const struct ctl *ctl, const struct err *e)
{
	struct buf out;

	(void)fflush(stdout);
	buf_init(&out, 8192);
	text_escape(&out, span_of(e->text), false);
	if (e->hint != NULL)
		buf_printf(&out, "\n  hint: %s", e->hint);
	(void)fprintf(stderr, "bailiffctl: %s: %s\n", ctl->verb,
		      buf_cstr(&out));
	buf_done(&out);
	return CTL_SYSTEM;
}

int ctl_usage(const struct ctl *ctl, const char *fmt, ...)
{
	char text[256];
	struct buf out;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_init(&out, 8192);
	text_escape(&out, span_of(text), false);
	(void)fprintf(stderr, "bailiffctl: %s%s%s (see bailiffctl --help)\n",
		      ctl->verb != NULL ? ctl->verb : "",
		      ctl->verb != NULL ? ": " : "", buf_cstr(&out));
	buf_done(&out);
	return CTL_USAGE;
}

/* The row of an option, also of "--name=value". */
static const struct ctl_option *row_find(const struct ctl_option *rows,
					 const char *word)
{
	for (; rows->name != NULL; rows++) {
		const size_t len = strlen(rows->name);

		if (strcmp(word, rows->name) == 0 ||
		    (rows->brief != NULL && strcmp(word, rows->brief) == 0))
			return rows;
		if (rows->kind != CTL_FLAG &&
		    strncmp(word, rows->name, len) == 0 && word[len] == '=')
			return rows;
	}
	return NULL;
}

static bool texts_add(struct ctl_texts *texts, const char *text)
{
	if (texts->count == CTL_TEXTS_MAX)
		return false;
	texts->text[texts->count++] = text;
	return true;
}

/* Return: how many words were used; -CTL_USAGE. */
static int option_take(struct ctl *ctl, const struct ctl_option *row, int left,
		       char **words)
{
	const char *equals = strchr(words[0], '=');
	const char *text = equals != NULL ? equals + 1 : words[1];
	const int used = equals != NULL ? 1 : 2;

	if (row->kind == CTL_FLAG) {
		*(bool *)row->value = true;
		return 1;
	}
	if (used > left)
		return -ctl_usage(ctl, "%s needs a value", row->name);
	if (row->kind == CTL_TEXT)
		*(const char **)row->value = text;
	if (row->kind == CTL_TEXTS && !texts_add(row->value, text))
		return -ctl_usage(ctl, "%s is given more than %d times",
				  row->name, CTL_TEXTS_MAX);
	if (row->kind == CTL_NUMBER &&
	    num_parse_u64(span_of(text), 0, UINT64_MAX,
			  (uint64_t *)row->value) < 0)
		return -ctl_usage(ctl, "%s: \"%s\" is no number", row->name,
				  text);
	if (row->has_value != NULL)
		*row->has_value = true;
	return used;
}

/* One option, the verb's own or a global one. Return: as option_take(). */
static int option_any(struct ctl *ctl, const struct ctl_option *own,
		      bool *wants_help, int left, char **words)
{
	bool no_color = false;
	const struct ctl_option globals[] = {
		{ "--socket", NULL, CTL_TEXT, &ctl->socket, NULL },
		{ "--json", NULL, CTL_FLAG, &ctl->wants_json, NULL },
		{ "--no-color", NULL, CTL_FLAG, &no_color, NULL },
		{ "--help", "-h", CTL_FLAG, wants_help, NULL },
		{ 0 },
	};
	const struct ctl_option *row = row_find(own, words[0]);
	int used;

	if (row == NULL)
		row = row_find(globals, words[0]);
	if (row == NULL)
		return -ctl_usage(ctl, "unknown option \"%s\"", words[0]);
	used = option_take(ctl, row, left, words);
	if (no_color)
		ctl->has_color = false;
	return used;
}

int ctl_options(struct ctl *ctl, const struct ctl_option *own, int argc,
		char **argv, const char **operand)
{
	static const struct ctl_option none[] = { { 0 } };
	const char *found = NULL;
	bool is_ended = false, wants_help = false;

	for (int i = 1; i < argc;) {
		int used = 1;

		if (!is_ended && strcmp(argv[i], "--") == 0) {
			is_ended = true;
		} else if (!is_ended && argv[i][0] == '-' &&
			   argv[i][1] != '\0') {
			used = option_any(ctl, own != NULL ? own : none,
					  &wants_help, argc - i, argv + i);
			if (used < 0)
				return -used;
		} else if (operand == NULL || found != NULL) {
			return ctl_usage(ctl, "\"%s\" is one word too many",
					 argv[i]);
		} else {
			found = argv[i];
		}
		i += used;
	}
	if (wants_help)
		return ctl_usage(ctl, "bailiffctl(1) tells its options");
	if (operand != NULL && found == NULL && *operand == NULL)
		return ctl_usage(ctl, "an argument is missing");
	if (operand != NULL && found != NULL)
		*operand = found;
	return CTL_DONE;
}

int ctl_globals(struct ctl *ctl, int argc, char **argv, bool *wants_help)
{
	static const struct ctl_option none[] = { { 0 } };
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		const int used =
			option_any(ctl, none, wants_help, argc - i, argv + i);

		if (used < 0)
			return used;
		i += used;
	}
	return i;
}
