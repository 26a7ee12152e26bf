/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h. */
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"

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

void log_unblock(int fd)
{
	char path[32];
	struct stat st;
	AUTO_FD own = -1;

	if (fstat(fd, &st) < 0 ||
	    !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0)
		(void)dup2(own, fd);
}

/* A socket's flags are those of whoever made it. */
static bool line_write(int fd, struct span line)
{
	ssize_t n = send(fd, line.p, line.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == ENOTSOCK)
		n = write(fd, line.p, line.len);
	return n == (ssize_t)line.len;
}

static void line_make(const struct log *log, enum log_level level,
		      const char *msg, const struct log_field *fields,
		      struct buf *b)
{
	buf_init(b, LINE_MAX_BYTES - 1);
	buf_printf(b, "level=%s process=%s msg=", level_names[level],
		   log->process);
	value_write(b, span_of(msg));
	for (; fields->kind != LOG_KIND_END; fields++)
		field_write(b, fields);
	b->error = 0;
	b->max = LINE_MAX_BYTES;
	buf_puts(b, "\n");
}

static bool line_send(const struct log *log, const struct buf *b)
{
	const bool was_taken = line_write(log->fd, buf_view(b));

	return (log->stream < 0 || line_write(log->stream, buf_view(b))) &&
	       was_taken;
}

/* Before the first line that is taken again. */
static void loss_tell(const struct log *log)
{
	struct log_loss *loss = log->loss;
	struct buf b;

	if (loss == NULL || loss->lost == loss->told)
		return;
	line_make(log, LOG_LEVEL_WARN, "log lines were lost, nobody took them",
		  LOG_FIELDS(log_u64("lost", loss->lost - loss->told),
			     log_u64("total", loss->lost)),
		  &b);
	if (line_send(log, &b))
		loss->told = loss->lost;
	buf_done(&b);
}

void log_line(const struct log *log, enum log_level level, const char *msg,
	      const struct log_field *fields)
{
	struct buf b;

	if (level > log->level)
		return;
	loss_tell(log);
	line_make(log, level, msg, fields, &b);
	if (!line_send(log, &b) && log->loss != NULL)
		log->loss->lost++;
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
