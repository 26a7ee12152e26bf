/* SPDX-License-Identifier: Apache-2.0 */
/* load.c - a bundle becomes the policy in force, or does not; see supervisor.h.
 *
 * The policy process verifies and compiles; here its answer is written into
 * directories of bailiff's own and then put in force by one rename of
 * "current". Until that rename the old policy stands whatever fails.
 */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bailiffd/bound.h"
#include "cmd/bailiffd/publication.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/enforce/published.h"
#include "pkg/identity/paths.h"

#define LOAD_TIMEOUT_MS 30000

/* What a refusal is called in the API (docs/http-api.md); the sentence is the
 * error's own. Any other code is "system". */
/* clang-format off */
static const struct {
	enum load_stage stage;
	int code;
	const char *word;
} refusals[] = {
	{ STAGE_TRUST,  EKEYEXPIRED,  "expired" },
	{ STAGE_TRUST,  ESTALE,       "rollback" },
	{ STAGE_TRUST,  EKEYREJECTED, "threshold" },
	{ STAGE_TRUST,  EBADMSG,      "malformed" },
	{ STAGE_TRUST,  ENOENT,       "missing" },
	{ STAGE_TRUST,  EFBIG,        "too-large" },
	{ STAGE_TRUST,  E2BIG,        "too-large" },
	{ STAGE_TRUST,  ENOMEM,       "too-large" },
	{ STAGE_TRUST,  EOPNOTSUPP,   "unsupported" },
	{ STAGE_TRUST,  EINVAL,       "malformed" },
	{ STAGE_POLICY, EOPNOTSUPP,   "kernel" },
	{ STAGE_POLICY, E2BIG,        "too-large" },
	{ STAGE_POLICY, ENOMEM,       "too-large" },
	{ STAGE_POLICY, ETIME,        "too-large" },
	{ STAGE_POLICY, EBADMSG,      "policy" },
	{ STAGE_POLICY, EPROTO,       "policy" },
	{ STAGE_POLICY, EPERM,        "ceiling" },
	{ STAGE_POLICY, EROFS,        "not-persistent" },
};
/* clang-format on */

static const char *refusal_word(enum load_stage stage, int code)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].stage == stage && refusals[i].code == code)
			return refusals[i].word;
	return "system";
}

void load_refusal_write(const struct supervisor *s, enum load_stage stage,
			const struct err *e, struct buf *json)
{
	buf_puts(json, "{\"error\":");
	json_quote(json, span_of(e->text));
	buf_puts(json, ",\"hint\":");
	json_quote(json,
		   span_of(e->hint ? e->hint : "the policy in force stands"));
	buf_printf(json, ",\"refused\":\"%s\",\"generation\":%llu}",
		   refusal_word(stage, e->code),
		   (unsigned long long)s->info.generation);
}

/* T without the signed issue time: the policy process knows whether root still
 * stands for the timestamp that it came from. */
static int64_t time_known(const struct trust_clock *now)
{
	struct trust_clock c = *now;

	c.issued = 0;
	return clock_time(&c);
}

static int load_send(struct supervisor *s, const char *bundle, struct err *e)
{
	AUTO_FD root_fd = -1;
	AUTO_FD bundle_fd = -1;
	uint64_t in_use[GENERATIONS_KEPT];
	const size_t in_use_count =
		bounds_generations(s, in_use, GENERATIONS_KEPT - 1);
	char by[CLOCK_SENTENCE_BYTES];
	struct buf body;
	int r;

	clock_poll(s); /* T is fixed here, for the whole update */
	clock_sentence(&s->clock.now, by);
	root_fd = file_open(AT_FDCWD, PATH_IMAGE_ROOT, O_RDONLY, 0, e);
	if (root_fd < 0)
		return err_hint(e, "a node's trust begins with the root.json "
				   "that its image carries");
	bundle_fd = file_open(AT_FDCWD, bundle, O_RDONLY | O_DIRECTORY, 0, e);
	if (bundle_fd < 0)
		return bundle_fd;
	buf_init(&body, MSG_BODY_MAX);
	buf_u32(&body,
		s->load.flags |
			(dirs_are_persistent(&s->dirs) ? 0 : LOAD_MEMORY));
	buf_u64(&body, s->load.generation);
	buf_u64(&body, (uint64_t)time_known(&s->clock.now));
	buf_blob(&body, span_of(by));
	buf_u32(&body, (uint32_t)in_use_count + 1);
	for (size_t i = 0; i < in_use_count; i++)
		buf_u64(&body, in_use[i]);
	buf_u64(&body, s->info.generation);
	r = buf_error(&body);
	if (r == 0)
		r = msg_send(s->workers[ROLE_POLICY].channel.fd, WIRE_LOAD, 0,
			     buf_view(&body),
			     (int[]){ root_fd, bundle_fd, s->dirs.trust,
				      s->dirs.bundle },
			     4);
	buf_done(&body);
	if (r < 0)
		return err_set(e, -r, "ask the policy process: %s",
			       strerror(-r));
	return 0;
}

static const char *const image_paths[] = {
	[LOAD_IMAGE] = PATH_IMAGE_BUNDLE,
	[LOAD_STORED] = PATH_STATE_BUNDLE,
};

int load_begin(struct supervisor *s, enum load_reason reason, const char *path,
	       uint32_t flags, uint32_t request_id, struct err *e)
{
	int r;

	if (s->load.reason != LOAD_IDLE)
		return err_set(e, EBUSY, "another bundle is being loaded");
	if (!s->workers[ROLE_POLICY].is_ready)
		return err_set(e, EAGAIN, "the policy process is starting");
	if (reason == LOAD_ASKED && path[0] == '\0')
		path = PATH_IMAGE_BUNDLE;
	else if (reason != LOAD_ASKED)
		path = image_paths[reason];
	if (path[0] != '/')
		return err_set(e, EINVAL, "\"%s\" is not an absolute path",
			       path);
	s->load = (struct load_state){
		.reason = reason,
		.flags = flags,
		.request_id = request_id,
		.generation = s->last_generation + 1,
		.deadline_ms = clock_boot_ms() + LOAD_TIMEOUT_MS,
	};
	r = load_send(s, path, e);
	if (r < 0)
		s->load.reason = LOAD_IDLE;
	return r;
}

/* ---- putting it in force ------------------------------------------------- */

static int generation_write(struct supervisor *s, struct span publication,
			    struct err *e)
{
	AUTO_FD dir = -1;
	char name[32];

	(void)snprintf(name, sizeof(name), "%llu",
		       (unsigned long long)s->load.generation);
	/* A number is used again after a refusal: what the refused one left
	 * there must not be published beside the new. */
	entry_remove(s->dirs.policy, name);
	if (mkdirat(s->dirs.policy, name, 0700) < 0)
		return err_errno(e, "mkdir " PATH_POLICY "/%s", name);
	if (fchownat(s->dirs.policy, name, BAILIFF_UID, BAILIFF_UID,
		     AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "chown " PATH_POLICY "/%s", name);
	dir = generation_open(&s->dirs, s->load.generation, e);
	if (dir < 0)
		return dir;
	return publication_write(publication, AREA_POLICY, dir, e);
}

/* Read back as the gate and the launcher will: each artefact is there, whole,
 * and of this service and generation. */
static int generation_check(const struct supervisor *s,
			    const struct policy_info *info, struct err *e)
{
	AUTO_FD dir = generation_open(&s->dirs, info->generation, e);
	const struct published p = { .dirfd = dir,
				     .generation = info->generation };
	enum unlisted unlisted;
	struct buf raw;
	int r = dir < 0 ? dir : published_unlisted(&p, &unlisted, e);

	buf_init(&raw, ARTEFACT_MAX);
	for (size_t i = 0; i < info->service_count && r == 0; i++) {
		struct artefact a;

		buf_reset(&raw);
		r = published_artefact(&p, info->services[i].name, &raw, &a, e);
		if (r == 0 && a.number != info->services[i].number)
			r = err_set(e, EBADMSG,
				    "artefact of %s: it has another number",
				    info->services[i].name);
	}
	buf_done(&raw);
	return r < 0 ? err_wrap(e, "what was written cannot be used") : 0;
}

static int current_write(struct supervisor *s, uint64_t generation,
			 struct err *e)
{
	char text[32];
	int r;

	(void)snprintf(text, sizeof(text), "%llu\n",
		       (unsigned long long)generation);
	r = file_replace(s->dirs.policy, "current", 0600, span_of(text), e);
	if (r == 0 && fchownat(s->dirs.policy, "current", BAILIFF_UID,
			       BAILIFF_UID, AT_SYMLINK_NOFOLLOW) < 0)
		r = err_errno(e, "chown " PATH_POLICY "/current");
	return r;
}

/* The policy is in force whether or not its compiler hears of it: one that died
 * meanwhile reads it back when it starts (load_restore()). */
static void commit_send(struct supervisor *s)
{
	struct buf body;
	int r;

	buf_init(&body, 16);
	buf_u64(&body, s->load.generation);
	r = msg_send_buf(s->workers[ROLE_POLICY].channel.fd, WIRE_COMMIT, 0,
			 &body);
	buf_done(&body);
	if (r < 0)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "the policy process was not told",
			 LOG_FIELDS(log_text("error", strerror(-r))));
}

/* Write it, look whether what was written can be used, and only then switch. */
static int switch_to(struct supervisor *s, struct span publication,
		     const struct policy_info *info, struct err *e)
{
	char name[32];
	int r;

	if (info->generation != s->load.generation)
		return err_set(e, EPROTO, "another generation was compiled");
	r = generation_write(s, publication, e);
	if (r == 0)
		r = generation_check(s, info, e);
	if (r == 0)
		r = publication_write(publication, AREA_BUNDLE, s->dirs.bundle,
				      e);
	if (r == 0)
		r = current_write(s, info->generation, e);
	if (r < 0) {
		(void)snprintf(name, sizeof(name), "%llu",
			       (unsigned long long)info->generation);
		entry_remove(s->dirs.policy, name);
	}
	return r;
}

static int put_in_force(struct supervisor *s, struct span publication,
			struct err *e)
{
	AUTO_DONE(info_done) struct policy_info info = { 0 };
	AUTO_DONE(restart_done) struct restart plan = { 0 };
	int r = info_decode(
		publication_find(publication, AREA_POLICY, INFO_FILE), &info,
		e);

	if (r == 0)
		r = restart_decode(publication_find(publication, AREA_POLICY,
						    RESTART_FILE),
				   &plan, e);
	if (r == 0)
		r = switch_to(s, publication, &info, e);
	if (r < 0)
		return r;
	info_done(&s->info);
	restart_done(&s->plan);
	s->info = info;
	s->plan = plan;
	info = (struct policy_info){ 0 };
	plan = (struct restart){ 0 };
	s->last_generation = s->info.generation;
	generations_prune(s);
	commit_send(s);
	kernel_execve_take(s);
	kernel_rules_take(s, publication_find(publication, AREA_POLICY,
					      PUBLICATION_AUDIT));
	kernel_posture_take(s);
	supervisor_audit_config(s);
	return 0;
}

/* ---- the answer ---------------------------------------------------------- */

static void reply(struct supervisor *s, uint32_t status, const struct buf *json)
{
	if (s->load.reason == LOAD_ASKED &&
	    supervisor_answer(s, WIRE_RELOADED, s->load.request_id, status,
			      json) < 0)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "the client of a reload got no answer", LOG_NONE);
}

static void refuse(struct supervisor *s, enum load_stage stage,
		   const struct err *e)
{
	const char *word = refusal_word(stage, e->code);
	struct buf json;

	buf_init(&json, MSG_BODY_MAX / 2);
	load_refusal_write(s, stage, e, &json);
	reply(s, 409, &json);
	buf_done(&json);
	log_line(&s->log, LOG_LEVEL_WARN, "bundle refused",
		 LOG_FIELDS(log_text("error", e->text), log_text("why", word),
			    log_text("hint", e->hint ? e->hint : "none"),
			    log_u64("in_force", s->info.bundle_version)));
	supervisor_event(s, "policy.refused", "why=%s in_force=%llu error=%s",
			 word, (unsigned long long)s->info.bundle_version,
			 event_quote(span_of(e->text), &json));
	buf_done(&json);
}

/* What a restart would change against the new policy; with room left for the
 * comparison. */
static void restarts_write(const struct supervisor *s,
			   const struct against *against, struct buf *json)
{
	struct bounds b = { 0 };

	if (bounds_read(s, against, &b) < 0)
		log_line(&s->log, LOG_LEVEL_ERROR,
			 "the sessions cannot be read", LOG_NONE);
	plan_write(&b, PLAN_RESTART, JSON_MAX * 7 / 16, json);
	plan_write(&b, PLAN_PENDING, JSON_MAX * 11 / 16, json);
	bounds_done(&b);
}

static void accept(struct supervisor *s, struct span diff,
		   const struct restart *dry_plan)
{
	const bool is_dry = (s->load.flags & LOAD_DRY_RUN) != 0;
	const struct against against =
		is_dry ? (struct against){ .generation = s->load.generation,
					   .plan = dry_plan }
		       : against_in_force(s);
	struct buf json, text;

	buf_init(&json, JSON_MAX);
	buf_printf(&json, "{\"generation\":%llu,\"bundle\":%llu,\"dry_run\":%s",
		   (unsigned long long)s->info.generation,
		   (unsigned long long)s->info.bundle_version,
		   is_dry ? "true" : "false");
	if (is_dry)
		buf_printf(&json, ",\"next_generation\":%llu",
			   (unsigned long long)s->load.generation);
	restarts_write(s, &against, &json);
	/* The members of the policy process's object: from, to, changes. */
	buf_puts(&json, ",");
	buf_put(&json, diff.p + 1, diff.len > 1 ? diff.len - 1 : 0);
	reply(s, 200, &json);
	buf_done(&json);
	if (is_dry)
		return;
	log_line(&s->log, LOG_LEVEL_INFO, "policy in force",
		 LOG_FIELDS(log_u64("bundle", s->info.bundle_version),
			    log_u64("generation", s->info.generation),
			    log_u64("services", s->info.service_count)));
	buf_init(&text, 2048);
	statement_write(s, &text);
	supervisor_event(s, "policy.loaded", "%s", buf_cstr(&text));
	buf_done(&text);
	clock_policy_changed(s);
	stops_begin(s);
}

/* The image's bundle was refused: what this node accepted later may stand. */
static void fall_back(struct supervisor *s, enum load_reason tried,
		      const struct err *why)
{
	struct err e = { 0 };

	(void)snprintf(s->load_error, sizeof(s->load_error), "%s", why->text);
	if (tried == LOAD_IMAGE &&
	    faccessat(s->dirs.bundle, "timestamp.json", F_OK, 0) == 0 &&
	    load_begin(s, LOAD_STORED, NULL, LOAD_BOOT | LOAD_OWN, 0, &e) == 0)
		return;
	supervisor_loaded(s);
	if (s->is_arming)
		supervisor_end(s, 1);
}

static void finished(struct supervisor *s, int r, enum load_stage stage,
		     struct span diff, const struct restart *dry_plan,
		     const struct err *e)
{
	const enum load_reason reason = s->load.reason;

	if (r < 0)
		refuse(s, stage, e);
	else
		accept(s, diff, dry_plan);
	s->load.reason = LOAD_IDLE;
	if (r < 0 && reason != LOAD_ASKED)
		fall_back(s, reason, e);
	else if (r == 0 && (s->load.flags & LOAD_DRY_RUN) == 0)
		s->load_error[0] = '\0';
	if (r == 0)
		supervisor_loaded(s);
	if (r == 0 && s->is_arming)
		supervisor_end(s, 0);
	if (r == 0 && (s->load.flags & LOAD_DRY_RUN) == 0)
		supervisor_collectors(s);
}

/* What this node once accepted is verified without what was seen since. */
static void issued_take(struct supervisor *s, int64_t issued)
{
	if ((s->load.flags & LOAD_DRY_RUN) == 0 &&
	    ((s->load.flags & LOAD_OWN) == 0 || issued > s->issued))
		s->issued = issued;
}

int load_finish(struct supervisor *s, struct msg *m, struct cur *body)
{
	const uint32_t code = cur_u32(body);
	uint8_t stage = cur_u8(body);
	const struct span text = cur_blob(body, ERR_TEXT_MAX);
	const struct span hint = cur_blob(body, ERR_TEXT_MAX);
	const int64_t issued = (int64_t)cur_u64(body);
	struct span diff = { 0 };
	AUTO_MEM char *hint_text = span_dup(hint);
	struct err e = { 0 };
	struct span publication = { 0 };
	AUTO_DONE(restart_done) struct restart plan = { 0 };
	int r;

	if (cur_end(body) < 0 || s->load.reason == LOAD_IDLE ||
	    stage >= STAGE_COUNT)
		return -EPROTO;
	r = publication_map(m->fds[0], &publication, &e);
	if (r == 0)
		r = publication_check(publication, &e);
	if (r == 0)
		diff = publication_find(publication, AREA_ANSWER,
					PUBLICATION_DIFF);
	if (r == 0 && code == 0 && !span_starts(diff, "{"))
		r = err_set(&e, EPROTO, "no comparison came with the policy");
	if (r == 0 && code == 0)
		r = restart_decode(publication_find(publication, AREA_ANSWER,
						    RESTART_FILE),
				   &plan, &e);
	if (r == 0)
		r = publication_write(publication, AREA_TRUST, s->dirs.trust,
				      &e);
	if (r < 0 && code == 0)
		stage = STAGE_SYSTEM;
	issued_take(s, issued);
	if (code != 0) {
		r = err_set(&e, (int)code, "%.*s", SPAN_FMT(text));
		if (hint.len != 0)
			(void)err_hint(&e, hint_text);
	}
	if (r == 0 && (s->load.flags & LOAD_DRY_RUN) == 0) {
		stage = STAGE_SYSTEM;
		r = put_in_force(s, publication, &e);
	}
	finished(s, r, (enum load_stage)stage, diff, &plan, &e);
	publication_unmap(publication);
	return 0;
}

void load_abort(struct supervisor *s, int status)
{
	const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	enum load_stage stage = STAGE_POLICY;
	struct err e = { 0 };

	if (s->load.reason == LOAD_IDLE)
		return;
	if (signal == SIGXCPU) {
		(void)err_set(&e, ETIME,
			      "the bundle needs more processor time than a "
			      "policy process has");
	} else if (clock_boot_ms() >= s->load.deadline_ms) {
		(void)err_set(&e, ETIME,
			      "the bundle was not verified and compiled in %d "
			      "seconds",
			      LOAD_TIMEOUT_MS / 1000);
	} else {
		stage = STAGE_SYSTEM;
		(void)err_set(&e, EIO,
			      "the policy process died while it had this "
			      "bundle (signal %d, exit %d)",
			      signal,
			      WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	}
	finished(s, -e.code, stage, (struct span){ 0 }, NULL, &e);
}

/* One generation for the policy process to read back. */
static int restore_send(struct supervisor *s, uint64_t generation,
			struct err *e)
{
	AUTO_FD dir = generation_open(&s->dirs, generation, e);
	struct buf body;
	int r;

	if (dir < 0)
		return dir;
	buf_init(&body, 16);
	buf_u64(&body, generation);
	r = msg_send(s->workers[ROLE_POLICY].channel.fd, WIRE_RESTORE, 0,
		     buf_view(&body), &dir, 1);
	buf_done(&body);
	return r < 0 ? err_set(e, -r, "restore: %s", strerror(-r)) : 0;
}

int load_restore(struct supervisor *s, struct err *e)
{
	uint64_t in_use[GENERATIONS_KEPT];
	size_t count;

	if (s->info.generation == 0)
		return 0;
	/* Older ones first; without one of them what a restart would change
	 * is not known in words. */
	count = bounds_generations(s, in_use, GENERATIONS_KEPT - 1);
	for (size_t i = 0; i < count; i++)
		(void)restore_send(s, in_use[i], NULL);
	return restore_send(s, s->info.generation, e);
}
