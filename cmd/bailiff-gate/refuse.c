/* SPDX-License-Identifier: Apache-2.0 */
/* refuse.c - a refusal is told four times, none of which needs the daemon:
 * the runtime's own log (where containerd looks), the gate's log, an audit
 * record, standard error. */
#include <fcntl.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/identity/paths.h"

#define LINE_MAX_BYTES 8192

static void now_text(char *out, size_t size)
{
	struct timespec t = { 0 };
	struct tm tm;
	char date[32];

	(void)clock_gettime(CLOCK_REALTIME, &t);
	(void)gmtime_r(&t.tv_sec, &tm);
	(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out, size, "%s.%09ldZ", date, t.tv_nsec);
}

static void member(struct buf *b, const char *key, const char *value)
{
	buf_puts(b, b->len == 1 ? "" : ",");
	json_quote(b, span_of(key));
	buf_puts(b, ":");
	json_quote(b, span_of(value));
}

/* What runc writes to --log, in the format it was asked for. */
static void runtime_line(const struct gate *g, const char *sentence,
			 struct buf *b)
{
	const char *format = oci_get(&g->line, "log-format");
	char time_text[64];

	now_text(time_text, sizeof(time_text));
	if (format != NULL && strcmp(format, "json") == 0) {
		buf_puts(b, "{");
		member(b, "level", "error");
		member(b, "msg", sentence);
		member(b, "time", time_text);
		buf_puts(b, "}\n");
		return;
	}
	buf_printf(b, "time=\"%s\" level=error msg=", time_text);
	json_quote(b, span_of(sentence));
	buf_puts(b, "\n");
}

static void runtime_log(const struct gate *g, const char *sentence)
{
	const char *path = oci_get(&g->line, "log");
	AUTO_FD fd = -1;
	struct buf b;

	if (path == NULL || path[0] == '\0')
		return;
	if (strncmp(path, "file:", 5) == 0)
		path += 5;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
		  0600);
	buf_init(&b, LINE_MAX_BYTES);
	runtime_line(g, sentence, &b);
	if (fd < 0 || file_write_all(fd, buf_view(&b)) < 0)
		fprintf(stderr, "bailiff: cannot write %s\n", path);
	buf_done(&b);
}

/* The gate's own log; there is none before anything was ever armed. */
static void own_log(const struct gate *g, const char *level, const char *what)
{
	AUTO_FD dir =
		file_private_dir(AT_FDCWD, PATH_PRIVATE, BAILIFF_UID, NULL);
	AUTO_FD fd = -1;
	char time_text[64];
	struct buf b;

	if (dir < 0)
		return;
	fd = file_open_beneath(dir, strrchr(PATH_GATE_LOG, '/') + 1,
			       O_WRONLY | O_CREAT | O_APPEND, 0600, NULL);
	if (fd < 0 || fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return;
	now_text(time_text, sizeof(time_text));
	buf_init(&b, LINE_MAX_BYTES);
	buf_puts(&b, "{");
	member(&b, "time", time_text);
	member(&b, "level", level);
	member(&b, "container", g->line.id != NULL ? g->line.id : "");
	member(&b, "msg", what);
	buf_puts(&b, "}\n");
	if (buf_error(&b) == 0)
		(void)file_write_all(fd, buf_view(&b));
	buf_done(&b);
}

/* Text inside msg='...': nothing that ends it or looks like a field. */
static void audit_clean(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\'' || *text == '"' ||
		    (unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
			*text = '?';
}

static void audit_say(const struct gate *g, const char *sentence)
{
	char id[128], reason[ERR_TEXT_MAX], text[1024];
	const int fd = audit_open();

	if (fd < 0)
		return;
	(void)snprintf(id, sizeof(id), "%s",
		       g->line.id != NULL ? g->line.id : "");
	(void)snprintf(reason, sizeof(reason), "%s", sentence);
	audit_clean(id);
	audit_clean(reason);
	(void)snprintf(text, sizeof(text),
		       "op=container-refused container=\"%s\" reason=\"%s\"",
		       id, reason);
	(void)audit_log_user_message(fd, AUDIT_TRUSTED_APP, text, NULL, NULL,
				     NULL, 0);
	audit_close(fd);
}

void refuse(const struct gate *g, const struct err *e)
{
	char sentence[ERR_TEXT_MAX + 256];

	(void)snprintf(sentence, sizeof(sentence), "bailiff: %s%s%s", e->text,
		       e->hint != NULL ? "; " : "",
		       e->hint != NULL ? e->hint : "");
	fprintf(stderr, "%s\n", sentence);
	runtime_log(g, sentence);
	own_log(g, "error", sentence);
	audit_say(g, e->text);
}

void report(const struct gate *g, const char *what)
{
	own_log(g, "warning", what);
}
