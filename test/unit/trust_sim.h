/* SPDX-License-Identifier: Apache-2.0 */
/* trust_sim.h - a hostile TUF repository in memory, and a client beside it.
 *
 * The repository owns the keys of every role, publishes honest versions, and
 * lies on request: fields are edited before or after signing, whole files are
 * replayed, swapped, cut, withheld or never end. It has its own canonical form,
 * key ids, file names and signatures, none of them taken from pkg/trust, so
 * that what both misread alike is small. sim_attack() plays one attack with its
 * positive control, its check of the client's store, and the recovery.
 */
#ifndef TEST_UNIT_TRUST_SIM_H
#define TEST_UNIT_TRUST_SIM_H

#include <openssl/evp.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "pkg/trust/trust.h"
#include "test/unit/harness.h"

#define SIM_NOW	      1800000000 /* 2027-01-15T08:00:00Z */
#define SIM_DAY	      86400
#define SIM_KEYS      40
#define SIM_ROLES     340
#define SIM_ROLE_KEYS 8
#define SIM_EDITS     8
#define SIM_PAST      4
#define SIM_NAME_MAX  400

/* -- files by name --------------------------------------------------------- */

struct sim_files {
	struct sim_file {
		char *name; /* owned */
		struct buf bytes;
	} * list;
	size_t count, cap;
};
void sim_files_done(struct sim_files *f);
void sim_files_put(struct sim_files *f, const char *name, struct span bytes);
void sim_files_drop(struct sim_files *f, const char *name);
void sim_files_copy(struct sim_files *to, const struct sim_files *from);
/* The bytes; p is NULL when there is no such file. */
struct span sim_files_get(const struct sim_files *f, const char *name);

/* -- the repository -------------------------------------------------------- */

struct sim_key {
	EVP_PKEY *pkey;
	json_t *object;
	char id[65];
};

enum sim_top {
	SIM_ROOT,
	SIM_TIMESTAMP,
	SIM_SNAPSHOT,
	SIM_TARGETS
};

struct sim_role {
	char *name; /* as the metadata has it */
	const char *type;
	uint64_t version;
	int64_t expires;
	unsigned keys[SIM_ROLE_KEYS]; /* listed for it by root or delegator */
	size_t key_count;
	uint64_t threshold;
	unsigned signers[SIM_ROLE_KEYS]; /* keys that sign what is published */
	size_t signer_count;
	json_t *targets;     /* path to text; null: the text of the day */
	json_t *delegations; /* array of entries; keyids and threshold are
			      * added where they are not there already */
	bool is_unlisted;    /* left out of snapshot's meta */
};

enum sim_when {
	SIM_SIGNED,   /* "at" is a pointer into "signed", before signing */
	SIM_DOCUMENT, /* a pointer into the document, after signing */
	SIM_TEXT,     /* "at" is replaced by "value" in the bytes */
};

/* One lie. */
struct sim_edit {
	const char *role;
	const char *at;	   /* "/meta/web.json/version" (RFC 6901) */
	const char *value; /* JSON text; NULL takes the member away */
	enum sim_when when;
};

struct sim {
	struct sim_key keys[SIM_KEYS];
	struct sim_role roles[SIM_ROLES];
	size_t role_count;
	bool is_consistent;
	bool lists_hashes; /* meta has lengths and hashes, not versions only */
	int64_t issued;
	unsigned serial;	/* of the honest content */
	struct sim_files files; /* what the mirror has */
	struct sim_files past[SIM_PAST];
	struct buf pinned;
	const char *stretched; /* meta lists this role's length wrong, */
	long stretch;	       /* by so many bytes */
	struct sim_edit edits[SIM_EDITS];
	size_t edit_count;
	/* Its first signature stands there again under this key id. */
	const char *cloned, *clone;
	const char *cloned_in; /* the role whose keys have the clone */
	/* The mirror's faults. */
	const char *endless; /* this name never ends */
	const char *broken;  /* this name gives code */
	size_t broken_at;    /* the n-th request, from 1, gives code */
	int code;
	bool is_fickle; /* a file is another one after it was read */
	/* What the client asked for in this update. */
	struct sim_files asked;
	size_t requests;
};

#define SIM_SET(role, at, value)            \
	{                                   \
		role, at, value, SIM_SIGNED \
	}

/* What honest people publish: every role has one target. */
#define SIM_HONEST_ROLES 8
#define SIM_PATHS	 5
extern const char *const sim_roles[SIM_HONEST_ROLES]; /* root first */
extern const char *const sim_paths[SIM_PATHS];
/* A target whose search passes the role; NULL for the usual one. */
const char *sim_path_through(const char *role);
const char *sim_last_part(const char *path);
/* Give the file @name as @as, too. */
void sim_serve_as(struct sim *s, const char *name, const char *as);

struct sim *sim_new(void);
struct sim *sim_copy(const struct sim *from);
void sim_free(struct sim *s);

/* The role of that name; the test fails when there is none. */
struct sim_role *sim_role(struct sim *s, const char *name);
/* A new role with one key, which @delegator lists for one pattern. */
struct sim_role *sim_delegate(struct sim *s, const char *delegator,
			      const char *name, unsigned key,
			      const char *pattern);
void sim_role_target(struct sim_role *r, const char *path, const char *text);
void sim_role_keys(struct sim_role *r, uint64_t threshold, size_t count,
		   const unsigned *keys);
void sim_sign_by(struct sim_role *r, size_t count, const unsigned *keys);

const struct sim_key *sim_key(struct sim *s, unsigned n);
void sim_edit(struct sim *s, const struct sim_edit *edit);
/* No more lies: honest signers, no edits, a mirror without faults. */
void sim_repent(struct sim *s);

/* The next version of every role but root, with new content. */
void sim_bump(struct sim *s);
/* Everything but root. */
void sim_publish(struct sim *s);
/* Root as it is now; signed by its signers and the @count other keys. */
void sim_publish_root(struct sim *s, size_t count, const unsigned *others);
/* The next root, signed by the honest keys of the root before as well. */
void sim_next_root(struct sim *s);

/* The text of the day for a path; valid until the next call. */
const char *sim_text(const struct sim *s, const char *path);
/* "web.json" or "3.web.json", by the version that the role has now. */
const char *sim_file_name(struct sim *s, const char *role);
/* The name in the repository of a target of today. */
const char *sim_target_name(struct sim *s, const char *path);
/* The same, of any role name, version, text: independent of pkg/trust. */
void sim_canonical(const json_t *value, struct buf *out);
void sim_encode(const char *name, struct buf *out);
void sim_sha256(struct span bytes, char hex[static 65]);
/* An RFC 6901 pointer; NULL when there is nothing. */
json_t *sim_at(json_t *root, const char *pointer);

/* -- the client ------------------------------------------------------------ */

struct sim_client {
	struct sim_files store;
	int64_t now;
	bool uses_issued;
	bool keeps_chain; /* "N.root.json" as well */
	/* The store's faults: the n-th call from 1 gives code. */
	size_t load_fails, save_fails, loads, saves;
	int code;
	struct sim *sim; /* while an update runs */
};
void sim_client_done(struct sim_client *c);
void sim_client_copy(struct sim_client *to, const struct sim_client *from);

/* trust_update(). @ret may be NULL. Checks what always holds: a sentence with
 * every error, whose code it is, no name outside the repository asked for, and
 * only fetched bytes stored. */
int sim_update(struct sim *s, struct sim_client *c, struct trust_result *ret,
	       struct err *e);
/* trust_client: refresh, find and target. @role is who spoke, may be NULL. */
int sim_fetch_target(struct sim *s, struct sim_client *c, const char *path,
		     struct buf *out, char role[static SIM_NAME_MAX],
		     struct err *e);
/* The update is accepted and its targets are today's, each of them. */
void sim_accepts(struct sim *s, struct sim_client *c, const char *when);

/* -- attacks --------------------------------------------------------------- */

enum {
	/* Only a client that has accepted something before can notice. */
	ATTACK_NEEDS_STATE = 1,
	/* The honest content is still what the client takes (want 0). */
	ATTACK_HARMLESS = 2,
	/* A plain client that asks for one other target does not notice. */
	ATTACK_BUNDLE_ONLY = 4,
	/* Nothing of the attacker's own is published: files are replayed. */
	ATTACK_NO_PUBLICATION = 8,
	/* Run it without consistent snapshots as well. */
	ATTACK_BOTH = 16,
	/* meta lists versions only: the hashes do not give it away first. */
	ATTACK_NO_HASHES = 32,
	/* One key signs for all four roles. */
	ATTACK_ONE_KEY = 64,
	/* -EFBIG will do as well: the other file is longer. */
	ATTACK_OR_TOO_LONG = 128,
	/* One of many alike: no new client, no plain one. */
	ATTACK_BRIEF = 256,
};

struct attack {
	const char *name;
	int want;	  /* -errno, or 0 */
	const char *part; /* of the sentence */
	const char *role; /* whose file must not be stored, nor any after it */
	unsigned flags;
	struct sim_edit edit;					/* or edits[] */
	void (*arrange)(struct sim *s, const struct attack *a); /* before */
	void (*tamper)(struct sim *s, const struct attack *a);	/* after */
	/* Instead of the honest text of the day (want 0). */
	void (*judge)(struct sim *s, struct sim_client *c,
		      const struct attack *a);
	void (*recover)(struct sim *s, const struct attack *a);
	const char *path;  /* what the plain client asks for */
	const char *which; /* for the functions: a role or file */
	int64_t later;	   /* seconds that pass before the attack */
	long number;	   /* for the functions of generated rows */
};

/* Play the rows; prints how many there were. */
void sim_attacks(const struct attack *rows, size_t count);
/* "# N cases: what" */
void sim_count(size_t count, const char *what);

#define SIM_ATTACKS(rows) sim_attacks(rows, sizeof(rows) / sizeof((rows)[0]))

#endif
