/* SPDX-License-Identifier: Apache-2.0 */
/* policy_role.c - the policy process: verifies bundles, compiles them, proves
 * what it compiled, and explains denials.
 *
 * It opens nothing by name: the supervisor hands it directories. Its whole
 * effect is its answer, a sealed publication that the supervisor writes out.
 * Time and memory are limited. A bundle that needs more memory is refused; one
 * that needs more time is refused because this process dies of it.
 *
 * WIRE_START carries nothing of its own.
 */
#include "cmd/bailiffd/role.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bailiffd/info.h"
#include "cmd/bailiffd/publication.h"
#include "cmd/bailiffd/restart.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/num.h"
#include "pkg/bundle/verified.h"
#include "pkg/enforce/enforce.h"
#include "pkg/identity/paths.h"
#include "pkg/policy/action.h"
#include "pkg/policy/policy.h"
#include "pkg/trust/metadata.h"
#include "pkg/trust/source_dir.h"
#include "pkg/trust/trust.h"

#define MEMORY_MAX  (1024UL * 1048576UL)
#define SECONDS_MAX 20		     /* of processor time, for one request */
#define FACT_MAX    1024	     /* a sentence about the kernel */
#define KEPT_MAX    GENERATIONS_KEPT /* can still be explained */

struct policy_role {
	struct role_base base;
	struct peer control;
	struct policy_kernel kernel;
	char *facts[4]; /* owned; kernel's texts point into them */
	struct policy *kept[KEPT_MAX]; /* newest last; owned */
	size_t kept_count;
	struct policy *candidate;  /* compiled, not yet committed; owned */
	uint64_t in_use[KEPT_MAX]; /* generations that bind what runs */
	size_t in_use_count;
};

/* jansson takes a want of memory inside a string or number for bad JSON; who
 * reads of the refusal must not look for an error in his document. */
static bool json_lacked_memory;

static void *json_memory(size_t size)
{
	void *p = malloc(size);

	json_lacked_memory = json_lacked_memory || p == NULL;
	return p;
}

/* Each request has the same time, whatever the ones before it took. Beyond it
 * the kernel ends the process (SIGXCPU), and the supervisor starts another. */
static void time_begin(const struct policy_role *role)
{
	struct timespec used = { 0 };
	struct rlimit time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	time = (struct rlimit){ (rlim_t)used.tv_sec + 1 + SECONDS_MAX,
				RLIM_INFINITY };
	if (setrlimit(RLIMIT_CPU, &time) < 0)
		log_line(&role->base.log, LOG_LEVEL_ERROR,
			 "time is not limited",
			 LOG_FIELDS(log_text("error", strerror(errno))));
}

static struct policy *newest(const struct policy_role *role)
{
	return role->kept_count ? role->kept[role->kept_count - 1] : NULL;
}

static bool is_in_use(const struct policy_role *role, const struct policy *p)
{
	for (size_t i = 0; i < role->in_use_count; i++)
		if (role->in_use[i] == policy_generation(p))
			return true;
	return false;
}

/* Forget the oldest that binds nothing, or else the oldest. */
static void forget_one(struct policy_role *role)
{
	size_t at = 0;

	while (at < role->kept_count && is_in_use(role, role->kept[at]))
		at++;
	if (at == role->kept_count)
		at = 0;
	policy_free(role->kept[at]);
	role->kept_count--;
	memmove(&role->kept[at], &role->kept[at + 1],
		sizeof(role->kept[0]) * (role->kept_count - at));
}

/* What is kept for explanations alone must not be what a new bundle lacks. */
static void history_drop(struct policy_role *role)
{
	/* The newest is among them. */
	while (role->kept_count > role->in_use_count)
		forget_one(role);
}

static void keep(struct policy_role *role, struct policy *p)
{
	if (role->kept_count == KEPT_MAX)
		forget_one(role);
	role->kept[role->kept_count++] = p;
}

/* ---- loading a bundle ------------------------------------------------- */

/* A load under way: what was fetched is written down, so that the accepted
 * repository can be kept whole. */
struct load {
	struct trust_source inner;
	struct trust_memory stored; /* what trust_update() changed */
	struct trust_result result;
	struct buf fetched; /* publication entries of AREA_BUNDLE */
	struct buf pointer; /* likewise: the file that leads to the others */
	struct buf out;	    /* the publication */
	struct buf diff, restart;
	uint32_t flags;
	uint64_t generation;
	int64_t now;	    /* T but for what is signed; fixed for all */
	struct span now_by; /* where that time comes from */
	int64_t issued;	    /* of the timestamp that is stored now; 0: none */
	bool has_state;	    /* what trust_update() stored is to be kept */
	enum load_stage stage;
};

static int fetch_recorded(void *ctx, const char *name, size_t max,
			  struct buf *out, struct err *e)
{
	struct load *load = ctx;
	const size_t before = out->len;
	/* Written last: on a full disk what is stored stays one repository. */
	struct buf *to = strcmp(name, PUBLICATION_POINTER) == 0
				 ? &load->pointer
				 : &load->fetched;
	int r;

	if (publication_name_check(span_of(name)) < 0)
		return err_set(e, EINVAL,
			       "a node keeps no file of this name: it may have "
			       "four parts of letters, digits and . _ ~ %% -");
	r = load->inner.fetch(load->inner.ctx, name, max, out, e);
	if (r == 0)
		publication_add(to, AREA_BUNDLE, name,
				(struct span){ .p = out->p + before,
					       .len = out->len - before });
	return r;
}

/* Stored files are read where they lie; what the client changes is held in
 * memory and published. */
struct state {
	struct load *load;
	struct trust_store changes; /* load->stored */
	int dirfd, accepted_fd;	    /* -1: nothing is stored */
	const struct log *log;
	struct trust_memory said; /* the damaged files that were logged */
};

static const struct trust_memory_file *change_find(const struct load *load,
						   const char *name)
{
	for (size_t i = 0; i < load->stored.count; i++)
		if (strcmp(load->stored.files[i].name, name) == 0)
			return &load->stored.files[i];
	return NULL;
}

/* Once for each file, however often it is read. */
static void damage_say(void *ctx, const char *name, struct err *e)
{
	struct state *s = ctx;

	if (trust_memory_get(&s->said, name).p != NULL ||
	    trust_memory_put(&s->said, name, span_of("said")) < 0)
		return;
	(void)err_wrap(e, "%s", name);
	log_err(s->log, LOG_LEVEL_WARN,
		"stored trust metadata is damaged, it counts as absent", e);
}

/* Where the stored timestamp is lost, that of the accepted bundle is the floor:
 * damage must not let an older bundle in. */
static int timestamp_read(struct state *s, const char *name, size_t max,
			  struct buf *out, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	int r = file_read(s->dirfd, name, max, out, e);

	if (r == 0)
		r = trust_metadata_parse(TRUST_ROLE_TIMESTAMP, buf_view(out),
					 &m, e);
	if (r < 0 && r != -ENOENT)
		damage_say(s, name, e);
	if (r == 0 || r == -ENOMEM)
		return r;
	buf_reset(out);
	return file_read(s->accepted_fd, name, max, out, e);
}

static int state_load(void *ctx, const char *name, size_t max, struct buf *out,
		      struct err *e)
{
	struct state *s = ctx;

	if (change_find(s->load, name) != NULL)
		return s->changes.load(s->changes.ctx, name, max, out, e);
	if (s->dirfd < 0)
		return -ENOENT;
	if (strcmp(name, "timestamp.json") == 0)
		return timestamp_read(s, name, max, out, e);
	return file_read(s->dirfd, name, max, out, e);
}

static int state_save(void *ctx, const char *name, struct span bytes,
		      struct err *e)
{
	const struct state *s = ctx;

	return s->changes.save(s->changes.ctx, name, bytes, e);
}

static int state_drop(void *ctx, const char *name, struct err *e)
{
	const struct state *s = ctx;

	return s->changes.drop(s->changes.ctx, name, e);
}

/* The roots that were not asked of the bundle, because they are stored, belong
 * to it all the same: without them it could not be verified again. */
static void chain_record(const struct state *s)
{
	struct load *load = s->load;

	for (uint64_t v = load->result.root_version; v > 1; v--) {
		AUTO_DONE(buf_done) struct buf bytes;
		char name[64];

		(void)snprintf(name, sizeof(name), "%llu.root.json",
			       (unsigned long long)v);
		buf_init(&bytes, TRUST_ROOT_MAX);
		if (change_find(load, name) != NULL)
			continue; /* fetched, and so recorded */
		if (s->dirfd < 0 ||
		    file_read(s->dirfd, name, TRUST_ROOT_MAX, &bytes, NULL) < 0)
			return;
		publication_add(&load->fetched, AREA_BUNDLE, name,
				buf_view(&bytes));
	}
}

/* A file without content is removed: that is how a changed key recovers from a
 * timestamp that was signed too far ahead. */
static void state_publish(struct load *load)
{
	for (size_t i = 0; i < load->stored.count; i++)
		publication_add(&load->out, AREA_TRUST,
				load->stored.files[i].name,
				buf_view(&load->stored.files[i].bytes));
}

/* The signed issue time of the timestamp that is stored after the update. */
static int64_t issued_stored(struct state *s)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	AUTO_DONE(buf_done) struct buf bytes;
	struct err e = { 0 };

	buf_init(&bytes, TRUST_TIMESTAMP_MAX);
	if (state_load(s, "timestamp.json", TRUST_TIMESTAMP_MAX, &bytes, &e) <
		    0 ||
	    bytes.len == 0 ||
	    trust_metadata_parse(TRUST_ROLE_TIMESTAMP, buf_view(&bytes), &m,
				 NULL) < 0)
		return 0;
	return m.issued;
}

/* A clock that is wrong refuses updates and does nothing else; whoever reads
 * of it must learn where the time came from. */
static int expired_say(const struct load *load, struct err *e)
{
	char text[ERR_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s", e->text);
	(void)err_set(e, EKEYEXPIRED, "%s %.*s", text,
		      SPAN_FMT(load->issued > load->now
				       ? span_of("by the signed issue time of "
						 "the newest timestamp")
				       : load->now_by));
	return err_hint(e, "set the clock if it is wrong; if it is right, "
			   "publish the bundle again with a later date");
}

static int load_verify(struct policy_role *role, struct load *load,
		       struct msg *m, struct err *e)
{
	/* What this node itself accepted is judged by the pinned root alone:
	 * what was seen since, and refused, must not make it too old. */
	const bool is_own = (load->flags & LOAD_OWN) != 0;
	const struct trust_source source = { fetch_recorded, load };
	struct trust_source_dir dir = { .fd = m->fds[1] };
	struct state state = {
		.load = load,
		.changes = trust_memory_store(&load->stored),
		.dirfd = is_own ? -1 : m->fds[2],
		.accepted_fd = is_own ? -1 : m->fds[3],
		.log = &role->base.log,
	};
	const struct trust_store store = { .load = state_load,
					   .save = state_save,
					   .drop = state_drop,
					   .ctx = &state,
					   .damaged = damage_say };
	struct trust_config config = {
		.store = &store,
		.source = &source,
		.now = load->now,
		.uses_issued = true,
	};
	struct buf pinned;
	int r;

	buf_init(&pinned, TRUST_ROOT_MAX);
	r = file_read_fd(m->fds[0], TRUST_ROOT_MAX, &pinned, e);
	if (r < 0) {
		buf_done(&pinned);
		return err_wrap(e, "the pinned root");
	}
	load->inner = trust_source_dir(&dir);
	load->has_state = (load->flags & (LOAD_OWN | LOAD_DRY_RUN)) == 0;
	config.pinned = buf_view(&pinned);
	r = trust_update(&config, &load->result, e);
	if (r == -EKEYEXPIRED && (load->flags & LOAD_BOOT) != 0) {
		/* Expiry gates what is new; what this node already had stays
		 * in force and is reported as stale. */
		config.now = 0;
		config.uses_issued = false;
		r = trust_update(&config, &load->result, e);
	}
	if (r == 0)
		chain_record(&state);
	load->issued = issued_stored(&state);
	trust_memory_done(&state.said);
	buf_done(&pinned);
	return r == -EKEYEXPIRED ? expired_say(load, e) : r;
}

static const char *const unlisted_words[] = {
	[POLICY_UNLISTED_ALLOW] = "unlisted=allow\n",
	[POLICY_UNLISTED_AUDIT] = "unlisted=audit\n",
	[POLICY_UNLISTED_DENY] = "unlisted=deny\n",
};

static int services_publish(struct load *load, const struct policy *p,
			    struct err *e)
{
	struct buf art;
	int r = 0;

	buf_init(&art, ARTEFACT_MAX);
	for (size_t i = 0; i < policy_service_count(p) && r == 0; i++) {
		const struct policy_service *s = policy_service(p, i);
		char name[128];

		buf_reset(&art);
		r = policy_artefact(p, s, &art);
		if (r < 0)
			r = err_set(e, -r, "artefact of %s: %s", s->name,
				    strerror(-r));
		(void)snprintf(name, sizeof(name), "services/%s.art", s->name);
		publication_add(&load->out, AREA_POLICY, name, buf_view(&art));
	}
	buf_done(&art);
	return r;
}

/* The rules that the supervisor gives to the kernel; an empty file for none. */
static int audit_publish(struct load *load, const struct policy *p,
			 struct err *e)
{
	AUTO_DONE(buf_done) struct buf rules;
	int r;

	buf_init(&rules, PUBLICATION_MAX / 2);
	r = policy_audit_rules(p, &rules, e);
	if (r == 0)
		publication_add(&load->out, AREA_POLICY, PUBLICATION_AUDIT,
				buf_view(&rules));
	return r;
}

static int load_publish(struct load *load, const struct policy *p,
			struct err *e)
{
	struct policy_origin origin;
	struct buf info;
	int r;

	r = services_publish(load, p, e);
	if (r == 0)
		r = audit_publish(load, p, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < load->result.target_count; i++) {
		const struct trust_target *t = &load->result.targets[i];
		char name[PUBLICATION_NAME_MAX];

		if (snprintf(name, sizeof(name), "targets/%s", t->name) >=
		    (int)sizeof(name))
			return err_set(e, ENAMETOOLONG, "target %s", t->name);
		publication_add(&load->out, AREA_POLICY, name,
				buf_view(&t->bytes));
	}
	verified_origin(&load->result, load->generation, &origin);
	buf_init(&info, INFO_MAX);
	info_encode(p, &origin,
		    &(struct info_times){ .expires = load->result.expires,
					  .issued = load->result.issued,
					  .accepted = load->now },
		    &info);
	publication_add(&load->out, AREA_POLICY, INFO_FILE, buf_view(&info));
	r = buf_error(&info);
	buf_done(&info);
	publication_add(&load->out, AREA_POLICY, RESTART_FILE,
			buf_view(&load->restart));
	publication_add(&load->out, AREA_POLICY, "node",
			span_of(unlisted_words[policy_unlisted(p)]));
	buf_span(&load->out, buf_view(&load->fetched));
	buf_span(&load->out, buf_view(&load->pointer));
	if (r == 0)
		r = buf_error(&load->fetched);
	if (r == 0)
		r = buf_error(&load->pointer);
	if (r < 0)
		return err_set(e, -r, "build the publication: %s",
			       strerror(-r));
	return 0;
}

/* What stands at boot stands without state that outlives it; only what is new
 * needs it. */
static int persistence_check(const struct policy_role *role,
			     const struct load *load, const struct policy *p,
			     struct err *e)
{
	const bool new = policy_demands(p)->wants_persistence;
	const bool old = newest(role) != NULL &&
			 policy_demands(newest(role))->wants_persistence;

	if ((load->flags & LOAD_BOOT) != 0 ||
	    (load->flags & LOAD_MEMORY) == 0 || (!new && !old))
		return 0;
	(void)err_set(e, EROFS,
		      "node.json of %s demands rollback \"persistent\", and "
		      "this node's state is in memory: after a reboot the "
		      "image's bundle would stand again",
		      new ? "this bundle" : "the bundle in force");
	return err_hint(e, "mount a disk at " PATH_STATE ", or put the bundle "
			   "into the image");
}

/* What a restart would change, of what runs. */
static int restart_plan(const struct policy_role *role, struct load *load,
			const struct policy *p, struct err *e)
{
	struct policy *kept[KEPT_MAX];
	size_t count = 0;
	int r;

	for (size_t i = 0; i < role->kept_count; i++)
		if (is_in_use(role, role->kept[i]))
			kept[count++] = role->kept[i];
	r = restart_encode(kept, count, p, &load->restart, e);
	publication_add(&load->out, AREA_ANSWER, RESTART_FILE,
			buf_view(&load->restart));
	return r;
}

static int load_run(struct policy_role *role, struct load *load, struct msg *m,
		    struct err *e)
{
	struct policy *p = NULL;
	int r;

	r = load_verify(role, load, m, e);
	if (load->has_state)
		state_publish(load);
	if (r < 0)
		return r;
	load->stage = STAGE_POLICY;
	r = verified_compile(&load->result, load->generation, &role->kernel,
			     newest(role), &p, e);
	if (r < 0)
		return r;
	r = persistence_check(role, load, p, e);
	if (r == 0)
		r = policy_diff(newest(role), p, &load->diff, e);
	publication_add(&load->out, AREA_ANSWER, PUBLICATION_DIFF,
			buf_view(&load->diff));
	if (r == 0)
		r = restart_plan(role, load, p, e);
	if (r == 0 && (load->flags & LOAD_DRY_RUN) == 0)
		r = load_publish(load, p, e);
	if (r < 0 || (load->flags & LOAD_DRY_RUN) != 0) {
		policy_free(p);
		return r;
	}
	policy_free(role->candidate);
	role->candidate = p;
	return 0;
}

static void load_init(struct load *load)
{
	*load = (struct load){ 0 };
	buf_init(&load->fetched, PUBLICATION_MAX / 2);
	buf_init(&load->pointer, PUBLICATION_MAX / 2);
	buf_init(&load->out, PUBLICATION_MAX);
	buf_init(&load->diff, JSON_MAX / 4);
	buf_init(&load->restart, RESTART_MAX);
}

static void load_done(struct load *load)
{
	trust_memory_done(&load->stored);
	trust_result_done(&load->result);
	buf_done(&load->fetched);
	buf_done(&load->pointer);
	buf_done(&load->out);
	buf_done(&load->diff);
	buf_done(&load->restart);
}

static int load_answer(struct policy_role *role, struct load *load, uint32_t id,
		       int result, const struct err *e)
{
	AUTO_FD memfd = -1;
	struct err seal = { 0 };
	struct buf body;
	int r;

	memfd = publication_seal(buf_view(&load->out), &seal);
	if (memfd < 0) {
		log_err(&role->base.log, LOG_LEVEL_ERROR, "cannot answer",
			&seal);
		return memfd;
	}
	buf_init(&body, MSG_BODY_MAX);
	buf_u32(&body, (uint32_t)-result);
	buf_u8(&body, (uint8_t)load->stage);
	buf_blob(&body, span_of(result < 0 ? e->text : ""));
	buf_blob(&body, span_of(result < 0 && e->hint ? e->hint : ""));
	buf_u64(&body, (uint64_t)load->issued);
	r = buf_error(&body);
	if (r == 0)
		r = msg_send(CHANNEL_FD, WIRE_LOADED, id, buf_view(&body),
			     &memfd, 1);
	buf_done(&body);
	return r;
}

static void in_use_take(struct policy_role *role, struct cur *body)
{
	const uint32_t count = cur_u32(body);

	if (count > KEPT_MAX)
		body->failed = true;
	role->in_use_count = 0;
	while (role->in_use_count < count && !body->failed)
		role->in_use[role->in_use_count++] = cur_u64(body);
}

static int answer_load(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	struct err e = { 0 };
	struct load load;
	int r;

	time_begin(role);
	json_lacked_memory = false;
	load_init(&load);
	load.flags = cur_u32(body);
	load.generation = cur_u64(body);
	load.now = (int64_t)cur_u64(body);
	load.now_by = cur_blob(body, ERR_TEXT_MAX);
	in_use_take(role, body);
	r = body->failed ? -EPROTO : load_run(role, &load, m, &e);
	if (r == 0 && buf_error(&load.out) < 0)
		r = err_set(&e, E2BIG, "the bundle is larger than %u MiB",
			    PUBLICATION_MAX / 1048576U);
	if (r == -ENOMEM || (r < 0 && json_lacked_memory)) {
		r = -ENOMEM;
		history_drop(role);
		(void)err_set(&e, ENOMEM,
			      "the bundle needs more memory than the %lu MiB "
			      "that a policy process has",
			      MEMORY_MAX / 1048576UL);
		(void)err_hint(&e, "make its documents smaller, or divide the "
				   "services between nodes");
	}
	r = load_answer(role, &load, m->id, r, &e);
	load_done(&load);
	return r;
}

static int answer_commit(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	const uint64_t generation = cur_u64(body);

	(void)m;
	if (role->candidate == NULL ||
	    policy_generation(role->candidate) != generation)
		return -EPROTO;
	keep(role, ptr_steal(&role->candidate));
	return 0;
}

/* ---- after a restart: what is published is read back -------------------- */

struct restore {
	struct policy_target targets[POLICY_SERVICES_MAX + 1];
	struct policy_speaker speakers[POLICY_SERVICES_MAX + 1];
	struct buf bytes[POLICY_SERVICES_MAX + 1];
	char *names[POLICY_SERVICES_MAX + 1];
	size_t count;
};

static int restore_add(struct restore *s, int dirfd, const char *path,
		       const char *name, struct err *e)
{
	struct buf *b = &s->bytes[s->count];
	int r;

	if (s->count > POLICY_SERVICES_MAX)
		return err_set(e, E2BIG, "too many services");
	buf_init(b, POLICY_TARGET_MAX);
	r = file_read(dirfd, path, POLICY_TARGET_MAX, b, e);
	s->names[s->count] = strdup(name);
	if (r < 0 || s->names[s->count] == NULL) {
		buf_done(b);
		free(s->names[s->count]);
		return r < 0 ? r : err_set(e, ENOMEM, "out of memory");
	}
	s->targets[s->count] =
		(struct policy_target){ s->names[s->count], buf_view(b), NULL };
	s->count++;
	return 0;
}

static int restore_services(struct restore *s, int dirfd, struct err *e)
{
	const int fd = file_open_beneath(dirfd, "targets/services",
					 O_RDONLY | O_DIRECTORY, 0, e);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int r = 0;

	if (dir == NULL)
		return fd < 0 ? fd : err_errno(e, "read targets/services");
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		char path[300], name[300];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "targets/services/%s",
			       entry->d_name);
		(void)snprintf(name, sizeof(name), "services/%s",
			       entry->d_name);
		r = restore_add(s, dirfd, path, name, e);
	}
	(void)closedir(dir);
	return r;
}

/* Who spoke for what was published stands in its info. */
static void restore_speakers(struct restore *s, const struct policy_info *info)
{
	for (size_t i = 0; i < s->count; i++) {
		struct policy_speaker *speaker = &s->speakers[i];
		const struct info_service *service;

		service = info_find(info, s->names[i]);
		if (service == NULL)
			continue;
		speaker->role = service->role;
		speaker->through = (const char *const *)service->through;
		for (char **id = service->signers; *id != NULL; id++)
			speaker->signers[speaker->signer_count++] = *id;
		s->targets[i].speaker = speaker;
	}
}

static int restore_compile(struct policy_role *role, struct restore *s,
			   int dirfd, uint64_t generation, struct err *e)
{
	struct policy_origin origin = { .generation = generation };
	struct policy_info info = { 0 };
	struct policy *p = NULL;
	struct buf raw;
	int r;

	buf_init(&raw, INFO_MAX);
	r = file_read(dirfd, INFO_FILE, INFO_MAX, &raw, e);
	if (r == 0)
		r = info_decode(buf_view(&raw), &info, e);
	buf_done(&raw);
	if (r == 0)
		r = restore_add(s, dirfd, "targets/node.json", "node.json", e);
	if (r == 0)
		r = restore_services(s, dirfd, e);
	origin.bundle_version = info.bundle_version;
	for (; origin.signer_count < info.signer_count; origin.signer_count++)
		origin.signers[origin.signer_count] =
			info.signers[origin.signer_count];
	if (r == 0)
		restore_speakers(s, &info);
	if (r == 0)
		r = policy_compile(s->targets, s->count, &origin, &role->kernel,
				   newest(role), &p, e);
	if (r == 0)
		keep(role, p);
	info_done(&info);
	return r;
}

/* A generation that cannot be read back still stands; only its explanations
 * are missing, and the log says so. */
static int answer_restore(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	struct restore *s = calloc(1, sizeof(*s));
	const uint64_t generation = cur_u64(body);
	struct err e = { 0 };

	if (s == NULL)
		return -ENOMEM;
	time_begin(role);
	if (restore_compile(role, s, m->fds[0], generation, &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_ERROR,
			"the published policy cannot be read back", &e);
	for (size_t i = 0; i < s->count; i++) {
		buf_done(&s->bytes[i]);
		free(s->names[i]);
	}
	free(s);
	return 0;
}

/* ---- questions of the control process ------------------------------------ */

static int text_answer(struct policy_role *role, uint32_t id, int result,
		       const struct buf *text, const struct err *e)
{
	struct buf body;
	int r;

	buf_init(&body, MSG_BODY_MAX);
	buf_u32(&body, (uint32_t)-result);
	buf_blob(&body, result < 0 ? span_of(e->text) : buf_view(text));
	r = msg_send_buf(role->control.source.fd, WIRE_TEXT_IS, id, &body);
	buf_done(&body);
	return r;
}

static const struct policy *policy_of(const struct policy_role *role,
				      uint64_t generation)
{
	for (size_t i = role->kept_count; i > 0; i--)
		if (policy_generation(role->kept[i - 1]) == generation)
			return role->kept[i - 1];
	return NULL;
}

static int answer_explain(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	struct policy_denial d = { 0 };
	const uint64_t generation = cur_u64(body);
	const struct policy *p = policy_of(role, generation);
	struct err e = { 0 };
	struct buf text;
	int r;

	d.kind = (enum denial_kind)cur_u8(body);
	d.service = cur_blob(body, 256);
	d.right = cur_blob(body, 256);
	d.path = cur_blob(body, 8192);
	d.port = cur_u16(body);
	d.arch = cur_u32(body);
	d.syscall = (int32_t)cur_u32(body);
	d.exit = (int32_t)cur_u32(body);
	d.has_args = cur_u8(body) != 0;
	for (size_t i = 0; i < sizeof(d.args) / sizeof(d.args[0]); i++)
		d.args[i] = cur_u64(body);
	if (body->failed || d.kind > DENIAL_INFERRED)
		return -EPROTO;
	time_begin(role);
	buf_init(&text, MSG_BODY_MAX / 2);
	if (p == NULL)
		r = err_set(&e, ENOENT,
			    "policy generation %llu is no longer kept",
			    (unsigned long long)generation);
	else
		r = policy_explain(p, &d, &text, &e);
	r = text_answer(role, m->id, r, &text, &e);
	buf_done(&text);
	return r;
}

static int answer_show(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	const struct span name = cur_blob(body, 256);
	const struct policy_service *s = NULL;
	struct err e = { 0 };
	struct buf text;
	int r;

	time_begin(role);
	if (newest(role) != NULL)
		s = policy_service_find(newest(role), name);
	buf_init(&text, MSG_BODY_MAX / 2);
	if (s == NULL)
		r = err_set(&e, ENOENT, "no policy names the service \"%.*s\"",
			    SPAN_FMT(name));
	else
		r = policy_show(newest(role), s, &text, &e);
	r = text_answer(role, m->id, r, &text, &e);
	buf_done(&text);
	return r;
}

static int answer_what(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;
	const struct span service = cur_blob(body, 256);
	const struct span words = cur_blob(body, ACTION_TEXT_MAX);
	struct err e = { 0 };
	struct buf text;
	int r;

	if (body->failed)
		return -EPROTO;
	time_begin(role);
	buf_init(&text, MSG_BODY_MAX / 2);
	if (newest(role) == NULL)
		r = err_set(&e, ENOENT, "no policy is in force");
	else
		r = policy_what(newest(role), service, words, &text, &e);
	r = text_answer(role, m->id, r, &text, &e);
	buf_done(&text);
	return r;
}

static const struct msg_op control_ops[] = {
	{ WIRE_WHAT, 1, 0, answer_what },
	{ WIRE_EXPLAIN, 1, 0, answer_explain },
	{ WIRE_SHOW, 1, 0, answer_show },
};

static int answer_peer(void *ctx, struct msg *m, struct cur *body)
{
	struct policy_role *role = ctx;

	return peer_answer(&role->control, ROLE_CONTROL, m, body);
}

static const struct msg_op supervisor_ops[] = {
	{ WIRE_PEER, 1, 1, answer_peer },
	{ WIRE_LOAD, 1, 4, answer_load },
	{ WIRE_COMMIT, 1, 0, answer_commit },
	{ WIRE_RESTORE, 1, 1, answer_restore },
};

/* ---- main ---------------------------------------------------------------- */

/* What the supervisor found out about the kernel; an empty list of modules is
 * one that cannot be read. */
static int facts_take(struct policy_role *role, struct cur *body, struct err *e)
{
	const char **const texts[] = { &role->kernel.lsm,
				       &role->kernel.bpf_mute,
				       &role->kernel.bpf_mend,
				       &role->kernel.landlock_mend };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct span text = cur_blob(body, FACT_MAX);

		role->facts[i] = span_dup(text);
		if (role->facts[i] == NULL)
			return err_set(e, ENOMEM, "out of memory");
		*texts[i] = text.len != 0 || i == 0 ? role->facts[i] : NULL;
	}
	return 0;
}

/* "6.12.28-linuxkit" */
static void release_parse(const char *release, struct policy_kernel *k)
{
	struct span rest = span_of(release);
	const struct span major = span_cut(&rest, '.');
	size_t digits = 0;

	while (digits < rest.len && rest.p[digits] >= '0' &&
	       rest.p[digits] <= '9')
		digits++;
	if (num_parse_u32(major, 1, UINT16_MAX, &k->major) == 0)
		(void)num_parse_u32((struct span){ rest.p, digits }, 0,
				    UINT16_MAX, &k->minor);
}

static int kernel_probe(struct policy_role *role, struct cur *body,
			struct err *e)
{
	struct utsname uts;

	role->kernel = (struct policy_kernel){
		.landlock_abi = enforce_landlock_abi(),
		.has_seccomp = true, /* or confine_process() fails */
	};
	if (uname(&uts) < 0)
		return err_errno(e, "uname");
	release_parse(uts.release, &role->kernel);
	if (role->kernel.major == 0)
		return err_set(e, EPROTO, "\"%s\" is no kernel release",
			       uts.release);
	return facts_take(role, body, e);
}

static int role_init(struct policy_role *role, struct err *e)
{
	const struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	struct cur body;
	struct msg start;
	int r = role_begin(&role->base, ROLE_POLICY, &start, &body, e);

	if (r < 0)
		return r;
	r = kernel_probe(role, &body, e);
	if (r < 0)
		return r;
	if (start.nfds != 0 || cur_end(&body) < 0)
		return err_set(e, EPROTO, "unexpected start");
		/* An address-space limit and a sanitizer's shadow do not go
		 * together. */
#ifndef __SANITIZE_ADDRESS__
	if (setrlimit(RLIMIT_AS, &memory) < 0)
		return err_errno(e, "limit memory");
#else
	(void)memory;
#endif
	time_begin(role);
	json_set_alloc_funcs(json_memory, free);
	role->base.ctx = role;
	role->base.ops = supervisor_ops;
	role->base.op_count =
		sizeof(supervisor_ops) / sizeof(supervisor_ops[0]);
	role->control = (struct peer){
		.source = { .fd = -1, .name = "control" },
		.base = &role->base,
		.ops = control_ops,
		.op_count = sizeof(control_ops) / sizeof(control_ops[0]),
	};
	return 0;
}

int policy_main(void)
{
	struct policy_role role = { 0 };
	struct err e = { 0 };
	int code = 111;

	if (role_init(&role, &e) < 0)
		log_err(&role.base.log, LOG_LEVEL_ERROR, "cannot start", &e);
	else
		code = role_run(&role.base);
	for (size_t i = 0; i < role.kept_count; i++)
		policy_free(role.kept[i]);
	policy_free(role.candidate);
	for (size_t i = 0; i < sizeof(role.facts) / sizeof(role.facts[0]); i++)
		free(role.facts[i]);
	fd_drop(&role.control.source.fd);
	role_done(&role.base);
	return code;
}
