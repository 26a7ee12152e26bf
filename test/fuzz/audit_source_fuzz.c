/* SPDX-License-Identifier: Apache-2.0 */
/* audit_source_fuzz.c - datagrams of the audit socket, one after the other, as
 * the reader takes them.
 *
 * Input: of each datagram a byte of flags (1: another sender, 2: no address, 4:
 * cut), two bytes of length, and that many bytes. Each is counted once, and
 * only the kernel's whole records come out.
 */
#include <stdlib.h>

#include "lib/cur.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IS_OTHERS  1U
#define IS_NOBODYS 2U
#define IS_CUT	   4U

struct state {
	struct assembler *assembler;
	struct span datagram;
	uint64_t records;
	bool may_come;
};

static void event_ignore(void *ctx, struct event *ev)
{
	(void)ctx;
	(void)ev;
}

static void record_check(void *ctx, const struct record *r)
{
	struct state *s = ctx;

	if (!s->may_come || r->text.p < s->datagram.p ||
	    r->text.p + r->text.len > s->datagram.p + s->datagram.len)
		abort();
	s->records++;
	if (assemble_feed(s->assembler, r, s->records) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct span){ (const char *)data, size });
	struct state s = { 0 };
	struct audit_source *source;
	const struct source_counters *n;
	uint64_t fed = 0;

	if (audit_source_new(-1, &source) < 0 ||
	    assembler_new(event_ignore, NULL, &s.assembler) < 0)
		abort();
	n = audit_source_counted(source);
	while (c.rest.len != 0) {
		const uint8_t flags = cur_u8(&c);
		const struct source_datagram d = {
			.bytes = cur_bytes(&c, cur_u16(&c)),
			.sender = flags & IS_OTHERS,
			.has_sender = (flags & IS_NOBODYS) == 0,
			.is_cut = (flags & IS_CUT) != 0,
		};

		if (c.failed)
			break;
		s.datagram = d.bytes;
		s.may_come = (flags & (IS_OTHERS | IS_NOBODYS | IS_CUT)) == 0;
		audit_source_take(source, &d, record_check, &s);
		fed++;
	}
	if (n->datagrams != fed || n->records != s.records ||
	    n->records + n->controls + n->spoofed + n->malformed != fed)
		abort();
	assemble_flush(s.assembler);
	assembler_free(s.assembler);
	audit_source_free(source);
	return 0;
}
