/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - see receipt.h. */
#include "pkg/enforce/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/cur.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"

int receipt_open(uint32_t ses, struct err *e)
{
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_RECEIPTS, BAILIFF_UID, e);
	AUTO_FD fd = -1;
	char name[16];

	if (dir < 0)
		return err_wrap(e, "receipt");
	(void)snprintf(name, sizeof(name), "%" PRIu32, ses);
	fd = file_open_beneath(dir, name, O_WRONLY | O_CREAT | O_APPEND, 0600,
			       e);
	if (fd < 0)
		return err_wrap(e, "receipt");
	if (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return err_errno(e, "receipt: give it to uid %u", BAILIFF_UID);
	return fd_steal(&fd);
}

/* As it is, but what would end it or the line. */
static void path_escape(struct span path, struct buf *out)
{
	for (size_t i = 0; i < path.len; i++) {
		const unsigned char c = (unsigned char)path.p[i];

		if (c <= ' ' || c == '%' || c == 0x7f)
			buf_printf(out, "%%%02X", c);
		else
			buf_u8(out, c);
	}
}

static void skipped_write(const struct artefact *a,
			  const struct enforce_paths *p, struct buf *line)
{
	struct cur c = cur_of(a->paths);

	if (p->absent == 0)
		return;
	buf_printf(line, " skipped=%" PRIu32, p->absent);
	for (uint32_t i = 0; i < p->count; i++) {
		const struct artefact_path rule = artefact_path_next(&c);

		/* Escaped, a byte takes three. */
		if (p->fds[i] >= 0 ||
		    line->len + 3 * rule.path.len + 16 > RECEIPT_LINE_MAX)
			continue;
		buf_puts(line, " path=");
		path_escape(rule.path, line);
	}
}

int receipt_compose(const struct artefact *a, const struct enforce_paths *p,
		    struct buf *line)
{
	buf_printf(line, "applied generation=%" PRIu64, a->generation);
	skipped_write(a, p, line);
	buf_puts(line, "\n");
	return buf_error(line);
}

/* One write each, so that two launches in a session never share a line. */
int receipt_applied(int fd, const struct buf *line)
{
	return file_write_all(fd, buf_view(line));
}

int receipt_failed(int fd, const char *sentence)
{
	char line[ERR_TEXT_MAX + 16];
	const int len = snprintf(line, sizeof(line), "error %s\n", sentence);

	if (len < 0 || (size_t)len >= sizeof(line))
		return -E2BIG;
	return file_write_all(fd, (struct span){ line, (size_t)len });
}

/* ---- reading ------------------------------------------------------------- */

/* Cut " KEY=NUMBER" off @rest. */
static int number_cut(struct span *rest, const char *key, uint64_t max,
		      uint64_t *ret)
{
	struct span value = span_cut(rest, ' ');

	if (!span_eq_str(span_cut(&value, '='), key) ||
	    num_parse_u64(value, 1, max, ret) < 0)
		return -EBADMSG;
	return 0;
}

static int line_parse(struct span line, struct receipt *ret)
{
	struct receipt r = { 0 };
	uint64_t skipped = 0;
	const struct span word = span_cut(&line, ' ');

	if (span_eq_str(word, "error")) {
		r.error = line;
		*ret = r;
		return 0;
	}
	r.is_applied = true;
	if (!span_eq_str(word, "applied") ||
	    number_cut(&line, "generation", UINT64_MAX, &r.generation) < 0 ||
	    (line.p != NULL &&
	     number_cut(&line, "skipped", UINT32_MAX, &skipped) < 0))
		return -EBADMSG;
	r.skipped = (uint32_t)skipped;
	r.paths = line;
	*ret = r;
	return 0;
}

int receipt_parse(struct span text, struct receipt *ret)
{
	struct receipt r = { 0 };
	int code = -ENOENT;

	while (text.len != 0 && !r.is_applied) {
		const struct span line = span_cut(&text, '\n');

		/* Without its newline it is still being written. */
		if (text.p == NULL)
			break;
		code = line_parse(line, &r);
		if (code < 0)
			return code;
	}
	if (code == 0)
		*ret = r;
	return code;
}

static bool escape_read(struct span *path, uint8_t *ret)
{
	struct span hex = { path->p + 1, 2 };

	if (path->len < 3 || hex_decode(hex, ret, 1) < 0)
		return false;
	path->p += 3;
	path->len -= 3;
	return true;
}

bool receipt_path_next(struct span *paths, struct buf *out)
{
	struct span path;

	if (paths->len == 0)
		return false;
	path = span_cut(paths, ' ');
	if (!span_eq_str(span_cut(&path, '='), "path") || path.len == 0)
		return false;
	while (path.len != 0) {
		uint8_t byte;

		if (path.p[0] != '%' || !escape_read(&path, &byte)) {
			byte = (uint8_t)path.p[0];
			path.p++;
			path.len--;
		}
		buf_u8(out, byte);
	}
	return true;
}
