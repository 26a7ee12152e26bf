/* SPDX-License-Identifier: Apache-2.0 */
/* info.c - see info.h. */
#include "cmd/bailiffd/info.h"

#include <errno.h>
#include <stdlib.h>

#include "cmd/bailiffd/settings.h"
#include "lib/cur.h"

#define SENTENCES_MAX  256
#define COLLECTORS_MAX 16
#define THROUGH_MAX    64 /* roles on the way to one that speaks */
#define TEXT_MAX       1024

static void texts_encode(const char *const *texts, struct buf *out)
{
	uint32_t count = 0;

	while (texts != NULL && texts[count] != NULL)
		count++;
	buf_u32(out, count);
	for (uint32_t i = 0; i < count; i++)
		buf_blob(out, span_of(texts[i]));
}

static void service_encode(const struct policy_service *s, struct buf *out)
{
	buf_blob(out, span_of(s->name));
	buf_u32(out, s->number);
	buf_blob(out, span_of(s->role));
	texts_encode(s->signers, out);
	texts_encode(s->through, out);
	buf_u8(out, s->is_best_effort);
	texts_encode(s->not_enforced, out);
}

void info_encode(const struct policy *p, const struct policy_origin *origin,
		 const struct info_times *times, struct buf *out)
{
	buf_u64(out, policy_generation(p));
	buf_u64(out, policy_bundle_version(p));
	buf_u64(out, (uint64_t)times->expires);
	buf_u64(out, (uint64_t)times->issued);
	buf_u64(out, (uint64_t)(times->issued != 0 ? times->issued
						   : times->accepted));
	buf_u8(out, policy_demands(p)->refuses_stale_start);
	buf_u8(out, policy_demands(p)->wants_persistence);
	buf_u8(out, policy_demands(p)->stops_on_tighten);
	buf_u8(out, (uint8_t)policy_demands(p)->past_gate);
	audit_settings_encode(policy_audit(p), out);
	buf_u32(out, (uint32_t)origin->signer_count);
	for (size_t i = 0; i < origin->signer_count; i++)
		buf_blob(out, span_of(origin->signers[i]));
	buf_u32(out, (uint32_t)policy_service_count(p));
	for (size_t i = 0; i < policy_service_count(p); i++)
		service_encode(policy_service(p, i), out);
	buf_u32(out, (uint32_t)policy_collector_count(p));
	for (size_t i = 0; i < policy_collector_count(p); i++) {
		const struct policy_collector *c = policy_collector(p, i);

		buf_blob(out, span_of(c->name));
		buf_blob(out, span_of(c->protocol));
		buf_blob(out, span_of(c->host));
		buf_u16(out, c->port);
	}
}

/* A short text; a failed allocation fails the cursor like a short read. */
static char *text_take(struct cur *c)
{
	char *text = span_dup(cur_blob(c, TEXT_MAX));

	if (text == NULL)
		c->failed = true;
	return text;
}

static uint32_t count_take(struct cur *c, uint32_t max)
{
	const uint32_t n = cur_u32(c);

	if (n > max)
		c->failed = true;
	return c->failed ? 0 : n;
}

static char **texts_take(struct cur *c, uint32_t max)
{
	const uint32_t count = count_take(c, max);
	char **texts = calloc((size_t)count + 1, sizeof(*texts));

	if (texts == NULL)
		c->failed = true;
	for (uint32_t i = 0; i < count && !c->failed; i++)
		texts[i] = text_take(c);
	return texts;
}

static enum policy_past_gate past_gate_take(struct cur *c)
{
	const uint8_t n = cur_u8(c);

	if (n >= POLICY_PAST_GATE_COUNT)
		c->failed = true;
	return c->failed ? POLICY_PAST_GATE_UNSAID : (enum policy_past_gate)n;
}

static void service_decode(struct cur *c, struct info_service *s)
{
	s->name = text_take(c);
	s->number = cur_u32(c);
	s->role = text_take(c);
	s->signers = texts_take(c, POLICY_SIGNERS_MAX);
	s->through = texts_take(c, THROUGH_MAX);
	s->is_best_effort = cur_u8(c) != 0;
	s->not_enforced = texts_take(c, SENTENCES_MAX);
}

static void texts_free(char **texts)
{
	for (char **text = texts; text != NULL && *text != NULL; text++)
		free(*text);
	free((void *)texts);
}

static void services_decode(struct cur *c, struct policy_info *info)
{
	const uint32_t n = count_take(c, POLICY_SERVICES_MAX);

	info->services = calloc((size_t)n + 1, sizeof(*info->services));
	if (info->services == NULL)
		c->failed = true;
	while (!c->failed && info->service_count < n)
		service_decode(c, &info->services[info->service_count++]);
}

static void collectors_decode(struct cur *c, struct policy_info *info)
{
	const uint32_t n = count_take(c, COLLECTORS_MAX);

	info->collectors = calloc((size_t)n + 1, sizeof(*info->collectors));
	if (info->collectors == NULL)
		c->failed = true;
	while (!c->failed && info->collector_count < n) {
		struct info_collector *col =
			&info->collectors[info->collector_count++];

		col->name = text_take(c);
		col->protocol = text_take(c);
		col->host = text_take(c);
		col->port = cur_u16(c);
	}
}

int info_decode(struct span raw, struct policy_info *ret, struct err *e)
{
	struct cur c = cur_of(raw);
	struct policy_info info = { 0 };
	uint32_t signers;

	info.generation = cur_u64(&c);
	info.bundle_version = cur_u64(&c);
	info.expires = (int64_t)cur_u64(&c);
	info.issued = (int64_t)cur_u64(&c);
	info.since = (int64_t)cur_u64(&c);
	info.demands.refuses_stale_start = cur_u8(&c) != 0;
	info.demands.wants_persistence = cur_u8(&c) != 0;
	info.demands.stops_on_tighten = cur_u8(&c) != 0;
	info.demands.past_gate = past_gate_take(&c);
	audit_settings_decode(&c, &info.audit);
	signers = count_take(&c, POLICY_SIGNERS_MAX);
	while (!c.failed && info.signer_count < signers)
		info.signers[info.signer_count++] = text_take(&c);
	services_decode(&c, &info);
	collectors_decode(&c, &info);
	if (cur_end(&c) < 0) {
		info_done(&info);
		return err_set(e, EBADMSG, "damaged policy information");
	}
	*ret = info;
	return 0;
}

const struct info_service *info_find(const struct policy_info *info,
				     const char *name)
{
	struct span s = span_of(name);

	if (!span_starts(s, "services/") || s.len < 14)
		return NULL;
	s = (struct span){ s.p + 9, s.len - 14 }; /* without ".json" */
	for (size_t i = 0; i < info->service_count; i++)
		if (span_eq_str(s, info->services[i].name))
			return &info->services[i];
	return NULL;
}

void info_done(struct policy_info *info)
{
	for (size_t i = 0; i < info->signer_count; i++)
		free(info->signers[i]);
	for (size_t i = 0; i < info->service_count; i++) {
		free(info->services[i].name);
		free(info->services[i].role);
		texts_free(info->services[i].signers);
		texts_free(info->services[i].through);
		texts_free(info->services[i].not_enforced);
	}
	for (size_t i = 0; i < info->collector_count; i++) {
		free(info->collectors[i].name);
		free(info->collectors[i].protocol);
		free(info->collectors[i].host);
	}
	free(info->services);
	free(info->collectors);
	*info = (struct policy_info){ 0 };
}
