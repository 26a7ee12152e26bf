/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - the log that auditd writes, read as a stream of events.
 *
 * A line is a record: "type=SYSCALL msg=audit(1795296627.324:121230): ...",
 * with "node=NAME " before it where auditd was told so, and behind
 * RECORD_ENRICHED auditd's own translation of it where that is on. Lines of
 * several nodes may be mixed. What is no such line is handed over as it is,
 * with what is wrong with it: nothing is dropped. Blank lines and what ausearch
 * puts between events
 * ("----", "time->...") are passed over.
 *
 * Time is that of the stamps: an event without its end leaves when later ones
 * are two seconds ahead of it. Memory is bounded, whatever is read.
 */
#ifndef PKG_AUDIT_LOG_H
#define PKG_AUDIT_LOG_H

#include "pkg/audit/assemble.h"

#define LOG_LINE_MAX  65536 /* a longer one comes in pieces, as unreadable */
#define LOG_NODES_MAX 32  /* with open events; the one longest silent leaves */
#define LOG_NAME_MAX  255 /* of a node */

struct log_line {
	struct span node; /* empty: none was named */
	struct record record;
};

/* What lines before had, so that it is not looked up again. Zeroed at first. */
#define LOG_MEMO_ROWS 64
struct log_memo {
	struct log_type {
		char name[29];
		uint8_t len; /* 0: free */
		uint16_t type;
	} rows[LOG_MEMO_ROWS];
	size_t len; /* of the stamp; 0: none */
	char stamp[48];
	struct record record; /* its text is not to be used */
};

/**
 * log_line_parse() - one line, without its end.
 * @memo: may be NULL.
 *
 * @ret points into @line. Return: NULL; or what is wrong with the line, a
 * static text without a final full stop.
 */
const char *log_line_parse(struct span line, struct log_memo *memo,
			   struct log_line *ret);

/* Whether it is a line that says nothing: blank, or between events. */
bool log_line_is_blank(struct span line);

struct log_sink {
	void *ctx;
	/* An event; @node is "" when the log names none. Borrowed; as
	 * assemble_fn. */
	void (*event)(void *ctx, const char *node, struct event *ev);
	/* A line that is no record: its number from 1, its bytes, why not. */
	void (*bad)(void *ctx, uint64_t number, struct span line,
		    const char *why);
};

struct log_counters {
	uint64_t lines, records, bad;
};

struct log_reader;

/* @sink: copied. Return: 0; -ENOMEM. */
int log_reader_new(const struct log_sink *sink, struct log_reader **ret);
void log_reader_free(struct log_reader *r);

/**
 * log_feed() - more of the log; lines may be split anywhere.
 *
 * Return: 0; -ENOMEM, and then the log cannot be read further.
 */
int log_feed(struct log_reader *r, struct span bytes);

/* The log ends: its last line and all open events. Return: as log_feed(). */
int log_end(struct log_reader *r);

const struct log_counters *log_counted(const struct log_reader *r);

#endif
