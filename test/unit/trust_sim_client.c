/* SPDX-License-Identifier: Apache-2.0 */
/* trust_sim_client.c - see trust_sim.h: the client, and how attacks are played.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/trust_sim.h"

/* -- the source and the store ---------------------------------------------- */

/* Relative, and inside the repository. */
static void name_check(const char *name)
{
	struct span rest = span_of(name);

	do {
		const struct span part = span_cut(&rest, '/');

		if (part.len == 0 || span_eq_str(part, ".") ||
		    span_eq_str(part, ".."))
			test_fail(__FILE__, __LINE__, "asked for \"%s\"", name);
	} while (rest.p != NULL);
}

static int source_fetch(void *ctx, const char *name, size_t max,
			struct buf *out, struct err *e)
{
	struct sim *s = ctx;
	const struct span bytes = sim_files_get(&s->files, name);

	(void)max; /* a careless transport: the client must hold the cap */
	name_check(name);
	s->requests++;
	if (s->requests == s->broken_at ||
	    (s->broken != NULL && strcmp(s->broken, name) == 0)) {
		if (s->code == -ENOENT)
			return -ENOENT;
		return err_set(e, -s->code, "the line is cut");
	}
	if (s->endless != NULL && strcmp(s->endless, name) == 0) {
		while (buf_error(out) == 0)
			buf_puts(out, "                                ");
		return 0;
	}
	if (bytes.p == NULL)
		return -ENOENT;
	sim_files_put(&s->asked, name, bytes);
	buf_span(out, bytes);
	if (s->is_fickle)
		sim_files_put(&s->files, name, span_of("evil"));
	return 0;
}

/* "7.root.json": this store keeps the chain only when told to. */
static bool is_chain(const char *name)
{
	return name[0] >= '0' && name[0] <= '9' &&
	       strstr(name, ".root.json") != NULL;
}

static int store_load(void *ctx, const char *name, size_t max, struct buf *out,
		      struct err *e)
{
	struct sim_client *c = ctx;
	const struct span bytes = sim_files_get(&c->store, name);

	if (++c->loads == c->load_fails)
		return err_set(e, -c->code, "the disk is broken");
	if (bytes.p == NULL)
		return -ENOENT;
	if (bytes.len > max)
		return err_set(e, EFBIG, "more than %zu bytes", max);
	buf_span(out, bytes);
	return 0;
}

/* Only bytes that came in this update, or the pinned root, may lie there. */
static void saved_check(const struct sim_client *c, const char *name,
			struct span bytes)
{
	const struct sim *s = c->sim;
	bool is_known = span_eq(bytes, buf_view(&s->pinned));

	for (size_t i = 0; i < s->asked.count; i++)
		is_known |= span_eq(bytes, buf_view(&s->asked.list[i].bytes));
	if (!is_known)
		test_fail(__FILE__, __LINE__,
			  "\"%s\" is saved with bytes that "
			  "were never received",
			  name);
	if (strchr(name, '/') != NULL || strstr(name, ".json") == NULL)
		test_fail(__FILE__, __LINE__, "saved as \"%s\"", name);
}

static int store_save(void *ctx, const char *name, struct span bytes,
		      struct err *e)
{
	struct sim_client *c = ctx;

	saved_check(c, name, bytes);
	if (++c->saves == c->save_fails)
		return err_set(e, -c->code, "the disk is full");
	if (!is_chain(name) || c->keeps_chain)
		sim_files_put(&c->store, name, bytes);
	return 0;
}

static int store_drop(void *ctx, const char *name, struct err *e)
{
	struct sim_client *c = ctx;

	(void)e;
	sim_files_drop(&c->store, name);
	return 0;
}

/* -- the client ------------------------------------------------------------ */

void sim_client_done(struct sim_client *c)
{
	sim_files_done(&c->store);
	*c = (struct sim_client){ 0 };
}

void sim_client_copy(struct sim_client *to, const struct sim_client *from)
{
	const struct sim_files none = { 0 };

	sim_client_done(to);
	*to = *from;
	to->store = none;
	sim_files_copy(&to->store, &from->store);
}

struct parts {
	struct trust_source source;
	struct trust_store store;
};

static struct trust_config config_of(struct sim *s, struct sim_client *c,
				     struct parts *p)
{
	sim_files_done(&s->asked);
	s->requests = 0;
	c->sim = s;
	c->loads = c->saves = 0;
	p->source = (struct trust_source){ .fetch = source_fetch, .ctx = s };
	p->store = (struct trust_store){ .load = store_load,
					 .save = store_save,
					 .drop = store_drop,
					 .ctx = c };
	return (struct trust_config){
		.pinned = buf_view(&s->pinned),
		.store = &p->store,
		.source = &p->source,
		.now = c->now != 0 ? c->now : SIM_NOW,
		.uses_issued = c->uses_issued,
	};
}

/* What holds for every answer. */
static int answer_check(int code, const struct err *e)
{
	if (code > 0)
		test_fail(__FILE__, __LINE__, "code %d", code);
	if (code < 0 && (e->code != -code || e->text[0] == '\0'))
		test_fail(__FILE__, __LINE__, "code %d, but error %d \"%s\"",
			  code, e->code, e->text);
	if (code == 0 && (e->code != 0 || e->text[0] != '\0'))
		test_fail(__FILE__, __LINE__, "done, but error %d \"%s\"",
			  e->code, e->text);
	for (const char *p = e->text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			test_fail(__FILE__, __LINE__,
				  "control character in "
				  "\"%s\"",
				  e->text);
	return code;
}

int sim_update(struct sim *s, struct sim_client *c, struct trust_result *ret,
	       struct err *e)
{
	struct trust_result mine = { 0 };
	struct parts parts;
	const struct trust_config config = config_of(s, c, &parts);
	int code;

	*e = (struct err){ 0 };
	code = answer_check(trust_update(&config, &mine, e), e);
	if (code == 0 && ret != NULL)
		*ret = mine;
	else
		trust_result_done(&mine);
	return code;
}

int sim_fetch_target(struct sim *s, struct sim_client *c, const char *path,
		     struct buf *out, char role[static SIM_NAME_MAX],
		     struct err *e)
{
	struct trust_client *client = NULL;
	struct trust_found found = { 0 };
	struct parts parts;
	const struct trust_config config = config_of(s, c, &parts);
	int code;

	*e = (struct err){ 0 };
	buf_init(out, SIZE_MAX);
	role[0] = '\0';
	code = trust_client_new(&config, &client, e);
	if (code == 0)
		code = trust_client_refresh(client, e);
	if (code == 0)
		code = trust_client_find(client, path, &found, e);
	if (code == 0) {
		CHECK_STR(found.path, path);
		(void)snprintf(role, SIM_NAME_MAX, "%s", found.role);
		code = trust_client_target(client, &found, out, e);
	}
	trust_client_free(client);
	return answer_check(code, e);
}

static const struct trust_target *target_find(const struct trust_result *r,
					      const char *path)
{
	for (size_t i = 0; i < r->target_count; i++)
		if (strcmp(r->targets[i].name, path) == 0)
			return &r->targets[i];
	return NULL;
}

/* Honest people's targets, and who speaks of them. */
static const struct {
	const char *path, *role;
} honest[] = {
	{ "node.json", "targets" },
	{ "services/web-a.json", "web" },
	{ "services/web-eu-1.json", "web/eu" },
	{ "services/db-1.json", "db" },
	{ "services/cache.json", "late" },
};

static void honest_check(struct sim *s, const struct trust_result *got,
			 const char *when)
{
	for (size_t i = 0; i < sizeof(honest) / sizeof(honest[0]); i++) {
		const struct trust_target *t = target_find(got, honest[i].path);

		if (t == NULL)
			test_fail(__FILE__, __LINE__, "%s: no \"%s\"", when,
				  honest[i].path);
		if (!span_eq_str(buf_view(&t->bytes),
				 sim_text(s, honest[i].path)))
			test_fail(__FILE__, __LINE__, "%s: \"%s\" is %.*s",
				  when, t->name, (int)t->bytes.len, t->bytes.p);
		CHECK_STR(got->speakers[t->speaker].role, honest[i].role);
	}
}

void sim_accepts(struct sim *s, struct sim_client *c, const char *when)
{
	struct trust_result got = { 0 };
	struct err e;
	const int code = sim_update(s, c, &got, &e);

	if (code != 0)
		test_fail(__FILE__, __LINE__, "%s: %d: %s", when, code, e.text);
	honest_check(s, &got, when);
	trust_result_done(&got);
}

/* The plain client gets today's text. */
static void plain_accepts(struct sim *s, struct sim_client *c, const char *path,
			  const char *when)
{
	struct buf text;
	struct err e;
	char role[SIM_NAME_MAX];
	const int code = sim_fetch_target(s, c, path, &text, role, &e);

	if (code != 0)
		test_fail(__FILE__, __LINE__, "%s, for a plain client: %d: %s",
			  when, code, e.text);
	if (!span_eq_str(buf_view(&text), sim_text(s, path)))
		test_fail(__FILE__, __LINE__, "%s: a plain client got %.*s",
			  when, (int)text.len, text.p);
	buf_done(&text);
}

/* -- the store after an attack --------------------------------------------- */

static int rank(const char *name)
{
	static const char *const order[] = { "root", "timestamp", "snapshot",
					     "targets" };

	for (int i = 0; i < 4; i++)
		if (strncmp(name, order[i], strlen(order[i])) == 0 &&
		    (name[strlen(order[i])] == '\0' ||
		     strcmp(name + strlen(order[i]), ".json") == 0))
			return i;
	return 4;
}

static void stored_check(const struct sim *s, const struct attack *a,
			 const char *name, const struct sim_client *was,
			 const struct sim_client *is, bool is_reset)
{
	const struct span before = sim_files_get(&was->store, name);
	const struct span after = sim_files_get(&is->store, name);
	const int limit = a->role != NULL ? rank(a->role) : 5;
	AUTO_DONE(buf_done) struct buf own;
	bool may_change;

	buf_init(&own, SIZE_MAX);
	if (a->role != NULL)
		sim_encode(a->role, &own);
	buf_puts(&own, ".json");
	may_change = rank(name) < limit ||
		     (limit == 0 && a->want == -EKEYEXPIRED) ||
		     (rank(name) == 0 && before.p == NULL &&
		      span_eq(after, buf_view(&s->pinned))) ||
		     (limit == 4 && strcmp(name, buf_cstr(&own)) != 0);
	if (after.p == NULL && is_reset)
		return;
	if (after.p != NULL && before.p != NULL && span_eq(before, after))
		return;
	if (!may_change || after.p == NULL)
		test_fail(__FILE__, __LINE__, "\"%s\" is %s now, after %s",
			  name, after.p == NULL ? "gone" : "another",
			  a->role != NULL ? a->role : "a target");
}

/* Roles before the refused one may be new; it and those after it are not. */
static void store_check(const struct sim *s, const struct attack *a,
			const struct sim_client *was,
			const struct sim_client *is)
{
	const bool is_reset = !span_eq(sim_files_get(&was->store, "root.json"),
				       sim_files_get(&is->store, "root.json"));

	for (size_t i = 0; i < was->store.count; i++)
		stored_check(s, a, was->store.list[i].name, was, is, is_reset);
	for (size_t i = 0; i < is->store.count; i++)
		stored_check(s, a, is->store.list[i].name, was, is, is_reset);
}

/* -- one attack ------------------------------------------------------------ */

static void refusal_check(const struct attack *a, int code, const struct err *e,
			  const char *who)
{
	const bool is_long = (a->flags & ATTACK_OR_TOO_LONG) && code == -EFBIG;

	if (code != a->want && !is_long)
		test_fail(__FILE__, __LINE__, "%s: %d, not %d: \"%s\"", who,
			  code, a->want, e->text);
	if (a->part != NULL && strstr(e->text, a->part) == NULL)
		test_fail(__FILE__, __LINE__, "%s: \"%s\" lacks \"%s\"", who,
			  e->text, a->part);
}

static void attack_bundle(struct sim *s, const struct attack *a,
			  const struct sim_client *was, struct sim_client *c,
			  const char *who)
{
	struct err e;

	refusal_check(a, sim_update(s, c, NULL, &e), &e, who);
	store_check(s, a, was, c);
}

static void attack_plain(struct sim *s, const struct attack *a,
			 const struct sim_client *was, struct sim_client *c)
{
	const char *path = a->path != NULL ? a->path : "services/web-eu-1.json";
	struct buf text;
	char role[SIM_NAME_MAX];
	struct err e;
	const int code = sim_fetch_target(s, c, path, &text, role, &e);

	refusal_check(a, code, &e, "a plain client");
	CHECK(code == 0 || role[0] != '\0' || text.len == 0);
	buf_done(&text);
	store_check(s, a, was, c);
}

static void arrange(struct sim *s, const struct attack *a)
{
	if ((a->flags & ATTACK_NO_PUBLICATION) == 0)
		sim_bump(s);
	if (a->edit.role != NULL)
		sim_edit(s, &a->edit);
	if (a->arrange != NULL)
		a->arrange(s, a);
	if ((a->flags & ATTACK_NO_PUBLICATION) == 0) {
		if (a->edit.role != NULL && strcmp(a->edit.role, "root") == 0)
			sim_next_root(s);
		sim_publish(s);
	}
	if (a->tamper != NULL)
		a->tamper(s, a);
}

/* What all attacks of one kind begin with. */
struct world {
	struct sim *s;
	struct sim_client c;
};

/* A client that has accepted two versions, both of them in s->past, and the
 * control: a copy of it accepts the third, which the attack is to spoil. */
static void world_make(struct world *w, bool is_consistent, unsigned flags)
{
	static const unsigned one[] = { 0 };
	struct sim_client copy = { 0 };
	struct sim *s = w->s = sim_new();

	w->c = (struct sim_client){ .now = SIM_NOW };
	s->is_consistent = is_consistent;
	s->lists_hashes = (flags & ATTACK_NO_HASHES) == 0;
	for (size_t i = 0; (flags & ATTACK_ONE_KEY) && i <= SIM_TARGETS; i++)
		sim_role_keys(&s->roles[i], 1, 1, one);
	sim_publish_root(s, 0, NULL);
	for (size_t i = 0; i < 3; i++) {
		if (i != 0)
			sim_bump(s);
		sim_publish(s);
		sim_files_copy(&s->past[i], &s->files);
		if (i == 2)
			sim_client_copy(&copy, &w->c);
		sim_accepts(s, i == 2 ? &copy : &w->c, "the control");
	}
	sim_client_copy(&copy, &w->c);
	for (size_t i = 0; i < SIM_PATHS; i++)
		plain_accepts(s, &copy, sim_paths[i], "the control");
	sim_client_done(&copy);
}

static void world_done(struct world *w)
{
	if (w->s == NULL)
		return;
	sim_client_done(&w->c);
	sim_free(w->s);
}

static void refuse(struct sim *s, const struct attack *a,
		   const struct sim_client *was, struct sim_client *c,
		   struct sim_client *plain)
{
	struct sim_client fresh = { .now = c->now };
	const struct sim_client nothing = { 0 };

	attack_bundle(s, a, was, c, "the client");
	if ((a->flags & (ATTACK_BUNDLE_ONLY | ATTACK_BRIEF)) == 0)
		attack_plain(s, a, was, plain);
	if ((a->flags & (ATTACK_NEEDS_STATE | ATTACK_BRIEF)) == 0)
		attack_bundle(s, a, &nothing, &fresh, "a new client");
	sim_client_done(&fresh);
}

static bool stores_equal(const struct sim_files *a, const struct sim_files *b)
{
	bool is_equal = a->count == b->count;

	for (size_t i = 0; is_equal && i < a->count; i++)
		is_equal = span_eq(buf_view(&a->list[i].bytes),
				   sim_files_get(b, a->list[i].name));
	return is_equal;
}

static void recover(struct sim *s, const struct attack *a,
		    const struct sim_client *was, struct sim_client *c,
		    struct sim_client *plain)
{
	/* Nothing has changed: the control has shown that it goes on. */
	if ((a->flags & ATTACK_BRIEF) && stores_equal(&was->store, &c->store))
		return;
	sim_repent(s);
	if (a->recover != NULL) {
		a->recover(s, a);
	} else {
		sim_bump(s);
		sim_publish(s);
	}
	sim_accepts(s, c, "the next honest update");
	if ((a->flags & (ATTACK_BUNDLE_ONLY | ATTACK_BRIEF)) == 0)
		plain_accepts(s, plain, "services/web-eu-1.json",
			      "the next honest update");
}

static void play(const struct world *w, const struct attack *a)
{
	struct sim *s = sim_copy(w->s);
	struct sim_client c = { 0 }, plain = { 0 }, was = { 0 };

	sim_client_copy(&c, &w->c);
	c.now += a->later;
	sim_client_copy(&was, &c);
	sim_client_copy(&plain, &c);
	arrange(s, a);
	if (a->judge != NULL)
		a->judge(s, &c, a);
	else if (a->flags & ATTACK_HARMLESS)
		sim_accepts(s, &c, "all the same");
	else
		refuse(s, a, &was, &c, &plain);
	recover(s, a, &was, &c, &plain);
	sim_client_done(&was);
	sim_client_done(&plain);
	sim_client_done(&c);
	sim_free(s);
}

void sim_count(size_t count, const char *what)
{
	printf("# %zu cases: %s\n", count, what);
}

/* By consistent snapshots, hashes, one key. */
#define WORLDS	8
#define WORKERS 2 /* processes */

static void play_in(struct world *worlds, const struct attack *a,
		    bool is_consistent)
{
	struct world *w = &worlds[(is_consistent ? 1 : 0) |
				  ((a->flags & ATTACK_NO_HASHES) ? 2 : 0) |
				  ((a->flags & ATTACK_ONE_KEY) ? 4 : 0)];

	if (w->s == NULL)
		world_make(w, is_consistent, a->flags);
	play(w, a);
}

/* Every WORKERS-th row from *@at on; ends at the first that fails. */
static void rows_play(const struct attack *rows, size_t count,
		      volatile size_t *at)
{
	struct world worlds[WORLDS] = { 0 };

	for (; *at < count; *at += WORKERS) {
		play_in(worlds, &rows[*at], true);
		if (rows[*at].flags & ATTACK_BOTH)
			play_in(worlds, &rows[*at], false);
	}
	for (size_t i = 0; i < WORLDS; i++)
		world_done(&worlds[i]);
}

static void worker_start(const struct attack *rows, size_t count,
			 volatile size_t *at, pid_t *pid)
{
	fflush(stdout);
	*pid = fork();
	CHECK(*pid >= 0);
	if (*pid == 0) {
		alarm(50);
		rows_play(rows, count, at);
		exit(0);
	}
}

/* Has the worker come to the end of its rows, without a leak? */
static bool is_done(const struct attack *rows, size_t count, size_t at,
		    int status)
{
	if (status == 0 && at >= count)
		return true;
	printf("# attack \"%s\": %s %d\n",
	       at < count ? rows[at].name : "(a leak)",
	       WIFSIGNALED(status) ? "KILLED by signal" : "failed",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return false;
}

/* In children, so that one failure, or crash, does not hide the others: a
 * worker that dies goes on behind the row that killed it. */
void sim_attacks(const struct attack *rows, size_t count)
{
	volatile size_t *at =
		mmap(NULL, WORKERS * sizeof(*at), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[WORKERS];
	size_t failed = 0;

	CHECK(at != MAP_FAILED);
	for (size_t i = 0; i < WORKERS; i++) {
		at[i] = i;
		worker_start(rows, count, &at[i], &pids[i]);
	}
	for (size_t i = 0; i < WORKERS; i++) {
		int status;

		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		while (!is_done(rows, count, at[i], status)) {
			failed++;
			at[i] += WORKERS;
			worker_start(rows, count, &at[i], &pids[i]);
			CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		}
	}
	(void)munmap((void *)(uintptr_t)at, WORKERS * sizeof(*at));
	sim_count(count, "each with its control and recovery");
	if (failed != 0)
		test_fail(__FILE__, __LINE__, "%zu of %zu attacks", failed,
			  count);
}
