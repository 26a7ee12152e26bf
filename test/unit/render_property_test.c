/* SPDX-License-Identifier: Apache-2.0 */
/* render_property_test.c - what holds for the JSON of every event. */
#include "test/unit/harness.h"

#include <libaudit.h>

#include "lib/compat.h"
#include "pkg/audit/shape.h"
#include "pkg/audit/types.h"
#include "test/unit/event_json.h"

#define ROUNDS 20000

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(random_next(state) >> 33) % n;
}

/* Words that a hostile record is made of: keys of the dictionary, what
 * rendering puts behind them, other cases, and bytes of every kind. */
static const char *const words[] = {
	"pid",
	"PID",
	"uid",
	"Uid",
	"comm",
	"COMM",
	"exe",
	"name",
	"a0",
	"A0",
	"a1",
	"a0[0]",
	"a0[1]",
	"a0_len",
	"argc",
	"syscall",
	"syscall_name",
	"SYSCALL",
	"arch",
	"arch_name",
	"exit",
	"exit_name",
	"key",
	"key_b64",
	"comm_b64",
	"mode",
	"mode_name",
	"cap_fp",
	"cap_fp_names",
	"saddr",
	"saddr_decoded",
	"proctitle",
	"proctitle_b64",
	"old auid",
	"new auid",
	"old-auid",
	"type",
	"text",
	"msg",
	"msg='",
	"fields",
	"duplicates",
	"cwd",
	"nametype",
	"success",
	"res",
	"=",
	"==",
	" ",
	"  ",
	"\"",
	"'",
	"\x1d",
	"'\x1d",
	"\\",
	"{",
	"\n",
	"\xff",
	"\xc3\xa9",
	"\xc3",
	"\x80",
	"=0 ",
	"=1 ",
	"=-13 ",
	"=\"x\" ",
	"=(null) ",
	"=? ",
	"=2F00FF ",
	"=7573657200 ",
	"=yes ",
	"=c000003e ",
	"=59 ",
	"=0100644 ",
	"=FFFFFFFFFFFFFFFF ",
	"=18446744073709551615 ",
	"=9007199254740993 ",
	"=fd:01 ",
	"=020000357F0000010000000000000000 ",
	"=01002F746D702F78 ",
	"=0100002F746D702F78 ",
	"=PARENT ",
	"=726F6F7401FF ",
	"=\"\" ",
};

static const uint16_t types[] = {
	AUDIT_SYSCALL,
	AUDIT_PATH,
	AUDIT_EXECVE,
	AUDIT_CWD,
	AUDIT_PROCTITLE,
	AUDIT_SOCKADDR,
	AUDIT_SECCOMP,
	AUDIT_AVC,
	AUDIT_USER,
	AUDIT_USER_LOGIN,
	AUDIT_CONFIG_CHANGE,
	AUDIT_LANDLOCK_ACCESS,
	1999,
	AUDIT_MMAP,
	AUDIT_CAPSET,
};

static void text_make(uint64_t *state, struct buf *out)
{
	const uint32_t n = below(state, 24);

	for (uint32_t i = 0; i < n; i++) {
		const uint32_t pick = below(state, 16);

		if (pick == 0)
			buf_u8(out, (uint8_t)below(state, 256));
		else
			buf_puts(out,
				 words[below(state, sizeof(words) /
							    sizeof(words[0]))]);
	}
}

TEST(any_event_is_strict_json_with_names_alone_and_its_bytes_whole)
{
	uint64_t state = 0x5eedULL;
	static struct event ev;

	for (unsigned round = 0; round < ROUNDS; round++) {
		AUTO_DONE(buf_done) struct buf text = { 0 };
		size_t ends[6];
		const char *flaw;

		buf_init(&text, 1 << 16);
		ev = (struct event){ .kind = EVENT_AUDIT,
				     .record_count = 1 + below(&state, 6),
				     .is_inferred = below(&state, 2) != 0 };
		for (uint32_t i = 0; i < ev.record_count; i++) {
			text_make(&state, &text);
			ends[i] = text.len;
		}
		buf_u8(&text, 0);
		for (uint32_t i = 0; i < ev.record_count; i++) {
			const size_t from = i != 0 ? ends[i - 1] : 0;

			ev.records[i] = (struct event_record){
				types[below(&state,
					    sizeof(types) / sizeof(types[0]))],
				{ text.p + from, ends[i] - from }
			};
		}
		flaw = event_json_flaw(&ev);
		if (flaw != NULL)
			test_fail(__FILE__, __LINE__, "round %u: %s", round,
				  flaw);
	}
}

TEST(the_rows_of_a_shape_are_what_the_dictionary_says)
{
	size_t count;
	const struct shape *shapes = shape_table(&count);

	for (size_t i = 0; i < count; i++) {
		char tail[80];

		CHECK(shapes[i].count <= SHAPE_ROWS_MAX);
		(void)snprintf(tail, sizeof(tail),
			       "\"type\":\"%s\",\"type_nr\":%u",
			       type_name(shapes[i].type), shapes[i].type);
		CHECK_STR(shapes[i].tail.p, tail);
		CHECK_INT(shapes[i].tail.len, strlen(tail));
		for (unsigned k = 0; k < shapes[i].count; k++) {
			const struct shape_row *row = &shapes[i].rows[k];
			const struct span key = { row->key, row->len };

			if (field_class(shapes[i].type, key) != row->class)
				test_fail(__FILE__, __LINE__,
					  "%s of %u is %s, not %s", row->key,
					  shapes[i].type,
					  field_class_name(field_class(
						  shapes[i].type, key)),
					  field_class_name(row->class));
			CHECK(shape_alike(&shapes[i], key) == row);
		}
	}
}
