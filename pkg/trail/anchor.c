/* SPDX-License-Identifier: Apache-2.0 */
/* anchor.c - see anchor.h. */
#include "pkg/trail/anchor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
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
	return (struct span){ json_string_value(message),
			      json_string_length(message) };
}

/* One line of a collector's. Parsing is what costs: look for the word first. */
static int line_add(struct anchors *a, struct hasher *h, struct span line,
		    struct err *e)
{
	AUTO_JSON *event = NULL;
	struct span note;
	const char *brace = memchr(line.p, '{', line.len);
	int r;

	if (brace == NULL ||
	    (memmem(line.p, line.len, "\"trail.checkpoint\"", 18) == NULL &&
	     memmem(line.p, line.len, "\"trail.key\"", 11) == NULL))
		return 0;
	line.len -= (size_t)(brace - line.p);
	line.p = brace;
	r = json_parse(line, ANCHOR_LINE_MAX, &event, e);
	if (r < 0)
		return r;
	note = event_note(event);
	return note.len != 0 ? anchors_add(a, h, note, e) : 0;
}

static int lines_read(struct anchors *a, struct hasher *h, FILE *file,
		      struct err *e)
{
	AUTO_MEM char *line = NULL;
	unsigned long nr = 0;
	size_t room = 0;
	int r = 0;

	while (r == 0) {
		const ssize_t n = getline(&line, &room, file);

		if (n < 0)
			break;
		nr++;
		if (n > ANCHOR_LINE_MAX)
			r = err_set(e, EBADMSG, "longer than %d bytes",
				    ANCHOR_LINE_MAX);
		else
			r = line_add(a, h, (struct span){ line, (size_t)n }, e);
	}
	if (r < 0)
		return err_wrap(e, "line %lu", nr);
	return ferror(file) ? err_errno(e, "read") : 0;
}

/* The file is one note: read it whole. */
static int note_read(struct anchors *a, struct hasher *h, FILE *file,
		     struct err *e)
{
	AUTO_MEM char *bytes = malloc(NOTE_BYTES_MAX + 1);
	size_t n;

	if (bytes == NULL)
		return err_set(e, ENOMEM, "out of memory");
	n = fread(bytes, 1, NOTE_BYTES_MAX + 1, file);
	if (ferror(file))
		return err_errno(e, "read");
	return anchors_add(a, h, (struct span){ bytes, n }, e);
}

/* A note's first line is an origin or a title, not JSON. */
static bool looks_like_lines(FILE *file)
{
	int c = getc(file);

	(void)ungetc(c, file);
	return c == '{' || c == '<' || c == '[';
}

int anchors_read(struct anchors *a, struct hasher *h, int fd, struct err *e)
{
	const size_t before = a->count;
	const int own = dup(fd);
	FILE *file;
	int r;

	if (own < 0)
		return err_errno(e, "dup");
	file = fdopen(own, "re");
	if (file == NULL) {
		(void)close(own);
		return err_set(e, ENOMEM, "out of memory");
	}
	r = looks_like_lines(file) ? lines_read(a, h, file, e)
				   : note_read(a, h, file, e);
	(void)fclose(file);
	if (r == 0 && a->count == before)
		r = err_set(e, EBADMSG, "no checkpoint and no key in it");
	return r;
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
