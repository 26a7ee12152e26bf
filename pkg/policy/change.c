/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - see change.h. */
#include "pkg/policy/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_TOLD 8 /* of those that come or go, one sentence each */

void change_say(struct changes *c, const char *layer,
		enum policy_change_kind kind, bool needs_restart,
		const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text == NULL) {
		c->error = -ENOMEM;
		return;
	}
	c->count++;
	c->take(c->ctx, &(struct policy_change){ .service = c->service,
						 .layer = layer,
						 .kind = kind,
						 .needs_restart = needs_restart,
						 .sentence = text });
	free(text);
}

void change_may(struct changes *c, const char *layer, bool is_looser,
		bool needs_restart, const char *words)
{
	if (words == NULL) {
		c->error = -ENOMEM;
		return;
	}
	change_say(c, layer, is_looser ? POLICY_LOOSER : POLICY_TIGHTER,
		   needs_restart, "%s may %s %s", c->service,
		   is_looser ? "now" : "no longer", words);
}

static bool line_is_in(const struct lines *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i], text) == 0)
			return true;
	return false;
}

void lines_changes(struct changes *c, const char *layer,
		   enum policy_change_kind kind, const char *subject,
		   const struct lines *in, const struct lines *against,
		   const char *words)
{
	size_t count = 0;

	for (size_t i = 0; i < in->count; i++) {
		if (line_is_in(against, in->items[i]))
			continue;
		if (++count <= LINES_TOLD)
			change_say(c, layer, kind, false, "%s %s: %s", subject,
				   words, in->items[i]);
	}
	if (count > LINES_TOLD)
		change_say(c, layer, kind, false, "%s %s: %zu more", subject,
			   words, count - LINES_TOLD);
}

void words_join(struct buf *out, const char *text, size_t i, size_t count)
{
	if (i != 0)
		buf_puts(out, i + 1 == count ? " and " : ", ");
	buf_puts(out, text);
}
