/* SPDX-License-Identifier: Apache-2.0 */
/* syslog_format_fuzz.c - whatever the fields hold, what comes out reads as one
 * RFC 5424 message with exactly the parameters that were given.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cur.h"
#include "pkg/ship/syslog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span word_read(struct span *rest)
{
	const struct span w = span_cut(rest, ' ');

	assert(w.len != 0 && rest->p != NULL);
	for (size_t i = 0; i < w.len; i++)
		assert(w.p[i] > ' ' && w.p[i] < 0x7f);
	return w;
}

/* NAME="VALUE" from behind the blank to behind the quote. */
static void param_read(struct span *rest)
{
	const struct span name = span_cut(rest, '=');

	assert(name.len != 0 && name.len <= 32 && rest->len >= 2);
	assert(rest->p[0] == '"');
	for (size_t i = 1; i < rest->len; i++) {
		assert((unsigned char)rest->p[i] >= ' ' && rest->p[i] != 0x7f);
		if (rest->p[i] == '\\') {
			i++;
			assert(i < rest->len && strchr("\"\\]", rest->p[i]));
		} else if (rest->p[i] == '"') {
			rest->p += i + 1;
			rest->len -= i + 1;
			return;
		} else {
			assert(rest->p[i] != ']');
		}
	}
	abort();
}

static void message_check(struct span rest, size_t params, struct span msg)
{
	assert(word_read(&rest).len == 6); /* <108>1 */
	assert(word_read(&rest).len == 24);
	assert(word_read(&rest).len <= 255);
	assert(span_eq_str(word_read(&rest), "bailiff"));
	assert(span_eq_str(word_read(&rest), "-"));
	assert(word_read(&rest).len <= 32);
	assert(span_starts(rest, "[bailiff@32473 "));
	(void)span_cut(&rest, ' ');
	for (;; params--) {
		param_read(&rest);
		assert(rest.len != 0 && params != 0);
		if (*rest.p == ']')
			break;
		assert(*rest.p == ' ');
		rest.p++;
		rest.len--;
	}
	assert(params == 1);
	rest.p++;
	rest.len--;
	if (rest.len != 0)
		assert(*rest.p == ' ' && rest.len == msg.len + 1 &&
		       memcmp(rest.p + 1, msg.p, msg.len) == 0);
	else
		assert(msg.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct span){ (const char *)data, size });
	struct syslog_event ev = { .severity = SYSLOG_WARNING };
	char node[300] = "", boot[64] = "";
	struct span s;
	struct buf out;

	ev.time_ms = cur_u64(&c) % 253402300800000;
	ev.seq = cur_u64(&c);
	s = cur_bytes(&c, cur_u8(&c));
	if (s.len != 0)
		memcpy(node, s.p, s.len);
	s = cur_bytes(&c, cur_u8(&c) % sizeof(boot));
	if (s.len != 0)
		memcpy(boot, s.p, s.len);
	ev.node = node;
	ev.boot = boot;
	ev.msg_id = cur_bytes(&c, cur_u8(&c));
	ev.service = cur_bytes(&c, cur_u8(&c));
	ev.outcome = cur_bytes(&c, cur_u8(&c));
	ev.msg = c.rest;
	buf_init(&out, 1 << 20);
	assert(syslog_format(&ev, &out) == 0);
	while (ev.msg.len != 0 && ev.msg.p[ev.msg.len - 1] == '\n')
		ev.msg.len--;
	message_check(buf_view(&out),
		      1 + (boot[0] != '\0') + (ev.service.len != 0) +
			      (ev.outcome.len != 0),
		      ev.msg);
	buf_done(&out);
	return 0;
}
