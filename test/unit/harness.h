/* SPDX-License-Identifier: Apache-2.0 */
/* harness.h - unit tests: every TEST() is a forked child with a time limit.
 *
 * Forked, because Landlock, seccomp and no_new_privs cannot be undone. Output
 * is TAP. A test file has TEST()s and nothing else; main is in harness.c.
 * Names are sentences: TEST(cursor_fails_when_the_bytes_end_early).
 */
#ifndef TEST_UNIT_HARNESS_H
#define TEST_UNIT_HARNESS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct test {
	const char *name;
	void (*body)(void);
	struct test *next;
};
void test_register(struct test *t);
_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* End the test as skipped; the reason must stand in test/skips.expected. */
_Noreturn void test_skip(const char *reason);

#define TEST(id)                                                               \
	static void test_##id(void);                                           \
	static struct test test_row_##id = { .name = #id, .body = test_##id }; \
	__attribute__((constructor)) static void test_add_##id(void)           \
	{                                                                      \
		test_register(&test_row_##id);                                 \
	}                                                                      \
	static void test_##id(void)

#define CHECK(cond)                                                 \
	do {                                                        \
		if (!(cond))                                        \
			test_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)
#define CHECK_INT(got, want)                                                  \
	do {                                                                  \
		const long long got_ = (long long)(got);                      \
		const long long want_ = (long long)(want);                    \
		if (got_ != want_)                                            \
			test_fail(__FILE__, __LINE__, "%s is %lld, not %lld", \
				  #got, got_, want_);                         \
	} while (0)
#define CHECK_STR(got, want)                                        \
	do {                                                        \
		const char *const got_ = (got);                     \
		const char *const want_ = (want);                   \
		if (got_ == NULL || strcmp(got_, want_) != 0)       \
			test_fail(__FILE__, __LINE__,               \
				  "%s is \"%s\", not \"%s\"", #got, \
				  got_ ? got_ : "(null)", want_);   \
	} while (0)
/* The text contains a part. */
#define CHECK_HAS(got, part)                                          \
	do {                                                          \
		const char *const got_ = (got);                       \
		const char *const part_ = (part);                     \
		if (got_ == NULL || strstr(got_, part_) == NULL)      \
			test_fail(__FILE__, __LINE__,                 \
				  "%s is \"%s\", lacks \"%s\"", #got, \
				  got_ ? got_ : "(null)", part_);     \
	} while (0)

#endif
