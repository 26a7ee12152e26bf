/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h. */
#include "pkg/audit/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/audit/types.h"

#define CLOCK_BACK_MS	 60000 /* a stamp this far behind is an old one, */
#define CLOCK_BACK_LINES 4096  /* unless so many come: then time was set */

/* ---- a line ---------------------------------------------------------------
 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool log_line_is_blank(struct span line)
{
	size_t i = 0;

	while (i < line.len && is_blank(line.p[i]))
		i++;
	return i == line.len || span_eq_str(line, "----") ||
	       span_starts(line, "time->");
}

/* Take @prefix off the front. Return: whether it was there. */
static inline bool prefix_take(struct span *rest, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (!span_starts(*rest, prefix))
		return false;
	rest->p += len;
	rest->len -= len;
	return true;
}

/* What a line says before its text. @name: of the type; the rest begins with
 * its stamp. */
static const char *head_parse(struct span *rest, struct span *ret_node,
			      struct span *ret_name)
{
	*ret_node = (struct span){ 0 };
	if (prefix_take(rest, "node=")) {
		*ret_node = span_cut(rest, ' ');
		if (ret_node->len == 0 || ret_node->len > LOG_NAME_MAX ||
		    memchr(ret_node->p, '\0', ret_node->len) != NULL)
			return "node= names no node";
	}
	if (!prefix_take(rest, "type="))
		return "it does not begin with type=";
	*ret_name = span_cut(rest, ' ');
	(void)prefix_take(rest, "msg=");
	return NULL;
}

/* type_parse() searches; a log has few types, so the search is done once. */
static bool type_recall(struct log_memo *memo, struct span name, uint16_t *ret)
{
	struct log_type *row;

	if (memo == NULL || name.len == 0 || name.len > sizeof(row->name))
		return type_parse(name, ret);
	row = &memo->rows[(name.len * 31 + (unsigned char)name.p[0] * 7 +
			   (unsigned char)name.p[name.len / 2] * 3 +
			   (unsigned char)name.p[name.len - 1]) %
			  LOG_MEMO_ROWS];
	if (row->len != name.len || memcmp(row->name, name.p, name.len) != 0) {
		if (!type_parse(name, &row->type)) {
			row->len = 0;
			return false;
		}
		row->len = (uint8_t)name.len;
		memcpy(row->name, name.p, name.len);
	}
	*ret = row->type;
	return true;
}

/* Records of one event have one stamp: it is read once. */
static int stamp_recall(struct log_memo *memo, uint16_t type, struct span text,
			struct record *ret)
{
	int r;

	if (memo != NULL && memo->len != 0 && text.len >= memo->len &&
	    memcmp(text.p, memo->stamp, memo->len) == 0) {
		*ret = memo->record;
		ret->type = type;
		ret->text.p = text.p + memo->len;
		ret->text.len = text.len - memo->len;
		return 0;
	}
	r = record_stamped(type, text, ret);
	if (r < 0 || memo == NULL)
		return r;
	/* Only a whole one, "audit(...): ", can be compared as it stands. */
	memo->len = text.len - ret->text.len;
	if (memo->len > sizeof(memo->stamp) || text.p[memo->len - 1] != ' ')
		memo->len = 0;
	memcpy(memo->stamp, text.p, memo->len);
	memo->record = *ret;
	return 0;
}

const char *log_line_parse(struct span line, struct log_memo *memo,
			   struct log_line *ret)
{
	struct span rest = line, name;
	const char *why = head_parse(&rest, &ret->node, &name);
	uint16_t type;

	if (why != NULL)
		return why;
	if (!type_recall(memo, name, &type))
		return "its type is not known";
	if (stamp_recall(memo, type, rest, &ret->record) == 0)
		return NULL;
	if (span_starts(rest, "audit(") &&
	    memchr(rest.p, '/', rest.len) != NULL)
		return "its time is no stamp: was it printed by ausearch -i? give ausearch --raw";
	return "it has no stamp audit(SECONDS.MILLIS:SERIAL)";
}

/* ---- nodes ----------------------------------------------------------------
 */

/* Records of different nodes may have the same stamp. */
struct node {
	char name[LOG_NAME_MAX + 1];
	size_t len; /* of the name */
	struct assembler *assembler;
	uint64_t used; /* the line that was last; 0: free */

	/* Milliseconds that never go back, made of the stamps. */
	uint64_t clock_ms, newest_ms;
	uint32_t behind; /* lines far behind newest_ms, in a row */
	struct log_reader *reader;
};

struct log_reader {
	struct log_sink sink;
	struct log_counters counters;
	struct node nodes[LOG_NODES_MAX];
	struct node *last; /* of the line before */
	struct buf part;   /* a line whose end has not come */
	struct log_memo memo;
};

static void event_take(void *ctx, struct event *ev)
{
	const struct node *n = ctx;

	n->reader->sink.event(n->reader->sink.ctx, n->name, ev);
}

static bool node_is(const struct node *n, struct span name)
{
	return n->used != 0 && n->len == name.len &&
	       (name.len == 0 || memcmp(n->name, name.p, name.len) == 0);
}

/* A place for @name: a free one, or that of the node longest silent. Return:
 * NULL when out of memory. */
static struct node *node_begin(struct log_reader *r, struct span name)
{
	struct node *n = &r->nodes[0];

	for (size_t i = 1; i < LOG_NODES_MAX; i++)
		if (r->nodes[i].used < n->used)
			n = &r->nodes[i];
	if (n->assembler != NULL)
		assemble_flush(n->assembler);
	else if (assembler_new(event_take, n, &n->assembler) < 0)
		return NULL;
	n->reader = r;
	n->len = name.len;
	if (name.len != 0)
		memcpy(n->name, name.p, name.len);
	n->name[name.len] = '\0';
	n->behind = 0;
	n->newest_ms = 0;
	return n;
}

static struct node *node_find(struct log_reader *r, struct span name)
{
	if (r->last != NULL && node_is(r->last, name))
		return r->last;
	for (size_t i = 0; i < LOG_NODES_MAX; i++)
		if (node_is(&r->nodes[i], name))
			return &r->nodes[i];
	return node_begin(r, name);
}

/* A stamp may be old: of a call that blocked for long. Only when many in a row
 * are, another log begins or the clock was set back. */
static uint64_t clock_read(struct node *n, uint64_t stamp_ms)
{
	if (stamp_ms >= n->newest_ms) {
		if (n->newest_ms != 0)
			n->clock_ms += stamp_ms - n->newest_ms;
		n->newest_ms = stamp_ms;
		n->behind = 0;
	} else if (n->newest_ms - stamp_ms < CLOCK_BACK_MS) {
		n->behind = 0;
	} else if (++n->behind == CLOCK_BACK_LINES) {
		n->newest_ms = stamp_ms;
		n->behind = 0;
	}
	return n->clock_ms;
}

/* ---- the stream -----------------------------------------------------------
 */

int log_reader_new(const struct log_sink *sink, struct log_reader **ret)
{
	struct log_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return -ENOMEM;
	r->sink = *sink;
	buf_init(&r->part, LOG_LINE_MAX);
	*ret = r;
	return 0;
}

void log_reader_free(struct log_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < LOG_NODES_MAX; i++)
		assembler_free(r->nodes[i].assembler);
	buf_done(&r->part);
	free(r);
}

const struct log_counters *log_counted(const struct log_reader *r)
{
	return &r->counters;
}

static void bad_take(struct log_reader *r, struct span line, const char *why)
{
	r->counters.bad++;
	r->sink.bad(r->sink.ctx, r->counters.lines, line, why);
}

static int record_take(struct log_reader *r, const struct log_line *line)
{
	struct node *n = node_find(r, line->node);
	uint64_t now_ms;

	if (n == NULL)
		return -ENOMEM;
	r->last = n;
	n->used = r->counters.lines;
	r->counters.records++;
	now_ms = clock_read(n, line->record.time_ms);
	/* What came before this line is judged by its time, then it counts. */
	assemble_expire(n->assembler, now_ms);
	return assemble_feed(n->assembler, &line->record, now_ms);
}

static int line_take(struct log_reader *r, struct span line)
{
	struct log_line parsed;
	const char *why;

	r->counters.lines++;
	if (line.len != 0 && line.p[line.len - 1] == '\r')
		line.len--;
	why = log_line_parse(line, &r->memo, &parsed);
	if (why == NULL)
		return record_take(r, &parsed);
	if (!log_line_is_blank(line))
		bad_take(r, line, why);
	return 0;
}

/* The beginning of a line, or more of it, whose end has not come. */
static int part_add(struct log_reader *r, struct span piece)
{
	while (r->part.len + piece.len > LOG_LINE_MAX) {
		const size_t fits = LOG_LINE_MAX - r->part.len;

		buf_put(&r->part, piece.p, fits);
		if (buf_error(&r->part) < 0)
			return buf_error(&r->part);
		piece.p += fits;
		piece.len -= fits;
		r->counters.lines++;
		bad_take(r, buf_view(&r->part), "it is too long");
		r->counters.lines--;
		buf_reset(&r->part);
	}
	buf_span(&r->part, piece);
	return buf_error(&r->part);
}

/* The end of a line that came in parts. */
static int part_end(struct log_reader *r, struct span piece)
{
	int error = part_add(r, piece);

	if (error == 0)
		error = line_take(r, buf_view(&r->part));
	buf_reset(&r->part);
	return error;
}

int log_feed(struct log_reader *r, struct span bytes)
{
	int error = 0;

	while (bytes.len != 0 && error == 0) {
		const char *end = memchr(bytes.p, '\n', bytes.len);
		struct span line = bytes;

		if (end == NULL)
			return part_add(r, bytes);
		line.len = (size_t)(end - bytes.p);
		bytes.p = end + 1;
		bytes.len -= line.len + 1;
		if (r->part.len == 0 && line.len <= LOG_LINE_MAX)
			error = line_take(r, line);
		else
			error = part_end(r, line);
	}
	return error;
}

int log_end(struct log_reader *r)
{
	const struct span nothing = { 0 };
	int error = r->part.len != 0 ? part_end(r, nothing) : 0;

	for (size_t i = 0; i < LOG_NODES_MAX; i++)
		if (r->nodes[i].assembler != NULL)
			assemble_flush(r->nodes[i].assembler);
	return error;
}
