/* SPDX-License-Identifier: Apache-2.0 */
/* attribute_test.c - sources in their order, sources that differ, sessions that
 * come from others. (audit_test.c has the registry and impostors.) */
#include "test/unit/harness.h"

#include <linux/audit.h>

#include "lib/compat.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/disagree.h"
#include "pkg/audit/impostor.h"
#include "pkg/audit/owner.h"
#include "test/unit/event_log.h"

#define USER_CALL "pid=5 auid=1000 uid=1000 ses=3 comm=\"x\""

static const struct session nginx = { .ses = 12,
				      .number = 1,
				      .service = "nginx",
				      .instance = "host",
				      .generation = 5 };
static const struct session redis = { .ses = 13,
				      .number = 2,
				      .service = "redis",
				      .instance = "abc",
				      .generation = 6 };

/* What the sources say of process 5, the only one there is. */
struct world {
	const struct session *lives_in;
	bool has_ended;
	uint64_t ended_ms;
	const struct session *ended_in;
	unsigned asked_proc;
};

static const struct session *by_session(void *ctx, uint32_t ses)
{
	(void)ctx;
	return ses == 12 ? &nginx : ses == 13 ? &redis : NULL;
}

static const struct session *by_cgroup(void *ctx, int32_t pid)
{
	struct world *w = ctx;

	w->asked_proc++;
	return pid == 5 ? w->lives_in : NULL;
}

static bool by_exit(void *ctx, int32_t pid, uint64_t time_ms,
		    const struct session **ret)
{
	const struct world *w = ctx;

	if (pid != 5 || !w->has_ended || w->ended_ms < time_ms)
		return false;
	if (w->ended_in != NULL)
		*ret = w->ended_in;
	return true;
}

static struct attributor *attributor(struct world *w, struct log *own)
{
	const struct attribute_lookup lookup = { .ctx = w,
						 .by_session = by_session,
						 .by_cgroup = by_cgroup,
						 .by_exit = by_exit };
	struct attributor *a;

	memset(own, 0, sizeof(*own));
	CHECK_INT(attributor_new(&lookup, log_event, own, &a), 0);
	return a;
}

static struct event *event_of(uint16_t type, const char *text)
{
	static struct event ev;

	ev = (struct event){ .kind = EVENT_AUDIT, .time_ms = 1000 };
	ev.records[ev.record_count++] =
		(struct event_record){ type, span_of(text) };
	return &ev;
}

static struct event *attributed(struct attributor *a, uint16_t type,
				const char *text)
{
	struct event *ev = event_of(type, text);

	attribute_event(a, ev, 0, 0);
	return ev;
}

#define CHECK_OWNER(ev, how_, name)                        \
	do {                                               \
		const struct event *const owned_ = (ev);   \
		CHECK_INT(owned_->how, how_);              \
		CHECK(span_eq_str(owned_->service, name)); \
	} while (0)

/* ---- the map of exits -----------------------------------------------------
 */

TEST(a_process_that_is_gone_belongs_where_it_ended)
{
	static struct log own;
	struct world w = { .has_ended = true,
			   .ended_ms = 1000,
			   .ended_in = &redis };
	struct attributor *a = attributor(&w, &own);
	struct event *ev = attributed(a, AUDIT_SYSCALL, USER_CALL);

	CHECK_OWNER(ev, HOW_EXIT, "redis");
	CHECK(span_eq_str(ev->instance, "abc"));
	CHECK_INT(ev->generation, 6);
	CHECK_INT(ev->ses, 3); /* as the kernel said */
	CHECK_STR(event_how_name(ev->how), "exit");
	CHECK_INT(attribute_counted(a)->by[HOW_EXIT], 1);
	CHECK_INT(own.count, 0);
	/* Another had the number before. */
	w.ended_ms = 999;
	ev = attributed(a, AUDIT_SYSCALL, USER_CALL);
	CHECK_OWNER(ev, HOW_NONE, "");
	CHECK_INT(attribute_counted(a)->by[HOW_NONE], 1);
	attributor_free(a);
}

TEST(a_process_that_lives_belongs_where_it_is)
{
	static struct log own;
	struct world w = { .lives_in = &nginx };
	struct attributor *a = attributor(&w, &own);

	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, USER_CALL), HOW_CGROUP,
		    "nginx");
	/* It ended between the two questions. */
	w.has_ended = true;
	w.ended_ms = 1000;
	w.ended_in = &nginx;
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, USER_CALL), HOW_CGROUP,
		    "nginx");
	CHECK_INT(own.count, 0);
	attributor_free(a);
}

TEST(who_was_given_the_number_of_a_dead_process_is_not_taken_for_it)
{
	static struct log own;
	struct world w = { .lives_in = &nginx,
			   .has_ended = true,
			   .ended_ms = 1001,
			   .ended_in = &redis };
	struct attributor *a = attributor(&w, &own);

	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, USER_CALL), HOW_EXIT, "redis");
	w.ended_in = NULL; /* it was no service's */
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, USER_CALL), HOW_NONE, "");
	w.ended_ms = 999; /* the one before it */
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, USER_CALL), HOW_CGROUP,
		    "nginx");
	attributor_free(a);
}

/* ---- sources that differ --------------------------------------------------
 */

TEST(a_second_source_never_overrides_the_first_and_is_told_of)
{
	static struct log own;
	const char *call = "pid=5 auid=1900000001 ses=12";
	struct world w = { .has_ended = true,
			   .ended_ms = 1000,
			   .ended_in = &redis };
	struct attributor *a = attributor(&w, &own);
	struct event *ev = attributed(a, AUDIT_SYSCALL, call);

	CHECK_OWNER(ev, HOW_SESSION, "nginx");
	CHECK_INT(w.asked_proc, 0); /* that costs system calls */
	CHECK_INT(own.count, 1);
	CHECK(span_eq_str(own.last.action, "identity.disagreed"));
	CHECK(span_eq_str(own.last.service, "nginx"));
	/* Once, then not before its time. */
	for (int i = 0; i < 9; i++)
		CHECK_OWNER(attributed(a, AUDIT_SYSCALL, call), HOW_SESSION,
			    "nginx");
	CHECK_INT(own.count, 1);
	CHECK_INT(attribute_counted(a)->disagreed, 10);
	attribute_expire(a, DISAGREE_EVERY_MS - 1, 0);
	CHECK_INT(own.count, 1);
	attribute_expire(a, DISAGREE_EVERY_MS, 77);
	CHECK_INT(own.count, 2);
	CHECK_INT(own.last.time_ms, 77);
	attribute_expire(a, 3 * DISAGREE_EVERY_MS, 0);
	CHECK_INT(own.count, 2); /* nothing more happened */
	w.ended_in = NULL;
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, call), HOW_SESSION, "nginx");
	CHECK_INT(own.count, 2); /* ended in no service: nobody differs */
	attributor_free(a);
}

struct said {
	char text[256];
	unsigned count;
};

static void said_keep(void *ctx, struct event *ev)
{
	struct said *s = ctx;

	s->count++;
	(void)snprintf(s->text, sizeof(s->text), "%.*s", SPAN_FMT(ev->text));
}

TEST(a_disagreement_names_both_sides_and_how_often)
{
	struct said said = { 0 };
	struct world w = { .has_ended = true,
			   .ended_ms = 5000,
			   .ended_in = &redis };
	const struct attribute_lookup lookup = { .ctx = &w,
						 .by_session = by_session,
						 .by_exit = by_exit };
	struct attributor *a;

	CHECK_INT(attributor_new(&lookup, said_keep, &said, &a), 0);
	for (int i = 0; i < 3; i++)
		(void)attributed(a, AUDIT_SYSCALL,
				 "pid=5 auid=1900000001 ses=12");
	CHECK_STR(said.text, "ses=12 service=nginx by=session other=redis "
			     "other_by=exit pid=5 count=1");
	attribute_expire(a, DISAGREE_EVERY_MS, 0);
	CHECK_STR(said.text, "ses=12 service=nginx by=session other=redis "
			     "other_by=exit pid=5 count=2");
	CHECK_INT(said.count, 2);
	attributor_free(a);
}

TEST(a_domain_that_changes_hands_is_told_of)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	struct event *ev =
		event_of(AUDIT_LANDLOCK_ACCESS, "domain=1a blockers=fs.x");

	ev->records[ev->record_count++] = (struct event_record){
		AUDIT_SYSCALL, span_of("pid=5 auid=1900000001 ses=12")
	};
	attribute_event(a, ev, 0, 0);
	CHECK_INT(own.count, 0);
	ev->records[1].text = span_of("pid=6 auid=1900000002 ses=13");
	attribute_event(a, ev, 0, 0);
	CHECK_OWNER(ev, HOW_SESSION, "redis");
	CHECK_INT(own.count, 1);
	/* The domain stays whose it was. */
	CHECK_OWNER(
		attributed(a, AUDIT_LANDLOCK_ACCESS, "domain=1a blockers=fs.x"),
		HOW_LANDLOCK, "nginx");
	attributor_free(a);
}

TEST(so_many_pairs_are_remembered_and_what_is_dropped_is_counted)
{
	static struct disagreements d;
	struct disagreement one = { .by = HOW_SESSION,
				    .other_by = HOW_EXIT,
				    .service = "a",
				    .other = "b" };

	for (uint32_t ses = 0; ses < 2 * DISAGREE_MAX; ses++)
		for (int twice = 0; twice < 2; twice++) {
			one.ses = ses;
			CHECK_INT(disagree_note(&d, &one, 10), twice == 0);
		}
	CHECK_INT(d.count, DISAGREE_MAX);
	CHECK_INT(d.dropped, DISAGREE_MAX);
}

/* ---- sessions that come from others ---------------------------------------
 */

#define LOGIN(old_auid, auid, old_ses, ses, res)       \
	"pid=5 uid=0 old-auid=" old_auid " auid=" auid \
	" tty=(none) old-ses=" old_ses " ses=" ses " res=" res

TEST(a_login_inside_of_a_service_stays_the_services)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	struct event *ev = attributed(
		a, AUDIT_LOGIN, LOGIN("1900000001", "1000", "12", "40", "1"));

	CHECK_OWNER(ev, HOW_SESSION, "nginx");
	CHECK_INT(ev->ses, 40);
	ev = attributed(a, AUDIT_SYSCALL, "pid=6 auid=1000 ses=40");
	CHECK_OWNER(ev, HOW_SESSION, "nginx");
	CHECK_INT(ev->generation, 5);
	CHECK(ev->auid == 1000 && !ev->is_forged);
	/* su in that login, and so on. */
	ev = attributed(a, AUDIT_LOGIN, LOGIN("1000", "0", "40", "41", "1"));
	CHECK_OWNER(ev, HOW_SESSION, "nginx");
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, "pid=7 auid=0 ses=41"),
		    HOW_SESSION, "nginx");
	CHECK_INT(own.count, 0);
	attributor_free(a);
}

static void check_login(struct attributor *a, uint32_t ses, uint32_t pid,
			const char *service)
{
	struct attribute_login login;

	CHECK(attribute_login_take(a, &login));
	CHECK_INT(login.ses, ses);
	CHECK_INT(login.pid, pid);
	CHECK_STR(login.service, service);
}

TEST(each_login_in_a_service_is_given_once_to_who_has_rules_for_it)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	struct attribute_login login;
	struct event *ev;

	CHECK(!attribute_login_take(a, &login));
	(void)attributed(a, AUDIT_LOGIN,
			 LOGIN("1900000001", "1000", "12", "40", "1"));
	(void)attributed(a, AUDIT_LOGIN,
			 LOGIN("1900000002", "1000", "13", "41", "1"));
	check_login(a, 40, 5, "nginx");
	check_login(a, 41, 5, "redis");
	CHECK(!attribute_login_take(a, &login));
	/* Of nobody's, one that failed, and a number of a service's. */
	(void)attributed(a, AUDIT_LOGIN, LOGIN("1000", "0", "99", "42", "1"));
	(void)attributed(a, AUDIT_LOGIN,
			 LOGIN("1900000001", "1000", "12", "43", "0"));
	(void)attributed(a, AUDIT_LOGIN,
			 LOGIN("1900000001", "1900000002", "12", "44", "1"));
	CHECK(!attribute_login_take(a, &login));
	/* su in a login, which is given again to a successor. */
	ev = attributed(a, AUDIT_LOGIN, LOGIN("1000", "0", "40", "45", "1"));
	check_login(a, 45, 5, "nginx");
	attributor_free(a);
	a = attributor(&w, &own);
	ev = event_of(AUDIT_SYSCALL, "pid=7 auid=0 ses=45");
	ev->how = HOW_SESSION;
	ev->service = span_of("nginx");
	ev->ses = 45;
	ev->auid = 0;
	attribute_recall(a, ev);
	attribute_recall(a, ev);
	check_login(a, 45, 7, "nginx");
	CHECK(!attribute_login_take(a, &login));
	attributor_free(a);
}

TEST(a_login_that_failed_or_comes_from_elsewhere_begins_nothing)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	struct event *ev;

	/* Refused: the task is where it was. */
	ev = attributed(a, AUDIT_LOGIN,
			LOGIN("1900000001", "1000", "12", "4294967295", "0"));
	CHECK_OWNER(ev, HOW_SESSION, "nginx");
	CHECK_INT(ev->ses, 12);
	ev = attributed(a, AUDIT_LOGIN,
			LOGIN("1900000001", "1000", "12", "50", "0"));
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, "pid=6 auid=1000 ses=50"),
		    HOW_NONE, "");
	/* On the host. */
	(void)attributed(a, AUDIT_LOGIN,
			 LOGIN("4294967295", "1000", "4294967295", "51", "1"));
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, "pid=6 auid=1000 ses=51"),
		    HOW_NONE, "");
	(void)attributed(a, AUDIT_LOGIN, LOGIN("1000", "0", "51", "52", "1"));
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, "pid=6 auid=0 ses=52"),
		    HOW_NONE, "");
	/* One that unsets it has left. */
	(void)attributed(
		a, AUDIT_LOGIN,
		LOGIN("1900000001", "4294967295", "12", "4294967295", "1"));
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL,
			       "pid=6 auid=4294967295 ses=4294967295"),
		    HOW_NONE, "");
	CHECK_INT(own.count, 0);
	attributor_free(a);
}

TEST(a_service_that_takes_anothers_number_is_forged)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	struct event *ev =
		attributed(a, AUDIT_LOGIN,
			   LOGIN("1900000001", "1900000002", "12", "60", "1"));

	CHECK_OWNER(ev, HOW_NONE, "");
	attribute_expire(a, IMPOSTOR_GRACE_MS, 0);
	CHECK_INT(own.count, 1);
	CHECK(span_eq_str(own.last.action, "identity.forged"));
	ev = attributed(a, AUDIT_SYSCALL, "pid=6 auid=1900000002 ses=60");
	CHECK_OWNER(ev, HOW_NONE, "");
	CHECK(ev->is_forged);
	attributor_free(a);
}

TEST(logins_are_remembered_in_a_bounded_number_the_quiet_ones_go)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *a = attributor(&w, &own);
	char text[160];

	for (unsigned ses = 1000; ses < 1000 + 2 * OWNERS_MAX; ses++) {
		(void)snprintf(text, sizeof(text),
			       LOGIN("1900000001", "1000", "12", "%u", "1"),
			       ses);
		(void)attributed(a, AUDIT_LOGIN, text);
		CHECK_OWNER(attributed(a, AUDIT_SYSCALL,
				       "pid=6 auid=1000 ses=1000"),
			    HOW_SESSION, "nginx");
	}
	CHECK_OWNER(attributed(a, AUDIT_SYSCALL, "pid=6 auid=1000 ses=1001"),
		    HOW_NONE, "");
	CHECK_INT(attribute_counted(a)->sessions_dropped, OWNERS_MAX);
	attributor_free(a);
}

TEST(a_successor_knows_what_the_trail_tells)
{
	static struct log own;
	struct world w = { 0 };
	struct attributor *first = attributor(&w, &own),
			  *second = attributor(&w, &own);
	static const char *const texts[] = { "domain=1a blockers=fs.x",
					     "domain=1b blockers=fs.x" };
	struct event *ev = event_of(AUDIT_LANDLOCK_ACCESS, texts[0]);
	struct event forged = { .kind = EVENT_OWN,
				.action = span_of("identity.forged"),
				.is_forged = true,
				.ses = 70 };

	ev->records[ev->record_count++] = (struct event_record){
		AUDIT_SYSCALL, span_of("pid=5 auid=1900000001 ses=12")
	};
	attribute_event(first, ev, 0, 0);
	attribute_recall(second, ev);
	ev = attributed(first, AUDIT_LOGIN,
			LOGIN("1900000002", "1000", "13", "40", "1"));
	attribute_recall(second, ev);
	attribute_recall(second, &forged);
	CHECK_OWNER(attributed(second, AUDIT_SYSCALL, "pid=6 auid=1000 ses=40"),
		    HOW_SESSION, "redis");
	CHECK_OWNER(attributed(second, AUDIT_LANDLOCK_ACCESS, texts[0]),
		    HOW_LANDLOCK, "nginx");
	CHECK_OWNER(attributed(second, AUDIT_LANDLOCK_ACCESS, texts[1]),
		    HOW_NONE, "");
	/* Reported before: not again. */
	ev = attributed(second, AUDIT_EXECVE, "argc=1");
	ev = attributed(second, AUDIT_SYSCALL, "pid=6 auid=1900000002 ses=70");
	CHECK(ev->is_forged);
	CHECK_INT(own.count, 0);
	/* The login itself may be pruned: what followed it will do. */
	ev = attributed(first, AUDIT_SYSCALL, "pid=6 auid=1000 ses=40");
	attributor_free(second);
	second = attributor(&w, &own);
	attribute_recall(second, ev);
	ev = attributed(second, AUDIT_SYSCALL, "pid=6 auid=1000 ses=40");
	CHECK_OWNER(ev, HOW_SESSION, "redis");
	CHECK(span_eq_str(ev->instance, "abc"));
	/* What is gone is forgotten, again. */
	ev = attributed(first, AUDIT_LANDLOCK_DOMAIN,
			"domain=1a status=deallocated denials=1");
	CHECK_OWNER(ev, HOW_LANDLOCK, "nginx");
	attribute_recall(second, ev);
	CHECK_OWNER(attributed(second, AUDIT_LANDLOCK_ACCESS, texts[0]),
		    HOW_NONE, "");
	attributor_free(first);
	attributor_free(second);
}
