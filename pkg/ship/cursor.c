/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c - see cursor.h. */
#include "pkg/ship/cursor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"

#define MAGIC	 "bailiff-cursor 1 "
#define FILE_MAX 64

bool cursor_name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";

	return name[0] != '\0' && name[0] != '.' &&
	       strlen(name) <= CURSOR_NAME_MAX &&
	       strspn(name, allowed) == strlen(name);
}

static void file_name(const char *name, char *out, size_t size)
{
	(void)snprintf(out, size, "%s.cursor", name);
}

int cursor_read(int dirfd, const char *name, uint64_t *ret, struct err *e)
{
	char file[CURSOR_NAME_MAX + 8];
	AUTO_DONE(buf_done) struct buf raw;
	struct err cause = { 0 };
	struct span text, line;
	uint64_t seq;
	int r;

	buf_init(&raw, FILE_MAX);
	file_name(name, file, sizeof(file));
	r = file_read(dirfd, file, FILE_MAX, &raw, &cause);
	if (r == -ENOENT) {
		*ret = 0;
		return 0;
	}
	if (r < 0 && r != -EFBIG) {
		if (e != NULL)
			*e = cause;
		return err_wrap(e, "cursor");
	}
	text = buf_view(&raw);
	line = span_cut(&text, '\n');
	if (r == -EFBIG || text.p == NULL || text.len != 0 ||
	    !span_starts(line, MAGIC))
		return err_set(e, EBADMSG, "%s: not a cursor", file);
	line.p += strlen(MAGIC);
	line.len -= strlen(MAGIC);
	if (num_parse_u64(line, 0, UINT64_MAX, &seq) < 0)
		return err_set(e, EBADMSG, "%s: not a cursor", file);
	*ret = seq;
	return 0;
}

int cursor_write(int dirfd, const char *name, uint64_t seq, struct err *e)
{
	char file[CURSOR_NAME_MAX + 8], text[FILE_MAX];
	const int n = snprintf(text, sizeof(text), MAGIC "%" PRIu64 "\n", seq);

	file_name(name, file, sizeof(file));
	if (file_replace(dirfd, file, 0600,
			 (struct span){ .p = text, .len = (size_t)n }, e) < 0)
		return err_wrap(e, "cursor");
	return 0;
}
