/* SPDX-License-Identifier: Apache-2.0 */
/* trail_sign_test.c - the trail's writer: keys, checkpoints, durability. */
#include "test/unit/harness.h"
#include "test/unit/trail_dir.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trail/epoch.h"
#include "pkg/trail/horizon.h"
#include "pkg/trail/scan.h"
#include "pkg/trail/verify.h"

#define ORIGIN "bailiff/node-1/boot-a"

struct place {
	struct dir trail, keys;
	struct trail_config config;
	uint64_t now_ms;
};

static struct place place_make(enum trail_durability durability)
{
	struct place p = { .trail = dir_make(),
			   .keys = dir_make(),
			   .now_ms = 1000000 };

	p.config = (struct trail_config){ .bytes_max = 1 << 22,
					  .segment_max = 1 << 20,
					  .durability = durability,
					  .origin = ORIGIN,
					  .boot = "boot-a",
					  .key_dirfd = p.keys.fd };
	return p;
}

static void place_remove(const struct place *p)
{
	dir_remove(&p->trail);
	dir_remove(&p->keys);
}

static struct trail_writer *begin(const struct place *p)
{
	return writer(p->trail.fd, &p->config);
}

static void tick(struct trail_writer *w, struct place *p, uint64_t ms)
{
	struct err e = { 0 };

	p->now_ms += ms;
	if (trail_tick(w, p->now_ms, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

/* ---- what is in the files ------------------------------------------------
 */

/* All frames, in order: "K" a key, "C" a checkpoint, "e" an event. Notes are
 * checked: they say what the tree is, and the key that is in force signed. */
struct log {
	char kinds[8192];
	size_t count;
	struct signer signer;
	struct checkpoint last; /* only its numbers: the rest is gone */
	char origin[64];	/* of the last checkpoint, as are the lines */
	char lines[256];
};

static void key_check(struct log *log, struct scan *s,
		      const struct trail_frame *frame)
{
	struct key_note k;
	const unsigned char *by = k.key;

	CHECK_INT(key_note_parse(frame->bytes, &k, NULL), 0);
	CHECK(span_eq_str(k.origin, s->start.origin));
	CHECK_INT(k.size, s->tree.size);
	if (log->signer.boot[0] != '\0' &&
	    span_eq_str(k.boot, log->signer.boot)) {
		CHECK_INT(k.epoch, log->signer.epoch + 1);
		if (note_verify(&k.note, k.origin, k.key) != NOTE_GOOD)
			by = log->signer.key;
	}
	CHECK_INT(note_verify(&k.note, k.origin, by), NOTE_GOOD);
	log->signer = (struct signer){ .epoch = k.epoch };
	memcpy(log->signer.boot, k.boot.p, k.boot.len);
	memcpy(log->signer.key, k.key, sizeof(k.key));
}

static void checkpoint_check(struct log *log, struct scan *s,
			     const struct trail_frame *frame)
{
	struct checkpoint c;
	struct tree_hash root;

	CHECK_INT(checkpoint_parse(frame->bytes, &c, NULL), 0);
	CHECK(span_eq_str(c.origin, s->start.origin));
	CHECK(span_eq_str(c.boot, log->signer.boot));
	CHECK_INT(c.epoch, log->signer.epoch);
	CHECK_INT(c.size, s->tree.size);
	CHECK_INT(tree_root(s->hasher, &s->tree, &root), 0);
	CHECK(tree_hash_eq(&root, &c.root));
	CHECK_INT(note_verify(&c.note, c.origin, log->signer.key), NOTE_GOOD);
	(void)snprintf(log->lines, sizeof(log->lines), "%.*s",
		       SPAN_FMT(c.lines));
	(void)snprintf(log->origin, sizeof(log->origin), "%.*s",
		       SPAN_FMT(c.origin));
	log->last = c;
}

static void segment_check(struct log *log, struct scan *s)
{
	static const char letters[] = {
		[TRAIL_EVENT] = 'e', [TRAIL_CHECKPOINT] = 'C', [TRAIL_KEY] = 'K'
	};
	struct trail_frame frame;

	CHECK_STR(s->start.signer.boot, log->signer.boot);
	CHECK_INT(s->start.signer.epoch, log->signer.epoch);
	CHECK(memcmp(s->start.signer.key, log->signer.key, NOTE_PUBLIC_LEN) ==
	      0);
	while (scan_peek(s, &frame, NULL) == 0) {
		if (frame.kind == TRAIL_KEY)
			key_check(log, s, &frame);
		if (frame.kind == TRAIL_CHECKPOINT)
			checkpoint_check(log, s, &frame);
		if (log->count < sizeof(log->kinds) - 1)
			log->kinds[log->count++] = letters[frame.kind];
		CHECK_INT(scan_take(s), 0);
	}
	CHECK_INT(s->tail, 0);
}

static struct log *log_read(int dirfd)
{
	struct log *log = calloc(1, sizeof(*log));
	AUTO_MEM uint64_t *list = NULL;
	struct scan s;
	size_t count;

	CHECK(log != NULL);
	CHECK_INT(scan_init(&s), 0);
	CHECK_INT(segment_list(dirfd, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		CHECK_INT(scan_open(&s, dirfd, list[i], NULL), 0);
		if (i == 0)
			log->signer = s.start.signer;
		segment_check(log, &s);
	}
	scan_done(&s);
	return log;
}

static void check_kinds(const struct place *p, const char *want)
{
	AUTO_MEM struct log *log = log_read(p->trail.fd);

	CHECK_STR(log->kinds, want);
}

/* How many frames a reader is shown. */
static uint64_t shown(const struct place *p)
{
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t last = 0;
	int code;

	CHECK_INT(trail_reader_open(p->trail.fd, 1, &r, NULL), 0);
	while ((code = trail_read(r, &frame, NULL)) == 0) {
		CHECK(frame.seq == last + 1);
		last = frame.seq;
	}
	CHECK_INT(code, -EAGAIN);
	trail_reader_close(r);
	return last;
}

/* What verify says of a trail that nobody writes. */
static int verdict(int dirfd, struct trail_report *ret, struct err *e)
{
	static const struct verify_options at_rest = { .is_at_rest = true };

	*e = (struct err){ 0 };
	return trail_verify(dirfd, &at_rest, ret, e);
}

static void check_whole(int dirfd, struct trail_report *ret)
{
	struct err e;

	if (verdict(dirfd, ret, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

/* ---- keys and checkpoints ------------------------------------------------
 */

TEST(a_signed_trail_begins_with_a_key_and_a_checkpoint_and_ends_with_one)
{
	const struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);

	CHECK_INT(trail_next_seq(w), 3);
	check_kinds(&p, "KC");
	CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_FIRST);
	CHECK_INT(trail_key_state(w)->epoch, 1);
	CHECK(trail_key_state(w)->is_kept);
	append_many(w, 3);
	trail_writer_close(w);
	check_kinds(&p, "KCeeeC");
	place_remove(&p);
}

TEST(a_checkpoint_is_due_in_a_second_after_4096_events_or_a_minute_idle)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);
	AUTO_MEM struct log *log = NULL;

	tick(w, &p, 0);
	tick(w, &p, 59999);
	check_kinds(&p, "KC");
	CHECK_INT(trail_wait_ms(w, p.now_ms), 1);
	tick(w, &p, 1);
	check_kinds(&p, "KCC");
	append_many(w, 2);
	tick(w, &p, 10);
	tick(w, &p, 899);
	check_kinds(&p, "KCCee");
	CHECK_INT(trail_wait_ms(w, p.now_ms), 1);
	tick(w, &p, 1);
	check_kinds(&p, "KCCeeC");
	tick(w, &p, 5000);
	check_kinds(&p, "KCCeeC");
	for (unsigned i = 0; i < 4096; i++)
		append(w, "x");
	CHECK_INT(trail_next_seq(w), 7 + 4096);
	append(w, "x");
	log = log_read(p.trail.fd);
	CHECK_INT(log->count, 6 + 4096 + 2);
	CHECK_STR(log->kinds + log->count - 3, "eCe");
	CHECK_INT(log->last.size, 6 + 4096);
	trail_writer_close(w);
	place_remove(&p);
}

static void statement(void *ctx, struct buf *out)
{
	unsigned *calls = ctx;

	buf_printf(out, "kernel-lost %u\nrules abc\n", (*calls)++);
}

TEST(a_checkpoint_says_what_the_caller_states)
{
	unsigned calls = 0;
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;
	AUTO_MEM struct log *log = NULL;

	p.config.statement = statement;
	p.config.ctx = &calls;
	w = begin(&p);
	append_many(w, 1);
	trail_writer_close(w);
	CHECK_INT(calls, 2);
	log = log_read(p.trail.fd);
	CHECK_STR(log->lines, "kernel-lost 1\nrules abc\n");
	place_remove(&p);
}

/* The secret of the key in force is all that the file holds. */
static void check_secret(const struct place *p, const struct trail_writer *w)
{
	const struct trail_key_state *state = trail_key_state(w);
	struct epoch_secrets s;

	CHECK_INT(epoch_load(p->keys.fd, &s, NULL), 0);
	CHECK_INT(s.count, 1);
	CHECK_STR(s.boot, p->config.boot);
	CHECK_INT(s.secret[0].epoch, state->epoch);
	CHECK(epoch_find(&s, state->key) == &s.secret[0]);
}

TEST(a_writer_that_follows_in_the_same_boot_goes_on_with_the_same_chain)
{
	static struct trail_report report;
	const struct place p = place_make(TRAIL_NONE);
	AUTO_MEM struct log *log = NULL;

	for (unsigned i = 1; i <= 5; i++) {
		struct trail_writer *w = begin(&p);

		CHECK_INT(trail_key_state(w)->epoch, i);
		CHECK_INT(trail_key_state(w)->how,
			  i == 1 ? TRAIL_KEY_FIRST : TRAIL_KEY_SUCCEEDED);
		check_secret(&p, w);
		append_many(w, 1);
		trail_writer_close(w);
	}
	log = log_read(p.trail.fd);
	CHECK_STR(log->kinds, "KCeCKCeCKCeCKCeCKCeC");
	CHECK_INT(log->signer.epoch, 5);
	check_whole(p.trail.fd, &report);
	place_remove(&p);
}

TEST(a_key_hands_over_after_256_checkpoints_and_is_erased)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);
	struct epoch_secrets before;
	AUTO_MEM struct log *log = NULL;
	const int old = openat(p.keys.fd, EPOCH_FILE, O_RDONLY);
	char bytes[512];
	ssize_t n;

	CHECK_INT(epoch_load(p.keys.fd, &before, NULL), 0);
	/* The first one came with the key. */
	for (unsigned i = 1; i < 256; i++) {
		append_many(w, 1);
		tick(w, &p, 0);
		CHECK_INT(trail_key_state(w)->epoch, 1);
		tick(w, &p, 1000);
	}
	CHECK_INT(trail_key_state(w)->epoch, 2);
	check_secret(&p, w);
	/* Who held the old file open has nothing either. */
	n = pread(old, bytes, sizeof(bytes), 0);
	CHECK(n > 0);
	for (ssize_t i = 0; i < n; i++)
		CHECK(bytes[i] == 0);
	(void)close(old);
	trail_writer_close(w);
	log = log_read(p.trail.fd);
	CHECK_INT(log->signer.epoch, 2);
	CHECK_STR(log->kinds + log->count - 4, "eCKC");
	place_remove(&p);
}

TEST(a_key_that_signs_little_hands_over_after_ten_minutes)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);

	tick(w, &p, 0);
	for (unsigned i = 0; i < 9; i++)
		tick(w, &p, 60000);
	tick(w, &p, 59999);
	CHECK_INT(trail_key_state(w)->epoch, 1);
	tick(w, &p, 1);
	CHECK_INT(trail_key_state(w)->epoch, 2);
	check_secret(&p, w);
	trail_writer_close(w);
	place_remove(&p);
}

TEST(a_writer_killed_while_a_key_hands_over_leaves_one_chain)
{
	/* The successor's secret is in the file; its frame is there or not. */
	for (unsigned is_announced = 0; is_announced < 2; is_announced++) {
		const struct place p = place_make(TRAIL_NONE);
		struct trail_writer *w = begin(&p);
		struct epoch_secrets one, both;

		CHECK_INT(epoch_load(p.keys.fd, &one, NULL), 0);
		trail_writer_close(w);
		if (is_announced != 0) {
			trail_writer_close(begin(&p));
			CHECK_INT(epoch_load(p.keys.fd, &both, NULL), 0);
			both.secret[1] = both.secret[0];
		} else {
			both = one;
			CHECK_INT(epoch_secret_make(2, &both.secret[1]), 0);
		}
		both.secret[0] = one.secret[0];
		both.count = 2;
		CHECK_INT(epoch_store(p.keys.fd, &both, NULL), 0);
		w = begin(&p);
		CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_SUCCEEDED);
		CHECK_INT(trail_key_state(w)->epoch, 2 + is_announced);
		check_secret(&p, w);
		trail_writer_close(w);
		check_kinds(&p, is_announced != 0 ? "KCKCKC" : "KCKC");
		place_remove(&p);
	}
}

TEST(another_boot_begins_another_chain_in_the_same_log)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);
	AUTO_MEM struct log *log = NULL;

	append_many(w, 1);
	trail_writer_close(w);
	p.config.boot = "boot-b";
	p.config.origin = "bailiff/node-1/boot-b";
	w = begin(&p);
	CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_FIRST);
	CHECK_INT(trail_key_state(w)->epoch, 1);
	check_secret(&p, w);
	trail_writer_close(w);
	log = log_read(p.trail.fd);
	CHECK_STR(log->kinds, "KCeCKC");
	CHECK_STR(log->signer.boot, "boot-b");
	CHECK_STR(log->origin, ORIGIN);
	place_remove(&p);
}

TEST(a_secret_that_is_of_no_use_is_said_and_another_chain_begins)
{
	static const struct {
		const char *bytes;
		enum trail_key_how how;
	} t[] = {
		{ NULL, TRAIL_KEY_MISSING },
		{ "", TRAIL_KEY_DAMAGED },
		{ "bailkey1 and some more bytes that are no secret at all",
		  TRAIL_KEY_DAMAGED },
	};

	static struct trail_report report;
	struct err e;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct place p = place_make(TRAIL_NONE);
		struct trail_writer *w = begin(&p);

		trail_writer_close(w);
		CHECK_INT(unlinkat(p.keys.fd, EPOCH_FILE, 0), 0);
		if (t[i].bytes != NULL)
			put(p.keys.fd, EPOCH_FILE, t[i].bytes,
			    strlen(t[i].bytes));
		w = begin(&p);
		CHECK_INT(trail_key_state(w)->how, t[i].how);
		CHECK_INT(trail_key_state(w)->epoch, 2);
		check_secret(&p, w);
		trail_writer_close(w);
		check_kinds(&p, "KCKC");
		/* And verify tells it from a chain that goes on. */
		CHECK_INT(verdict(p.trail.fd, &report, &e), -EBADMSG);
		CHECK_HAS(e.text, "a second chain of keys");
		place_remove(&p);
	}
}

TEST(every_changed_byte_of_the_secrets_file_is_found)
{
	const struct place p = place_make(TRAIL_NONE);
	AUTO_DONE(buf_done) struct buf bytes;
	struct epoch_secrets s;

	trail_writer_close(begin(&p));
	buf_init(&bytes, 512);
	CHECK_INT(file_read(p.keys.fd, EPOCH_FILE, 512, &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.p[i] ^= 1;
		put(p.keys.fd, EPOCH_FILE, bytes.p, bytes.len);
		CHECK_INT(epoch_load(p.keys.fd, &s, NULL), -EBADMSG);
		bytes.p[i] ^= 1;
		put(p.keys.fd, EPOCH_FILE, bytes.p, i);
		CHECK_INT(epoch_load(p.keys.fd, &s, NULL), -EBADMSG);
	}
	place_remove(&p);
}

TEST(a_log_begun_anew_in_one_boot_goes_on_with_the_number_of_its_epoch)
{
	static struct trail_report report;
	const struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);

	trail_writer_close(w);
	dir_empty(p.trail.fd);
	w = begin(&p);
	CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_NEW_LOG);
	CHECK_INT(trail_key_state(w)->epoch, 2);
	check_secret(&p, w);
	trail_writer_close(w);
	check_kinds(&p, "KC");
	check_whole(p.trail.fd, &report);
	place_remove(&p);
}

TEST(without_a_directory_for_it_a_key_is_not_kept_and_that_is_said)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;

	p.config.key_dirfd = -1;
	w = begin(&p);
	CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_FIRST);
	CHECK(!trail_key_state(w)->is_kept);
	CHECK_HAS(trail_key_state(w)->why_not.text, "no directory");
	trail_writer_close(w);
	w = begin(&p);
	CHECK_INT(trail_key_state(w)->how, TRAIL_KEY_MISSING);
	trail_writer_close(w);
	place_remove(&p);
}

TEST(a_name_that_cannot_stand_in_a_note_is_refused)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;
	uint64_t recovered;
	struct err e = { 0 };

	p.config.origin = "two words";
	CHECK_INT(trail_writer_open(p.trail.fd, &p.config, &w, &recovered, &e),
		  -EINVAL);
	CHECK_HAS(e.text, "two words");
	p.config.origin = ORIGIN;
	p.config.boot = "";
	CHECK_INT(trail_writer_open(p.trail.fd, &p.config, &w, &recovered, &e),
		  -EINVAL);
	place_remove(&p);
}

TEST(segments_say_who_signs_and_what_the_tree_was)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;
	AUTO_MEM struct log *log = NULL;

	p.config.bytes_max = 20000;
	p.config.segment_max = 3000;
	w = begin(&p);
	append_many(w, 400);
	trail_writer_close(w);
	CHECK(trail_writer_open(p.trail.fd, &p.config, &w, &(uint64_t){ 0 },
				NULL) == 0);
	CHECK(trail_next_seq(w) > 402);
	append_many(w, 60);
	trail_writer_close(w);
	/* The first ones are pruned, and with them the first key. */
	log = log_read(p.trail.fd);
	CHECK(log->kinds[0] == 'e' || log->kinds[0] == 'C');
	CHECK_INT(log->signer.epoch, 2);
	place_remove(&p);
}

/* ---- durability ----------------------------------------------------------
 */

TEST(a_reader_sees_what_is_acknowledged_under_each_durability)
{
	struct place p = place_make(TRAIL_AT_CHECKPOINT);
	struct trail_writer *w = begin(&p);
	struct err e = { 0 };
	uint64_t seq;

	CHECK_INT(trail_acked(w), 2);
	append_many(w, 2);
	tick(w, &p, 10);
	CHECK_INT(trail_acked(w), 2);
	CHECK_INT(shown(&p), 2);
	tick(w, &p, 900);
	CHECK_INT(trail_acked(w), 5);
	CHECK_INT(shown(&p), 5);

	CHECK_INT(trail_durability_set(w, TRAIL_EACH, &e), 0);
	CHECK_INT(trail_append(w, span_of("frame 6"), &seq, &e), 0);
	CHECK_INT(shown(&p), 5);
	CHECK_INT(trail_flush(w, &e), 0);
	CHECK_INT(shown(&p), 6);

	CHECK_INT(trail_durability_set(w, TRAIL_NONE, &e), 0);
	append_many(w, 1);
	CHECK_INT(trail_acked(w), 7);
	CHECK_INT(shown(&p), 7);

	CHECK_INT(trail_durability_set(w, TRAIL_AT_CHECKPOINT, &e), 0);
	CHECK_INT(shown(&p), 7);
	append_many(w, 1);
	CHECK_INT(shown(&p), 7);
	trail_writer_close(w);
	CHECK_INT(shown(&p), 9);
	place_remove(&p);
}

TEST(a_reader_that_has_read_ahead_learns_that_less_is_acknowledged)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);
	struct trail_reader *r;
	struct trail_frame frame;

	CHECK_INT(trail_reader_open(p.trail.fd, 1, &r, NULL), 0);
	append_many(w, 2);
	for (unsigned i = 1; i <= 4; i++)
		CHECK_INT(trail_read(r, &frame, NULL), 0);
	CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	CHECK_INT(trail_durability_set(w, TRAIL_AT_CHECKPOINT, NULL), 0);
	append_many(w, 2);
	CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	tick(w, &p, 0);
	CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	tick(w, &p, 1000);
	CHECK_INT(trail_read(r, &frame, NULL), 0);
	CHECK_INT(frame.seq, 5);
	trail_reader_close(r);
	trail_writer_close(w);
	place_remove(&p);
}

TEST(what_a_killed_writer_left_is_acknowledged_by_the_next)
{
	struct place p = place_make(TRAIL_AT_CHECKPOINT);
	struct trail_writer *w;
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		w = begin(&p);
		append_many(w, 3);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	CHECK_INT(shown(&p), 2);
	w = begin(&p);
	CHECK_INT(shown(&p), 7);
	check_kinds(&p, "KCeeeKC");
	trail_writer_close(w);
	place_remove(&p);
}

/* Append in batches until killed; some are checkpoints. */
static void run_until_killed(const struct place *p)
{
	struct place mine = *p;
	struct trail_writer *w = begin(&mine);

	for (uint64_t i = 0;; i++) {
		char text[2000];
		uint64_t seq;

		(void)snprintf(text, sizeof(text), "%0*d", (int)(i % 1999), 0);
		if (trail_append(w, span_of(text), &seq, NULL) < 0 ||
		    (i % 7 == 0 && trail_flush(w, NULL) < 0) ||
		    (i % 50 == 0 &&
		     trail_tick(w, mine.now_ms += 1000, NULL) < 0))
			_exit(1);
	}
}

/* Read what is shown while another process writes, and kill that at some
 * moment. @leaves: what each frame was, by its sequence. Return: the last. */
static uint64_t read_and_kill(const struct place *p, pid_t pid, unsigned round,
			      struct tree_hash *leaves, uint64_t from,
			      uint64_t max)
{
	struct hasher *h = hasher_new();
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t last = from;
	int status, code;

	CHECK_INT(trail_reader_open(p->trail.fd, from + 1, &r, NULL), 0);
	for (unsigned i = 0; i < 20 * round + 1; i++) {
		while ((code = trail_read(r, &frame, NULL)) == 0 &&
		       last + 1 < max) {
			CHECK_INT(frame.seq, last + 1);
			last = frame.seq;
			CHECK_INT(tree_frame_leaf(h, frame.seq, frame.kind,
						  frame.bytes, &leaves[last]),
				  0);
		}
		CHECK(code == 0 || code == -EAGAIN);
		(void)usleep(100);
	}
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	trail_reader_close(r);
	hasher_free(h);
	return last;
}

/* All that was shown is there, unchanged. */
static void check_kept(const struct place *p, const struct tree_hash *leaves,
		       uint64_t last)
{
	struct trail_reader *r;
	struct trail_frame frame;
	struct hasher *h = hasher_new();
	struct tree_hash leaf;

	CHECK_INT(trail_reader_open(p->trail.fd, 1, &r, NULL), 0);
	for (uint64_t seq = 1; seq <= last; seq++) {
		CHECK_INT(trail_read(r, &frame, NULL), 0);
		CHECK_INT(frame.seq, seq);
		CHECK_INT(
			tree_frame_leaf(h, seq, frame.kind, frame.bytes, &leaf),
			0);
		CHECK(tree_hash_eq(&leaf, &leaves[seq]));
	}
	trail_reader_close(r);
	hasher_free(h);
}

TEST(what_was_shown_before_a_kill_is_kept_without_gap_or_repeat)
{
	enum {
		MAX = 400000
	};
	static struct trail_report report;
	struct tree_hash *leaves = calloc(MAX, sizeof(*leaves));
	uint64_t last = 0;

	CHECK(leaves != NULL);
	for (unsigned d = TRAIL_NONE; d <= TRAIL_EACH; d++) {
		struct place p = place_make((enum trail_durability)d);

		p.config.bytes_max = 1 << 28;
		last = 0;
		for (unsigned round = 0; round < 6; round++) {
			const pid_t pid = fork();

			if (pid == 0)
				run_until_killed(&p);
			last = read_and_kill(&p, pid, round, leaves, last, MAX);
			trail_writer_close(begin(&p));
			check_kept(&p, leaves, last);
		}
		CHECK(last > 12);
		check_whole(p.trail.fd, &report);
		CHECK_INT(report.epochs > 6, true);
		place_remove(&p);
	}
	free(leaves);
}

/* ---- a power cut ---------------------------------------------------------
 */

#define LAST_MAX 4096

/* The last segment of a trail, and where its frames end. */
struct last {
	struct place p;
	char name[SEGMENT_NAME_LEN + 1];
	uint64_t first;
	char bytes[LAST_MAX];
	size_t len;
	size_t ends[64];
	size_t count;
};

static void last_read(struct last *l)
{
	AUTO_MEM uint64_t *list = NULL;
	AUTO_DONE(buf_done) struct buf bytes;
	struct trail_frame frame;
	struct scan s;
	size_t count;

	CHECK_INT(segment_list(l->p.trail.fd, &list, &count, NULL), 0);
	CHECK(count > 1);
	l->first = list[count - 1];
	segment_name(l->first, l->name);
	buf_init(&bytes, LAST_MAX);
	CHECK_INT(file_read(l->p.trail.fd, l->name, LAST_MAX, &bytes, NULL), 0);
	memcpy(l->bytes, bytes.p, bytes.len);
	l->len = bytes.len;
	CHECK_INT(scan_init(&s), 0);
	CHECK_INT(scan_open(&s, l->p.trail.fd, l->first, NULL), 0);
	while (scan_next(&s, &frame, NULL) == 0)
		l->ends[l->count++] = s.offset;
	CHECK_INT(l->ends[l->count - 1], l->len);
	scan_done(&s);
}

/* A writer of another boot opens what is left and goes on behind it; all is
 * whole, and a reader comes to its end. */
static void check_reopens(const struct last *l, uint64_t whole,
			  bool is_thorough)
{
	static struct trail_report report;
	struct trail_writer *w;
	struct err e = { 0 };
	uint64_t recovered;
	AUTO_MEM struct log *log = NULL;

	if (trail_writer_open(l->p.trail.fd, &l->p.config, &w, &recovered, &e) <
	    0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_INT(trail_next_seq(w), whole + 3);
	append(w, "after");
	trail_writer_close(w);
	CHECK_INT(shown(&l->p), whole + 4);
	check_whole(l->p.trail.fd, &report);
	CHECK_INT(report.last_seq, whole + 4);
	if (is_thorough) {
		log = log_read(l->p.trail.fd);
		CHECK_STR(log->kinds + whole, "KCeC");
	}
}

static void segments_drop(int dirfd, uint64_t after)
{
	AUTO_MEM uint64_t *list = NULL;
	char name[SEGMENT_NAME_LEN + 1];
	size_t count;

	CHECK_INT(segment_list(dirfd, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		segment_name(list[i], name);
		if (list[i] > after)
			CHECK_INT(unlinkat(dirfd, name, 0), 0);
	}
}

/* What is left of the last segment are its first @keep bytes, then nothing or
 * zeros. */
static void cut_and_check(const struct last *l, size_t keep, bool wants_zeros)
{
	char left[LAST_MAX] = { 0 };
	const size_t len = wants_zeros ? l->len : keep;
	uint64_t whole = l->first - 1;

	memcpy(left, l->bytes, keep);
	segments_drop(l->p.trail.fd, l->first);
	put(l->p.trail.fd, l->name, left, len);
	for (size_t i = 0; i < l->count; i++)
		whole += l->ends[i] <= len &&
			 memcmp(left, l->bytes, l->ends[i]) == 0;
	check_reopens(l, whole, keep % 16 == 0);
}

static void every_byte(bool wants_zeros)
{
	static struct last l;
	struct trail_writer *w;

	l.p = place_make(TRAIL_NONE);
	l.p.config.segment_max = 1400;
	w = begin(&l.p);
	append_many(w, 40);
	trail_writer_close(w);
	last_read(&l);
	l.p.config.boot = "boot-b";
	l.p.config.key_dirfd = -1;
	for (size_t keep = 0; keep < l.len; keep++)
		cut_and_check(&l, keep, wants_zeros);
	place_remove(&l.p);
}

TEST(a_last_segment_cut_at_any_byte_reopens_to_its_last_whole_frame)
{
	every_byte(false);
}

TEST(a_last_segment_of_zeros_from_any_byte_reopens_to_its_last_whole_frame)
{
	every_byte(true);
}

/* The same of a log that has one segment only. */
TEST(a_first_segment_cut_or_of_zeros_from_any_byte_reopens_too)
{
	static struct last l;
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w = begin(&p);
	char bytes[LAST_MAX] = { 0 };
	const char *name = "00000000000000000001.seg";
	uint64_t recovered;
	ssize_t len;
	int fd;

	append_many(w, 2);
	trail_writer_close(w);
	fd = openat(p.trail.fd, name, O_RDONLY);
	len = read(fd, l.bytes, sizeof(l.bytes));
	CHECK(len > 200 && len < LAST_MAX);
	(void)close(fd);
	p.config.key_dirfd = -1;
	p.config.boot = "boot-b";
	for (size_t keep = 0; keep < 2 * (size_t)len; keep++) {
		const size_t kept = keep / 2;

		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, l.bytes, kept);
		segments_drop(p.trail.fd, 1);
		put(p.trail.fd, name, bytes,
		    keep % 2 != 0 ? (size_t)len : kept);
		CHECK_INT(trail_writer_open(p.trail.fd, &p.config, &w,
					    &recovered, NULL),
			  0);
		trail_writer_close(w);
		free(log_read(p.trail.fd));
	}
	place_remove(&p);
}

/* ---- pruning, and a full disk --------------------------------------------
 */

struct prunings {
	uint64_t next, calls;
};

static void pruning(void *ctx, int dirfd, uint64_t first, uint64_t last)
{
	struct prunings *seen = ctx;
	struct scan s;

	CHECK_INT(first, seen->next);
	CHECK(last >= first);
	CHECK_INT(scan_init(&s), 0);
	CHECK_INT(scan_open(&s, dirfd, first, NULL), 0);
	scan_done(&s);
	seen->next = last + 1;
	seen->calls++;
}

TEST(whoever_counts_is_told_of_each_segment_before_it_goes)
{
	struct prunings seen = { .next = 1 };
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;

	p.config.bytes_max = 8000;
	p.config.segment_max = 2000;
	p.config.pruning = pruning;
	p.config.ctx = &seen;
	w = begin(&p);
	append_many(w, 500);
	CHECK(seen.calls > 10);
	CHECK_INT(trail_pruned(w), seen.next - 1);
	trail_writer_close(w);
	place_remove(&p);
}

TEST(a_smaller_cap_holds_from_the_next_segment_on)
{
	struct place p = place_make(TRAIL_NONE);
	struct trail_writer *w;
	AUTO_MEM uint64_t *list = NULL;
	size_t count;

	p.config.bytes_max = 20000;
	p.config.segment_max = 2000;
	w = begin(&p);
	append_many(w, 400);
	trail_limits_set(w, 6000, 2000);
	append_many(w, 40);
	CHECK_INT(segment_list(p.trail.fd, &list, &count, NULL), 0);
	CHECK(count <= 4);
	trail_writer_close(w);
	place_remove(&p);
}

/* A full file system of 256 KiB; the ballast is what else lies there. */
static int full_disk(int *ret_ballast, size_t ballast_len)
{
	static const char zeros[262144];
	int fd;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/mnt", "tmpfs", 0, "size=256k") < 0)
		test_skip("needs root");
	fd = open("/mnt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_ballast = open("/mnt/ballast", O_WRONLY | O_CREAT, 0600);
	CHECK(write(*ret_ballast, zeros, ballast_len) > 0);
	return fd;
}

TEST(on_a_full_disk_a_writer_opens_and_begins_when_there_is_room)
{
	struct place p = place_make(TRAIL_AT_CHECKPOINT);
	struct trail_writer *w;
	struct err e = { 0 };
	uint64_t seq;
	int ballast;

	p.trail.fd = full_disk(&ballast, 262144);
	p.config.durability = TRAIL_EACH;
	w = begin(&p);
	CHECK_INT(trail_append(w, span_of("x"), &seq, &e), -ENOSPC);
	CHECK_INT(trail_tick(w, 1000, &e), -ENOSPC);
	CHECK_INT(ftruncate(ballast, 0), 0);
	append(w, "x");
	CHECK_INT(trail_acked(w), 3);
	trail_writer_close(w);
	CHECK_INT(unlinkat(p.trail.fd, "ballast", 0), 0);
	check_kinds(&p, "KCeC");
	dir_remove(&p.keys);
}

TEST(what_a_full_disk_did_not_take_is_not_in_any_checkpoint)
{
	struct place p = place_make(TRAIL_NONE);
	static char body[20000];
	struct trail_writer *w;
	struct err e = { 0 };
	uint64_t seq, appended = 0;
	int ballast;

	p.trail.fd = full_disk(&ballast, 32768);
	w = begin(&p);
	for (unsigned i = 0; i < 40; i++) {
		if (trail_append(w, (struct span){ body, sizeof(body) }, &seq,
				 &e) == 0)
			appended++;
		if (i % 7 == 0)
			(void)trail_tick(w, p.now_ms += 1000, &e);
	}
	(void)trail_flush(w, &e);
	CHECK(trail_lost(w) > 0 && appended > 5);
	CHECK_INT(ftruncate(ballast, 0), 0);
	append(w, "x");
	appended -= trail_lost(w);
	trail_writer_close(w);
	AUTO_MEM struct log *log = log_read(p.trail.fd);

	seq = 0;
	for (const char *k = log->kinds; *k != '\0'; k++)
		seq += *k == 'e';
	CHECK_INT(seq, appended + 1);
	dir_remove(&p.keys);
}
