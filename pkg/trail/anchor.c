/* SPDX-License-Identifier: Apache-2.0 */
/* anchor.c - see anchor.h. */
#include "pkg/trail/anchor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/json.h"

void anchors_done(struct anchors *a)
{
	free(a->rows);
	*a = (struct anchors){ 0 };
}

static int text_hash(struct hasher *h, struct span text, struct tree_hash *ret)
{
	return hasher_sum(h, text, (struct span){ 0 }, ret);
}

/* What both kinds have. */
static int row_fill(struct anchor *row, struct hasher *h, struct span text,
		    struct span origin, struct span boot, struct err *e)
{
	if (text_hash(h, text, &row->text) < 0 ||
	    text_hash(h, origin, &row->log) < 0 ||
	    text_hash(h, boot, &row->boot) < 0)
		return err_set(e, EIO, "SHA-256 failed");
	return 0;
}

static int rows_grow(struct anchors *a, struct err *e)
{
	const size_t room = a->room != 0 ? a->room * 2 : 16;
	struct anchor *more;

	if (a->count == ANCHORS_MAX)
		return err_set(e, E2BIG, "more than %d anchors", ANCHORS_MAX);
	if (a->count < a->room)
		return 0;
	more = realloc(a->rows, room * sizeof(*more));
	if (more == NULL)
		return err_set(e, ENOMEM, "out of memory");
	a->rows = more;
	a->room = room;
	return 0;
}

static bool is_key_note(struct span bytes)
{
	return span_starts(bytes, KEY_NOTE_TITLE "\n");
}

int anchors_add(struct anchors *a, struct hasher *h, struct span bytes,
		struct err *e)
{
	struct anchor row = { .kind = TRAIL_CHECKPOINT };
	struct checkpoint c = { 0 };
	struct key_note k = { 0 };
	const bool is_key = is_key_note(bytes);
	int r = is_key ? key_note_parse(bytes, &k, e)
		       : checkpoint_parse(bytes, &c, e);
	const struct span origin = is_key ? k.origin : c.origin;

	if (r < 0)
		return r;
	if (is_key) {
		row.kind = TRAIL_KEY;
		row.size = k.size;
		row.epoch = k.epoch;
		memcpy(row.key, k.key, sizeof(row.key));
		r = row_fill(&row, h, k.note.text, origin, k.boot, e);
	} else {
		row.size = c.size;
		row.epoch = c.epoch;
		row.root = c.root;
		r = row_fill(&row, h, c.note.text, origin, c.boot, e);
	}
	if (r == 0)
		r = rows_grow(a, e);
	if (r < 0)
		return r;
	if (a->count == 0)
		(void)snprintf(a->origin, sizeof(a->origin), "%.*s",
			       SPAN_FMT(origin));
	a->rows[a->count++] = row;
	return 0;
}

/* ---- files ----------------------------------------------------------------
 */

/* The note in an event trail.checkpoint or trail.key. Return: it, borrowed from
 * @event; an empty span when it is another event. */
static struct span event_note(const json_t *event)
{
	const char *action = json_string_value(
		json_object_get(json_object_get(event, "event"), "action"));
	const json_t *message = json_object_get(event, "message");

	if (action == NULL || !json_is_string(message) ||
	    (strcmp(action, "trail.checkpoint") != 0 &&
	     strcmp(action, "trail.key") != 0))
		return (struct span){ 0 };
	return json_span(message);
}

/* One line of a collector's. Parsing is what costs: look for the word first. */
static int line_add(struct anchors *a, struct hasher *h, struct span line,
		    struct err *e)
{
	AUTO_JSON *event = NULL;
	struct span note;
	int r;

	if (memmem(line.p, line.len, "\"trail.checkpoint\"", 18) == NULL &&
	    memmem(line.p, line.len, "\"trail.key\"", 11) == NULL)
		return 0;
	r = json_parse(line, ANCHOR_LINE_MAX, &event, e);
	if (r < 0)
		return r;
	note = event_note(event);
	return note.len != 0 ? anchors_add(a, h, note, e) : 0;
}

/* Is what is kept a note up to its last line, a signature? */
static bool note_is_ended(const struct buf *note)
{
	struct span line = buf_view(note);
	const char *before =
		line.len > 1 ? memrchr(line.p, '\n', line.len - 1) : NULL;

	if (before == NULL)
		return false;
	line.len -= (size_t)(before + 1 - line.p);
	line.p = before + 1;
	return span_starts(line, NOTE_DASH);
}

/* One more line of a note; of the next one when that before it has ended. */
static int note_take(struct anchors *a, struct hasher *h, struct span line,
		     struct buf *note, struct err *e)
{
	int r = 0;

	if (!span_starts(line, NOTE_DASH) && note_is_ended(note)) {
		if (line.p[0] == '\n')
			return 0;
		r = anchors_add(a, h, buf_view(note), e);
		buf_reset(note);
	}
	buf_span(note, line);
	return r;
}

/* A line with an object in it, perhaps behind a header, is an event; lines
 * without may be those of a note, which is kept as far as one can be. */
static int line_take(struct anchors *a, struct hasher *h, struct span line,
		     struct buf *note, struct err *e)
{
	const char *brace = memchr(line.p, '{', line.len);

	if (brace == NULL)
		return note_take(a, h, line, note, e);
	line.len -= (size_t)(brace - line.p);
	line.p = brace;
	return line_add(a, h, line, e);
}

/* The next line, with its newline; of one that is too long @line has the error.
 * Return: false at the end. */
static bool line_next(FILE *file, struct buf *line)
{
	int c;

	buf_reset(line);
	while ((c = getc_unlocked(file)) != EOF) {
		buf_u8(line, (uint8_t)c);
		if (c == '\n')
			return true;
	}
	return line->len != 0;
}

static int lines_read(struct anchors *a, struct hasher *h, FILE *file,
		      struct buf *note, struct err *e)
{
	AUTO_DONE(buf_done) struct buf line;
	unsigned long nr = 0;

	buf_init(&line, ANCHOR_LINE_MAX);
	while (line_next(file, &line)) {
		int r = buf_error(&line);

		nr++;
		if (r < 0)
			r = err_set(e, EBADMSG, "more than %d bytes",
				    ANCHOR_LINE_MAX);
		else
			r = line_take(a, h, buf_view(&line), note, e);
		if (r < 0)
			return err_wrap(e, "line %lu", nr);
	}
	return ferror(file) ? err_errno(e, "read") : 0;
}

int anchors_read(struct anchors *a, struct hasher *h, int fd, struct err *e)
{
	AUTO_DONE(buf_done) struct buf note;
	const size_t before = a->count;
	const int own = dup(fd);
	FILE *file;
	int r;

	buf_init(&note, NOTE_BYTES_MAX);
	if (own < 0)
		return err_errno(e, "dup");
	file = fdopen(own, "re");
	if (file == NULL) {
		(void)close(own);
		return err_set(e, ENOMEM, "out of memory");
	}
	r = lines_read(a, h, file, &note, e);
	(void)fclose(file);
	if (r < 0 || (a->count != before && !note_is_ended(&note)))
		return r;
	if (note.len != 0 && buf_error(&note) == 0)
		return anchors_add(a, h, buf_view(&note), e);
	return err_set(e, EBADMSG, "no checkpoint and no key in it");
}

static int size_order(const void *a, const void *b)
{
	const struct anchor *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

void anchors_sort(struct anchors *a)
{
	if (a->count > 1)
		qsort(a->rows, a->count, sizeof(a->rows[0]), size_order);
}
