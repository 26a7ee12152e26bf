/* SPDX-License-Identifier: Apache-2.0 */
/* make.h - write metadata: the build host's side of metadata.h.
 *
 * Each function gives a document with "signed" filled in and no signatures,
 * ready for trust_sign(). Nothing is checked against a client here: publishing
 * runs the client itself over the result.
 */
#ifndef PKG_TRUST_MAKE_H
#define PKG_TRUST_MAKE_H

#include "lib/err.h"
#include "lib/json.h"
#include "pkg/trust/metadata.h"

#define TRUST_SPEC_VERSION "1.0.34"

struct trust_role_plan {
	const json_t *keys; /* array of key objects; borrowed */
	uint64_t threshold;
};

struct trust_root_plan {
	uint64_t version;
	int64_t expires;
	bool is_consistent;
	struct trust_role_plan roles[TRUST_ROLE_COUNT];
};

/* A metadata file as another one lists it. */
struct trust_listed {
	const char *role; /* the raw name; timestamp lists only "snapshot" */
	struct span bytes;
	uint64_t version;
	const json_t *entry; /* not NULL: the entry as it stood before, which
			      * is kept instead of the two above */
};

/* Return: 0 and the caller's document; -ENOMEM; trust_make_root() also
 * -EINVAL when a threshold is 0 or above the number of distinct keys (@e: of
 * which role). */
int trust_make_root(const struct trust_root_plan *plan, json_t **ret,
		    struct err *e);
int trust_make_timestamp(uint64_t version, int64_t expires, int64_t issued,
			 const struct trust_listed *snapshot, json_t **ret,
			 struct err *e);
int trust_make_snapshot(uint64_t version, int64_t expires,
			const struct trust_listed *roles, size_t count,
			json_t **ret, struct err *e);
/* Of the targets role, or of any role that it delegates to. */
int trust_make_targets(uint64_t version, int64_t expires, json_t **ret,
		       struct err *e);

/* List a target in a targets document. Return: 0; -EINVAL for a path that
 * leaves the directory; -EFBIG above TRUST_TARGET_MAX; -ENOMEM. */
int trust_make_target(json_t *document, const char *path, struct span bytes,
		      struct err *e);

/**
 * trust_make_next() - the same content as another version: a copy of any
 * role's document with other version and expiry, and no signatures.
 *
 * Return: 0 and the caller's document; -EBADMSG when it has no "signed";
 * -ENOMEM.
 */
int trust_make_next(const json_t *document, uint64_t version, int64_t expires,
		    json_t **ret, struct err *e);

/* To whom a targets role hands on which paths. */
struct trust_delegation_plan {
	const char *role; /* any name that trust_role_name_is_free() */
	struct trust_role_plan by;
	const json_t *paths, *hash_prefixes; /* arrays; one of them is NULL */
	bool is_terminating;
	size_t at; /* which place in the order it takes, from 0; above the last:
		    * the last; TRUST_PLACE_KEPT: where it stands, or last */
};
#define TRUST_PLACE_KEPT SIZE_MAX

/* Not one of the four that root names, a relative path without "." and ".."
 * parts and control characters, and short enough for a file name. */
bool trust_role_name_is_free(const char *role, struct err *e);

/**
 * trust_make_delegation() - add a delegation to a targets document, or replace
 * the one that it has for the role. Keys that no delegation names go.
 *
 * Return: 0; -EINVAL for an unusable role name, a threshold that cannot be met,
 * no path at all, or a prefix that is not lower-case hexadecimal; -ENOMEM.
 */
int trust_make_delegation(json_t *document,
			  const struct trust_delegation_plan *plan,
			  struct err *e);

/* Take one out. Return: 0; -ENOENT when there is none for @role; -ENOMEM. */
int trust_make_undelegation(json_t *document, const char *role, struct err *e);

#endif
