/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - see stop.h. */
#include "cmd/bailiffd/stop.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/bound.h"
#include "cmd/bailiffd/process.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"

#define LOOK_EVERY_MS 500 /* all of /proc is read */

/* ---- beginning ----------------------------------------------------------- */

static struct stopping *stop_find(struct stops *st, uint32_t ses)
{
	for (size_t i = 0; i < st->count; i++)
		if (st->items[i].ses == ses)
			return &st->items[i];
	return NULL;
}

static struct stopping *stop_add(struct stops *st)
{
	if (st->count == st->room) {
		const size_t room = st->room ? st->room * 2 : 16;
		struct stopping *items =
			reallocarray(st->items, room, sizeof(*items));

		if (items == NULL)
			return NULL;
		st->items = items;
		st->room = room;
	}
	return &st->items[st->count++];
}

static void stop_say(struct supervisor *s, const struct stopping *stop,
		     const char *action, const char *words)
{
	log_line(&s->log, LOG_LEVEL_WARN, words,
		 LOG_FIELDS(log_text("service", stop->service),
			    log_u64("ses", stop->ses),
			    log_i64("pid", stop->pid)));
	supervisor_event(s, action, "service=%s ses=%u pid=%d", stop->service,
			 stop->ses, stop->pid);
}

/* What on-tighten is about: a service that the policy names and binds more
 * than this session is bound. */
static bool is_to_be_stopped(const struct bound *b)
{
	return b->tightens && !b->is_gone && b->session.number != 0 &&
	       b->session.number != SERVICE_NUMBER_SELF;
}

static void stop_begin(struct supervisor *s, const struct bound *b)
{
	struct stopping *stop;
	int r;

	if (!is_to_be_stopped(b) || stop_find(&s->stops, b->session.ses))
		return;
	stop = stop_add(&s->stops);
	if (stop == NULL) {
		log_line(&s->log, LOG_LEVEL_ERROR,
			 "a service is not stopped: out of memory",
			 LOG_FIELDS(log_text("service", b->session.service)));
		return;
	}
	*stop = (struct stopping){
		.ses = b->session.ses,
		.pid = b->session.pid,
		.deadline_ms = clock_boot_ms() + STOP_GRACE_MS,
	};
	(void)snprintf(stop->service, sizeof(stop->service), "%s",
		       b->session.service);
	r = process_signal(stop->pid, stop->ses, SIGTERM);
	if (r < 0 && r != -ESRCH)
		log_line(&s->log, LOG_LEVEL_ERROR,
			 "a service cannot be told to end, it will be killed",
			 LOG_FIELDS(log_text("service", stop->service),
				    log_text("error", strerror(-r))));
	stop_say(s, stop, "service.stop",
		 "the policy is tighter than what binds this service, it is "
		 "stopped");
}

void stops_begin(struct supervisor *s)
{
	const struct against against = against_in_force(s);
	struct bounds b;

	if (!s->info.demands.stops_on_tighten)
		return;
	if (bounds_read(s, &against, &b) < 0) {
		log_line(&s->log, LOG_LEVEL_ERROR,
			 "nothing is stopped: the sessions cannot be read",
			 LOG_NONE);
		return;
	}
	for (size_t i = 0; i < b.count; i++)
		stop_begin(s, &b.items[i]);
	bounds_done(&b);
}

/* ---- until none is left -------------------------------------------------- */

/* Return: whether /proc could be read: else nobody is known to have ended. */
static bool all_signal(struct supervisor *s, uint64_t now_ms, bool *alive)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (proc == NULL)
		return false;
	while ((entry = readdir(proc)) != NULL) {
		struct stopping *stop;
		uint32_t pid;

		if (num_parse_u32(span_of(entry->d_name), 1, INT32_MAX, &pid) <
		    0)
			continue;
		stop = stop_find(&s->stops, process_session((int32_t)pid));
		if (stop == NULL)
			continue;
		alive[stop - s->stops.items] = true;
		if (now_ms < stop->deadline_ms)
			continue;
		if (!stop->was_killed)
			stop_say(s, stop, "service.kill",
				 "it did not end when told to, it is killed");
		stop->was_killed = true;
		(void)process_signal((int32_t)pid, stop->ses, SIGKILL);
	}
	(void)closedir(proc);
	return true;
}

void stops_tick(struct supervisor *s, uint64_t now_ms)
{
	struct stops *st = &s->stops;
	AUTO_MEM bool *alive = NULL;
	size_t kept = 0;

	if (st->count == 0 || now_ms - st->looked_ms < LOOK_EVERY_MS)
		return;
	st->looked_ms = now_ms;
	alive = calloc(st->count, sizeof(*alive));
	if (alive == NULL || !all_signal(s, now_ms, alive))
		return; /* at the next tick */
	for (size_t i = 0; i < st->count; i++) {
		if (alive[i])
			st->items[kept++] = st->items[i];
		else
			stop_say(s, &st->items[i], "service.stopped",
				 "the service that was to be stopped has "
				 "ended");
	}
	st->count = kept;
}

void stops_done(struct stops *st)
{
	free(st->items);
	*st = (struct stops){ 0 };
}
