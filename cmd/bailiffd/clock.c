/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - see clock.h. */
#include "cmd/bailiffd/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "lib/when.h"
#include "pkg/enforce/published.h"
#include "pkg/identity/paths.h"

/* The hardware clock has whole seconds, and is read a moment later. */
#define RTC_TOLERANCE 10
#define RTC_COUNT     4
#define SMALL_FILE    256

/* ---- who vouches for the clock --------------------------------------------
 */

/* Bytes of a small file of the kernel's; none when it is not there. */
static struct span kernel_text(const char *path, struct buf *b)
{
	buf_reset(b);
	return file_read(AT_FDCWD, path, SMALL_FILE, b, NULL) == 0
		       ? buf_view(b)
		       : (struct span){ 0 };
}

static bool rtc_agrees(int64_t now)
{
	bool agrees = false;
	struct buf b;

	buf_init(&b, SMALL_FILE);
	for (int i = 0; i < RTC_COUNT && !agrees; i++) {
		struct span text;
		char path[64];
		int64_t rtc;

		(void)snprintf(path, sizeof(path),
			       "/sys/class/rtc/rtc%d/since_epoch", i);
		text = kernel_text(path, &b);
		agrees = num_parse_i64(span_cut(&text, '\n'), 0, INT64_MAX,
				       &rtc) == 0 &&
			 llabs(rtc - now) <= RTC_TOLERANCE;
	}
	buf_done(&b);
	return agrees;
}

/* These clock sources exist only in guests, whose kernel took the time of day
 * from the host when it began. */
static bool hypervisor_gives_time(void)
{
	static const char *const hosts[] = { "kvm-clock", "xen",
					     "hyperv_clocksource_tsc_page",
					     "hyperv_clocksource_msr" };
	bool gives = false;
	struct span text;
	struct buf b;

	buf_init(&b, SMALL_FILE);
	text = kernel_text("/sys/devices/system/clocksource/clocksource0/"
			   "available_clocksource",
			   &b);
	text = span_cut(&text, '\n');
	while (text.p != NULL && !gives) {
		const struct span word = span_cut(&text, ' ');

		for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
			gives = gives || span_eq_str(word, hosts[i]);
	}
	buf_done(&b);
	return gives;
}

static enum clock_source source_find(int64_t now)
{
	struct timex t = { .modes = 0 };

	if (adjtimex(&t) != -1 && (t.status & STA_UNSYNC) == 0)
		return CLOCK_SYNCHRONISED;
	if (rtc_agrees(now))
		return CLOCK_RTC;
	return hypervisor_gives_time() ? CLOCK_HYPERVISOR : CLOCK_UNKNOWN;
}

void clock_sentence(const struct trust_clock *c,
		    char text[static CLOCK_SENTENCE_BYTES])
{
	const char *by = "the system clock, ";
	const char *end = clock_source_sentence(c->source);

	if (c->system < clock_floor(c)) {
		by = c->mark >= c->issued
			     ? "the mark in " PATH_STATE "/" CLOCK_FILE
			     : "the signed issue time of the newest timestamp";
		end = ", which the system clock is behind";
	}
	(void)snprintf(text, CLOCK_SENTENCE_BYTES, "by %s%s", by, end);
}

/* ---- the mark ---------------------------------------------------------------
 */

/* A regular file that bailiff wrote and nobody else can. */
static int mark_read(int dirfd, int64_t issued, int64_t *ret, struct err *e)
{
	AUTO_FD fd = file_open_beneath(dirfd, CLOCK_FILE, O_RDONLY | O_NONBLOCK,
				       0, e);
	struct stat st;
	struct buf b;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat");
	if (!S_ISREG(st.st_mode) || st.st_uid != BAILIFF_UID ||
	    (st.st_mode & 077) != 0)
		return err_set(e, EPERM, "not written by bailiff");
	buf_init(&b, CLOCK_MARK_TEXT_MAX);
	r = file_read_fd(fd, CLOCK_MARK_TEXT_MAX, &b, e);
	if (r == 0)
		r = clock_mark_parse(buf_view(&b), ret, e);
	if (r == 0)
		r = clock_mark_check(*ret, issued, e);
	buf_done(&b);
	return r;
}

static void mark_load(struct supervisor *s, struct trust_clock *c)
{
	const bool had_mark = s->clock.now.mark != 0;
	struct err e = { 0 };
	int64_t mark = 0;
	const int r = mark_read(s->dirs.state, c->issued, &mark, &e);

	c->mark = r == 0 ? mark : 0;
	if (r < 0 && r != -ENOENT && strcmp(e.text, s->clock.mark_error) != 0)
		log_err(&s->log, LOG_LEVEL_WARN,
			"the mark of the clock is not used, as if there were "
			"none",
			&e);
	(void)snprintf(s->clock.mark_error, sizeof(s->clock.mark_error), "%s",
		       r < 0 && r != -ENOENT ? e.text : "");
	if (r == -ENOENT && had_mark) {
		log_line(&s->log, LOG_LEVEL_WARN,
			 "the mark of the clock was removed", LOG_NONE);
		supervisor_event(s, "clock.reset", "by=root");
	}
}

static void mark_save(struct supervisor *s, struct trust_clock *c, int64_t step)
{
	struct err e = { 0 };
	struct buf b;
	int r;

	if (!clock_mark_is_due(c, step))
		return;
	buf_init(&b, CLOCK_MARK_TEXT_MAX);
	clock_mark_format(c->system, &b);
	r = file_replace(s->dirs.state, CLOCK_FILE, 0600, buf_view(&b), &e);
	if (r == 0 && fchownat(s->dirs.state, CLOCK_FILE, BAILIFF_UID,
			       BAILIFF_UID, AT_SYMLINK_NOFOLLOW) < 0)
		r = err_errno(&e, "chown " CLOCK_FILE);
	buf_done(&b);
	if (r == 0)
		c->mark = c->system;
	else if (strcmp(e.text, s->clock.mark_error) != 0)
		log_err(&s->log, LOG_LEVEL_WARN, "the clock is not marked", &e);
	if (r < 0)
		(void)snprintf(s->clock.mark_error, sizeof(s->clock.mark_error),
			       "%s", e.text);
}

int clock_reset_main(void)
{
	struct err e = { 0 };
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_STATE, BAILIFF_UID, &e);

	if (dir >= 0 && unlinkat(dir, CLOCK_FILE, 0) < 0 && errno != ENOENT)
		(void)err_errno(&e, "remove " PATH_STATE "/" CLOCK_FILE);
	else if (dir >= 0 && fsync(dir) < 0)
		(void)err_errno(&e, "sync " PATH_STATE);
	if (e.code == 0 || e.code == ENOENT) {
		(void)puts("no mark of the clock is kept now");
		return 0;
	}
	fprintf(stderr, "bailiffd: %s\n", e.text);
	return 111;
}

/* ---- the policy in force ----------------------------------------------------
 */

static void withheld_write(struct supervisor *s, int dir)
{
	char when[WHEN_TEXT];
	char text[PUBLISHED_WITHHELD_MAX];
	struct err e = { 0 };

	when_format(s->info.expires, when);
	(void)snprintf(text, sizeof(text),
		       "bundle %llu expired at %s, and its node.json says that "
		       "no service is started while it is stale\n",
		       (unsigned long long)s->info.bundle_version, when);
	if (file_replace(dir, PUBLISHED_WITHHELD, 0600, span_of(text), &e) < 0)
		log_err(&s->log, LOG_LEVEL_ERROR, "services are not withheld",
			&e);
	else
		log_line(&s->log, LOG_LEVEL_WARN,
			 "no service is started until a fresh bundle is loaded",
			 LOG_NONE);
}

/* The gate and the launcher look at this file and at no clock. */
static void withheld_update(struct supervisor *s)
{
	const bool want = s->info.demands.refuses_stale_start &&
			  s->clock.freshness == FRESHNESS_STALE;
	AUTO_FD dir = -1;
	bool is;

	if (s->info.generation == 0)
		return;
	dir = generation_open(&s->dirs, s->info.generation, NULL);
	if (dir < 0)
		return;
	is = faccessat(dir, PUBLISHED_WITHHELD, F_OK, 0) == 0;
	if (want && !is)
		withheld_write(s, dir);
	else if (!want && is)
		(void)unlinkat(dir, PUBLISHED_WITHHELD, 0);
}

static void tell(struct supervisor *s, const char *word, bool is_well)
{
	char now[WHEN_TEXT], expires[WHEN_TEXT], action[32];
	char by[CLOCK_SENTENCE_BYTES];
	const struct trust_clock *c = &s->clock.now;

	when_format(clock_time(c), now);
	when_format(s->info.expires, expires);
	clock_sentence(c, by);
	(void)snprintf(action, sizeof(action), "policy.%s", word);
	log_line(&s->log, is_well ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, action,
		 LOG_FIELDS(log_u64("bundle", s->info.bundle_version),
			    log_text("expires", expires), log_text("now", now),
			    log_text("time_is", by),
			    log_text("action", "the policy stays in force")));
	supervisor_event(
		s, action,
		"bundle=%llu generation=%llu expires=%s now=%s clock=%s",
		(unsigned long long)s->info.bundle_version,
		(unsigned long long)s->info.generation, expires, now,
		clock_source_word(c->source));
}

/* That a policy is fresh goes without saying when it has just been loaded. */
static void freshness_tell(struct supervisor *s, enum freshness f)
{
	const bool is_ending = f == FRESHNESS_FRESH &&
			       freshness_is_ending(&s->clock.now, s->info.since,
						   s->info.expires);

	if (f != s->clock.freshness || !s->clock.is_told) {
		const bool is_news = s->clock.is_told || f != FRESHNESS_FRESH;

		s->clock.freshness = f;
		s->clock.is_told = true;
		if (is_news)
			tell(s, freshness_word(f), f == FRESHNESS_FRESH);
	}
	if (is_ending && !s->clock.is_ending)
		tell(s, "expiring", false);
	s->clock.is_ending = is_ending;
}

void clock_poll(struct supervisor *s)
{
	struct trust_clock c = { .system = (int64_t)(clock_real_ms() / 1000),
				 .issued = s->issued };

	c.source = source_find(c.system);
	mark_load(s, &c);
	mark_save(s, &c, CLOCK_MARK_STEP);
	s->clock.now = c;
	if (s->info.generation == 0)
		return;
	freshness_tell(s, freshness_judge(&c, s->info.expires));
	withheld_update(s);
}

void clock_policy_changed(struct supervisor *s)
{
	s->clock.is_told = s->clock.is_ending = false;
	clock_poll(s);
}

/* ---- the clock is set -------------------------------------------------------
 */

/* A timer that never ends, but is cancelled when somebody sets the clock
 * (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). */
static int steps_arm(int fd)
{
	const struct itimerspec never = {
		.it_value = { .tv_sec = (time_t)(INT32_MAX)*64 },
	};

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			       &never, NULL) < 0
		       ? -errno
		       : 0;
}

static int clock_was_set(struct source *self, uint32_t events)
{
	struct supervisor *s =
		container_of(self, struct supervisor, clock.steps);
	const int64_t before = s->clock.now.system;

	(void)events;
	timer_ack(self->fd);
	(void)steps_arm(self->fd);
	clock_poll(s);
	if (!s->is_stopping)
		supervisor_event(s, "clock.set", "from=%lld to=%lld clock=%s",
				 (long long)before,
				 (long long)s->clock.now.system,
				 clock_source_word(s->clock.now.source));
	return 0;
}

int clock_begin(struct supervisor *s, struct err *e)
{
	const int fd =
		timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int r;

	s->clock.steps = (struct source){ fd, "clock", clock_was_set };
	if (fd < 0)
		return err_errno(e, "timerfd_create");
	r = steps_arm(fd);
	if (r < 0)
		return err_set(e, -r, "watch the clock: %s", strerror(-r));
	clock_poll(s);
	return loop_add(s->loop, &s->clock.steps, EPOLLIN, e);
}

void clock_end(struct supervisor *s)
{
	if (s->clock.steps.fd < 0)
		return;
	mark_save(s, &s->clock.now, 1);
	fd_drop(&s->clock.steps.fd);
}
