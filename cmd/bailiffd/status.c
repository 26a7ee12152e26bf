/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - what the supervisor knows, as the JSON of GET /v1/status
 * (docs/http-api.md); see supervisor.h.
 */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/num.h"
#include "pkg/enforce/enforce.h"
#include "pkg/identity/paths.h"
#include "pkg/policy/artefact.h"
#include "pkg/trust/time.h"

/* A dead session's file stays this long: its last records may still come. */
#define SESSION_GRACE_MS 60000

/* ---- sessions ------------------------------------------------------------ */

bool session_is_alive(const struct session *session)
{
	char path[64];
	struct buf b;
	uint32_t ses;
	bool alive;

	(void)snprintf(path, sizeof(path), "/proc/%d/sessionid", session->pid);
	buf_init(&b, 32);
	alive = file_read(AT_FDCWD, path, 31, &b, NULL) == 0 &&
		num_parse_u32(buf_view(&b), 0, UINT32_MAX, &ses) == 0 &&
		ses == session->ses;
	buf_done(&b);
	return alive;
}

static void sweep_one(void *ctx, const struct session *session)
{
	const struct supervisor *s = ctx;
	char name[16];

	if (session_is_alive(session) ||
	    clock_boot_ms() - session->started_ms < SESSION_GRACE_MS)
		return;
	(void)snprintf(name, sizeof(name), "%u", session->ses);
	(void)unlinkat(s->dirs.sessions, name, 0);
	(void)unlinkat(s->dirs.receipts, name, 0);
}

void sessions_sweep(struct supervisor *s)
{
	(void)session_each(s->dirs.sessions, sweep_one, s, NULL);
}

/* ---- pending ------------------------------------------------------------- */

/* The artefact of @service in @generation. Return: 0; as file_read(). */
static int artefact_load(const struct supervisor *s, uint64_t generation,
			 const char *service, struct buf *out,
			 struct artefact *ret)
{
	AUTO_FD dir = generation_open(&s->dirs, generation, NULL);
	char path[128];
	int r;

	if (dir < 0)
		return dir;
	(void)snprintf(path, sizeof(path), "services/%s.art", service);
	r = file_read(dir, path, ARTEFACT_MAX, out, NULL);
	return r < 0 ? r : artefact_decode(buf_view(out), ret, NULL);
}

static bool artefact_binds_alike(const struct artefact *a,
				 const struct artefact *b)
{
	return a->has_landlock == b->has_landlock &&
	       a->handled_fs == b->handled_fs &&
	       a->handled_net == b->handled_net && a->scoped == b->scoped &&
	       span_eq(a->paths, b->paths) && span_eq(a->ports, b->ports) &&
	       a->has_seccomp == b->has_seccomp &&
	       span_eq(a->insns, b->insns) &&
	       memcmp(&a->caps, &b->caps, sizeof(a->caps)) == 0;
}

/* Landlock and seccomp can only be added to a running process: a session that
 * an older generation binds waits for its restart if the policy differs. What
 * cannot be compared counts as different. */
static bool session_is_pending(const struct supervisor *s,
			       const struct session *session)
{
	struct artefact old, new;
	struct buf a, b;
	bool alike;

	if (session->number == 0 || session->number == SERVICE_NUMBER_SELF ||
	    session->generation == s->info.generation)
		return false;
	buf_init(&a, ARTEFACT_MAX);
	buf_init(&b, ARTEFACT_MAX);
	alike = artefact_load(s, session->generation, session->service, &a,
			      &old) == 0 &&
		artefact_load(s, s->info.generation, session->service, &b,
			      &new) == 0 &&
		artefact_binds_alike(&old, &new);
	buf_done(&a);
	buf_done(&b);
	return !alike;
}

/* The registry, walked once: who lives, and how that reads as JSON. */
struct live_row {
	char service[SERVICE_NAME_MAX + 1];
	bool is_pending;
	size_t at, len; /* in json */
};
struct live {
	const struct supervisor *s;
	struct live_row *rows; /* owned */
	size_t count, room;
	struct buf json;
	bool has_failed; /* out of memory */
};

static struct live_row *live_add(struct live *l)
{
	if (l->count == l->room) {
		const size_t room = l->room ? l->room * 2 : 64;
		struct live_row *rows =
			reallocarray(l->rows, room, sizeof(*rows));

		if (rows == NULL) {
			l->has_failed = true;
			return NULL;
		}
		l->rows = rows;
		l->room = room;
	}
	return &l->rows[l->count++];
}

static void session_take(void *ctx, const struct session *session)
{
	struct live *l = ctx;
	struct live_row *row;

	if (!session_is_alive(session) || (row = live_add(l)) == NULL)
		return;
	*row = (struct live_row){
		.is_pending = session_is_pending(l->s, session),
		.at = l->json.len,
	};
	(void)snprintf(row->service, sizeof(row->service), "%s",
		       session->service);
	buf_printf(&l->json, "{\"ses\":%u,\"service\":", session->ses);
	json_quote(&l->json, span_of(session->service));
	buf_puts(&l->json, ",\"instance\":");
	json_quote(&l->json, span_of(session->instance));
	buf_printf(&l->json,
		   ",\"pid\":%d,\"generation\":%llu,\"bundle\":%llu,"
		   "\"pending\":%s}",
		   session->pid, (unsigned long long)session->generation,
		   (unsigned long long)session->bundle_version,
		   row->is_pending ? "true" : "false");
	row->len = l->json.len - row->at;
}

static int live_init(struct live *l, const struct supervisor *s)
{
	int r;

	*l = (struct live){ .s = s };
	buf_init(&l->json, JSON_MAX);
	r = session_each(s->dirs.sessions, session_take, l, NULL);
	if (r == 0 && l->has_failed)
		r = -ENOMEM;
	return r < 0 ? r : buf_error(&l->json);
}

static void live_done(struct live *l)
{
	free(l->rows);
	buf_done(&l->json);
}

/* @service NULL: of every service, those that wait for their restart. */
static void live_write(const struct live *l, const char *service,
		       struct buf *out)
{
	const char *sep = "";

	buf_puts(out, "[");
	for (size_t i = 0; i < l->count; i++) {
		const struct live_row *row = &l->rows[i];

		if (service != NULL ? strcmp(row->service, service) != 0
				    : !row->is_pending)
			continue;
		buf_puts(out, sep);
		buf_put(out, l->json.p + row->at, row->len);
		sep = ",";
	}
	buf_puts(out, "]");
}

int pending_write(struct supervisor *s, struct buf *out)
{
	struct live l;
	const int r = live_init(&l, s);

	if (r == 0)
		live_write(&l, NULL, out);
	live_done(&l);
	return r;
}

/* ---- status -------------------------------------------------------------- */

struct problems {
	char lines[PROBLEMS_MAX][ERR_TEXT_MAX + 128];
	size_t count;
};

__attribute__((format(printf, 2, 3))) static void problem(struct problems *p,
							  const char *fmt, ...)
{
	va_list ap;

	if (p->count == PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(p->lines[p->count++], sizeof(p->lines[0]), fmt, ap);
	va_end(ap);
}

static enum freshness freshness_of(const struct supervisor *s)
{
	return freshness_judge(&s->clock.now, s->info.expires);
}

void statement_write(const struct supervisor *s, struct buf *out)
{
	if (s->info.generation == 0) {
		buf_printf(out, "bundle=none rollback=%s",
			   dirs_rollback(&s->dirs));
		return;
	}
	buf_printf(out, "bundle=%llu generation=%llu signers=",
		   (unsigned long long)s->info.bundle_version,
		   (unsigned long long)s->info.generation);
	for (size_t i = 0; i < s->info.signer_count; i++)
		buf_printf(out, "%s%s", i ? "," : "", s->info.signers[i]);
	buf_printf(out, " freshness=%s rollback=%s",
		   freshness_word(freshness_of(s)), dirs_rollback(&s->dirs));
}

static void time_problems_find(const struct supervisor *s, struct problems *p)
{
	const struct trust_clock *c = &s->clock.now;
	const enum freshness f = freshness_of(s);
	char by[CLOCK_SENTENCE_BYTES], now[TRUST_TIME_TEXT],
		expires[TRUST_TIME_TEXT];
	const unsigned long long bundle = s->info.bundle_version;

	clock_sentence(c, by);
	trust_time_format(clock_time(c), now);
	trust_time_format(s->info.expires, expires);
	if (f == FRESHNESS_STALE)
		problem(p,
			"bundle %llu expired at %s, now is %s %s: it stays in "
			"force, a newer one is due%s",
			bundle, expires, now, by,
			s->info.demands.refuses_stale_start
				? ", and no service is started until then"
				: "");
	else if (f == FRESHNESS_UNKNOWN)
		problem(p,
			"nobody knows whether bundle %llu is fresh: the time "
			"is taken %s; set the clock right",
			bundle, by);
	else if (freshness_is_ending(c, s->info.since, s->info.expires))
		problem(p,
			"bundle %llu expires at %s: less than a fifth of its "
			"time is left",
			bundle, expires);
	if (s->info.demands.wants_persistence && !dirs_are_persistent(&s->dirs))
		problem(p, "the policy demands state that outlives a reboot, "
			   "and " PATH_STATE " is in memory: a reload is "
			   "refused");
}

static void problems_find(const struct supervisor *s, struct problems *p)
{
	if (s->info.generation == 0)
		problem(p, "no policy is published: the gate refuses every "
			   "named service");
	if (s->load_error[0] != '\0')
		problem(p, "the bundle at boot was refused: %s", s->load_error);
	if (s->info.generation != 0)
		time_problems_find(s, p);
	if (s->rules_error[0] != '\0')
		problem(p, "the policy's audit rules are not installed: %s",
			s->rules_error);
	if (s->kernel_lost != 0)
		problem(p, "the kernel lost %u audit events", s->kernel_lost);
	if (s->audit_stats.dropped != 0)
		problem(p, "the trail could not take %llu events (disk full)",
			(unsigned long long)s->audit_stats.dropped);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!s->workers[i].is_ready)
			problem(p, "the %s process is not running",
				role_name((enum role)i));
	for (uint32_t i = 0; i < s->ship_stats.count; i++)
		if (!s->ship_stats.rows[i].is_connected)
			problem(p, "collector %s: %s",
				s->ship_stats.rows[i].name,
				s->ship_stats.rows[i].error);
}

static const char *state_word(const struct supervisor *s,
			      const struct problems *p)
{
	if (s->info.generation == 0)
		return "unarmed";
	if (freshness_of(s) == FRESHNESS_STALE)
		return "stale";
	return p->count != 0 ? "degraded" : "enforcing";
}

/* "key":"value", with @before in front. */
static void text_member(struct buf *out, const char *before, const char *key,
			const char *value)
{
	buf_printf(out, "%s\"%s\":", before, key);
	json_quote(out, span_of(value));
}

static void policy_write(const struct supervisor *s, struct buf *out)
{
	char expires[TRUST_TIME_TEXT], issued[TRUST_TIME_TEXT];

	if (s->info.generation == 0) {
		buf_puts(out, ",\"policy\":null");
		return;
	}
	trust_time_format(s->info.expires, expires);
	trust_time_format(s->info.issued, issued);
	buf_printf(out,
		   ",\"policy\":{\"generation\":%llu,\"bundle\":%llu,"
		   "\"signers\":[",
		   (unsigned long long)s->info.generation,
		   (unsigned long long)s->info.bundle_version);
	for (size_t i = 0; i < s->info.signer_count; i++) {
		buf_puts(out, i ? "," : "");
		json_quote(out, span_of(s->info.signers[i]));
	}
	text_member(out, "],", "expires", expires);
	buf_puts(out, ",\"issued\":");
	if (s->info.issued != 0)
		json_quote(out, span_of(issued));
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"expires_s\":%lld",
		   (long long)(s->info.expires - clock_time(&s->clock.now)));
	text_member(out, ",", "freshness", freshness_word(freshness_of(s)));
	text_member(out, ",", "on_stale",
		    s->info.demands.refuses_stale_start ? "refuse-start"
							: "keep");
	text_member(out, ",", "rollback", dirs_rollback(&s->dirs));
	text_member(out, ",", "rollback_demanded",
		    s->info.demands.wants_persistence ? "persistent"
						      : "image-floor");
	buf_puts(out, "}");
}

static void clock_write(const struct supervisor *s, struct buf *out)
{
	const struct trust_clock *c = &s->clock.now;
	char text[TRUST_TIME_TEXT];

	text_member(out, ",\"clock\":{", "source",
		    clock_source_word(c->source));
	trust_time_format(c->system, text);
	text_member(out, ",", "system", text);
	trust_time_format(clock_time(c), text);
	text_member(out, ",", "time", text);
	trust_time_format(clock_floor(c), text);
	text_member(out, ",", "floor", text);
	buf_printf(out, ",\"floor_by\":\"%s\"}",
		   clock_floor(c) == 0	  ? "none"
		   : c->mark >= c->issued ? "mark"
					  : "issued");
}

/* What no policy can make this kernel deny, and from which Landlock ABI on it
 * could: pkg/policy refuses or reports what a policy asked for; these hold for
 * every service, whatever it asked for. */
static const struct {
	uint32_t abi; /* UINT32_MAX: none known */
	const char *sentence;
} gaps[] = {
	{ 1, "files and directories: there is no Landlock (ABI 1)" },
	{ 3, "truncating files that may not be written (ABI 3)" },
	{ 4, "TCP ports (ABI 4)" },
	{ 5, "ioctl on device files (ABI 5)" },
	{ 6, "signals and abstract unix sockets across services (ABI 6)" },
	{ 7, "a record of each file denial; found by errno instead (ABI 7)" },
	{ 9, "connecting to unix sockets by path (ABI 9)" },
	{ 10, "UDP ports, beyond what a seccomp profile closes (ABI 10)" },
	{ UINT32_MAX, "stat, chmod, chown and utimes on paths outside of the "
		      "rules, where the service's uid and capabilities "
		      "permit them" },
};

static void kernel_write(struct buf *out)
{
	struct utsname uts = { 0 };
	const uint32_t abi = enforce_landlock_abi();
	bool first = true;

	(void)uname(&uts);
	text_member(out, ",\"kernel\":{", "release", uts.release);
	buf_printf(out, ",\"landlock_abi\":%u,\"not_enforced\":[", abi);
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		if (abi >= gaps[i].abi)
			continue;
		buf_puts(out, first ? "" : ",");
		json_quote(out, span_of(gaps[i].sentence));
		first = false;
	}
	buf_puts(out, "]}");
}

static void audit_write(const struct supervisor *s, struct buf *out)
{
	const struct audit_stats *a = &s->audit_stats;

	buf_printf(out,
		   ",\"audit\":{\"events\":%llu,\"denied\":%llu,\"partial\":"
		   "%llu,\"forged\":%llu,\"gaps\":%llu,\"kernel_lost\":%u,"
		   "\"last_seq\":%llu,\"rules\":%zu}",
		   (unsigned long long)a->events, (unsigned long long)a->denied,
		   (unsigned long long)a->partial,
		   (unsigned long long)a->forged, (unsigned long long)a->gaps,
		   s->kernel_lost, (unsigned long long)a->last_seq,
		   s->policy_rules);
	buf_printf(out,
		   ",\"trail\":{\"first_seq\":%llu,\"last_seq\":%llu,"
		   "\"bytes_max\":%llu,\"pruned\":%llu,\"dropped\":%llu}",
		   (unsigned long long)a->first_seq,
		   (unsigned long long)a->last_seq,
		   (unsigned long long)a->bytes_max,
		   (unsigned long long)a->pruned,
		   (unsigned long long)a->dropped);
}

static void collectors_write(const struct supervisor *s, struct buf *out)
{
	buf_puts(out, ",\"collectors\":[");
	for (uint32_t i = 0; i < s->ship_stats.count; i++) {
		const struct ship_stat *row = &s->ship_stats.rows[i];

		text_member(out, i ? ",{" : "{", "name", row->name);
		text_member(out, ",", "state",
			    row->is_connected ? "connected" : "retrying");
		buf_printf(out, ",\"acked_seq\":%llu,\"error\":",
			   (unsigned long long)row->acked_seq);
		if (row->error[0] != '\0')
			json_quote(out, span_of(row->error));
		else
			buf_puts(out, "null");
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
}

static void workers_write(const struct supervisor *s, struct buf *out)
{
	buf_puts(out, ",\"workers\":[");
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const struct worker *w = &s->workers[i];

		buf_printf(out,
			   "%s{\"name\":\"%s\",\"pid\":%d,\"ready\":%s,"
			   "\"restarts\":%u}",
			   i ? "," : "", role_name(w->role), w->pid,
			   w->is_ready ? "true" : "false", w->restarts);
	}
	buf_puts(out, "]");
}

/* ,"key":["text",...] */
static void texts_write(struct buf *out, const char *key, char *const *texts)
{
	buf_printf(out, ",\"%s\":[", key);
	for (char *const *text = texts; *text != NULL; text++) {
		buf_puts(out, text != texts ? "," : "");
		json_quote(out, span_of(*text));
	}
	buf_puts(out, "]");
}

static void service_write(const struct info_service *svc, const struct live *l,
			  struct buf *out)
{
	text_member(out, "{", "name", svc->name);
	text_member(out, ",", "role", svc->role);
	texts_write(out, "signers", svc->signers);
	buf_printf(out, ",\"number\":%u,\"best_effort\":%s", svc->number,
		   svc->is_best_effort ? "true" : "false");
	texts_write(out, "not_enforced", svc->not_enforced);
	buf_puts(out, ",\"sessions\":");
	live_write(l, svc->name, out);
	buf_puts(out, "}");
}

static int services_write(const struct supervisor *s, struct buf *out)
{
	struct live l;
	const int r = live_init(&l, s);

	buf_puts(out, ",\"services\":[");
	for (size_t i = 0; i < s->info.service_count && r == 0; i++) {
		buf_puts(out, i ? "," : "");
		service_write(&s->info.services[i], &l, out);
	}
	buf_puts(out, "]");
	live_done(&l);
	return r;
}

int status_write(struct supervisor *s, struct buf *out)
{
	struct problems *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return -ENOMEM;
	problems_find(s, p);
	text_member(out, "{", "version", BAILIFF_VERSION);
	text_member(out, ",", "node", s->node);
	text_member(out, ",", "boot", s->boot);
	text_member(out, ",", "state", state_word(s, p));
	buf_printf(out, ",\"pid\":%d,\"uptime_ms\":%llu,\"problems\":[",
		   getpid(),
		   (unsigned long long)(clock_boot_ms() - s->start_ms));
	for (size_t i = 0; i < p->count; i++) {
		buf_puts(out, i ? "," : "");
		json_quote(out, span_of(p->lines[i]));
	}
	buf_puts(out, "]");
	free(p);
	policy_write(s, out);
	clock_write(s, out);
	kernel_write(out);
	audit_write(s, out);
	collectors_write(s, out);
	workers_write(s, out);
	r = services_write(s, out);
	buf_puts(out, "}");
	return r < 0 ? r : buf_error(out);
}
