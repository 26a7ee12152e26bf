/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - see text.h. */
#include "lib/text.h"

/* Bytes of a printable UTF-8 character at the front; 0: show it as \xNN. */
static size_t printable_len(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	const size_t len = span_utf8_len(s);

	if (len == 1)
		return p[0] >= 0x20 && p[0] != 0x7f;
	/* C1 controls; marks that turn the direction of text around. */
	if ((len == 2 && p[0] == 0xc2 && p[1] < 0xa0) ||
	    (len == 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa &&
	     p[2] <= 0xae) ||
	    (len == 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 &&
	     p[2] <= 0xa9))
		return 0;
	return len;
}

void text_escape(struct buf *out, struct span text, bool is_lines)
{
	while (text.len != 0) {
		size_t n = printable_len(text);

		if (n == 0 && is_lines && (*text.p == '\n' || *text.p == '\t'))
			n = 1;
		if (n == 0)
			buf_printf(out, "\\x%02x", (unsigned char)*text.p);
		else
			buf_put(out, text.p, n);
		n = n != 0 ? n : 1;
		text.p += n;
		text.len -= n;
	}
}
