/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - one line per event, key=value, level first.
 *
 *	level=warn process=audit msg="records lost" lost=42 action=continue
 *
 * No reader can stop a process that logs: a line that is not taken at once is
 * counted, and the next one that is taken says how many were not.
 *
 * Values with a blank, '=', '"' or a control byte are quoted and escaped, so
 * that text from outside can forge neither a line nor a key. Only cmd/ logs.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include "lib/err.h"
#include "lib/span.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Lines that nobody took. */
struct log_loss {
	uint64_t lost, told;
};

struct log {
	int fd;		       /* borrowed; usually 2 */
	int stream;	       /* borrowed; gets each line too; -1: none */
	struct log_loss *loss; /* NULL: not counted */
	const char *process;   /* "supervisor", "audit", ... */
	enum log_level level;  /* what is above it is not written */
};

enum log_kind {
	LOG_KIND_END,
	LOG_KIND_TEXT,
	LOG_KIND_U64,
	LOG_KIND_I64
};

struct log_field {
	enum log_kind kind;
	const char *key;
	struct span text;
	uint64_t number;
};

/**
 * log_unblock() - have writes to a pipe or terminal fail instead of wait.
 * @fd: a descriptor that others may share: it is replaced by one of its own,
 *      whose flags are nobody else's.
 *
 * What cannot be opened anew stays as it is.
 */
void log_unblock(int fd);

/**
 * log_line() - write one line with one write(2).
 * @fields: ends with a LOG_KIND_END; LOG_FIELDS() makes it.
 *
 * A line is cut at 1000 bytes (LinuxKit's memlogd cuts at 1024), with its
 * newline.
 */
void log_line(const struct log *log, enum log_level level, const char *msg,
	      const struct log_field *fields);

/* The error's text and hint as fields of an error line. */
void log_err(const struct log *log, enum log_level level, const char *msg,
	     const struct err *e);

struct log_field log_text(const char *key, const char *value);
struct log_field log_span(const char *key, struct span value);
struct log_field log_u64(const char *key, uint64_t value);
struct log_field log_i64(const char *key, int64_t value);

#define LOG_FIELDS(...) \
	((const struct log_field[]){ __VA_ARGS__, { .kind = LOG_KIND_END } })
#define LOG_NONE ((const struct log_field[]){ { .kind = LOG_KIND_END } })

#endif
