/* SPDX-License-Identifier: Apache-2.0 */
/* memlogd.c - an imitation of LinuxKit's memlogd, for guests.
 *
 *	memlogd            listens, puts itself into the background, logs
 *	memlogd --dump     prints what is kept, a line of JSON each
 *	memlogd --send NAME FIFO
 *	                   has the lines of a FIFO kept, as of a source
 *
 * SOCKET_LOG takes datagrams: the name of a source, with one descriptor whose
 * lines are kept, in a ring that all sources share. SOCKET_QUERY takes
 * connections: after one byte (0 dump, 1 follow, 2 both) it answers with lines
 * {"time","source","msg"}. What a follower does not take at once is lost to it.
 * A line is cut at LINE_LEN bytes, as memlogd cuts it. Exits 111 on failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_LOG    "/run/linuxkit-external-logging.sock"
#define SOCKET_QUERY  "/run/memlogdq.sock"
#define LINES_MAX     5000 /* in the ring */
#define LINE_LEN      1024
#define SOURCES_MAX   64
#define FOLLOWERS_MAX 8
#define NAME_LEN      64

struct line {
	struct timespec time;
	char source[NAME_LEN];
	size_t len;
	char text[LINE_LEN];
};

struct origin {
	int fd; /* -1: free */
	char name[NAME_LEN];
	size_t len; /* of the line so far */
	char text[LINE_LEN];
};

struct memlog {
	int log_fd;
	int query_fd;
	struct origin sources[SOURCES_MAX];
	struct {
		int fd;		   /* -1: free */
		bool is_following; /* it has sent its byte */
	} followers[FOLLOWERS_MAX];
	struct line *lines; /* LINES_MAX of them */
	size_t count; /* lines ever kept; the next is at count % LINES_MAX */
};

static int failed(const char *what)
{
	fprintf(stderr, "memlogd: %s: %s\n", what, strerror(errno));
	return 111;
}

/* ---- one line as JSON ---------------------------------------------------- */
static size_t json_escape(char *to, const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)from[i];

		if (c == '"' || c == '\\') {
			to[n++] = '\\';
			to[n++] = (char)c;
		} else if (c < 0x20) {
			n += (size_t)sprintf(to + n, "\\u%04x", c);
		} else {
			to[n++] = (char)c;
		}
	}
	return n;
}

/* MSG_DONTWAIT for a follower: who is slow loses lines. */
static void line_send(int fd, const struct line *l, int flags)
{
	static char out[6 * LINE_LEN + 6 * NAME_LEN + 96];
	struct tm utc;
	size_t n;

	gmtime_r(&l->time.tv_sec, &utc);
	n = strftime(out, sizeof(out), "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
	n += (size_t)sprintf(out + n, ".%09ldZ\",\"source\":\"",
			     l->time.tv_nsec);
	n += json_escape(out + n, l->source, strlen(l->source));
	n += (size_t)sprintf(out + n, "\",\"msg\":\"");
	n += json_escape(out + n, l->text, l->len);
	n += (size_t)sprintf(out + n, "\"}\n");
	if (send(fd, out, n, flags | MSG_NOSIGNAL) < 0)
		return;
}

/* ---- what comes in ------------------------------------------------------- */
static void line_keep(struct memlog *m, struct origin *s)
{
	struct line *l = &m->lines[m->count++ % LINES_MAX];

	clock_gettime(CLOCK_REALTIME, &l->time);
	memcpy(l->source, s->name, sizeof(l->source));
	memcpy(l->text, s->text, s->len);
	l->len = s->len;
	s->len = 0;
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		if (m->followers[i].is_following)
			line_send(m->followers[i].fd, l, MSG_DONTWAIT);
}

static void source_read(struct memlog *m, struct origin *s)
{
	char raw[4096];
	const ssize_t n = read(s->fd, raw, sizeof(raw));

	for (ssize_t i = 0; i < n; i++) {
		if (raw[i] == '\n')
			line_keep(m, s);
		else if (s->len < LINE_LEN)
			s->text[s->len++] = raw[i];
	}
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (s->len > 0)
		line_keep(m, s);
	close(s->fd);
	s->fd = -1;
}

static void source_take(struct memlog *m)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char name[NAME_LEN] = "";
	struct iovec v = { name, sizeof(name) - 1 };
	struct msghdr msg = { .msg_iov = &v,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	int fd;

	if (recvmsg(m->log_fd, &msg, MSG_CMSG_CLOEXEC) < 0)
		return;
	c = CMSG_FIRSTHDR(&msg);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	for (size_t i = 0; i < SOURCES_MAX; i++) {
		struct origin *s = &m->sources[i];

		if (s->fd >= 0)
			continue;
		s->fd = fd;
		s->len = 0;
		memcpy(s->name, name, sizeof(name));
		return;
	}
	close(fd);
}

/* ---- who asks ------------------------------------------------------------ */
static void follower_take(struct memlog *m)
{
	const int fd = accept4(m->query_fd, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < FOLLOWERS_MAX; i++) {
		if (m->followers[i].fd >= 0)
			continue;
		m->followers[i].fd = fd;
		m->followers[i].is_following = false;
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void follower_read(struct memlog *m, size_t i)
{
	const int fd = m->followers[i].fd;
	char mode;
	size_t first = m->count > LINES_MAX ? m->count - LINES_MAX : 0;

	if (!m->followers[i].is_following && read(fd, &mode, 1) == 1) {
		for (; mode != 1 && first < m->count; first++)
			line_send(fd, &m->lines[first % LINES_MAX], 0);
		m->followers[i].is_following = mode != 0;
	} else {
		m->followers[i].is_following = false;
	}
	if (m->followers[i].is_following)
		return;
	close(fd);
	m->followers[i].fd = -1;
}

/* ---- the program --------------------------------------------------------- */
static int socket_at(const char *path, int type, bool listens)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (fd < 0)
		return -1;
	if (!listens)
		return connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1
									 : fd;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, FOLLOWERS_MAX) < 0))
		return -1;
	return fd;
}

static int turn(struct memlog *m)
{
	struct pollfd p[2 + SOURCES_MAX + FOLLOWERS_MAX];

	p[0] = (struct pollfd){ m->log_fd, POLLIN, 0 };
	p[1] = (struct pollfd){ m->query_fd, POLLIN, 0 };
	for (size_t i = 0; i < SOURCES_MAX; i++)
		p[2 + i] = (struct pollfd){ m->sources[i].fd, POLLIN, 0 };
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		p[2 + SOURCES_MAX + i] =
			(struct pollfd){ m->followers[i].fd, POLLIN, 0 };
	if (poll(p, 2 + SOURCES_MAX + FOLLOWERS_MAX, -1) < 0)
		return errno == EINTR ? 0 : -1;
	for (size_t i = 0; i < SOURCES_MAX; i++)
		if (p[2 + i].revents != 0)
			source_read(m, &m->sources[i]);
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		if (p[2 + SOURCES_MAX + i].revents != 0)
			follower_read(m, i);
	if (p[0].revents != 0)
		source_take(m);
	if (p[1].revents != 0)
		follower_take(m);
	return 0;
}

static int dump(void)
{
	const int fd = socket_at(SOCKET_QUERY, SOCK_STREAM, false);
	char raw[4096];
	ssize_t n;

	if (fd < 0 || write(fd, "", 1) != 1)
		return failed(SOCKET_QUERY);
	while ((n = read(fd, raw, sizeof(raw))) > 0)
		fwrite(raw, 1, (size_t)n, stdout);
	return n < 0 ? failed(SOCKET_QUERY) : 0;
}

/* Opened for both, so that it has no end when a writer closes. */
static int hand_over(const char *name, const char *fifo)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec v = { (void *)(uintptr_t)name, strlen(name) };
	struct msghdr msg = { .msg_iov = &v,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	const int to = socket_at(SOCKET_LOG, SOCK_DGRAM, false);
	const int fd = open(fifo, O_RDWR | O_NONBLOCK);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (to < 0 || fd < 0 || sendmsg(to, &msg, 0) < 0)
		return failed(fifo);
	return 0;
}

int main(int argc, char **argv)
{
	static struct memlog m;

	if (argc == 2 && strcmp(argv[1], "--dump") == 0)
		return dump();
	if (argc == 4 && strcmp(argv[1], "--send") == 0)
		return hand_over(argv[2], argv[3]);
	for (size_t i = 0; i < SOURCES_MAX; i++)
		m.sources[i].fd = -1;
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		m.followers[i].fd = -1;
	m.lines = calloc(LINES_MAX, sizeof(*m.lines));
	if (m.lines == NULL)
		return failed("memory");
	m.log_fd = socket_at(SOCKET_LOG, SOCK_DGRAM, true);
	m.query_fd = socket_at(SOCKET_QUERY, SOCK_STREAM, true);
	if (m.log_fd < 0 || m.query_fd < 0)
		return failed("cannot listen in /run");
	if (daemon(0, 0) < 0)
		return failed("daemon");
	signal(SIGPIPE, SIG_IGN);
	while (turn(&m) == 0)
		;
	return failed("poll");
}
