/* SPDX-License-Identifier: Apache-2.0 */
/* ship_test.c - the trail to a collector that breaks the connection.
 *
 * The trail here is a table in memory, so that pruning, damage and a trail made
 * anew are one assignment each. The collector is a child that takes octets as
 * RFC 6587 frames them and writes down every whole message.
 */
#include "test/unit/harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/ship/connection.h"
#include "pkg/ship/cursor.h"
#include "pkg/ship/ship.h"

/* ---- a trail in memory ------------------------------------------------ */

static struct {
	uint64_t first, last; /* frames that are there */
	uint64_t damaged;     /* this one cannot be read; 0: all can */
} trail = { .first = 1 };

struct trail_reader {
	uint64_t next;
	char bytes[24];
};

int trail_reader_open(int dirfd, uint64_t from, struct trail_reader **ret,
		      struct err *e)
{
	struct trail_reader *r = calloc(1, sizeof(*r));

	(void)dirfd;
	if (r == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r->next = from;
	*ret = r;
	return 0;
}

void trail_reader_close(struct trail_reader *r)
{
	free(r);
}

int trail_read(struct trail_reader *r, struct trail_frame *ret, struct err *e)
{
	if (r->next < trail.first)
		r->next = trail.first;
	if (r->next > trail.last)
		return -EAGAIN;
	if (r->next == trail.damaged)
		return err_set(e, EBADMSG, "segment 1 offset 77: wrong hash");
	(void)snprintf(r->bytes, sizeof(r->bytes), "%" PRIu64, r->next);
	*ret = (struct trail_frame){ .seq = r->next++,
				     .bytes = span_of(r->bytes) };
	return 0;
}

/* Message 12: "12 aaaa...", its length told by its number. */
static size_t message_len(uint64_t seq)
{
	return seq % 50 == 0 ? 20000 : 30 + (size_t)(seq * 7919 % 900);
}

static void message_make(uint64_t seq, struct buf *out)
{
	const size_t start = out->len;

	buf_printf(out, "%" PRIu64 " ", seq);
	while (out->len - start < message_len(seq))
		buf_put(out, &"abcdefghijklmnopqrstuvwxyz"[seq % 26], 1);
}

static int render(void *ctx, const struct trail_frame *frame, struct buf *out)
{
	const uint64_t *refuse = ctx;

	if (refuse != NULL && frame->seq == *refuse)
		return -EBADMSG;
	message_make(frame->seq, out);
	return 0;
}

/* ---- a collector in a child ------------------------------------------- */

#define SEQS_MAX 20000

struct collected { /* shared with the child */
	unsigned connections, breaks;
	unsigned wrong;	    /* a message that is not what it should be */
	unsigned backwards; /* within one connection */
	uint64_t last;	    /* the highest so far */
	uint64_t bytes;
	unsigned char count[SEQS_MAX];
};

struct collector {
	struct collected *seen;
	uint16_t port;
	pid_t pid;
	int listener;
};

/* Take whole messages off the front of @in. */
static void messages_take(struct collected *seen, struct buf *in,
			  uint64_t *previous)
{
	struct span rest = buf_view(in);
	struct buf want;

	buf_init(&want, 65536);
	for (;;) {
		struct span at = rest, digits = span_cut(&at, ' '), head;
		uint32_t len;
		uint64_t seq;

		if (at.p == NULL)
			break;
		if (num_parse_u32(digits, 1, 65536, &len) < 0) {
			seen->wrong++;
			break;
		}
		if (at.len < len)
			break;
		rest = (struct span){ at.p + len, at.len - len };
		at.len = len;
		head = at;
		head = span_cut(&head, ' ');
		if (num_parse_u64(head, 1, SEQS_MAX - 1, &seq) < 0) {
			seen->wrong++;
			break;
		}
		buf_reset(&want);
		message_make(seq, &want);
		seen->wrong += !span_eq(at, buf_view(&want));
		seen->backwards += *previous != 0 && seq != *previous + 1;
		*previous = seq;
		seen->count[seq]++;
		if (seq > seen->last)
			seen->last = seq;
	}
	buf_done(&want);
	memmove(in->p, rest.p, rest.len);
	in->len = rest.len;
}

/* Read until the peer ends or, when @limit is not 0, that many bytes came. */
static void connection_serve(struct collected *seen, int fd, size_t limit)
{
	uint64_t previous = 0;
	size_t total = 0;
	struct buf in;

	buf_init(&in, 1 << 20);
	while (limit == 0 || total < limit) {
		char raw[4096];
		const size_t want = limit == 0 || limit - total > sizeof(raw)
					    ? sizeof(raw)
					    : limit - total;
		const ssize_t n = recv(fd, raw, want, 0);

		if (n <= 0)
			break;
		total += (size_t)n;
		seen->bytes += (uint64_t)n;
		buf_put(&in, raw, (size_t)n);
		messages_take(seen, &in, &previous);
	}
	buf_done(&in);
}

static _Noreturn void collect(const struct collector *c)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	srand(4711);
	for (;;) {
		const int fd = accept(c->listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		c->seen->connections++;
		if (c->seen->breaks != 0) {
			c->seen->breaks--;
			connection_serve(c->seen, fd,
					 (size_t)rand() % 60000 + 1);
		} else {
			connection_serve(c->seen, fd, 0);
		}
		(void)close(fd);
	}
}

/* @breaks: how many connections are broken after a random number of bytes. */
static struct collector collector_start(unsigned breaks)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	struct collector c = { 0 };

	c.seen = mmap(NULL, sizeof(*c.seen), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(c.seen != MAP_FAILED);
	c.seen->breaks = breaks;
	c.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(bind(c.listener, (const struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_INT(listen(c.listener, 8), 0);
	CHECK_INT(getsockname(c.listener, (struct sockaddr *)&a, &len), 0);
	c.port = ntohs(a.sin_port);
	c.pid = fork();
	CHECK(c.pid >= 0);
	if (c.pid == 0)
		collect(&c);
	return c;
}

static void collector_stop(struct collector *c)
{
	(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
	(void)close(c->listener);
}

/* ---- the shipper ------------------------------------------------------- */

struct rig {
	struct loop *loop;
	char directory[40];
	int dirfd;
};

static struct rig rig_make(void)
{
	struct rig r = { .directory = "/tmp/bailiff-ship-XXXXXX" };

	CHECK(mkdtemp(r.directory) != NULL);
	r.dirfd = open(r.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(loop_new(&r.loop, NULL), 0);
	return r;
}

static void rig_done(struct rig *r)
{
	(void)unlinkat(r->dirfd, "central.cursor", 0);
	(void)unlinkat(r->dirfd, "second.cursor", 0);
	CHECK_INT(rmdir(r->directory), 0);
	(void)close(r->dirfd);
	loop_free(r->loop);
}

static struct shipper *ship(const struct rig *r, const char *name,
			    uint16_t port, void *ctx)
{
	const struct ship_config config = { .name = name,
					    .host = "127.0.0.1",
					    .port = port };
	struct shipper *s;
	struct err e = { 0 };

	if (ship_new(r->loop, r->dirfd, r->dirfd, &config, render, ctx, &s,
		     &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return s;
}

/* Turn the loop until @acked is settled. */
static struct ship_status run_until(const struct rig *r, struct shipper *s,
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

static void check_all(const struct collected *seen, uint64_t first,
		      uint64_t last)
{
	CHECK_INT(seen->wrong, 0);
	CHECK_INT(seen->backwards, 0);
	for (uint64_t seq = first; seq <= last; seq++)
		if (seen->count[seq] == 0)
			test_fail(__FILE__, __LINE__, "message %d never came",
				  (int)seq);
	CHECK_INT(seen->last, last);
}

TEST(every_message_arrives_once_and_in_order_over_a_good_connection)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	trail.last = 5000;
	s = ship(&r, "central", c.port, NULL);
	now = run_until(&r, s, 5000, 20000);
	CHECK_INT(now.acked_seq, 5000);
	CHECK_INT(now.state, SHIP_CONNECTED);
	CHECK_INT(now.sent, 5000);
	CHECK_INT(now.oversized, 100);
	CHECK_STR(now.error, "");
	check_all(c.seen, 1, 5000);
	for (int i = 1; i <= 5000; i++)
		CHECK_INT(c.seen->count[i], 1);
	/* Growth is noticed by a poke at once, and without one too. */
	trail.last = 5001;
	ship_poke(s);
	CHECK_INT(run_until(&r, s, 5001, 3000).acked_seq, 5001);
	trail.last = 5002;
	CHECK_INT(run_until(&r, s, 5002, 5000).acked_seq, 5002);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(a_connection_broken_anywhere_loses_cuts_and_reorders_nothing)
{
	struct collector c = collector_start(4);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	trail.last = 3000;
	s = ship(&r, "central", c.port, NULL);
	now = run_until(&r, s, 3000, 55000);
	CHECK_INT(now.acked_seq, 3000);
	CHECK(now.connections >= 5);
	CHECK(now.sent > 3000);
	check_all(c.seen, 1, 3000);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(after_a_restart_shipping_goes_on_at_the_cursor)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	uint64_t cursor = 0;

	trail.last = 1000;
	s = ship(&r, "central", c.port, NULL);
	CHECK_INT(run_until(&r, s, 1000, 10000).acked_seq, 1000);
	ship_free(s);
	CHECK_INT(cursor_read(r.dirfd, "central", &cursor, NULL), 0);
	CHECK_INT(cursor, 1000);
	trail.last = 1500;
	s = ship(&r, "central", c.port, NULL);
	CHECK_INT(run_until(&r, s, 1500, 10000).acked_seq, 1500);
	ship_free(s);
	check_all(c.seen, 1, 1500);
	for (int i = 1; i <= 1500; i++)
		CHECK_INT(c.seen->count[i], 1);
	collector_stop(&c);
	rig_done(&r);
}

TEST(what_was_not_settled_is_sent_again_after_a_restart)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;

	trail.last = 100;
	s = ship(&r, "central", c.port, NULL);
	for (int i = 0; i < 20; i++)
		CHECK_INT(loop_once(r.loop, 10), 0);
	ship_free(s);
	s = ship(&r, "central", c.port, NULL);
	CHECK_INT(run_until(&r, s, 100, 10000).acked_seq, 100);
	ship_free(s);
	check_all(c.seen, 1, 100);
	CHECK_INT(c.seen->count[1], 2);
	collector_stop(&c);
	rig_done(&r);
}

TEST(two_collectors_have_their_own_pace)
{
	struct collector a = collector_start(0), b = collector_start(2);
	struct rig r = rig_make();
	struct shipper *first, *second;

	trail.last = 2000;
	first = ship(&r, "central", a.port, NULL);
	second = ship(&r, "second", b.port, NULL);
	CHECK_INT(run_until(&r, first, 2000, 10000).acked_seq, 2000);
	CHECK_INT(run_until(&r, second, 2000, 30000).acked_seq, 2000);
	ship_free(first);
	ship_free(second);
	check_all(a.seen, 1, 2000);
	check_all(b.seen, 1, 2000);
	collector_stop(&a);
	collector_stop(&b);
	rig_done(&r);
}

TEST(without_a_collector_the_state_says_why_and_it_comes_later)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	const uint16_t port = c.port;
	struct shipper *s;
	struct ship_status now;

	/* Nobody listens on the port of a collector that ended. */
	collector_stop(&c);
	trail.last = 10;
	s = ship(&r, "central", port, NULL);
	now = run_until(&r, s, 10, 500);
	CHECK_INT(now.acked_seq, 0);
	CHECK_INT(now.connections, 0);
	CHECK_HAS(now.error, "connect: Connection refused");
	ship_free(s);
	rig_done(&r);
}

TEST(a_collector_that_does_not_read_gets_what_fits_and_nothing_is_acked)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	(void)kill(c.pid, SIGSTOP);
	trail.last = 19999;
	s = ship(&r, "central", c.port, NULL);
	now = run_until(&r, s, 19999, 3000);
	/* Some MB lie in the kernels' buffers; the rest waits in the trail. */
	CHECK(now.acked_seq < 19999);
	CHECK(now.sent_seq < 19999);
	(void)kill(c.pid, SIGCONT);
	now = run_until(&r, s, 19999, 20000);
	CHECK_INT(now.acked_seq, 19999);
	check_all(c.seen, 1, 19999);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(frames_pruned_before_they_were_sent_are_counted)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	CHECK_INT(cursor_write(r.dirfd, "central", 10, NULL), 0);
	trail.first = 31;
	trail.last = 50;
	s = ship(&r, "central", c.port, NULL);
	now = run_until(&r, s, 50, 10000);
	CHECK_INT(now.acked_seq, 50);
	CHECK_INT(now.missed, 20);
	CHECK_INT(now.resets, 0);
	check_all(c.seen, 31, 50);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(a_trail_made_anew_is_shipped_from_its_beginning)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	CHECK_INT(cursor_write(r.dirfd, "central", 1000, NULL), 0);
	trail.last = 50;
	s = ship(&r, "central", c.port, NULL);
	(void)run_until(&r, s, 1001, 300);
	now = run_until(&r, s, 50, 10000);
	CHECK_INT(now.acked_seq, 50);
	CHECK_INT(now.resets, 1);
	check_all(c.seen, 1, 50);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(a_damaged_trail_is_said_and_what_is_before_it_is_sent)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	struct shipper *s;
	struct ship_status now;

	trail.last = 50;
	trail.damaged = 21;
	s = ship(&r, "central", c.port, NULL);
	now = run_until(&r, s, 50, 2000);
	CHECK_INT(now.acked_seq, 20);
	CHECK_HAS(now.error, "segment 1 offset 77: wrong hash");
	check_all(c.seen, 1, 20);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(a_frame_that_cannot_be_rendered_is_counted_and_passed_over)
{
	struct collector c = collector_start(0);
	struct rig r = rig_make();
	uint64_t refuse = 7;
	struct shipper *s;
	struct ship_status now;

	trail.last = 20;
	s = ship(&r, "central", c.port, &refuse);
	now = run_until(&r, s, 20, 10000);
	CHECK_INT(now.acked_seq, 20);
	CHECK_INT(now.unrendered, 1);
	CHECK_INT(c.seen->count[6], 1);
	CHECK_INT(c.seen->count[7], 0);
	CHECK_INT(c.seen->count[8], 1);
	ship_free(s);
	collector_stop(&c);
	rig_done(&r);
}

TEST(an_unusable_collector_is_refused_with_a_sentence)
{
	struct rig r = rig_make();
	struct ship_config config = { .name = "a/b",
				      .host = "127.0.0.1",
				      .port = 514 };
	struct shipper *s;
	struct err e = { 0 };

	CHECK_INT(ship_new(r.loop, r.dirfd, r.dirfd, &config, render, NULL, &s,
			   &e),
		  -EINVAL);
	config = (struct ship_config){ "central", "logs.example.org", 514 };
	CHECK_INT(ship_new(r.loop, r.dirfd, r.dirfd, &config, render, NULL, &s,
			   &e),
		  -EINVAL);
	CHECK_STR(e.text, "collector central: \"logs.example.org\" is not an "
			  "IP address");
	rig_done(&r);
}
