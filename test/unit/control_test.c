/* SPDX-License-Identifier: Apache-2.0 */
/* control_test.c - the server on a real socket, and the client against it. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/control/control.h"
#include "pkg/control/http.h"

/* ---- a server in a child ---------------------------------------------- */

struct fixture {
	struct loop *loop;
	struct control_server *server;
	struct source timer;
	struct control_request *later;
	unsigned closed; /* streams whose closed() was called */
};

struct stream {
	unsigned next, end;
	bool is_endless;
};

static void text_reply(struct control_request *q, const char *text)
{
	control_reply(q, 200, "text/plain", span_of(text));
}

static void handle_hello(void *ctx, struct control_request *q)
{
	(void)ctx;
	text_reply(q, "hello");
}

static void handle_echo(void *ctx, struct control_request *q)
{
	(void)ctx;
	control_reply(q, 200, "application/json", control_body(q));
}

static void handle_query(void *ctx, struct control_request *q)
{
	const char *name = control_query(q, "service");

	(void)ctx;
	text_reply(q, name != NULL ? name : "(none)");
}

static void handle_fail(void *ctx, struct control_request *q)
{
	struct err e = { 0 };

	(void)ctx;
	(void)err_set(&e, EBADMSG, "the bundle is \"old\"");
	(void)err_hint(&e, "sign a newer one");
	control_reply_err(q, 409, &e);
}

static int on_later(struct source *self, uint32_t events)
{
	struct fixture *f = container_of(self, struct fixture, timer);
	struct control_request *q = f->later;

	(void)events;
	timer_ack(self->fd);
	f->later = NULL;
	if (q != NULL)
		text_reply(q, "later");
	return 0;
}

static void handle_later(void *ctx, struct control_request *q)
{
	struct fixture *f = ctx;

	f->later = q;
	(void)timer_set(f->timer.fd, 150, 0);
}

static void stream_more(void *ctx, struct control_request *q)
{
	struct stream *s = control_data(q);

	(void)ctx;
	while (s->is_endless || s->next < s->end) {
		char line[1024];
		int n = snprintf(line, sizeof(line), "line %u\n", s->next);

		if (s->is_endless) {
			memset(line, 'x', sizeof(line));
			n = sizeof(line);
		}
		if (control_stream_write(q, (struct span){ line, (size_t)n }) <
		    0)
			return;
		s->next++;
	}
	control_stream_end(q);
}

static void stream_closed(void *ctx, struct control_request *q)
{
	struct fixture *f = ctx;

	f->closed++;
	free(control_data(q));
}

static void handle_stream(void *ctx, struct control_request *q)
{
	struct stream *s = calloc(1, sizeof(*s));
	const char *n = control_query(q, "n");

	(void)ctx;
	CHECK(s != NULL);
	s->is_endless = n == NULL;
	if (n != NULL)
		(void)num_parse_u32(span_of(n), 0, UINT32_MAX, &s->end);
	control_set_data(q, s);
	control_stream(q, "application/x-ndjson", stream_more, stream_closed);
}

/* Begins, says nothing, never ends. */
static void handle_quiet(void *ctx, struct control_request *q)
{
	(void)ctx;
	control_stream(q, "text/plain", NULL, stream_closed);
}

static void handle_status(void *ctx, struct control_request *q)
{
	const struct fixture *f = ctx;
	const struct control_counts c = control_server_counts(f->server);
	AUTO_FD fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct buf out, status;
	const char *threads;

	buf_init(&status, 65536);
	CHECK_INT(file_read_fd(fd, 65536, &status, NULL), 0);
	threads = strstr(buf_cstr(&status), "Threads:");
	CHECK(threads != NULL);
	buf_init(&out, 4096);
	buf_printf(&out,
		   "threads=%c closed=%u connections=%llu requests=%llu "
		   "refused=%llu cut=%llu pid=%d uid=%u",
		   threads[9], f->closed, (unsigned long long)c.connections,
		   (unsigned long long)c.requests,
		   (unsigned long long)c.refused, (unsigned long long)c.cut,
		   control_peer_pid(q), control_peer_uid(q));
	control_reply(q, 200, "text/plain", buf_view(&out));
	buf_done(&out);
	buf_done(&status);
}

static void handle_stop(void *ctx, struct control_request *q)
{
	struct fixture *f = ctx;

	text_reply(q, "bye");
	loop_stop(f->loop, 0);
}

static const struct control_route routes[] = {
	{ "GET", "/hello", handle_hello },
	{ "POST", "/echo", handle_echo },
	{ "GET", "/query", handle_query },
	{ "POST", "/fail", handle_fail },
	{ "GET", "/later", handle_later },
	{ "GET", "/stream", handle_stream },
	{ "GET", "/quiet", handle_quiet },
	{ "GET", "/status", handle_status },
	{ "GET", "/fail", handle_fail },
	{ "POST", "/stop", handle_stop },
	{ 0 },
};

static char directory[] = "/tmp/bailiff-control-XXXXXX";
static char path[64];
static pid_t server_pid;

static int listen_at(const char *at)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", at);
	CHECK(fd >= 0);
	CHECK_INT(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_INT(listen(fd, 128), 0);
	return fd;
}

static _Noreturn void serve(int fd)
{
	struct fixture f = { .timer = { .name = "later", .ready = on_later } };
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK_INT(loop_new(&f.loop, NULL), 0);
	f.timer.fd = timer_open(NULL);
	CHECK_INT(loop_add(f.loop, &f.timer, EPOLLIN, NULL), 0);
	CHECK_INT(control_server_new(fd, routes, &f, f.loop, &f.server, NULL),
		  0);
	r = loop_run(f.loop);
	control_server_free(f.server);
	loop_free(f.loop);
	(void)close(f.timer.fd);
	exit(r == 0 ? 0 : 3);
}

static void server_start(void)
{
	int fd;

	CHECK(mkdtemp(directory) != NULL);
	(void)snprintf(path, sizeof(path), "%s/s", directory);
	fd = listen_at(path);
	server_pid = fork();
	CHECK(server_pid >= 0);
	if (server_pid == 0)
		serve(fd);
	(void)close(fd);
}

/* Ends the server in order; under a sanitizer its exit code tells of leaks. */
static void server_stop(void)
{
	struct control_client_answer a;
	struct err e = { 0 };
	int status;

	CHECK_INT(control_call(path, "POST", "/stop", (struct span){ 0 }, 5000,
			       &a, &e),
		  0);
	buf_done(&a.body);
	CHECK_INT(waitpid(server_pid, &status, 0), server_pid);
	CHECK_INT(status, 0);
	(void)unlink(path);
	(void)rmdir(directory);
}

static unsigned call(const char *method, const char *target, const char *body,
		     char *out, size_t size)
{
	struct control_client_answer a;
	struct err e = { 0 };
	const int r =
		control_call(path, method, target, span_of(body), 5000, &a, &e);

	if (r < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", target, e.text);
	(void)snprintf(out, size, "%s", buf_cstr(&a.body));
	buf_done(&a.body);
	return a.status;
}

static int raw_connect(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	CHECK_INT(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* All that comes until the peer closes or @ms pass. Return: bytes. */
static size_t raw_read(int fd, char *out, size_t size, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	while (len < size - 1 && poll(&p, 1, ms) == 1) {
		const ssize_t n = recv(fd, out + len, size - 1 - len, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	out[len] = '\0';
	return len;
}

static void raw_send(int fd, const char *text)
{
	CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* ---- requests and answers --------------------------------------------- */

TEST(a_request_is_answered_now_or_later_without_a_thread)
{
	char out[4096];

	server_start();
	CHECK_INT(call("GET", "/hello", NULL, out, sizeof(out)), 200);
	CHECK_STR(out, "hello");
	CHECK_INT(call("GET", "/later", NULL, out, sizeof(out)), 200);
	CHECK_STR(out, "later");
	CHECK_INT(call("POST", "/echo", "{\"a\":1}", out, sizeof(out)), 200);
	CHECK_STR(out, "{\"a\":1}");
	CHECK_INT(
		call("GET", "/query?x=1&service=a%20b", NULL, out, sizeof(out)),
		200);
	CHECK_STR(out, "a b");
	CHECK_INT(call("GET", "/query", NULL, out, sizeof(out)), 200);
	CHECK_STR(out, "(none)");
	CHECK_INT(call("GET", "/status", NULL, out, sizeof(out)), 200);
	CHECK_HAS(out, "threads=1 ");
	server_stop();
}

TEST(a_peer_is_known_by_its_credentials)
{
	char out[4096], want[64];

	server_start();
	(void)call("GET", "/status", NULL, out, sizeof(out));
	(void)snprintf(want, sizeof(want), "pid=%d uid=%u", getpid(), getuid());
	CHECK_HAS(out, want);
	server_stop();
}

TEST(refusals_are_json_with_a_sentence_and_a_hint)
{
	char out[4096];

	server_start();
	CHECK_INT(call("POST", "/fail", "{}", out, sizeof(out)), 409);
	CHECK_STR(out, "{\"error\":\"the bundle is \\\"old\\\"\",\"hint\":"
		       "\"sign a newer one\"}\n");
	CHECK_INT(call("GET", "/nothing", NULL, out, sizeof(out)), 404);
	CHECK_HAS(out, "{\"error\":\"nothing is served at /nothing\"");
	CHECK_INT(call("POST", "/hello", "{}", out, sizeof(out)), 405);
	CHECK_HAS(out, "\"error\":");
	CHECK_INT(call("DELETE", "/hello", NULL, out, sizeof(out)), 405);
	server_stop();
}

TEST(a_body_above_the_limit_is_413_and_one_at_the_limit_is_read)
{
	AUTO_MEM char *body = malloc(CONTROL_BODY_MAX + 2);
	AUTO_MEM char *out = malloc(CONTROL_BODY_MAX + 2);

	CHECK(body != NULL && out != NULL);
	memset(body, 'a', CONTROL_BODY_MAX + 1);
	server_start();
	body[CONTROL_BODY_MAX + 1] = '\0';
	CHECK_INT(call("POST", "/echo", body, out, CONTROL_BODY_MAX + 2), 413);
	CHECK_HAS(out, "at most 65536 bytes");
	body[CONTROL_BODY_MAX] = '\0';
	CHECK_INT(call("POST", "/echo", body, out, CONTROL_BODY_MAX + 2), 200);
	CHECK_STR(out, body);
	server_stop();
}

/* Send @head and then zeros until the server closes. Return: bytes sent. */
static uint64_t flood(const char *head)
{
	static char zeros[65536];
	AUTO_FD fd = raw_connect();
	uint64_t sent = 0;

	raw_send(fd, head);
	memset(zeros, '0', sizeof(zeros));
	for (;;) {
		const ssize_t n = send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL);

		if (n < 0)
			return sent;
		sent += (uint64_t)n;
		CHECK(sent < 1000000000);
	}
}

TEST(a_client_that_sends_a_gigabyte_is_cut)
{
	char out[4096];

	server_start();
	CHECK(flood("POST /echo HTTP/1.1\r\nHost: b\r\n"
		    "Content-Length: 1000000000\r\n\r\n") < 4000000);
	CHECK(flood("POST /echo HTTP/1.1\r\nHost: b\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n3b9aca00\r\n") <
	      4000000);
	CHECK(flood("GET /") < 4000000);
	CHECK(flood("GET / HTTP/1.1\r\nX: ") < 4000000);
	CHECK_INT(call("GET", "/hello", NULL, out, sizeof(out)), 200);
	server_stop();
}

TEST(what_is_not_http_is_refused_and_others_are_served)
{
	static const char *const rows[] = {
		"\r\n\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello tls\r\n\r\n",
		"GET /hello HTTP/9.9\r\n\r\n",
		"GET /hello HTTP/1.1\r\n\r\n", /* no Host */
		"POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: -1\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 9z\r\n\r\n",
		("POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked"
		 "\r\n\r\nzz\r\n"),
	};
	char out[4096];

	server_start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FD fd = raw_connect();

		raw_send(fd, rows[i]);
		(void)shutdown(fd, SHUT_WR);
		(void)raw_read(fd, out, sizeof(out), 2000);
		CHECK(strstr(out, "200 OK") == NULL);
	}
	CHECK_INT(call("GET", "/hello", NULL, out, sizeof(out)), 200);
	server_stop();
}

TEST(a_stalled_client_does_not_hold_others_and_is_dropped)
{
	AUTO_FD stalled = -1, trickle = -1;
	const uint64_t start = clock_boot_ms();
	char out[4096];

	server_start();
	stalled = raw_connect();
	raw_send(stalled, "GET /hello HT");
	trickle = raw_connect();
	raw_send(trickle, "GET /hello HTTP/1.1\r\nX: ");
	CHECK_INT(call("GET", "/hello", NULL, out, sizeof(out)), 200);
	CHECK(clock_boot_ms() - start < 2000);
	/* A byte a second is no excuse. */
	for (;;) {
		if (send(trickle, "x", 1, MSG_NOSIGNAL) < 0)
			break;
		(void)usleep(500000);
		CHECK(clock_boot_ms() - start < 20000);
	}
	CHECK(clock_boot_ms() - start >= 9000);
	CHECK_INT(raw_read(stalled, out, sizeof(out), 5000), 0);
	(void)call("GET", "/status", NULL, out, sizeof(out));
	CHECK_HAS(out, "connections=1 ");
	server_stop();
}

TEST(a_hundred_clients_are_all_answered)
{
	int fds[100];
	char out[4096];

	server_start();
	for (size_t i = 0; i < 100; i++) {
		fds[i] = raw_connect();
		raw_send(fds[i], "GET /hello HTTP/1.1\r\nHost: b\r\n"
				 "Connection: close\r\n\r\n");
	}
	for (size_t i = 0; i < 100; i++) {
		(void)raw_read(fds[i], out, sizeof(out), 5000);
		CHECK_HAS(out, "200 OK");
		CHECK_HAS(out, "\r\n\r\nhello");
		(void)close(fds[i]);
	}
	server_stop();
}

TEST(above_the_limit_clients_wait_and_are_served_when_one_leaves)
{
	int stalled[CONTROL_CONNECTIONS_MAX];
	AUTO_FD fd = -1;
	char out[4096];

	server_start();
	for (size_t i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
		stalled[i] = raw_connect();
		raw_send(stalled[i], "GET /he");
	}
	fd = raw_connect();
	raw_send(fd, "GET /hello HTTP/1.1\r\nHost: b\r\n\r\n");
	CHECK_INT(raw_read(fd, out, sizeof(out), 300), 0);
	(void)close(stalled[0]);
	(void)raw_read(fd, out, sizeof(out), 1000);
	CHECK_HAS(out, "200 OK");
	for (size_t i = 1; i < CONTROL_CONNECTIONS_MAX; i++)
		(void)close(stalled[i]);
	server_stop();
}

TEST(a_peer_that_leaves_before_its_answer_harms_nobody)
{
	char out[4096];

	server_start();
	for (int i = 0; i < 3; i++) {
		AUTO_FD fd = raw_connect();

		raw_send(fd, "GET /later HTTP/1.1\r\nHost: b\r\n\r\n");
		(void)usleep(20000);
		fd_drop(&fd);
		(void)usleep(200000);
	}
	(void)call("GET", "/status", NULL, out, sizeof(out));
	CHECK_HAS(out, "connections=1 ");
	server_stop();
}

TEST(a_server_that_ends_with_open_requests_leaks_nothing)
{
	AUTO_FD a = -1, b = -1;

	server_start();
	a = raw_connect();
	raw_send(a, "GET /later HTTP/1.1\r\nHost: b\r\n\r\n");
	b = raw_connect();
	raw_send(b, "GET /quiet HTTP/1.1\r\nHost: b\r\n\r\n");
	(void)usleep(50000);
	server_stop();
}

/* ---- streams ---------------------------------------------------------- */

struct seen {
	unsigned next, stop_at;
};

static int line_check(void *ctx, struct span line)
{
	struct seen *s = ctx;
	char want[32];

	(void)snprintf(want, sizeof(want), "line %u", s->next);
	CHECK(span_eq_str(line, want));
	s->next++;
	return s->stop_at != 0 && s->next == s->stop_at ? 7 : 0;
}

TEST(a_stream_arrives_whole_and_in_order)
{
	struct seen seen = { 0 };
	struct err e = { 0 };
	char out[4096];

	server_start();
	CHECK_INT(
		control_follow(path, "/stream?n=200000", line_check, &seen, &e),
		0);
	CHECK_INT(seen.next, 200000);
	seen = (struct seen){ .stop_at = 10 };
	CHECK_INT(
		control_follow(path, "/stream?n=200000", line_check, &seen, &e),
		7);
	CHECK_INT(control_follow(path, "/fail", line_check, &seen, &e),
		  -EREMOTEIO);
	CHECK_STR(e.text, "the bundle is \"old\" (sign a newer one)");
	(void)usleep(100000);
	(void)call("GET", "/status", NULL, out, sizeof(out));
	CHECK_HAS(out, "closed=2 connections=1 ");
	server_stop();
}

TEST(a_slow_reader_of_a_stream_does_not_hold_others)
{
	AUTO_FD fd = -1;
	char out[4096];

	server_start();
	fd = raw_connect();
	raw_send(fd, "GET /stream HTTP/1.1\r\nHost: b\r\n\r\n");
	for (int i = 0; i < 20; i++) {
		CHECK_INT(call("GET", "/hello", NULL, out, sizeof(out)), 200);
		(void)usleep(10000);
	}
	(void)raw_read(fd, out, sizeof(out), 1000);
	CHECK_HAS(out, "Transfer-Encoding: chunked");
	fd_drop(&fd);
	(void)usleep(100000);
	(void)call("GET", "/status", NULL, out, sizeof(out));
	CHECK_HAS(out, "closed=1 connections=1 ");
	server_stop();
}

TEST(the_end_of_a_quiet_streams_reader_is_noticed_at_once)
{
	AUTO_FD fd = -1;
	char out[4096];

	server_start();
	fd = raw_connect();
	raw_send(fd, "GET /quiet HTTP/1.1\r\nHost: b\r\n\r\n");
	(void)raw_read(fd, out, sizeof(out), 300);
	CHECK_HAS(out, "200 OK");
	fd_drop(&fd);
	(void)usleep(100000);
	(void)call("GET", "/status", NULL, out, sizeof(out));
	CHECK_HAS(out, "closed=1 connections=1 ");
	server_stop();
}

/* ---- the client ------------------------------------------------------- */

TEST(a_client_without_a_server_says_what_to_do)
{
	struct control_client_answer a;
	struct err e = { 0 };

	CHECK_INT(control_call("/nowhere/control.sock", "GET", "/v1/status",
			       (struct span){ 0 }, 1000, &a, &e),
		  -ENOENT);
	CHECK_STR(e.hint, "is bailiffd running?");
	CHECK_HAS(e.text, "/nowhere/control.sock: No such file or directory");
}

TEST(a_client_gives_up_on_a_server_that_does_not_answer)
{
	struct control_client_answer a;
	struct err e = { 0 };
	AUTO_FD fd = -1;

	CHECK(mkdtemp(directory) != NULL);
	(void)snprintf(path, sizeof(path), "%s/s", directory);
	fd = listen_at(path);
	CHECK_INT(control_call(path, "GET", "/v1/status", (struct span){ 0 },
			       200, &a, &e),
		  -ETIMEDOUT);
	CHECK_HAS(e.text, "no answer within 200 ms");
	(void)unlink(path);
	(void)rmdir(directory);
}

/* Feed @text in pieces of @step bytes. Return: http_feed()'s last, or what
 * http_end() says. */
static int parse(const char *text, size_t step, char *body)
{
	struct http_answer a = { 0 };
	size_t len = 0;
	int r = 0;

	for (struct span all = span_of(text); all.len != 0 && r >= 0;) {
		struct span in = { all.p, all.len < step ? all.len : step };
		struct span piece;

		all.p += in.len;
		all.len -= in.len;
		while ((r = http_feed(&a, &in, &piece, NULL)) == 1) {
			memcpy(body + len, piece.p, piece.len);
			len += piece.len;
		}
	}
	body[len] = '\0';
	return r < 0 ? r : http_end(&a, NULL);
}

TEST(an_answer_reads_the_same_however_it_is_cut)
{
	static const struct {
		const char *text, *body;
		int want;
	} rows[] = {
		/* clang-format off */
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", 0 },
		{ "HTTP/1.1 200 OK\r\n\r\nto the end", "to the end", 0 },
		{ "HTTP/1.1 200 OK\r\ntransfer-ENCODING: chunked\r\n\r\n"
		  "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer: x\r\n\r\n", "abcd", 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "", 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "abc", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
		  "abc", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
		  "ab", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "10000000000000000\r\n", "", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
		  "Content-Length: 3\r\n\r\nabc", "", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc", "", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
		  "Content-Length: 3\r\n\r\nabc", "", -EBADMSG },
		{ "HTTP/1.1 200 OK\r\n folded\r\n\r\n", "", -EBADMSG },
		{ "HTTP/2 200 OK\r\n\r\n", "", -EBADMSG },
		{ "HTTP/1.1 2000 OK\r\n\r\n", "", -EBADMSG },
		{ "220 smtp\r\n", "", -EBADMSG },
		{ "", "", -EBADMSG },
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t step = 1; step < 100; step++) {
			char body[256];

			CHECK_INT(parse(rows[i].text, step, body),
				  rows[i].want);
			CHECK_STR(body, rows[i].body);
		}
}
