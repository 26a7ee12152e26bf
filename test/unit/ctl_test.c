/* SPDX-License-Identifier: Apache-2.0 */
/* ctl_test.c - bailiffctl itself against a daemon that says what it is told. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/control/control.h"
#include "pkg/trail/trail.h"

/* ---- the daemon -------------------------------------------------------- */

static const char status_text[] =
	"{\"version\":\"0.1.0\",\"node\":\"host\",\"boot\":\"b\","
	"\"uptime_ms\":65000,\"state\":\"%s\",\"problems\":%s,"
	"\"policy\":{\"generation\":4,\"bundle\":3,\"signers\":[\"k1\",\"k2\"],"
	"\"expires\":\"2027-01-01T00:00:00Z\",\"freshness\":\"fresh\","
	"\"rollback\":\"image-floor\"},"
	"\"kernel\":{\"release\":\"6.18\",\"landlock_abi\":7,"
	"\"not_enforced\":[\"file rules of processes that run already\"]},"
	"\"audit\":{\"events\":41,\"kernel_lost\":0,\"partial\":1,\"forged\":2,"
	"\"denied\":5,\"last_seq\":41},"
	"\"trail\":{\"first_seq\":1,\"bytes\":1572864,\"bytes_max\":67108864,"
	"\"dropped\":0},"
	"\"collectors\":[{\"name\":\"central\",\"state\":\"retrying\","
	"\"acked_seq\":40,\"error\":\"connect: refused\"}],"
	"\"workers\":[{\"name\":\"audit\",\"pid\":12,\"restarts\":2}],"
	"\"services\":[]}";

static void text_reply(struct control_request *q, unsigned status,
		       const char *text)
{
	control_reply(q, status, "application/json", span_of(text));
}

static void handle_status(void *ctx, struct control_request *q)
{
	const char *state = ctx;
	char text[4096];

	(void)snprintf(text, sizeof(text), status_text, state,
		       strcmp(state, "enforcing") == 0
			       ? "[]"
			       : "[\"the bundle \\u001b[2J expires soon\"]");
	text_reply(q, 200, text);
}

static void handle_services(void *ctx, struct control_request *q)
{
	(void)ctx;
	text_reply(q, 200,
		   "{\"services\":[{\"name\":\"nginx\",\"number\":1,"
		   "\"role\":\"web\",\"signers\":[\"k1\",\"k2\"],"
		   "\"not_enforced\":[],\"sessions\":[{\"ses\":3,"
		   "\"generation\":4,\"pending\":false},{\"ses\":4,"
		   "\"generation\":3,\"pending\":true}]},"
		   "{\"name\":\"redis\",\"number\":2,\"not_enforced\":[],"
		   "\"sessions\":[]}]}");
}

static void handle_show(void *ctx, struct control_request *q)
{
	const char *name = control_query(q, "service");

	(void)ctx;
	if (name != NULL && strcmp(name, "a b/&") == 0)
		text_reply(q, 200,
			   "{\"name\":\"a b\",\"rules\":[\"reads /srv\"],"
			   "\"seccomp\":{\"default\":\"errno\"},\"none\":[]}");
	else
		text_reply(q, 404,
			   "{\"error\":\"no service \\\"x\\\"\",\"hint\":"
			   "\"bailiffctl services lists them\"}");
}

/* The query comes back, then two events; the second has bytes that drive a
 * terminal. */
static void handle_events(void *ctx, struct control_request *q)
{
	static const char *const names[] = { "format", "follow", "denied",
					     "from",   "limit",	 "service" };
	struct buf out;

	(void)ctx;
	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = control_query(q, names[i]);

		if (value != NULL)
			buf_printf(&out, "%s=%s ", names[i], value);
	}
	buf_puts(&out, "\nexe=\x1b]0;owned\x07 \xff\n");
	control_reply(q, 200, "application/x-ndjson", buf_view(&out));
	buf_done(&out);
}

static void handle_explain(void *ctx, struct control_request *q)
{
	(void)ctx;
	CHECK_STR(control_query(q, "seq"), "41");
	text_reply(q, 200,
		   "{\"service\":\"nginx\",\"sentence\":\"nginx may not read "
		   "/etc/shadow\",\"rule\":\"reads /srv\",\"missing\":"
		   "\"read_file on /etc/shadow\",\"fix\":{\"path\":[\"/etc/"
		   "shadow\"]},\"event\":{},\"raw\":\"type=A\\ntype=B\\n\"}");
}

static void handle_metrics(void *ctx, struct control_request *q)
{
	(void)ctx;
	control_reply(q, 200, "text/plain", span_of("bailiff_events 41\n"));
}

#define ROW                                                              \
	"{\"service\":\"nginx\",\"pid\":7,\"generation\":3,\"pending\":" \
	"true,\"sentence\":\"restart nginx (pid 7, bound by generation " \
	"3): may no longer read /srv\"}"
static void handle_reload(void *ctx, struct control_request *q)
{
	AUTO_JSON *body = NULL;

	(void)ctx;
	CHECK_INT(json_parse(control_body(q), 65536, &body, NULL), 0);
	if (json_object_get(body, "bundle") != NULL) {
		CHECK_STR(json_string_value(json_object_get(body, "bundle")),
			  "/usr");
		text_reply(q, 409,
			   "{\"error\":\"the bundle is older\",\"hint\":\"sign "
			   "a newer one\",\"refused\":\"rollback\"}");
		return;
	}
	text_reply(q, 200,
		   json_is_true(json_object_get(body, "dry_run"))
			   ? "{\"generation\":5,\"bundle\":4,\"changes\":[],"
			     "\"pending\":[]}"
			   : "{\"generation\":5,\"bundle\":4,\"changes\":[{"
			     "\"service\":\"nginx\",\"layer\":\"landlock\","
			     "\"change\":\"tighter\",\"needs_restart\":"
			     "true,\"sentence\":\"nginx may no longer read "
			     "/srv\"}],\"restart\":[" ROW "],\"pending\":[" ROW
			     "]}");
}

static const struct control_route routes[] = {
	{ "GET", "/v1/status", handle_status },
	{ "GET", "/v1/services", handle_services },
	{ "GET", "/v1/show", handle_show },
	{ "GET", "/v1/events", handle_events },
	{ "GET", "/v1/explain", handle_explain },
	{ "GET", "/metrics", handle_metrics },
	{ "POST", "/v1/reload", handle_reload },
	{ 0 },
};

static char directory[] = "/tmp/bailiff-ctl-XXXXXX";
static char path[64];
static pid_t daemon_pid;

static void daemon_start(const char *state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct control_server *server;
	struct loop *loop;
	char *const ctx = (char *)(uintptr_t)state;
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CHECK(mkdtemp(directory) != NULL);
	(void)snprintf(path, sizeof(path), "%s/s", directory);
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	CHECK_INT(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_INT(listen(fd, 8), 0);
	daemon_pid = fork();
	CHECK(daemon_pid >= 0);
	if (daemon_pid != 0) {
		(void)close(fd);
		return;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK_INT(loop_new(&loop, NULL), 0);
	CHECK_INT(control_server_new(fd, routes, ctx, loop, &server, NULL), 0);
	_exit(loop_run(loop) != 0);
}

static void daemon_stop(void)
{
	(void)kill(daemon_pid, SIGKILL);
	(void)waitpid(daemon_pid, NULL, 0);
	(void)unlink(path);
	(void)rmdir(directory);
}

/* ---- running the program ----------------------------------------------- */

/* build/gcc/unit/ctl_test stands beside build/bin, others beside their own. */
static void program_find(char *out, size_t size)
{
	char self[512];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	CHECK(n > 0);
	self[n] = '\0';
	for (int i = 0; i < 2; i++) {
		slash = strrchr(self, '/');
		CHECK(slash != NULL);
		*slash = '\0';
	}
	slash = strrchr(self, '/');
	if (slash != NULL && strcmp(slash, "/gcc") == 0)
		*slash = '\0';
	(void)snprintf(out, size, "%s/bin/bailiffctl", self);
	if (access(out, X_OK) != 0)
		test_fail(__FILE__, __LINE__, "%s is not built: make first",
			  out);
}

struct ran {
	int code;
	char out[8192], err[4096];
};

static void output_read(int fd, char *out, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	(void)close(fd);
}

/* Arguments end with NULL. */
static struct ran ctl(const char *first, ...)
{
	char program[600];
	const char *argv[16] = { "bailiffctl" };
	int out[2], err[2], status, argc = 1;
	struct ran ran;
	va_list ap;
	pid_t pid;

	program_find(program, sizeof(program));
	va_start(ap, first);
	for (const char *a = first; a != NULL; a = va_arg(ap, const char *))
		argv[argc++] = a;
	va_end(ap);
	CHECK_INT(pipe2(out, O_CLOEXEC), 0);
	CHECK_INT(pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)dup2(out[1], 1);
		(void)dup2(err[1], 2);
		(void)execv(program, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(out[1]);
	(void)close(err[1]);
	output_read(out[0], ran.out, sizeof(ran.out));
	output_read(err[0], ran.err, sizeof(ran.err));
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	ran.code = WEXITSTATUS(status);
	return ran;
}

TEST(status_says_in_words_what_is_enforced)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "status", NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "bailiff 0.1.0 on host: enforcing, up 1 min 5 s\n");
	CHECK_HAS(r.out, "bundle 3, generation 4, fresh, expires 2027-01-01");
	CHECK_HAS(r.out, "signed by  k1, k2\n");
	CHECK_HAS(r.out, "41 events, 5 denied, 2 forged");
	CHECK_HAS(r.out, "#1 to #41, 1.5 MiB of 64.0 MiB");
	CHECK_HAS(r.out, "central: retrying, acknowledged to #40 (connect: "
			 "refused)");
	CHECK_HAS(r.out, "audit 12 (2 restarts)");
	CHECK_HAS(r.out, "not enforced by this kernel:\n  - file rules");
	CHECK(strstr(r.out, "problems") == NULL);
	CHECK(strchr(r.out, '\x1b') == NULL);
	r = ctl("status", "--json", "--socket", path, NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "\"state\": \"enforcing\"");
	daemon_stop();
}

TEST(a_state_that_is_not_enforcing_is_exit_1_and_its_problem_is_shown)
{
	struct ran r;

	daemon_start("degraded");
	r = ctl("--socket", path, "status", NULL);
	CHECK_INT(r.code, 1);
	CHECK_HAS(r.out, "problems:\n  - the bundle \\x1b[2J expires soon\n");
	CHECK_INT(ctl("--socket", path, "--json", "status", NULL).code, 1);
	daemon_stop();
}

TEST(services_are_a_table)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("services", "--socket", path, NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out,
		  "nginx                         1        2          3  1 "
		  "pending a restart  by web: k1, k2\n");
	CHECK_HAS(r.out, "          -  not running\n");
	daemon_stop();
}

TEST(show_asks_for_any_name_and_says_what_is_not_there)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "show", "a b/&", NULL);
	CHECK_INT(r.code, 0);
	CHECK_STR(r.out, "name: a b\nrules:\n  - reads /srv\nseccomp:\n"
			 "  default: errno\nnone: none\n");
	r = ctl("--socket", path, "show", "x", NULL);
	CHECK_INT(r.code, 1);
	CHECK_STR(r.err, "bailiffctl: show: no service \"x\"\n"
			 "  hint: bailiffctl services lists them\n");
	CHECK_INT(ctl("--socket", path, "show", NULL).code, 2);
	daemon_stop();
}

TEST(tail_passes_every_wish_on_and_no_escape_through)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "tail", "--denied", "--service", "nginx",
		"--from", "7", "-n", "3", NULL);
	CHECK_INT(r.code, 0);
	CHECK_STR(r.out, "format=text denied=1 from=7 limit=3 service=nginx \n"
			 "exe=\\x1b]0;owned\\x07 \\xff\n");
	/* A pipe gets the bytes as they are. */
	r = ctl("--socket", path, "tail", "--raw", NULL);
	CHECK_STR(r.out, "format=raw \nexe=\x1b]0;owned\x07 \xff\n");
	r = ctl("--socket", path, "tail", "--json", NULL);
	CHECK_HAS(r.out, "format=json \n");
	r = ctl("--socket", path, "tail", "-f", NULL);
	CHECK_HAS(r.out, "format=text follow=1 \n");
	CHECK_INT(r.code, 111);
	CHECK_STR(r.err, "bailiffctl: tail: bailiffd ended the stream\n");
	daemon_stop();
}

TEST(explain_gives_the_sentence_the_rule_and_the_fix)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "explain", "#41", NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "nginx may not read /etc/shadow\n\nrule:\n  reads "
			 "/srv\n");
	CHECK_HAS(r.out, "allows it:\n{\n  \"path\": [\n    \"/etc/shadow\"");
	CHECK_HAS(r.out, "raw:\n  type=A\n  type=B\n");
	CHECK_INT(ctl("--socket", path, "explain", "0x1", NULL).code, 2);
	daemon_stop();
}

TEST(reload_says_what_changed_and_a_refusal_is_exit_1)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "reload", NULL);
	CHECK_INT(r.code, 0);
	CHECK_STR(r.out, "bundle 4 is in force as generation 5\nchanged:\n"
			 "  nginx\n"
			 "    tighter  may no longer read /srv *\n"
			 "  * what runs gets it by a restart\n"
			 "pending, until it is restarted:\n"
			 "  restart nginx (pid 7, bound by generation 3): may "
			 "no longer read /srv\n");
	CHECK_INT(ctl("--socket", path, "reload", "--wait", "--timeout", "0",
		      NULL)
			  .code,
		  1);
	/* The status that is asked for then has nothing pending. */
	CHECK_INT(ctl("--socket", path, "reload", "--wait", NULL).code, 0);
	CHECK_INT(ctl("--socket", path, "reload", "--timeout", "1", NULL).code,
		  2);
	r = ctl("--socket", path, "diff", NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "nothing would change\n");
	r = ctl("--socket", path, "reload", "--bundle=/usr/bin/..", NULL);
	CHECK_INT(r.code, 1);
	CHECK_STR(r.err,
		  "bailiffctl: reload: refused (rollback): the bundle is "
		  "older\n  hint: sign a newer one\n");
	r = ctl("--socket", path, "reload", "--bundle", "/nowhere", NULL);
	CHECK_INT(r.code, 111);
	CHECK_HAS(r.err, "/nowhere: No such file or directory");
	daemon_stop();
}

TEST(metrics_are_passed_on)
{
	struct ran r;

	daemon_start("enforcing");
	r = ctl("--socket", path, "metrics", NULL);
	CHECK_INT(r.code, 0);
	CHECK_STR(r.out, "bailiff_events 41\n");
	daemon_stop();
}

TEST(without_a_daemon_every_verb_says_so_and_exits_111)
{
	static const char *const verbs[] = { "status", "services", "tail",
					     "reload", "diff",	   "metrics" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		const struct ran r =
			ctl(verbs[i], "--socket", "/nowhere/s", NULL);

		CHECK_INT(r.code, 111);
		CHECK_HAS(r.err, "/nowhere/s: No such file or directory\n"
				 "  hint: is bailiffd running?\n");
	}
}

TEST(wrong_usage_is_exit_2_and_one_line)
{
	static const struct {
		const char *words[4];
		const char *want;
	} rows[] = {
		{ { "fly" }, "\"fly\" is no verb" },
		{ { "status", "--fast" }, "unknown option \"--fast\"" },
		{ { "status", "now" }, "\"now\" is one word too many" },
		{ { "tail", "--from", "x" }, "--from: \"x\" is no number" },
		{ { "tail", "--from" }, "--from needs a value" },
		{ { "tail", "--raw", "--json" }, "exclude each other" },
		{ { "verify" }, "an argument is missing" },
		{ { "\x1b[2J" }, "\"\\x1b[2J\" is no verb" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ran r = ctl(rows[i].words[0], rows[i].words[1],
					 rows[i].words[2], NULL);

		CHECK_INT(r.code, 2);
		CHECK_HAS(r.err, rows[i].want);
		CHECK_STR(r.out, "");
	}
	CHECK_INT(ctl(NULL).code, 2);
	CHECK_INT(ctl("--help", NULL).code, 0);
	CHECK_HAS(ctl("--help", NULL).out, "explain   SEQ");
}

/* ---- verify -------------------------------------------------------------- */

static void trail_make(int dirfd, bool is_signed)
{
	const struct trail_config limits = { .bytes_max = 1 << 20,
					     .segment_max = 1 << 19,
					     .origin = is_signed
							       ? "bailiff/n1/b1"
							       : NULL,
					     .boot = "b1",
					     .key_dirfd = -1 };
	struct trail_writer *w;
	uint64_t recovered, seq;

	CHECK_INT(trail_writer_open(dirfd, &limits, &w, &recovered, NULL), 0);
	for (int i = 0; i < 10; i++)
		CHECK_INT(trail_append(w, span_of("a frame of the trail"), &seq,
				       NULL),
			  0);
	trail_writer_close(w);
}

/* Change one byte in the middle of each file that has some length. */
static void trail_damage(const char *at)
{
	char command[512];

	(void)snprintf(
		command, sizeof(command),
		"for f in %s/*; do s=$(stat -c %%s \"$f\"); [ $s -gt 200 "
		"] && printf X | dd of=\"$f\" bs=1 seek=$((s / 2)) "
		"conv=notrunc status=none; done; true",
		at);
	CHECK_INT(system(command), 0);
}

TEST(verify_finds_one_changed_byte_without_a_daemon)
{
	char at[] = "/tmp/bailiff-verify-XXXXXX", command[128];
	AUTO_FD fd = -1;
	struct ran r;

	CHECK(mkdtemp(at) != NULL);
	fd = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	trail_make(fd, true);
	r = ctl("verify", at, NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "log         bailiff/n1/b1\n"
			 "frames      13 in 1 segment, #1 to #13\n"
			 "covered     12 frames by 2 checkpoints, the last is "
			 "#13 of 2");
	CHECK_HAS(r.out, "\nnot covered 1 frame from there on\n"
			 "keys        1 in 1 boot\n"
			 "            first ");
	CHECK_HAS(r.out, "=, epoch 1 of boot b1\n"
			 "anchor      not anchored: an end ");
	CHECK_HAS(r.out, "\nwhole\n");
	r = ctl("verify", "--json", at, NULL);
	CHECK_INT(r.code, 0);
	CHECK_HAS(r.out, "\"anchored\": false");
	CHECK_HAS(r.out, "\"whole\": true");
	trail_damage(at);
	r = ctl("verify", at, NULL);
	CHECK_INT(r.code, 1);
	CHECK_HAS(r.out, "damaged, or not what was written:\n  #");
	CHECK_HAS(r.err, "bailiffctl: verify: ");
	r = ctl("verify", at, "--json", NULL);
	CHECK_INT(r.code, 1);
	CHECK_HAS(r.out, "\"whole\": false");
	CHECK_INT(ctl("verify", "/nowhere", NULL).code, 111);
	(void)snprintf(command, sizeof(command), "rm -r %s", at);
	CHECK_INT(system(command), 0);
}

TEST(verify_does_not_call_whole_what_nobody_signed)
{
	char at[] = "/tmp/bailiff-verify-XXXXXX", command[128];
	AUTO_FD fd = -1;
	struct ran r;

	CHECK(mkdtemp(at) != NULL);
	fd = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(ctl("verify", at, NULL).code, 1);
	CHECK_HAS(ctl("verify", at, NULL).err, "there is no trail here");
	trail_make(fd, false);
	r = ctl("verify", at, NULL);
	CHECK_INT(r.code, 1);
	CHECK_HAS(r.err, "nobody signed this trail");
	CHECK_HAS(ctl("verify", at, "--json", NULL).out, "\"whole\": false");
	(void)snprintf(command, sizeof(command), "rm -r %s", at);
	CHECK_INT(system(command), 0);
}
