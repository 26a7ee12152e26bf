/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - see err.h. */
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Messages quote bytes from outside; a newline in one must not forge a line. */
static void text_clean(char *text)
{
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -code;
	e->code = code;
	e->hint = NULL;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	text_clean(e->text);
	return -code;
}

int err_errno(struct err *e, const char *fmt, ...)
{
	const int code = errno != 0 ? errno : EIO;
	size_t len;
	va_list ap;

	if (e == NULL)
		return -code;
	e->code = code;
	e->hint = NULL;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	(void)snprintf(e->text + len, sizeof(e->text) - len, ": %s",
		       strerror(code));
	text_clean(e->text);
	return -code;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[ERR_TEXT_MAX];
	size_t len;
	va_list ap;

	if (e == NULL || e->code == 0)
		return -EIO;
	memcpy(inner, e->text, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	(void)snprintf(e->text + len, sizeof(e->text) - len, ": %s", inner);
	text_clean(e->text);
	return -e->code;
}

int err_hint(struct err *e, const char *hint)
{
	if (e == NULL || e->code == 0)
		return -EIO;
	if (e->hint == NULL)
		e->hint = hint;
	return -e->code;
}
