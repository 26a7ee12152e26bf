/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - bailiffctl decode: the log of auditd, as the daemon would show its
 * events. No daemon, no root.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/audit/log.h"
#include "pkg/audit/render.h"

#define READ_BYTES  (256U << 10)
#define WRITE_BYTES (256U << 10) /* kept back at most, less than an event */
#define LINE_MAX    (4U << 20)	 /* of one rendered event */
#define BAD_SHOWN   10		 /* sentences on standard error */

enum decode_format {
	DECODE_TEXT,
	DECODE_JSON,
	DECODE_RAW,
	DECODE_LAUREL,
	DECODE_FORMATS
};

static const char *const formats[DECODE_FORMATS] = {
	[DECODE_TEXT] = "text",
	[DECODE_JSON] = "json",
	[DECODE_RAW] = "raw",
	[DECODE_LAUREL] = "laurel",
};

struct decode {
	const struct ctl *ctl;
	enum decode_format format;
	uint64_t events, bad;
	uint64_t time_ms;	 /* of the latest event */
	struct event unreadable; /* a line that is no record */
	struct buf out;
	struct renderer *renderer;
	int error; /* of rendering or writing, negative */
};

/* ---- out ------------------------------------------------------------------
 */

static void out_flush(struct decode *d)
{
	if (d->error == 0 && d->out.len != 0)
		d->error = file_write_all(STDOUT_FILENO, buf_view(&d->out));
	buf_reset(&d->out);
}

static int event_render(struct decode *d, const char *name,
			const struct event *ev)
{
	const struct render_node node = { name[0] != '\0' ? name : NULL, NULL };

	switch (d->format) {
	case DECODE_RAW:
		return render_raw_of(ev, node.node, &d->out);
	case DECODE_JSON:
		return renderer_json(d->renderer, ev, &node, &d->out);
	case DECODE_LAUREL:
		return render_laurel(ev, node.node, &d->out);
	case DECODE_TEXT:
	case DECODE_FORMATS:
	default:
		return render_text(ev, &d->out);
	}
}

static void event_take(void *ctx, const char *node, struct event *ev)
{
	struct decode *d = ctx;

	if (d->error != 0)
		return;
	ev->seq = ++d->events;
	d->time_ms = ev->time_ms;
	d->error = event_render(d, node, ev);
	if (d->out.len >= WRITE_BYTES)
		out_flush(d);
}

/* ---- lines that are no records --------------------------------------------
 */

static void bad_say(const struct decode *d, uint64_t number, const char *why)
{
	struct err e = { 0 };

	if (d->bad > BAD_SHOWN)
		return;
	(void)err_set(&e, EBADMSG, "line %" PRIu64 ": %s%s", number, why,
		      d->bad == BAD_SHOWN ? "; further ones are counted" : "");
	(void)ctl_fail(d->ctl, &e);
}

/* The bytes go where the events go: as the line that they were, or in an event
 * of bailiff's own. */
static void bad_take(void *ctx, uint64_t number, struct span line,
		     const char *why)
{
	struct decode *d = ctx;
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event *ev = &d->unreadable;

	d->bad++;
	bad_say(d, number, why);
	if (d->format == DECODE_RAW) {
		buf_span(&d->out, line);
		buf_u8(&d->out, '\n');
		return;
	}
	buf_init(&text, LINE_MAX);
	buf_printf(&text, "line=%" PRIu64 " error=\"%s\"", number, why);
	if (d->format == DECODE_TEXT) {
		buf_puts(&text, " bytes=");
		buf_span(&text, line);
	}
	ev->text = buf_view(&text);
	ev->time_ms = d->time_ms;
	ev->records[0].text = line;
	event_take(d, "", ev);
}

static void log_reader_drop(struct log_reader **reader)
{
	log_reader_free(*reader);
}

/* ---- the verb -------------------------------------------------------------
 */

static int read_all(struct decode *d, struct log_reader *reader, int fd,
		    char *bytes, struct err *e)
{
	for (;;) {
		const ssize_t n = read(fd, bytes, READ_BYTES);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "cannot read the log");
		r = n != 0 ? log_feed(reader, (struct span){ bytes, (size_t)n })
			   : log_end(reader);
		/* A pipe's reader wants what there is. */
		if (n < READ_BYTES)
			out_flush(d);
		if (r < 0 || d->error < 0)
			return err_set(e, r < 0 ? -r : -d->error,
				       "cannot write the events: %s",
				       strerror(r < 0 ? -r : -d->error));
		if (n == 0)
			return 0;
	}
}

static int decode_fd(struct decode *d, int fd)
{
	const struct log_sink sink = { d, event_take, bad_take };
	AUTO_DONE(log_reader_drop) struct log_reader *reader = NULL;
	AUTO_MEM char *bytes = malloc(READ_BYTES);
	struct err e = { 0 };

	if (bytes == NULL || log_reader_new(&sink, &reader) < 0 ||
	    renderer_new(&d->renderer) < 0) {
		(void)err_set(&e, ENOMEM, "out of memory");
		return ctl_fail(d->ctl, &e);
	}
	if (read_all(d, reader, fd, bytes, &e) < 0)
		return ctl_fail(d->ctl, &e);
	if (d->bad == 0)
		return CTL_DONE;
	(void)err_set(&e, EBADMSG,
		      "%" PRIu64 " of %" PRIu64
		      " lines are no audit records; their bytes are in the "
		      "output as they are",
		      d->bad, log_counted(reader)->lines);
	(void)ctl_fail(d->ctl, &e);
	return CTL_NO;
}

/* One format, however it was said. Return: CTL_DONE; CTL_USAGE. */
static int format_choose(const struct ctl *ctl, const char *word,
			 const bool flags[DECODE_FORMATS],
			 enum decode_format *ret)
{
	unsigned said = word != NULL;

	*ret = DECODE_TEXT;
	for (unsigned i = 0; i < DECODE_FORMATS; i++) {
		const bool is_named =
			word != NULL && strcmp(word, formats[i]) == 0;

		said += flags[i];
		if (flags[i] || is_named)
			*ret = (enum decode_format)i;
		if (is_named)
			word = NULL;
	}
	if (said > 1)
		return ctl_usage(
			ctl,
			"--json, --raw, --text and --format exclude each other");
	if (word != NULL)
		return ctl_usage(ctl,
				 "--format must be json, text, raw or laurel");
	return CTL_DONE;
}

int verb_decode(struct ctl *ctl, int argc, char **argv)
{
	bool flags[DECODE_FORMATS] = { false };
	const char *format = NULL;
	const struct ctl_option rows[] = {
		{ "--raw", NULL, CTL_FLAG, &flags[DECODE_RAW], NULL },
		{ "--text", NULL, CTL_FLAG, &flags[DECODE_TEXT], NULL },
		{ "--format", NULL, CTL_TEXT, &format, NULL },
		{ 0 },
	};
	struct decode d = { .ctl = ctl,
			    .unreadable = {
				    .kind = EVENT_OWN,
				    .action = span_of("log.unreadable"),
				    .ses = UINT32_MAX,
				    .auid = UINT32_MAX,
				    .record_count = 1,
			    } };
	const char *path = "-";
	AUTO_FD fd = -1;
	struct err e = { 0 };
	int r = ctl_options(ctl, rows, argc, argv, &path);

	flags[DECODE_JSON] = ctl->wants_json;
	if (r == CTL_DONE)
		r = format_choose(ctl, format, flags, &d.format);
	if (r != CTL_DONE)
		return r;
	fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
				    : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		(void)err_errno(&e, "%s", path);
		return ctl_fail(ctl, &e);
	}
	buf_init(&d.out, WRITE_BYTES + LINE_MAX);
	r = decode_fd(&d, fd);
	renderer_free(d.renderer);
	buf_done(&d.out);
	return r;
}
