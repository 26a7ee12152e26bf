/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c - see checkpoint.h. */
#include "pkg/trail/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/num.h"

/* ---- writing --------------------------------------------------------------
 */

static const char *const own_lines[] = { "boot", "epoch", "time" };

/* "NAME VALUE", the name not one of ours. */
static bool line_is_free(struct span line)
{
	struct span rest = line, name = span_cut(&rest, ' ');

	for (size_t i = 0; i < sizeof(own_lines) / sizeof(own_lines[0]); i++)
		if (span_eq_str(name, own_lines[i]))
			return false;
	return name.len != 0 && rest.len != 0;
}

static bool lines_ok(struct span lines)
{
	if (lines.len != 0 && lines.p[lines.len - 1] != '\n')
		return false;
	while (lines.len != 0)
		if (!line_is_free(note_line(&lines)))
			return false;
	return true;
}

static bool boot_ok(struct span boot)
{
	return note_name_ok(boot) && boot.len <= CHECKPOINT_BOOT_MAX;
}

static void bytes_put(struct buf *b, const void *bytes, size_t len)
{
	base64_encode(b, (struct span){ bytes, len });
}

int checkpoint_make(struct buf *ret, const struct checkpoint *c,
		    const unsigned char seed[NOTE_SEED_LEN], struct err *e)
{
	if (!boot_ok(c->boot))
		return err_set(e, EINVAL, "\"%.*s\" cannot be a boot's name",
			       SPAN_FMT(c->boot));
	if (!lines_ok(c->lines))
		return err_set(e, EINVAL, "a line that no checkpoint can have");
	buf_span(ret, c->origin);
	buf_printf(ret, "\n%" PRIu64 "\n", c->size);
	bytes_put(ret, c->root.b, TREE_HASH_LEN);
	buf_puts(ret, "\nboot ");
	buf_span(ret, c->boot);
	buf_printf(ret, "\nepoch %" PRIu64 "\ntime %" PRIu64 "\n", c->epoch,
		   c->time_ms);
	buf_span(ret, c->lines);
	return note_sign(ret, c->origin, seed, e);
}

int key_note_make(struct buf *ret, const struct key_note *k,
		  const unsigned char seed[NOTE_SEED_LEN], struct err *e)
{
	if (!boot_ok(k->boot))
		return err_set(e, EINVAL, "\"%.*s\" cannot be a boot's name",
			       SPAN_FMT(k->boot));
	buf_puts(ret, KEY_NOTE_TITLE "\n");
	buf_span(ret, k->origin);
	buf_puts(ret, "\nboot ");
	buf_span(ret, k->boot);
	buf_printf(ret, "\nepoch %" PRIu64 "\nkey ", k->epoch);
	bytes_put(ret, k->key, NOTE_PUBLIC_LEN);
	buf_printf(ret, "\nsize %" PRIu64 "\ntime %" PRIu64 "\n", k->size,
		   k->time_ms);
	return note_sign(ret, k->origin, seed, e);
}

/* ---- reading --------------------------------------------------------------
 */

/* The value of the next line, which must be @name's; empty when it is not. */
static struct span word_take(struct span *rest, const char *name)
{
	struct span value = { 0 };

	if (!note_word(note_line(rest), name, &value))
		return (struct span){ 0 };
	return value;
}

static bool number_take(struct span text, uint64_t *ret)
{
	return num_parse_u64(text, 0, UINT64_MAX, ret) == 0;
}

int checkpoint_parse(struct span bytes, struct checkpoint *ret, struct err *e)
{
	struct checkpoint c = { 0 };
	struct span rest;
	int r = note_parse(bytes, &c.note, e);

	if (r < 0)
		return r;
	rest = c.note.text;
	c.origin = note_line(&rest);
	if (!note_name_ok(c.origin))
		return err_set(e, EBADMSG,
			       "a checkpoint begins with its "
			       "log's origin");
	if (!number_take(note_line(&rest), &c.size))
		return err_set(e, EBADMSG, "the size is no number");
	if (note_base64(note_line(&rest), c.root.b, TREE_HASH_LEN) < 0)
		return err_set(e, EBADMSG, "the root is no hash in base64");
	c.boot = word_take(&rest, "boot");
	if (!boot_ok(c.boot))
		return err_set(e, EBADMSG, "it has no line \"boot\"");
	if (!number_take(word_take(&rest, "epoch"), &c.epoch))
		return err_set(e, EBADMSG, "it has no line \"epoch\"");
	if (!number_take(word_take(&rest, "time"), &c.time_ms))
		return err_set(e, EBADMSG, "it has no line \"time\"");
	if (!lines_ok(rest))
		return err_set(e, EBADMSG, "a line is not \"NAME VALUE\"");
	c.lines = rest;
	*ret = c;
	return 0;
}

bool checkpoint_line(const struct checkpoint *c, const char *name,
		     struct span *ret)
{
	struct span rest = c->lines;

	while (rest.len != 0)
		if (note_word(note_line(&rest), name, ret))
			return true;
	return false;
}

int key_note_parse(struct span bytes, struct key_note *ret, struct err *e)
{
	struct key_note k = { 0 };
	struct span rest;
	int r = note_parse(bytes, &k.note, e);

	if (r < 0)
		return r;
	rest = k.note.text;
	if (!span_eq_str(note_line(&rest), KEY_NOTE_TITLE))
		return err_set(e, EBADMSG,
			       "a key note begins with \"" KEY_NOTE_TITLE "\"");
	k.origin = note_line(&rest);
	k.boot = word_take(&rest, "boot");
	if (!note_name_ok(k.origin) || !boot_ok(k.boot))
		return err_set(e, EBADMSG, "it lacks its origin or boot");
	if (!number_take(word_take(&rest, "epoch"), &k.epoch))
		return err_set(e, EBADMSG, "it has no line \"epoch\"");
	if (note_base64(word_take(&rest, "key"), k.key, NOTE_PUBLIC_LEN) < 0)
		return err_set(e, EBADMSG, "the key is no key in base64");
	if (!number_take(word_take(&rest, "size"), &k.size))
		return err_set(e, EBADMSG, "it has no line \"size\"");
	if (!number_take(word_take(&rest, "time"), &k.time_ms))
		return err_set(e, EBADMSG, "it has no line \"time\"");
	if (rest.len != 0)
		return err_set(e, EBADMSG, "it has a line too many");
	*ret = k;
	return 0;
}
