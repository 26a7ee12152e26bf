/* SPDX-License-Identifier: Apache-2.0 */
/* ship_rsyslog_test.c - a real trail to a real rsyslogd that is killed.
 *
 * rsyslogd runs with its own configuration, pid file and spool in a temporary
 * directory, in the foreground, and is ended by its pid.
 */
#include "test/unit/harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/ship/ship.h"
#include "pkg/ship/syslog.h"
#include "pkg/trail/trail.h"

#define RSYSLOGD   "/usr/sbin/rsyslogd"
#define FRAMES	   3000
#define LARGE_EACH 500
#define LARGE_LEN  100000

struct rig {
	char directory[40];
	int dirfd;
	uint16_t port;
	pid_t rsyslogd;
	struct loop *loop;
	struct trail_writer *writer;
};

static uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	AUTO_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK_INT(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static void config_write(const struct rig *r, const char *size)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text,
		   "global(workDirectory=\"%s\" maxMessageSize=\"%s\")\n"
		   "module(load=\"imtcp\")\n"
		   "input(type=\"imtcp\" port=\"%u\" address=\"127.0.0.1\")\n"
		   "template(name=\"all\" type=\"string\" string=\""
		   "%%hostname%% %%app-name%% %%syslogfacility%% "
		   "%%syslogseverity%% %%structured-data%%|%%msg%%\\n\")\n"
		   "action(type=\"omfile\" file=\"%s/out\" template=\"all\")\n",
		   r->directory, size, r->port, r->directory);
	CHECK_INT(file_replace(r->dirfd, "conf", 0600, buf_view(&text), NULL),
		  0);
	buf_done(&text);
}

static void rsyslogd_start(struct rig *r)
{
	char pid_file[64], conf[64];
	int log;

	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", r->directory);
	(void)snprintf(conf, sizeof(conf), "%s/conf", r->directory);
	(void)unlink(pid_file);
	r->rsyslogd = fork();
	CHECK(r->rsyslogd >= 0);
	if (r->rsyslogd != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What it says of the messages it cuts is no part of the report. */
	log = openat(r->dirfd, "log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	(void)dup2(log, 1);
	(void)dup2(log, 2);
	(void)execl(RSYSLOGD, "rsyslogd", "-n", "-i", pid_file, "-f", conf,
		    (char *)NULL);
	_exit(127);
}

static void rsyslogd_end(struct rig *r, int signal)
{
	CHECK_INT(kill(r->rsyslogd, signal), 0);
	CHECK_INT(waitpid(r->rsyslogd, NULL, 0), r->rsyslogd);
}

static struct rig rig_make(const char *size)
{
	const struct trail_config limits = { .bytes_max = 64 << 20,
					     .segment_max = 1 << 20 };
	struct rig r = { .directory = "/tmp/bailiff-rsyslog-XXXXXX" };
	uint64_t recovered;

	if (access(RSYSLOGD, X_OK) != 0)
		test_skip("no rsyslogd");
	CHECK(mkdtemp(r.directory) != NULL);
	r.dirfd = open(r.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mkdirat(r.dirfd, "trail", 0700), 0);
	CHECK_INT(mkdirat(r.dirfd, "cursor", 0700), 0);
	{
		AUTO_FD fd = openat(r.dirfd, "trail",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		CHECK_INT(trail_writer_open(fd, &limits, &r.writer, &recovered,
					    NULL),
			  0);
	}
	CHECK_INT(loop_new(&r.loop, NULL), 0);
	r.port = free_port();
	config_write(&r, size);
	return r;
}

static void rig_done(struct rig *r)
{
	char command[128];

	trail_writer_close(r->writer);
	loop_free(r->loop);
	(void)close(r->dirfd);
	(void)snprintf(command, sizeof(command), "rm -r %s", r->directory);
	CHECK_INT(system(command), 0);
}

static size_t pad_len(uint64_t seq)
{
	return seq % LARGE_EACH == 0 ? LARGE_LEN : (size_t)(seq * 31 % 500);
}

/* {"n":12,"pad":"ccc"} */
static void json_make(uint64_t seq, struct buf *out)
{
	buf_printf(out, "{\"n\":%" PRIu64 ",\"pad\":\"", seq);
	for (size_t i = 0; i < pad_len(seq); i++)
		buf_put(out, &"abcdefghijklmnopqrstuvwxyz"[seq % 26], 1);
	buf_puts(out, "\"}");
}

static void frames_append(struct rig *r, int count)
{
	for (int i = 0; i < count; i++) {
		struct buf json;
		uint64_t seq;

		buf_init(&json, TRAIL_FRAME_MAX);
		json_make(trail_next_seq(r->writer), &json);
		CHECK_INT(trail_append(r->writer, buf_view(&json), &seq, NULL),
			  0);
		buf_done(&json);
	}
	CHECK_INT(trail_flush(r->writer, NULL), 0);
}

static int render(void *ctx, const struct trail_frame *frame, struct buf *out)
{
	const struct syslog_event ev = {
		.severity = SYSLOG_WARNING,
		.time_ms = 1795296627324,
		.node = "node1",
		.msg_id = span_of("event"),
		.boot = "0b4c",
		.seq = frame->seq,
		.service = span_of("nginx"),
		.outcome = span_of("denied"),
		.msg = frame->bytes,
	};

	(void)ctx;
	return syslog_format(&ev, out);
}

static struct shipper *ship(const struct rig *r)
{
	const struct ship_config config = { .name = "central",
					    .host = "127.0.0.1",
					    .port = r->port };
	AUTO_FD trail =
		openat(r->dirfd, "trail", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD cursor =
		openat(r->dirfd, "cursor", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct shipper *s;

	CHECK_INT(ship_new(r->loop, trail, cursor, &config, render, NULL, &s,
			   NULL),
		  0);
	return s;
}

static struct ship_status run_for(const struct rig *r, struct shipper *s,
				  uint64_t acked, unsigned ms)
{
	const uint64_t start = clock_boot_ms();
	struct ship_status now;

	do {
		CHECK_INT(loop_once(r->loop, 20), 0);
		ship_status(s, &now);
	} while (now.acked_seq < acked && clock_boot_ms() - start < ms);
	return now;
}

/* The sequence of one line of rsyslogd's file, after every byte of it was
 * compared. */
static uint64_t line_check(struct span line)
{
	struct buf want;
	struct span rest = line;
	uint64_t seq;

	(void)span_cut(&rest, '{');
	(void)span_cut(&rest, ':');
	CHECK_INT(num_parse_u64(span_cut(&rest, ','), 1, FRAMES, &seq), 0);
	buf_init(&want, (size_t)2 * LARGE_LEN);
	buf_printf(&want,
		   "node1 bailiff 13 4 [bailiff@32473 boot=\"0b4c\" "
		   "seq=\"%" PRIu64 "\" service=\"nginx\" outcome=\"denied\"]|",
		   seq);
	json_make(seq, &want);
	if (!span_eq(line, buf_view(&want)))
		test_fail(__FILE__, __LINE__, "line of %d: %.200s", (int)seq,
			  line.p);
	buf_done(&want);
	return seq;
}

/* Every frame is there; a sequence goes back only after a break. Return: how
 * often it did. */
static unsigned file_check(const struct rig *r)
{
	static bool seen[FRAMES + 1];
	struct buf out;
	struct span rest;
	uint64_t previous = 0;
	unsigned breaks = 0;

	buf_init(&out, 64 << 20);
	CHECK_INT(file_read(r->dirfd, "out", 64 << 20, &out, NULL), 0);
	rest = buf_view(&out);
	while (rest.len != 0) {
		const uint64_t seq = line_check(span_cut(&rest, '\n'));

		CHECK(seq <= previous + 1);
		breaks += seq != previous + 1;
		seen[seq] = true;
		previous = seq;
	}
	for (int i = 1; i <= FRAMES; i++)
		if (!seen[i])
			test_fail(__FILE__, __LINE__, "%d is missing", i);
	buf_done(&out);
	return breaks;
}

TEST(rsyslogd_holds_the_same_sequence_byte_for_byte)
{
	struct rig r = rig_make("256k");
	struct shipper *s;
	struct ship_status now;

	rsyslogd_start(&r);
	s = ship(&r);
	frames_append(&r, FRAMES);
	now = run_for(&r, s, FRAMES, 30000);
	CHECK_INT(now.acked_seq, FRAMES);
	CHECK_INT(now.oversized, FRAMES / LARGE_EACH);
	ship_free(s);
	rsyslogd_end(&r, SIGTERM);
	CHECK_INT(file_check(&r), 0);
	rig_done(&r);
}

/* A killed rsyslogd leaves half a line, which is its own affair. */
static void half_line_cut(const struct rig *r)
{
	AUTO_FD fd = openat(r->dirfd, "out", O_RDWR | O_CLOEXEC);
	struct buf out;

	if (fd < 0)
		return; /* it had not written anything */
	buf_init(&out, 64 << 20);
	CHECK_INT(file_read_fd(fd, 64 << 20, &out, NULL), 0);
	while (out.len != 0 && out.p[out.len - 1] != '\n')
		out.len--;
	CHECK_INT(ftruncate(fd, (off_t)out.len), 0);
	buf_done(&out);
}

/* What was not settled for SHIP_SETTLE_MS is sent again, so what rsyslogd had
 * read and not written yet comes back. */
TEST(rsyslogd_killed_before_it_wrote_gets_everything_again)
{
	struct rig r = rig_make("256k");
	struct shipper *s = ship(&r);
	struct ship_status now;

	rsyslogd_start(&r);
	frames_append(&r, FRAMES);
	do {
		now = run_for(&r, s, FRAMES, 1);
	} while (now.sent_seq < FRAMES / 2);
	rsyslogd_end(&r, SIGKILL);
	half_line_cut(&r);
	CHECK_INT(now.acked_seq, 0);
	rsyslogd_start(&r);
	now = run_for(&r, s, FRAMES, 30000);
	CHECK_INT(now.acked_seq, FRAMES);
	CHECK(now.sent > FRAMES);
	ship_free(s);
	rsyslogd_end(&r, SIGTERM);
	(void)file_check(&r);
	rig_done(&r);
}

TEST(rsyslogd_stopped_and_restarted_under_load_misses_nothing)
{
	struct rig r = rig_make("256k");
	struct shipper *s = ship(&r);
	struct ship_status now;

	rsyslogd_start(&r);
	for (int i = 0; i < 4; i++) {
		frames_append(&r, FRAMES / 6);
		ship_poke(s);
		(void)run_for(&r, s, FRAMES, 900);
		rsyslogd_end(&r, SIGTERM);
		frames_append(&r, FRAMES / 12);
		(void)run_for(&r, s, FRAMES, 100);
		rsyslogd_start(&r);
	}
	now = run_for(&r, s, FRAMES, 30000);
	CHECK_INT(now.acked_seq, FRAMES);
	CHECK(now.connections >= 2);
	ship_free(s);
	rsyslogd_end(&r, SIGTERM);
	(void)file_check(&r);
	rig_done(&r);
}

/* Why the documentation asks for maxMessageSize: the default cuts. */
TEST(a_large_message_needs_the_documented_setting)
{
	struct rig r = rig_make("8k");
	struct shipper *s;
	struct ship_status now;
	struct buf out;

	rsyslogd_start(&r);
	s = ship(&r);
	frames_append(&r, LARGE_EACH);
	now = run_for(&r, s, LARGE_EACH, 30000);
	CHECK_INT(now.acked_seq, LARGE_EACH);
	CHECK_INT(now.oversized, 1);
	ship_free(s);
	rsyslogd_end(&r, SIGTERM);
	buf_init(&out, 64 << 20);
	CHECK_INT(file_read(r.dirfd, "out", 64 << 20, &out, NULL), 0);
	CHECK(out.len < LARGE_EACH * 700);
	buf_done(&out);
	rig_done(&r);
}
