/* SPDX-License-Identifier: Apache-2.0 */
/* trust_name_fuzz.c - patterns against a naive matcher; role names there and
 * back; target paths that are called safe.
 *
 * The input is a pattern and a path, with a NUL between them.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/span.h"
#include "pkg/trust/delegation.h"
#include "pkg/trust/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes of the character, by its first one; the text is UTF-8. */
static size_t char_len(const char *text)
{
	const unsigned char c = (unsigned char)*text;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* JSON strings, which patterns and paths are, hold nothing else. */
static bool is_utf8(struct span text)
{
	while (text.len != 0) {
		const size_t len = span_utf8_len(text);

		if (len == 0)
			return false;
		text.p += len;
		text.len -= len;
	}
	return true;
}

/* The rules as they read, without a thought for time; @steps bounds it. */
static int naive(const char *pattern, const char *path, unsigned *steps)
{
	if (++*steps > 100000)
		return -1;
	if (*pattern == '\0')
		return *path == '\0';
	if (*pattern == '*') {
		const int r = naive(pattern + 1, path, steps);

		if (r != 0 || *path == '\0' || *path == '/')
			return r;
		return naive(pattern, path + char_len(path), steps);
	}
	if (*path == '\0' ||
	    (*pattern == '?' ? *path == '/' : *pattern != *path))
		return 0;
	return naive(pattern + 1, path + (*pattern == '?' ? char_len(path) : 1),
		     steps);
}

/* The name in @file, decoded again, is @role. */
static void decode_check(struct span file, const char *role)
{
	if (file.len < 5 || memcmp(file.p + file.len - 5, ".json", 5) != 0)
		abort();
	file.len -= 5;
	for (; file.len != 0; role++) {
		char c = *file.p;
		size_t step = 1;

		if (c == '/' || c == '\0' || (unsigned char)c <= 0x20 ||
		    (unsigned char)c >= 0x7f)
			abort();
		if (c == '%') {
			if (file.len < 3 || hex_digit(file.p[1]) < 0 ||
			    hex_digit(file.p[2]) < 0)
				abort();
			c = (char)(hex_digit(file.p[1]) * 16 +
				   hex_digit(file.p[2]));
			step = 3;
		}
		if (c != *role)
			abort();
		file.p += step;
		file.len -= step;
	}
	if (*role != '\0')
		abort();
}

static void name_check(const char *role)
{
	struct buf file;
	int r;

	buf_init(&file, 1 << 20);
	r = trust_role_file(role, &file);
	if (r == 0)
		decode_check(buf_view(&file), role);
	if ((r == 0) != (file.len <= TRUST_FILE_NAME_MAX))
		abort();
	buf_done(&file);
}

static void path_check(const char *path)
{
	struct buf name;

	if (!trust_target_path_is_safe(path))
		return;
	if (path[0] == '/' || path[strlen(path) - 1] == '/' ||
	    strstr(path, "//") != NULL || strncmp(path, "../", 3) == 0 ||
	    strstr(path, "/../") != NULL || strcmp(path, "..") == 0)
		abort();
	buf_init(&name, 4096);
	trust_target_name(path, span_of("abcd"), &name);
	if (strncmp(buf_cstr(&name), "targets/", 8) != 0 ||
	    name.len != strlen(path) + 8 + 5)
		abort();
	buf_done(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_MEM char *text = malloc(size + 2);
	const char *pattern = text, *path;
	unsigned steps = 0;
	int want;

	if (text == NULL || size > 2000)
		return 0;
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	path = pattern + strlen(pattern) + 1;
	if ((size_t)(path - text) > size)
		path = "";
	want = is_utf8(span_of(pattern)) && is_utf8(span_of(path))
		       ? naive(pattern, path, &steps)
		       : -1;
	if (want >= 0 && trust_pattern_matches(pattern, path) != (want == 1))
		abort();
	name_check(pattern);
	path_check(path);
	return 0;
}
