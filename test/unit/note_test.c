/* SPDX-License-Identifier: Apache-2.0 */
/* note_test.c - signed notes, checkpoints and key notes. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "lib/hex.h"
#include "pkg/trail/checkpoint.h"

/* The example in the documentation of Go's golang.org/x/mod/sumdb/note: made by
 * another implementation. */
#define PETER_TEXT                                                   \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define PETER_SIGNATURE                                                       \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcEl" \
	"ZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define PETER	   PETER_TEXT "\n" PETER_SIGNATURE
#define PETER_SEED "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM="

static const unsigned char seed_a[NOTE_SEED_LEN] = { 1, 2, 3 };
static const unsigned char seed_b[NOTE_SEED_LEN] = { 4, 5, 6 };

static void base64(const char *text, void *ret, size_t size)
{
	CHECK_INT(note_base64(span_of(text), ret, size), 0);
}

static void peter_key(unsigned char ret[NOTE_PUBLIC_LEN])
{
	unsigned char seed[NOTE_SEED_LEN];

	base64(PETER_SEED, seed, sizeof(seed));
	CHECK_INT(note_public(seed, ret), 0);
}

/* ---- notes ----------------------------------------------------------------
 */

TEST(a_note_that_another_implementation_signed_verifies)
{
	unsigned char key[NOTE_PUBLIC_LEN], kind_and_key[1 + NOTE_PUBLIC_LEN];
	unsigned char hash[4];
	struct note note;

	peter_key(key);
	base64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", kind_and_key,
	       sizeof(kind_and_key));
	CHECK(memcmp(kind_and_key + 1, key, sizeof(key)) == 0);
	CHECK_INT(note_key_hash(span_of("PeterNeumann"), key, hash), 0);
	CHECK(memcmp(hash, "\xc7\x4f\x20\xa3", 4) == 0);
	CHECK_INT(note_parse(span_of(PETER), &note, NULL), 0);
	CHECK(span_eq_str(note.text, PETER_TEXT));
	CHECK(span_eq_str(note.signatures, PETER_SIGNATURE));
	CHECK_INT(note_verify(&note, span_of("PeterNeumann"), key), NOTE_GOOD);
	CHECK_INT(note_verify(&note, span_of("Peter"), key), NOTE_NONE);
	key[5] ^= 1;
	CHECK_INT(note_verify(&note, span_of("PeterNeumann"), key), NOTE_OTHER);
}

TEST(the_same_text_and_key_give_the_other_implementations_signature)
{
	unsigned char seed[NOTE_SEED_LEN];
	struct buf note;

	base64(PETER_SEED, seed, sizeof(seed));
	buf_init(&note, NOTE_BYTES_MAX);
	buf_puts(&note, PETER_TEXT);
	CHECK_INT(note_sign(&note, span_of("PeterNeumann"), seed, NULL), 0);
	CHECK_STR(buf_cstr(&note), PETER);
	buf_done(&note);
}

TEST(a_note_with_any_byte_changed_does_not_verify)
{
	static const char text[] = PETER;
	char changed[sizeof(text)];
	unsigned char key[NOTE_PUBLIC_LEN];

	peter_key(key);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct note note;

			memcpy(changed, text, sizeof(text));
			changed[i] = (char)(changed[i] ^ 1 << bit);
			if (note_parse(
				    (struct span){ changed, sizeof(text) - 1 },
				    &note, NULL) == 0)
				CHECK(note_verify(&note,
						  span_of("PeterNeumann"),
						  key) != NOTE_GOOD);
		}
	}
}

TEST(other_signatures_beside_a_keys_own_do_not_matter)
{
	static const char text[] =
		PETER_TEXT "\n\xe2\x80\x94 witness.example/w AAAAAAB0aW1lc3"
			   "RhbXA=\n" PETER_SIGNATURE;
	unsigned char key[NOTE_PUBLIC_LEN];
	struct note note;

	peter_key(key);
	CHECK_INT(note_parse(span_of(text), &note, NULL), 0);
	CHECK_INT(note_verify(&note, span_of("PeterNeumann"), key), NOTE_GOOD);
}

TEST(what_is_no_note_is_refused)
{
	static const char *const rows[] = {
		"",
		"\n",
		"\n\n",
		"text\n",
		"text\n\n",
		PETER_TEXT PETER_SIGNATURE,
		PETER "more\n",
		PETER_TEXT "\n" PETER_SIGNATURE "\n",
		PETER_TEXT "\n- PeterNeumann x08go/Z=\n",
		PETER_TEXT "\n\xe2\x80\x94 PeterNeumann\n",
		PETER_TEXT "\n\xe2\x80\x94 PeterNeumann \n",
		PETER_TEXT "\n\xe2\x80\x94 Peter+Neumann AAAAAAB0aW1l\n",
		PETER_TEXT "\n\xe2\x80\x94  AAAAAAB0aW1l\n",
		PETER_TEXT "\n\xe2\x80\x94 PeterNeumann AAAAAAB0aW1\n",
		PETER_TEXT "\n\xe2\x80\x94 PeterNeumann AAAAAA==\n",
		PETER_TEXT "\n\xe2\x80\x94 PeterNeumann AAAA AAB0aW1l\n",
		"an\n\nempty line\n\n" PETER_SIGNATURE,
		"a \x01 control\n\n" PETER_SIGNATURE,
		"no \xc3 UTF-8\n\n" PETER_SIGNATURE,
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		struct note note;

		if (note_parse(span_of(rows[i]), &note, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu", i);
		CHECK(e.text[0] != '\0');
	}
}

TEST(a_text_that_no_note_can_have_is_not_signed)
{
	static const char *const rows[] = { "",	  "no newline", "a\n\nb\n",
					    "\n", "tab\t\n",	"\xff\n" };
	struct buf note;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&note, NOTE_BYTES_MAX);
		buf_puts(&note, rows[i]);
		CHECK_INT(note_sign(&note, span_of("n"), seed_a, NULL),
			  -EINVAL);
		CHECK_STR(buf_cstr(&note), rows[i]);
		buf_done(&note);
	}
	buf_init(&note, 20);
	buf_puts(&note, "text\n");
	CHECK_INT(note_sign(&note, span_of("a+b"), seed_a, NULL), -EINVAL);
	CHECK_INT(note_sign(&note, span_of("n"), seed_a, NULL), -E2BIG);
	buf_done(&note);
}

TEST(a_name_has_no_blank_and_no_plus)
{
	static const char *const good[] = { "a", "bailiff/n\xc3\xa4/0-9",
					    "\xe2\x82\xac" };
	static const char *const bad[] = {
		"",	     "a b",	     "a+b",	      "a\tb",
		"a\xc2\xa0", "\xe2\x80\x83", "a\xe3\x80\x80", "\xff"
	};
	char longest[NOTE_NAME_MAX + 1];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(note_name_ok(span_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!note_name_ok(span_of(bad[i])));
	memset(longest, 'a', sizeof(longest));
	CHECK(note_name_ok((struct span){ longest, NOTE_NAME_MAX }));
	CHECK(!note_name_ok((struct span){ longest, NOTE_NAME_MAX + 1 }));
}

TEST(base64_has_one_spelling)
{
	unsigned char bytes[700];
	struct buf b;

	CHECK_INT(note_base64(span_of("AAAA"), bytes, 3), 0);
	CHECK_INT(note_base64(span_of("AAA="), bytes, 2), 0);
	CHECK_INT(note_base64(span_of("AAB="), bytes, 2), -EBADMSG);
	CHECK_INT(note_base64(span_of("AA=="), bytes, 1), 0);
	CHECK_INT(note_base64(span_of("AB=="), bytes, 1), -EBADMSG);
	CHECK_INT(note_base64(span_of("AA=="), bytes, 2), -EBADMSG);
	CHECK_INT(note_base64(span_of("AA=A"), bytes, 2), -EBADMSG);
	CHECK_INT(note_base64(span_of(""), bytes, 1), -EBADMSG);
	/* Of any length. */
	buf_init(&b, 1000);
	for (size_t n = 1; n < 700; n++) {
		memset(bytes, (int)n, n);
		buf_reset(&b);
		base64_encode(&b, (struct span){ (const char *)bytes, n });
		CHECK_INT(note_base64(buf_view(&b), bytes, n), 0);
		b.p[b.len - (n % 3 == 1 ? 3 : 2)] ^= n % 3 == 0 ? 0 : 1;
		CHECK_INT(note_base64(buf_view(&b), bytes, n),
			  n % 3 == 0 ? 0 : -EBADMSG);
	}
	buf_done(&b);
}

/* ---- checkpoints ----------------------------------------------------------
 */

static struct checkpoint sample(void)
{
	struct checkpoint c = {
		.origin = span_of("bailiff/n1/b1"),
		.size = 4096,
		.boot = span_of("b2"),
		.epoch = 7,
		.time_ms = 1790000000123,
		.lines = span_of("kernel-lost 3\nservice web events=5\n"),
	};

	memset(c.root.b, 0xab, TREE_HASH_LEN);
	return c;
}

#define SAMPLE_TEXT                                      \
	"bailiff/n1/b1\n4096\n"                          \
	"q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n" \
	"boot b2\nepoch 7\ntime 1790000000123\n"         \
	"kernel-lost 3\nservice web events=5\n"

TEST(a_checkpoint_reads_back_as_it_was_written)
{
	const struct checkpoint c = sample();
	unsigned char key[NOTE_PUBLIC_LEN];
	struct checkpoint got;
	struct span value;
	struct buf b;

	buf_init(&b, NOTE_BYTES_MAX);
	CHECK_INT(checkpoint_make(&b, &c, seed_a, NULL), 0);
	CHECK_INT(checkpoint_parse(buf_view(&b), &got, NULL), 0);
	CHECK(span_eq_str(got.note.text, SAMPLE_TEXT));
	CHECK(span_eq(got.origin, c.origin));
	CHECK_INT(got.size, 4096);
	CHECK(tree_hash_eq(&got.root, &c.root));
	CHECK(span_eq(got.boot, c.boot));
	CHECK_INT(got.epoch, 7);
	CHECK_INT(got.time_ms, 1790000000123);
	CHECK(span_eq(got.lines, c.lines));
	CHECK(checkpoint_line(&got, "service", &value));
	CHECK(span_eq_str(value, "web events=5"));
	CHECK(!checkpoint_line(&got, "serv", &value));
	CHECK_INT(note_public(seed_a, key), 0);
	CHECK_INT(note_verify(&got.note, got.origin, key), NOTE_GOOD);
	CHECK_INT(note_public(seed_b, key), 0);
	CHECK_INT(note_verify(&got.note, got.origin, key), NOTE_OTHER);
	buf_done(&b);
}

TEST(a_checkpoint_is_not_made_of_what_could_not_be_read_back)
{
	static const char *const lines[] = { "noblank\n", " x\n",
					     "x \n",	  "x y",
					     "\n",	  "time 4\n",
					     "boot x\n",  "a b\n\nc d\n" };
	struct checkpoint c;
	struct buf b;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_init(&b, NOTE_BYTES_MAX);
		c = sample();
		c.lines = span_of(lines[i]);
		CHECK_INT(checkpoint_make(&b, &c, seed_a, NULL), -EINVAL);
		buf_done(&b);
	}
	buf_init(&b, NOTE_BYTES_MAX);
	c = sample();
	c.boot = span_of("b 2");
	CHECK_INT(checkpoint_make(&b, &c, seed_a, NULL), -EINVAL);
	c = sample();
	c.origin = span_of("bail\niff");
	CHECK_INT(checkpoint_make(&b, &c, seed_a, NULL), -EINVAL);
	buf_done(&b);
}

/* SAMPLE_TEXT with @from replaced by @to, signed. */
static int parse_changed(const char *from, const char *to)
{
	static const char text[] = SAMPLE_TEXT;
	const char *at = strstr(text, from);
	struct checkpoint c;
	struct buf b;
	int r;

	CHECK(at != NULL);
	buf_init(&b, NOTE_BYTES_MAX);
	buf_put(&b, text, (size_t)(at - text));
	buf_puts(&b, to);
	buf_puts(&b, at + strlen(from));
	CHECK_INT(note_sign(&b, span_of("bailiff/n1/b1"), seed_a, NULL), 0);
	r = checkpoint_parse(buf_view(&b), &c, NULL);
	buf_done(&b);
	return r;
}

TEST(a_signed_note_that_is_no_checkpoint_is_refused)
{
	static const char *const rows[][2] = {
		{ "bailiff/n1/b1", "bailiff n1" },
		{ "4096", "04096" },
		{ "4096", "-1" },
		{ "4096", "18446744073709551616" },
		{ "q6s=", "q6t=" },
		{ "q6s=", "" },
		{ "boot b2\n", "" },
		{ "epoch 7", "epoch 07" },
		{ "epoch 7\n", "" },
		{ "epoch 7\n", "time 7\nepoch 7\n" },
		{ "time 17", "time  17" },
		{ "kernel-lost 3", "kernel-lost" },
		{ "kernel-lost 3", "epoch 9" },
	};

	CHECK_INT(parse_changed("boot b2", "boot b3"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (parse_changed(rows[i][0], rows[i][1]) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu", i);
}

/* ---- key notes ------------------------------------------------------------
 */

TEST(a_key_note_reads_back_as_it_was_written)
{
	struct key_note k = { .origin = span_of("bailiff/n1/b1"),
			      .boot = span_of("b2"),
			      .epoch = 8,
			      .size = 5000,
			      .time_ms = 1790000000123 };
	unsigned char before[NOTE_PUBLIC_LEN];
	struct checkpoint c;
	struct key_note got;
	struct buf b;

	buf_init(&b, NOTE_BYTES_MAX);
	CHECK_INT(note_public(seed_a, before), 0);
	CHECK_INT(note_public(seed_b, k.key), 0);
	CHECK_INT(key_note_make(&b, &k, seed_a, NULL), 0);
	CHECK_INT(key_note_parse(buf_view(&b), &got, NULL), 0);
	CHECK(span_eq(got.origin, k.origin));
	CHECK(span_eq(got.boot, k.boot));
	CHECK_INT(got.epoch, 8);
	CHECK_INT(got.size, 5000);
	CHECK_INT(got.time_ms, 1790000000123);
	CHECK(memcmp(got.key, k.key, NOTE_PUBLIC_LEN) == 0);
	CHECK_INT(note_verify(&got.note, got.origin, before), NOTE_GOOD);
	CHECK_INT(note_verify(&got.note, got.origin, k.key), NOTE_OTHER);
	/* Neither is the other. */
	CHECK_INT(checkpoint_parse(buf_view(&b), &c, NULL), -EBADMSG);
	buf_reset(&b);
	c = sample();
	CHECK_INT(checkpoint_make(&b, &c, seed_a, NULL), 0);
	CHECK_INT(key_note_parse(buf_view(&b), &got, NULL), -EBADMSG);
	buf_done(&b);
}

TEST(a_signed_note_that_is_no_key_note_is_refused)
{
	static const char *const rows[] = {
		KEY_NOTE_TITLE "\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch 1\nkey AA==\nsize 0\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch 1\nkey "
			       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch x\nkey "
			       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			       "size 0\ntime 0\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch 1\nkey "
			       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			       "size 0\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch 1\nkey "
			       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			       "size 0\ntime -1\n",
		KEY_NOTE_TITLE "\no\nboot b\nepoch 1\nkey "
			       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			       "size 0\ntime 0\nmore 1\n",
	};
	struct key_note k;
	struct buf b;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&b, NOTE_BYTES_MAX);
		buf_puts(&b, rows[i]);
		CHECK_INT(note_sign(&b, span_of("o"), seed_a, NULL), 0);
		CHECK_INT(key_note_parse(buf_view(&b), &k, NULL), -EBADMSG);
		buf_done(&b);
	}
}
