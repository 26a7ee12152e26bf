/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_random.h - landlockconfig documents drawn from bytes or numbers.
 *
 * Whatever is drawn is a document that is accepted; its variables are all
 * defined. Few names, so that paths, ports and variables meet often.
 */
#ifndef TEST_UNIT_LANDLOCK_RANDOM_H
#define TEST_UNIT_LANDLOCK_RANDOM_H

#include "lib/cur.h"
#include "pkg/landlock/rights.h"

struct draw {
	struct cur bytes;   /* while there are any */
	uint64_t state;	    /* then from this, when it is not 0 */
	const char *prefix; /* of every path: spelled as in a document */
	bool is_extended;
};

/* 0 to @n - 1. */
static inline unsigned draw(struct draw *d, unsigned n)
{
	if (d->state == 0)
		return cur_u8(&d->bytes) % n;
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (unsigned)((d->state >> 20) % n);
}

static inline void draw_word(struct draw *d, enum right_class class,
			     bool has_abi, struct buf *out)
{
	static const char *const groups[] = { "abi.all", "abi.read_execute",
					      "abi.read_write" };
	const struct right *known[24];
	unsigned count = 0;

	for (const struct right *r = right_table; r->name != NULL; r++)
		if (r->class == class &&
		    (d->is_extended || r->abi <= LANDLOCK_ABI_CONFIG))
			known[count++] = r;
	if (has_abi && draw(d, 6) == 0)
		buf_printf(out, "\"%s\"",
			   groups[class == RIGHT_FS ? draw(d, 3) : 0]);
	else if (d->is_extended && draw(d, 6) == 0)
		buf_printf(out, "{\"bits\":%llu}",
			   (unsigned long long)known[draw(d, count)]->bit);
	else
		buf_printf(out, "\"%s\"", known[draw(d, count)]->name);
}

static inline void draw_words(struct draw *d, const char *member,
			      enum right_class class, bool has_abi,
			      struct buf *out)
{
	const unsigned count = 1 + draw(d, 4);

	buf_printf(out, "\"%s\":[", member);
	for (unsigned i = 0; i < count; i++) {
		buf_puts(out, i != 0 ? "," : "");
		draw_word(d, class, has_abi, out);
	}
	buf_puts(out, "]");
}

static inline void draw_path(struct draw *d, struct buf *out)
{
	static const char *const parts[] = { "d0", "d1",   "d0",   "d1", "e0",
					     "e1", "${a}", "${b}", ".",	 "" };
	/* test/diff/landlock_probe.c makes them: files of every kind. */
	static const char *const leaves[] = { "file",	"program", "null",
					      "fifo",	"sock",	   "mover",
					      "swap_a", "dir" };
	const unsigned count = draw(d, 4);

	buf_printf(out, "\"%s", d->prefix);
	for (unsigned i = 0; i < count; i++)
		buf_printf(out, "/%s", parts[draw(d, 10)]);
	if (draw(d, 4) == 0)
		buf_printf(out, "/%s", leaves[draw(d, 8)]);
	buf_puts(out, "\"");
}

static inline void draw_rule(struct draw *d, enum right_class class,
			     bool has_abi, struct buf *out)
{
	const unsigned count = 1 + draw(d, 3);

	buf_puts(out, "{");
	draw_words(d, "allowedAccess", class, has_abi, out);
	if (d->is_extended && draw(d, 4) == 0)
		buf_puts(out, ",\"quiet\":true");
	buf_puts(out, class == RIGHT_FS ? ",\"parent\":[" : ",\"port\":[");
	for (unsigned i = 0; i < count; i++) {
		buf_puts(out, i != 0 ? "," : "");
		if (class == RIGHT_FS)
			draw_path(d, out);
		else
			buf_printf(out, "%u", 20001 + draw(d, 4));
	}
	buf_puts(out, "]}");
}

static inline void draw_rules(struct draw *d, const char *member,
			      enum right_class class, bool has_abi,
			      struct buf *out)
{
	const unsigned count = draw(d, 4);

	for (unsigned i = 0; i < count; i++) {
		if (i == 0)
			buf_printf(out, ",\"%s\":[", member);
		else
			buf_puts(out, ",");
		draw_rule(d, class, has_abi, out);
	}
	buf_puts(out, count != 0 ? "]" : "");
}

static inline void draw_variables(struct draw *d, struct buf *out)
{
	static const char *const values[] = { "d0",    "d1",   "e0",
					      "d0/e1", "${a}", "" };
	const unsigned count = draw(d, 3);

	buf_puts(out, "\"variable\":[{\"name\":\"a\"},{\"name\":\"b\"}");
	for (unsigned i = 0; i < count; i++)
		buf_printf(out,
			   ",{\"name\":\"%c\",\"literal\":[\"%s\",\"%s\"]}",
			   "ab"[draw(d, 2)], values[draw(d, 6)],
			   values[draw(d, 6)]);
	buf_puts(out, "]");
}

/* Append one document. */
static inline void draw_document(struct draw *d, struct buf *out)
{
	const unsigned abi = draw(d, 9);

	buf_puts(out, "{");
	draw_variables(d, out);
	if (abi != 0)
		buf_printf(out, ",\"abi\":%u", abi);
	if (d->is_extended)
		buf_puts(out, ",\"bailiff\":1");
	buf_puts(out, ",\"ruleset\":[{");
	draw_words(d, "handledAccessFs", RIGHT_FS, abi != 0, out);
	buf_puts(out, "},{");
	draw_words(d, "handledAccessNet", RIGHT_NET, abi != 0, out);
	if (draw(d, 2) != 0) {
		buf_puts(out, ",");
		draw_words(d, "scoped", RIGHT_SCOPE, abi != 0, out);
	}
	buf_puts(out, "}]");
	draw_rules(d, "pathBeneath", RIGHT_FS, abi != 0, out);
	draw_rules(d, "netPort", RIGHT_NET, abi != 0, out);
	buf_puts(out, "}");
}

#endif
