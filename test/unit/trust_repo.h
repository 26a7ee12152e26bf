/* SPDX-License-Identifier: Apache-2.0 */
/* trust_repo.h - a TUF repository in memory for the tests of pkg/trust.
 *
 * repo_init() makes keys, repo_publish() writes and signs all roles from the
 * struct's members; a test changes members, hooks or finished files in between
 * and looks at what trust_update() makes of it.
 */
#ifndef TEST_UNIT_TRUST_REPO_H
#define TEST_UNIT_TRUST_REPO_H

#include <stdlib.h>

#include "lib/auto.h"
#include "lib/when.h"
#include "pkg/trust/make.h"
#include "pkg/trust/name.h"
#include "pkg/trust/signer.h"
#include "pkg/trust/trust.h"
#include "test/unit/harness.h"

#define REPO_FILES   512
#define REPO_SIGNERS 4
#define REPO_TEAMS   320
#define REPO_NOW     1800000000 /* 2027-01-15T08:00:00Z */
#define REPO_DAY     86400

struct repo_file {
	char name[300];
	struct buf bytes;
};

struct repo_role {
	uint64_t version;
	int64_t expires;
	struct trust_signer *signers[REPO_SIGNERS]; /* listed in root */
	size_t count;
	size_t signing; /* how many of them sign */
	uint64_t threshold;
	void (*edit)(json_t *body);	    /* before signing */
	void (*edit_document)(json_t *doc); /* after signing */
};

/* A delegated role. */
struct repo_team {
	char name[300];
	uint64_t version;
	int64_t expires;
	struct trust_signer *signer; /* NULL: nobody signs */
	json_t *content;	     /* path to text */
	json_t *delegations;	     /* array of what it delegates; or NULL */
	bool is_unlisted;	     /* snapshot does not know it */
	void (*edit)(json_t *body);
};

struct repo {
	struct repo_role roles[TRUST_ROLE_COUNT];
	struct repo_team teams[REPO_TEAMS];
	size_t team_count;
	json_t *delegations; /* what targets delegates; or NULL */
	struct trust_signer keys[8];
	bool is_consistent;
	int64_t issued;
	json_t *content; /* path to text */
	struct repo_file files[REPO_FILES];
	size_t file_count;
	struct buf pinned;  /* the first root that was published */
	struct buf log;	    /* names asked for, each with a newline */
	const char *broken; /* fetching this name gives broken_code */
	int broken_code;
	const char *endless;	    /* this name never ends */
	struct trust_source source; /* of repo_client() */
	struct trust_store store;
};

static inline struct repo_file *repo_find(struct repo *r, const char *name)
{
	for (size_t i = 0; i < r->file_count; i++)
		if (strcmp(r->files[i].name, name) == 0)
			return &r->files[i];
	return NULL;
}

/* The bytes of a file that is there. */
static inline struct buf *repo_bytes(struct repo *r, const char *name)
{
	struct repo_file *f = repo_find(r, name);

	if (f == NULL)
		test_fail(__FILE__, __LINE__, "no file %s", name);
	return &f->bytes;
}

static inline void repo_put(struct repo *r, const char *name, struct span bytes)
{
	struct repo_file *f = repo_find(r, name);

	if (f == NULL) {
		CHECK(r->file_count < REPO_FILES);
		f = &r->files[r->file_count++];
		(void)snprintf(f->name, sizeof(f->name), "%s", name);
		buf_init(&f->bytes, SIZE_MAX);
	}
	buf_reset(&f->bytes);
	buf_span(&f->bytes, bytes);
}

static inline void repo_remove(struct repo *r, const char *name)
{
	struct repo_file *f = repo_find(r, name);

	CHECK(f != NULL);
	f->name[0] = '\0';
}

static inline int repo_fetch(void *ctx, const char *name, size_t max,
			     struct buf *out, struct err *e)
{
	struct repo *r = ctx;
	struct repo_file *f = repo_find(r, name);

	buf_puts(&r->log, name);
	buf_puts(&r->log, "\n");
	if (r->broken != NULL && strcmp(r->broken, name) == 0)
		return err_set(e, -r->broken_code, "broken on purpose");
	if (r->endless != NULL && strcmp(r->endless, name) == 0) {
		while (buf_error(out) == 0)
			buf_puts(out, "0123456789abcdef");
		return 0;
	}
	if (f == NULL)
		return -ENOENT;
	(void)max; /* a careless transport: the client must hold the cap */
	buf_span(out, buf_view(&f->bytes));
	return 0;
}

static inline json_t *repo_keys(const struct repo_role *role)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < role->count; i++)
		(void)json_array_append(keys, role->signers[i]->object);
	return keys;
}

/* One new key for each role, two for targets with threshold 2. */
static inline struct repo *repo_init(void)
{
	struct repo *r = calloc(1, sizeof(*r));
	size_t next = 0;

	CHECK(r != NULL);
	for (size_t i = 0; i < sizeof(r->keys) / sizeof(r->keys[0]); i++)
		CHECK_INT(trust_signer_generate(&r->keys[i], NULL), 0);
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++) {
		struct repo_role *role = &r->roles[i];

		role->version = 1;
		role->expires = REPO_NOW + 10 * REPO_DAY;
		role->threshold = i == TRUST_ROLE_TARGETS ? 2 : 1;
		role->count = role->threshold;
		role->signing = role->count;
		for (size_t k = 0; k < role->count; k++)
			role->signers[k] = &r->keys[next++];
	}
	r->is_consistent = true;
	r->issued = REPO_NOW - REPO_DAY;
	r->content = json_pack("{s:s, s:s}", "node.json", "{\"a\":1}",
			       "services/web.json", "{}");
	buf_init(&r->pinned, SIZE_MAX);
	buf_init(&r->log, SIZE_MAX);
	return r;
}

/* Forget every file and the pinned root. */
static inline void repo_clear(struct repo *r)
{
	for (size_t i = 0; i < r->file_count; i++)
		buf_done(&r->files[i].bytes);
	r->file_count = 0;
	buf_reset(&r->pinned);
}

static inline void repo_free(struct repo *r)
{
	repo_clear(r);
	for (size_t i = 0; i < sizeof(r->keys) / sizeof(r->keys[0]); i++)
		trust_signer_done(&r->keys[i]);
	json_decref(r->content);
	json_decref(r->delegations);
	for (size_t i = 0; i < r->team_count; i++) {
		json_decref(r->teams[i].content);
		json_decref(r->teams[i].delegations);
	}
	buf_done(&r->pinned);
	buf_done(&r->log);
	free(r);
}

/* Edit, sign, edit, write; @extra signs as well (the old root's keys). */
static inline void repo_seal(struct repo *r, enum trust_role which, json_t *doc,
			     const struct repo_role *extra, struct buf *bytes)
{
	const struct repo_role *role = &r->roles[which];

	if (role->edit != NULL)
		role->edit(json_object_get(doc, "signed"));
	for (size_t i = 0; i < role->signing; i++)
		CHECK_INT(trust_sign(doc, role->signers[i], NULL), 0);
	for (size_t i = 0; extra != NULL && i < extra->signing; i++)
		CHECK_INT(trust_sign(doc, extra->signers[i], NULL), 0);
	if (role->edit_document != NULL)
		role->edit_document(doc);
	buf_init(bytes, SIZE_MAX);
	CHECK_INT(json_text(doc, bytes), 0);
}

/* The name by version, or the plain one. */
static inline void repo_put_role(struct repo *r, enum trust_role which,
				 struct span bytes)
{
	char name[64];

	if (which == TRUST_ROLE_ROOT ||
	    (which != TRUST_ROLE_TIMESTAMP && r->is_consistent))
		(void)snprintf(name, sizeof(name), "%llu.%s.json",
			       (unsigned long long)r->roles[which].version,
			       trust_role_name(which));
	else
		(void)snprintf(name, sizeof(name), "%s.json",
			       trust_role_name(which));
	repo_put(r, name, bytes);
}

/* A root from the present members; @old signs it too unless NULL. */
static inline void repo_publish_root(struct repo *r,
				     const struct repo_role *old)
{
	struct trust_root_plan plan = {
		.version = r->roles[TRUST_ROLE_ROOT].version,
		.expires = r->roles[TRUST_ROLE_ROOT].expires,
		.is_consistent = r->is_consistent,
	};
	AUTO_DONE(buf_done) struct buf bytes;
	json_t *keys[TRUST_ROLE_COUNT];
	AUTO_JSON *doc = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++) {
		keys[i] = repo_keys(&r->roles[i]);
		plan.roles[i] = (struct trust_role_plan){
			.keys = keys[i],
			.threshold = r->roles[i].threshold,
		};
	}
	if (trust_make_root(&plan, &doc, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		json_decref(keys[i]);
	repo_seal(r, TRUST_ROLE_ROOT, doc, old, &bytes);
	if (r->pinned.len == 0)
		buf_span(&r->pinned, buf_view(&bytes));
	repo_put_role(r, TRUST_ROLE_ROOT, buf_view(&bytes));
}

/* A delegated role that signs @content, which is taken over. */
static inline struct repo_team *repo_team(struct repo *r, const char *name,
					  struct trust_signer *signer,
					  json_t *content)
{
	struct repo_team *t = &r->teams[r->team_count++];

	CHECK(r->team_count <= REPO_TEAMS);
	(void)snprintf(t->name, sizeof(t->name), "%s", name);
	t->version = 1;
	t->expires = REPO_NOW + 10 * REPO_DAY;
	t->signer = signer;
	t->content = content;
	return t;
}

/* Add a delegation to @list, which is made if it is NULL. */
static inline json_t *repo_delegate(json_t **list, const char *role,
				    const struct trust_signer *signer,
				    const char *pattern)
{
	json_t *d = json_pack("{s:s, s:[s], s:i, s:b, s:[s]}", "name", role,
			      "keyids", signer->id, "threshold", 1,
			      "terminating", 0, "paths", pattern);

	if (*list == NULL)
		*list = json_array();
	CHECK(json_array_append_new(*list, d) == 0);
	return d;
}

/* A document's "delegations", with the keys of all. */
static inline void repo_set_delegations(const struct repo *r, json_t *doc,
					const json_t *list)
{
	json_t *keys = json_object();

	for (size_t i = 0; i < sizeof(r->keys) / sizeof(r->keys[0]); i++)
		(void)json_object_set_new(keys, r->keys[i].id,
					  json_deep_copy(r->keys[i].object));
	(void)json_object_set_new(json_object_get(doc, "signed"), "delegations",
				  json_pack("{s:o, s:o}", "keys", keys, "roles",
					    json_deep_copy(list)));
}

/* Put target files where they belong, and list them in the document. */
static inline void repo_put_content(struct repo *r, json_t *doc,
				    json_t *content)
{
	const char *path;
	json_t *text;

	json_object_foreach(content, path, text) {
		AUTO_JSON *hashes = trust_file_hashes(json_span(text));
		AUTO_DONE(buf_done) struct buf name;

		CHECK_INT(trust_make_target(doc, path, json_span(text), NULL),
			  0);
		buf_init(&name, 512);
		trust_target_name(path,
				  r->is_consistent ? json_span(json_object_get(
							     hashes, "sha256"))
						   : (struct span){ 0 },
				  &name);
		repo_put(r, buf_cstr(&name), json_span(text));
	}
}

static inline void repo_publish_team(struct repo *r, const struct repo_team *t,
				     struct buf *bytes)
{
	AUTO_DONE(buf_done) struct buf name;
	AUTO_JSON *doc = NULL;

	buf_init(&name, 1024);
	buf_init(bytes, SIZE_MAX);
	CHECK_INT(trust_make_targets(t->version, t->expires, &doc, NULL), 0);
	repo_put_content(r, doc, t->content);
	if (t->delegations != NULL)
		repo_set_delegations(r, doc, t->delegations);
	if (t->edit != NULL)
		t->edit(json_object_get(doc, "signed"));
	if (t->signer != NULL)
		CHECK_INT(trust_sign(doc, t->signer, NULL), 0);
	CHECK_INT(json_text(doc, bytes), 0);
	if (r->is_consistent)
		(void)trust_role_file_versioned(t->version, t->name, &name);
	else
		(void)trust_role_file(t->name, &name);
	repo_put(r, buf_cstr(&name), buf_view(bytes));
}

/* Write every team's file and list it in a snapshot document. */
static inline void repo_publish_teams(struct repo *r, json_t *snapshot)
{
	json_t *meta =
		json_object_get(json_object_get(snapshot, "signed"), "meta");

	for (size_t i = 0; i < r->team_count; i++) {
		const struct repo_team *t = &r->teams[i];
		AUTO_DONE(buf_done) struct buf bytes;
		char name[320];

		repo_publish_team(r, t, &bytes);
		(void)snprintf(name, sizeof(name), "%s.json", t->name);
		if (!t->is_unlisted)
			(void)json_object_set_new(
				meta, name,
				json_pack("{s:I, s:I, s:o}", "version",
					  (json_int_t)t->version, "length",
					  (json_int_t)bytes.len, "hashes",
					  trust_file_hashes(buf_view(&bytes))));
	}
}

static inline void repo_publish_targets(struct repo *r, struct buf *bytes)
{
	const struct repo_role *role = &r->roles[TRUST_ROLE_TARGETS];
	AUTO_JSON *doc = NULL;

	CHECK_INT(trust_make_targets(role->version, role->expires, &doc, NULL),
		  0);
	repo_put_content(r, doc, r->content);
	if (r->delegations != NULL)
		repo_set_delegations(r, doc, r->delegations);
	repo_seal(r, TRUST_ROLE_TARGETS, doc, NULL, bytes);
	repo_put_role(r, TRUST_ROLE_TARGETS, buf_view(bytes));
}

/* Timestamp, snapshot and targets. */
static inline void repo_publish_rest(struct repo *r)
{
	const struct repo_role *roles = r->roles;
	AUTO_DONE(buf_done) struct buf targets, snapshot, timestamp;
	AUTO_JSON *sdoc = NULL;
	AUTO_JSON *tdoc = NULL;
	struct trust_listed listed;

	repo_publish_targets(r, &targets);
	listed = (struct trust_listed){ "targets", buf_view(&targets),
					roles[TRUST_ROLE_TARGETS].version,
					NULL };
	CHECK_INT(trust_make_snapshot(roles[TRUST_ROLE_SNAPSHOT].version,
				      roles[TRUST_ROLE_SNAPSHOT].expires,
				      &listed, 1, &sdoc, NULL),
		  0);
	repo_publish_teams(r, sdoc);
	repo_seal(r, TRUST_ROLE_SNAPSHOT, sdoc, NULL, &snapshot);
	repo_put_role(r, TRUST_ROLE_SNAPSHOT, buf_view(&snapshot));
	listed = (struct trust_listed){ "snapshot", buf_view(&snapshot),
					roles[TRUST_ROLE_SNAPSHOT].version,
					NULL };
	CHECK_INT(trust_make_timestamp(roles[TRUST_ROLE_TIMESTAMP].version,
				       roles[TRUST_ROLE_TIMESTAMP].expires,
				       r->issued, &listed, &tdoc, NULL),
		  0);
	repo_seal(r, TRUST_ROLE_TIMESTAMP, tdoc, NULL, &timestamp);
	repo_put_role(r, TRUST_ROLE_TIMESTAMP, buf_view(&timestamp));
}

static inline void repo_publish(struct repo *r)
{
	repo_publish_root(r, NULL);
	repo_publish_rest(r);
}

/* The next version of timestamp, snapshot and targets. */
static inline void repo_bump(struct repo *r)
{
	r->roles[TRUST_ROLE_TIMESTAMP].version++;
	r->roles[TRUST_ROLE_SNAPSHOT].version++;
	r->roles[TRUST_ROLE_TARGETS].version++;
}

/* A client over this store; one at a time. */
static inline struct trust_client *
repo_client(struct repo *r, struct trust_memory *stored, int64_t now)
{
	struct trust_client *c = NULL;
	struct err e = { 0 };

	r->source = (struct trust_source){ .fetch = repo_fetch, .ctx = r };
	r->store = trust_memory_store(stored);
	buf_reset(&r->log);
	if (trust_client_new(
		    &(struct trust_config){
			    .pinned = buf_view(&r->pinned),
			    .store = &r->store,
			    .source = &r->source,
			    .now = now,
		    },
		    &c, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return c;
}

/* trust_update() with this store; the result is thrown away unless wanted. */
static inline int repo_update_at(struct repo *r, struct trust_memory *stored,
				 int64_t now, struct trust_result *ret,
				 struct err *e)
{
	const struct trust_source source = { .fetch = repo_fetch, .ctx = r };
	const struct trust_store store = trust_memory_store(stored);
	const struct trust_config config = {
		.pinned = buf_view(&r->pinned),
		.store = &store,
		.source = &source,
		.now = now,
		.uses_issued = true,
	};
	struct trust_result mine = { 0 };
	int code;

	buf_reset(&r->log);
	*e = (struct err){ 0 };
	code = trust_update(&config, &mine, e);
	if (code < 0 && e->code != -code)
		test_fail(__FILE__, __LINE__, "code %d, error \"%s\" %d", code,
			  e->text, e->code);
	if (code == 0 && (e->code != 0 || e->text[0] != '\0'))
		test_fail(__FILE__, __LINE__, "done, but \"%s\" %d", e->text,
			  e->code);
	if (code == 0 && ret != NULL)
		*ret = mine;
	else
		trust_result_done(&mine);
	return code;
}

/* With nothing stored. */
static inline int repo_update_fresh(struct repo *r, struct err *e)
{
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };

	return repo_update_at(r, &stored, REPO_NOW, NULL, e);
}

/* Is the stored file the repository's file @name? */
static inline bool repo_is_stored(struct repo *r,
				  const struct trust_memory *stored,
				  const char *file, const char *name)
{
	const struct span bytes = trust_memory_get(stored, file);
	const struct repo_file *f = repo_find(r, name);

	return bytes.p != NULL && f != NULL &&
	       span_eq(bytes, buf_view(&f->bytes));
}

/* The error of a fresh update, with its sentence shown when it is another. */
#define CHECK_REFUSED(repo, want, part)                                        \
	do {                                                                   \
		struct err e_ = { 0 };                                         \
		const int code_ = repo_update_fresh((repo), &e_);              \
		if (code_ != (want))                                           \
			test_fail(__FILE__, __LINE__, "%d, not %d: %s", code_, \
				  (want), e_.text);                            \
		CHECK_HAS(e_.text, part);                                      \
	} while (0)

#endif
