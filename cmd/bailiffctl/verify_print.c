/* SPDX-License-Identifier: Apache-2.0 */
/* verify_print.c - what a verified trail shows, and what it does not. */
#include "cmd/bailiffctl/verify.h"

#include <errno.h>
#include <inttypes.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/text.h"
#include "lib/when.h"
#include "pkg/trail/segment.h"

/* What follows a checkpoint when the next one is due: it, events, a key. */
#define VERIFY_OPEN_USUAL 4098

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- for people -----------------------------------------------------------
 */

static void label(const char *name)
{
	(void)printf("%-12s", name);
}

static void frames_print(const struct trail_report *r)
{
	label("log");
	ctl_put(span_of(r->origin[0] != '\0' ? r->origin : "without a name"));
	(void)printf("%s\n", r->first_seq != r->log_first
				     ? ", its beginning pruned"
				     : "");
	label("frames");
	(void)printf("%" PRIu64 " in %" PRIu64 " segment%s, #%" PRIu64
		     " to #%" PRIu64 "\n",
		     r->frames, r->segments, plural(r->segments), r->first_seq,
		     r->last_seq);
}

static void covered_print(const struct trail_report *r)
{
	char when[WHEN_TEXT];

	label("covered");
	(void)printf("%" PRIu64 " frame%s by %" PRIu64 " checkpoint%s",
		     r->covered, plural(r->covered), r->checkpoints,
		     plural(r->checkpoints));
	if (r->checkpoints != 0) {
		when_format((int64_t)(r->last_time_ms / 1000), when);
		(void)printf(", the last is #%" PRIu64 " of %s",
			     r->last_seq_checkpoint, when);
	}
	(void)putchar('\n');
	if (r->clock_backs != 0) {
		label("");
		(void)printf("the node's clock went back %" PRIu64 " time%s\n",
			     r->clock_backs, plural(r->clock_backs));
	}
	label("not covered");
	(void)printf("%" PRIu64 " frame%s from there on", r->open,
		     plural(r->open));
	if (r->open > VERIFY_OPEN_USUAL)
		(void)fputs(", more than bailiffd leaves unless its disk is "
			    "full",
			    stdout);
	if (r->disputed != 0)
		(void)printf(", %" PRIu64 " beside what is damaged",
			     r->disputed);
	(void)putchar('\n');
}

static void signer_print(const char *name, const struct signer *s,
			 const char *note)
{
	struct buf key;

	buf_init(&key, 128);
	base64_encode(&key,
		      (struct span){ (const char *)s->key, sizeof(s->key) });
	label("");
	(void)printf("%-6s%s, epoch %" PRIu64 " of boot ", name, buf_cstr(&key),
		     s->epoch);
	ctl_put(span_of(s->boot));
	(void)printf("%s\n", note);
	buf_done(&key);
}

static void keys_print(const struct trail_report *r)
{
	label("keys");
	(void)printf("%" PRIu64 " in %" PRIu64 " boot%s\n", r->epochs, r->boots,
		     plural(r->boots));
	if (r->epochs == 0)
		return;
	signer_print("first", &r->first,
		     r->is_first_pruned ? " (as a segment says)" : "");
	if (r->epochs > 1)
		signer_print("last", &r->last, "");
}

static void anchors_print(const struct ctl *ctl, const struct trail_report *r)
{
	label("anchor");
	ctl_color(ctl, r->anchors_met != 0 ? COLOR_GOOD : COLOR_WARN);
	if (r->anchors_met != 0)
		(void)printf("anchored at size %" PRIu64, r->anchored);
	else
		(void)fputs("not anchored", stdout);
	ctl_color(ctl, COLOR_PLAIN);
	if (r->anchors == 0)
		(void)fputs(": an end that was cut off, or a trail made anew, "
			    "would not be seen",
			    stdout);
	else
		(void)printf(", %" PRIu64 " of %" PRIu64 " anchor%s met",
			     r->anchors_met, r->anchors, plural(r->anchors));
	if (r->anchors_older != 0)
		(void)printf(", %" PRIu64 " older than what is left",
			     r->anchors_older);
	if (r->anchors_other != 0)
		(void)printf(", %" PRIu64 " of another log", r->anchors_other);
	(void)putchar('\n');
}

static void flaw_print(const struct trail_flaw *flaw)
{
	char name[SEGMENT_NAME_LEN + 1];

	(void)fputs("  ", stdout);
	if (flaw->segment != 0) {
		segment_name(flaw->segment, name);
		(void)printf("#%" PRIu64 ", %s offset %" PRIu64 ": ", flaw->seq,
			     name, flaw->offset);
	}
	ctl_put(span_of(flaw->what));
	if (flaw->after != 0 && flaw->before != 0)
		(void)printf("; between the checkpoints #%" PRIu64
			     " and #%" PRIu64,
			     flaw->after, flaw->before);
	else if (flaw->after != 0)
		(void)printf("; after the checkpoint #%" PRIu64, flaw->after);
	else if (flaw->before != 0)
		(void)printf("; before the checkpoint #%" PRIu64, flaw->before);
	(void)putchar('\n');
}

static void flaws_print(const struct ctl *ctl, const struct trail_report *r)
{
	size_t i = 0;

	ctl_color(ctl, COLOR_BAD);
	(void)printf("damaged, or not what was written");
	ctl_color(ctl, COLOR_PLAIN);
	(void)puts(":");
	for (; i < r->flaws && i < TRAIL_FLAWS_MAX; i++)
		flaw_print(&r->flaw[i]);
	if (r->flaws > i)
		(void)printf("  and %" PRIu64 " more\n", r->flaws - i);
}

static int text_print(const struct ctl *ctl, const struct verify_answer *answer)
{
	const struct trail_report *r = answer->report;

	if (answer->code == -ENOENT) {
		(void)ctl_fail(ctl, answer->e);
		return CTL_DONE;
	}
	frames_print(r);
	covered_print(r);
	keys_print(r);
	anchors_print(ctl, r);
	if (r->flaws != 0)
		flaws_print(ctl, r);
	if (answer->code != 0) {
		(void)ctl_fail(ctl, answer->e);
		return CTL_DONE;
	}
	ctl_color(ctl, COLOR_GOOD);
	(void)fputs("whole", stdout);
	ctl_color(ctl, COLOR_PLAIN);
	(void)putchar('\n');
	return CTL_DONE;
}

/* ---- JSON -----------------------------------------------------------------
 */

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* What a damaged file says need not be UTF-8. */
static json_t *escaped(const char *text)
{
	struct buf safe;
	json_t *out;

	buf_init(&safe, (size_t)4 * ERR_TEXT_MAX);
	text_escape(&safe, span_of(text), false);
	out = json_stringn(safe.p != NULL ? safe.p : "", safe.len);
	buf_done(&safe);
	return out;
}

static json_t *signer_json(const struct signer *s)
{
	struct buf key;
	json_t *out;

	buf_init(&key, 128);
	base64_encode(&key,
		      (struct span){ (const char *)s->key, sizeof(s->key) });
	out = json_pack("{s:o, s:o, s:s}", "boot", escaped(s->boot), "epoch",
			number(s->epoch), "key", buf_cstr(&key));
	buf_done(&key);
	return out;
}

static json_t *flaws_json(const struct trail_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->flaws && i < TRAIL_FLAWS_MAX; i++) {
		const struct trail_flaw *flaw = &r->flaw[i];

		(void)json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "seq",
				  number(flaw->seq), "segment",
				  number(flaw->segment), "offset",
				  number(flaw->offset), "after_checkpoint",
				  number(flaw->after), "before_checkpoint",
				  number(flaw->before), "what",
				  escaped(flaw->what)));
	}
	return list;
}

static int answer_json(const struct ctl *ctl,
		       const struct verify_answer *answer)
{
	const struct trail_report *r = answer->report;
	AUTO_JSON *out = json_pack(
		"{s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o}",
		"whole", answer->code == 0, "anchored", r->anchors_met != 0,
		"log", escaped(r->origin), "log_first_seq",
		number(r->log_first), "first_seq", number(r->first_seq),
		"last_seq", number(r->last_seq), "frames", number(r->frames),
		"segments", number(r->segments), "checkpoints",
		number(r->checkpoints), "covered", number(r->covered),
		"not_covered", number(r->open), "disputed", number(r->disputed),
		"flaws", flaws_json(r), "flaws_count", number(r->flaws));
	AUTO_JSON *anchors = json_pack(
		"{s:o, s:o, s:o, s:o, s:o}", "given", number(r->anchors), "met",
		number(r->anchors_met), "older", number(r->anchors_older),
		"other_log", number(r->anchors_other), "size",
		number(r->anchored));
	AUTO_JSON *last = json_pack(
		"{s:o, s:o, s:o, s:o}", "seq", number(r->last_seq_checkpoint),
		"size", number(r->last_size), "time_ms",
		number(r->last_time_ms), "clock_backs", number(r->clock_backs));
	AUTO_JSON *keys = json_pack(
		"{s:o, s:o, s:o, s:o}", "boots", number(r->boots), "epochs",
		number(r->epochs), "first", signer_json(&r->first), "last",
		signer_json(&r->last));

	if (out == NULL || json_object_set(out, "anchors", anchors) < 0 ||
	    json_object_set(out, "last_checkpoint", last) < 0 ||
	    json_object_set(out, "keys", keys) < 0 ||
	    (answer->code < 0 &&
	     json_object_set_new(out, "reason", escaped(answer->e->text)) < 0))
		return CTL_SYSTEM;
	return ctl_print_json(ctl, out);
}

int verify_print(const struct ctl *ctl, const struct verify_answer *answer)
{
	return ctl->wants_json ? answer_json(ctl, answer)
			       : text_print(ctl, answer);
}
