/* SPDX-License-Identifier: Apache-2.0 */
/* frame_test.c - frames of the trail as events. */
#include "pkg/audit/frame.h"

#include <errno.h>
#include <string.h>

#include "pkg/audit/render.h"
#include "pkg/trail/trail.h"
#include "test/unit/harness.h"

_Static_assert((int)FRAME_EVENT == (int)TRAIL_EVENT &&
		       (int)FRAME_CHECKPOINT == (int)TRAIL_CHECKPOINT &&
		       (int)FRAME_KEY == (int)TRAIL_KEY,
	       "the two storeys number kinds alike");

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static const char note[] = "bailiff/a/b\n3\nAAAA\nboot b\nepoch 1\n"
			   "time 1700000000123\n\n\xe2\x80\x94 bailiff/a/b x\n";

TEST(an_event_keeps_its_sequence_and_its_words)
{
	const struct event from = { .kind = EVENT_OWN,
				    .time_ms = 5,
				    .action = span_of("audit.start"),
				    .text = span_of("pid=1"),
				    .ses = UINT32_MAX,
				    .auid = UINT32_MAX };
	struct event ev;
	struct buf b;

	buf_init(&b, 4096);
	CHECK_INT(event_encode(&from, &b), 0);
	CHECK_INT(event_of_frame(FRAME_EVENT, buf_view(&b), 7, &ev, NULL), 0);
	CHECK_INT(ev.seq, 7);
	CHECK(span_eq_str(ev.action, "audit.start"));
	CHECK(!event_is_note(&ev));
	b.len--;
	CHECK_INT(event_of_frame(FRAME_EVENT, buf_view(&b), 7, &ev, NULL),
		  -EBADMSG);
	buf_done(&b);
}

TEST(a_note_is_an_own_event_of_its_time)
{
	const struct render_node node = { "n", "b" };
	struct event ev;
	struct buf b;

	CHECK_INT(event_of_frame(FRAME_CHECKPOINT, span_of(note), 9, &ev, NULL),
		  0);
	CHECK_INT(ev.seq, 9);
	CHECK_INT(ev.time_ms, 1700000000123);
	CHECK(event_is_note(&ev));
	buf_init(&b, 65536);
	CHECK_INT(render_json(&ev, &node, &b), 0);
	CHECK_HAS(buf_cstr(&b), "\"action\":\"trail.checkpoint\"");
	CHECK_HAS(buf_cstr(&b), "\"message\":\"bailiff/a/b");
	buf_reset(&b);
	CHECK_INT(render_text(&ev, &b), 0);
	CHECK(memchr(b.p, '\n', b.len) == b.p + b.len - 1);
	buf_done(&b);
	CHECK_INT(event_of_frame(FRAME_KEY, span_of(note), 9, &ev, NULL), 0);
	CHECK(span_eq_str(ev.action, "trail.key"));
	CHECK(event_is_note(&ev));
}

TEST(a_time_that_is_no_number_is_none)
{
	static const char *const notes[] = {
		"",	    "\ntime ",	   "\ntime \n",
		"\ntime 1", "\ntime 1x\n", "\ntime 99999999999999999999\n",
		"time 5\n",
	};
	struct event ev;

	for (size_t i = 0; i < COUNTOF(notes); i++) {
		CHECK_INT(event_of_frame(FRAME_CHECKPOINT, span_of(notes[i]), 1,
					 &ev, NULL),
			  0);
		CHECK_INT(ev.time_ms, 0);
	}
}

TEST(a_kind_that_is_none_is_refused)
{
	struct event ev;
	struct err e = { 0 };

	CHECK_INT(event_of_frame(3, span_of(note), 1, &ev, &e), -EBADMSG);
	CHECK_HAS(e.text, "unknown kind: 3");
}
