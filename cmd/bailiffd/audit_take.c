/* SPDX-License-Identifier: Apache-2.0 */
/* audit_take.c - the kernel's stream, into attributed events; see
 * audit_role.h.
 */
#include "cmd/bailiffd/audit_role.h"

#include <errno.h>
#include <time.h>

#include "lib/num.h"

/* Two wake-ups this close are a stream: what comes is taken in larger pieces.
 * The socket's buffer holds many times what the kernel can send meanwhile. */
#define GATHER_MS 4
#define GATHER_NS 2000000L

static void assembled(void *ctx, struct event *ev)
{
	struct audit_role *role = ctx;
	const struct event_denial *denial;

	attribute_event(role->attributor, ev, role->now_ms, clock_real_ms());
	denial = event_denial(ev, &role->denial) ? &role->denial : NULL;
	if (!audit_hooks_withhold(role, ev, denial))
		audit_append_denial(role, ev, denial);
}

int64_t audit_serial_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a);
}

static void gap_check(struct audit_role *role, uint32_t serial)
{
	const int64_t missing =
		audit_serial_distance(role->previous_serial, serial) - 1;

	if (!role->has_previous || missing < 0)
		return;
	role->has_previous = false;
	role->gap_serials += (uint64_t)missing;
	audit_own(role, "audit.gap",
		  "after_serial=%u next_serial=%u missing=%lld",
		  role->previous_serial, serial, (long long)missing);
}

static void record_take(void *ctx, const struct record *r)
{
	struct audit_role *role = ctx;

	gap_check(role, r->serial);
	if (assemble_feed(role->assembler, r, role->now_ms) < 0)
		role->stats.dropped++;
}

int audit_drain(struct audit_role *role, unsigned batches)
{
	int n = SOURCE_BATCH;

	/* Fewer than a batch: the socket is empty. */
	while (batches-- > 0 && n == SOURCE_BATCH) {
		role->now_ms = clock_boot_ms();
		n = audit_source_read(role->source, record_take, role);
	}
	audit_logins_tell(role);
	audit_flush(role);
	return n < 0 && n != -EAGAIN ? n : 0;
}

void audit_gather(struct audit_role *role)
{
	const struct timespec pause = { .tv_nsec = GATHER_NS };
	const uint64_t now = clock_boot_ms();
	const bool is_stream = now - role->woken_ms <= GATHER_MS;

	role->woken_ms = now;
	if (is_stream)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

void audit_expire(struct audit_role *role)
{
	role->now_ms = clock_boot_ms();
	assemble_expire(role->assembler, role->now_ms);
	attribute_expire(role->attributor, role->now_ms, clock_real_ms());
}

/* The first audit process of a daemon becomes the kernel's reader; one that
 * was started again reads on from the socket its predecessor claimed. One that
 * observes claims nothing. */
int audit_source_begin(struct audit_role *role, struct err *e)
{
	int r = audit_source_new(role->fds[AUDIT_FD_NETLINK], &role->source);

	if (r < 0)
		return err_set(e, -r, "out of memory");
	if (audit_socket_is_multicast(role->fds[AUDIT_FD_NETLINK]))
		return 0;
	r = audit_source_claim(role->source, record_take, role, e);
	if (r == -EEXIST)
		return 0;
	return r;
}

void audit_recall(struct audit_role *role, const struct event *ev)
{
	attribute_recall(role->attributor, ev);
	audit_starts_recall(&role->starts, ev);
}

/* Without the map of exits attribution goes on by what else there is. */
static void exits_begin(struct audit_role *role)
{
	struct err e = { 0 };

	if (role->fds[AUDIT_FD_EXITS] >= 0 &&
	    exitmap_open(role->fds[AUDIT_FD_EXITS], role->exit_slots,
			 &role->exits, &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_WARN,
			"processes that are gone are not looked for by cgroup",
			&e);
}

int audit_engine_begin(struct audit_role *role, struct err *e)
{
	struct attribute_lookup lookup;
	struct session_sources from = { .dirfd = role->fds[AUDIT_FD_SESSIONS],
					.places = role->places,
					.seen = audit_starts_seen,
					.ctx = role };
	int r;

	exits_begin(role);
	from.exits = role->exits;
	r = session_cache_new(&from, &role->sessions);
	if (r == 0)
		r = assembler_new(assembled, role, &role->assembler);
	session_cache_lookups(role->sessions, &lookup);
	if (r == 0)
		r = attributor_new(&lookup, audit_append, role,
				   &role->attributor);
	return r < 0 ? err_set(e, -r, "out of memory") : 0;
}
