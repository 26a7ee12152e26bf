/* SPDX-License-Identifier: Apache-2.0 */
/* memlog_test.c - log lines: to memlogd, and to readers that do not read. */
#include "lib/memlog.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/log.h"
#include "test/unit/harness.h"

static char at[64];

/* A socket as memlogd's, in a directory of this test. */
static int memlogd_begin(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(at, "/tmp/bailiff-memlog.XXXXXX");
	CHECK(mkdtemp(at) != NULL);
	strcat(at, "/sock");
	strcpy(a.sun_path, at);
	CHECK(bind(fd, (const void *)&a, sizeof(a)) == 0);
	return fd;
}

static void memlogd_end(void)
{
	(void)unlink(at);
	*strrchr(at, '/') = '\0';
	(void)rmdir(at);
}

/* The descriptor that came with the next datagram, whose text is @name. */
static int stream_take(int fd, const char *name)
{
	char text[600], control[CMSG_SPACE(sizeof(int))];
	struct iovec v = { text, sizeof(text) - 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	const ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
	int taken = -1;

	CHECK(n > 0);
	text[n] = '\0';
	CHECK_STR(text, name);
	CHECK(CMSG_FIRSTHDR(&m) != NULL);
	memcpy(&taken, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(taken));
	return taken;
}

static const char *read_all(int fd, char *text, size_t size)
{
	const ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

TEST(memlogd_gets_the_name_and_then_the_lines)
{
	AUTO_FD memlogd = memlogd_begin();
	AUTO_FD stream = memlog_open(at, "bailiff", NULL);
	AUTO_FD taken = -1;
	AUTO_FD null = open("/dev/null", O_WRONLY);
	const struct log log = { .fd = null,
				 .stream = stream,
				 .process = "x",
				 .level = LOG_LEVEL_INFO };
	char text[200];

	CHECK(stream >= 0);
	taken = stream_take(memlogd, "bailiff");
	log_line(&log, LOG_LEVEL_WARN, "a b", LOG_FIELDS(log_u64("n", 7)));
	CHECK_STR(read_all(taken, text, sizeof(text)),
		  "level=warn process=x msg=\"a b\" n=7\n");
	/* memlogd sees the end of a stream. */
	fd_drop(&stream);
	CHECK_INT(read(taken, text, 1), 0);
	memlogd_end();
}

TEST(without_memlogd_there_is_no_stream)
{
	AUTO_FD memlogd = memlogd_begin();
	struct err e = { 0 };
	char name[600];

	memset(name, 'x', sizeof(name));
	name[512] = '\0';
	CHECK_INT(memlog_open(at, name, &e), -ENAMETOOLONG);
	CHECK_INT(memlog_open(at, "", &e), -ENAMETOOLONG);
	memset(name, 'x', sizeof(name));
	name[300] = '\0';
	CHECK_INT(memlog_open(name, "bailiff", &e), -ENAMETOOLONG);
	fd_drop(&memlogd);
	CHECK_INT(memlog_open(at, "bailiff", &e), -ECONNREFUSED);
	CHECK_HAS(e.text, "memlogd: ");
	memlogd_end();
	CHECK_INT(memlog_open(at, "bailiff", &e), -ENOENT);
}

/* The harness ends a test that hangs. */
TEST(a_memlogd_that_takes_no_more_is_not_waited_for)
{
	AUTO_FD memlogd = memlogd_begin();
	int r = 0;

	CHECK(memlogd >= 0);
	for (unsigned i = 0; i < 5000 && r >= 0; i++) {
		r = memlog_open(at, "bailiff", NULL);
		if (r >= 0)
			(void)close(r);
	}
	CHECK(r < 0);
	memlogd_end();
}

/* Lines into what nobody reads, then one more behind what was read. */
static void flood_check(int in, int out)
{
	struct log_loss loss = { 0 };
	const struct log log = { .fd = in,
				 .stream = -1,
				 .loss = &loss,
				 .process = "x",
				 .level = LOG_LEVEL_INFO };
	AUTO_MEM char *text = malloc(4U << 20);
	uint64_t lost;
	char said[80];

	CHECK(text != NULL);
	for (unsigned i = 0; i < 20000; i++)
		log_line(&log, LOG_LEVEL_INFO, "fills what nobody reads",
			 LOG_NONE);
	lost = loss.lost;
	CHECK(lost > 0);
	CHECK(read(out, text, 4U << 20) > 0);
	while (recv(out, text, 4U << 20, MSG_DONTWAIT) > 0)
		;
	log_line(&log, LOG_LEVEL_INFO, "is read again", LOG_NONE);
	CHECK_INT(loss.told, lost);
	CHECK_INT(loss.lost, lost);
	(void)snprintf(said, sizeof(said), "lost=%llu total=%llu\n",
		       (unsigned long long)lost, (unsigned long long)lost);
	read_all(out, text, 4U << 20);
	CHECK_HAS(text, said);
	CHECK_HAS(text, "msg=\"is read again\"");
}

TEST(a_full_pipe_stops_nobody_and_what_is_lost_is_counted)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	log_unblock(ends[1]);
	flood_check(ends[1], ends[0]);
}

TEST(nor_does_a_full_stream_or_socket)
{
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	flood_check(ends[1], ends[0]);
}

TEST(the_flags_of_whoever_shares_the_pipe_stay)
{
	int ends[2];
	AUTO_FD shared = -1;

	CHECK(pipe(ends) == 0);
	shared = dup(ends[1]);
	log_unblock(ends[1]);
	CHECK(fcntl(ends[1], F_GETFL) & O_NONBLOCK);
	CHECK(!(fcntl(shared, F_GETFL) & O_NONBLOCK));
}

TEST(no_line_is_longer_than_memlogd_takes)
{
	const struct log log = { .stream = -1,
				 .process = "x",
				 .level = LOG_LEVEL_INFO };
	struct log to = log;
	char big[5000], text[6000];
	int ends[2];

	memset(big, '"', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	CHECK(pipe(ends) == 0);
	to.fd = ends[1];
	log_line(&to, LOG_LEVEL_INFO, "m", LOG_FIELDS(log_text("v", big)));
	read_all(ends[0], text, sizeof(text));
	CHECK(strlen(text) <= 1000);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1);
}
