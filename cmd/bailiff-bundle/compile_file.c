/* SPDX-License-Identifier: Apache-2.0 */
/* compile_file.c - see compile_file.h. */
#include "cmd/bailiff-bundle/compile_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/policy/policy.h"

const char *compile_file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int compile_read(const char *path, struct buf *out, struct err *e)
{
	AUTO_FD opened = -1;
	int fd = STDIN_FILENO, r;

	if (strcmp(path, "-") != 0) {
		opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (opened < 0)
			return err_errno(e, "open %s", path);
		fd = opened;
	}
	r = file_read_fd(fd, POLICY_TARGET_MAX, out, e);
	return r < 0 ? err_wrap(e, "%s", compile_file_name(path)) : 0;
}

int compile_json(const char *path, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, POLICY_TARGET_MAX);
	r = compile_read(path, &text, e);
	if (r < 0)
		return r;
	r = json_parse(buf_view(&text), POLICY_TARGET_MAX, ret, e);
	return r < 0 ? err_wrap(e, "%s", compile_file_name(path)) : 0;
}

int compile_write(int fd, struct buf *out, struct err *e)
{
	int r = buf_error(out);

	if (r == 0)
		r = file_write_all(fd, buf_view(out));
	return r < 0 ? err_set(e, -r, "write: %s", strerror(-r)) : 0;
}
