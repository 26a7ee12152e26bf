/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h. */
#include "lib/log.h"

#include <unistd.h>

#include "lib/buf.h"
#include "lib/file.h"

#define LINE_MAX_BYTES 1000

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static bool is_bare(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == '=' || c == '"' || c == '\\' || c >= 0x7f)
			return false;
	}
	return s.len != 0;
}

static void value_write(struct buf *b, struct span s)
{
	if (is_bare(s)) {
		buf_span(b, s);
		return;
	}
	buf_puts(b, "\"");
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			buf_printf(b, "\\x%02x", c);
		else
			buf_put(b, &s.p[i], 1);
	}
	buf_puts(b, "\"");
}

static void field_write(struct buf *b, const struct log_field *f)
{
	buf_printf(b, " %s=", f->key);
	if (f->kind == LOG_KIND_TEXT)
		value_write(b, f->text);
	else if (f->kind == LOG_KIND_U64)
		buf_printf(b, "%llu", (unsigned long long)f->number);
	else
		buf_printf(b, "%lld", (long long)(int64_t)f->number);
}

void log_line(const struct log *log, enum log_level level, const char *msg,
	      const struct log_field *fields)
{
	struct buf b;

	if (level > log->level)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	buf_printf(&b, "level=%s process=%s msg=", level_names[level],
		   log->process);
	value_write(&b, span_of(msg));
	for (; fields->kind != LOG_KIND_END; fields++)
		field_write(&b, fields);
	b.error = 0;
	b.max = LINE_MAX_BYTES + 1;
	buf_puts(&b, "\n");
	(void)file_write_all(log->fd, buf_view(&b));
	buf_done(&b);
}

void log_err(const struct log *log, enum log_level level, const char *msg,
	     const struct err *e)
{
	log_line(log, level, msg,
		 LOG_FIELDS(log_text("error", e->text),
			    log_text("hint", e->hint ? e->hint : "none")));
}

struct log_field log_text(const char *key, const char *value)
{
	return log_span(key, span_of(value ? value : ""));
}

struct log_field log_span(const char *key, struct span value)
{
	return (struct log_field){ .kind = LOG_KIND_TEXT,
				   .key = key,
				   .text = value };
}

struct log_field log_u64(const char *key, uint64_t value)
{
	return (struct log_field){ .kind = LOG_KIND_U64,
				   .key = key,
				   .number = value };
}

struct log_field log_i64(const char *key, int64_t value)
{
	return (struct log_field){ .kind = LOG_KIND_I64,
				   .key = key,
				   .number = (uint64_t)value };
}
