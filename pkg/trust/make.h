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
	struct span bytes;
	uint64_t version;
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
			const struct trust_listed *targets, json_t **ret,
			struct err *e);
int trust_make_targets(uint64_t version, int64_t expires, json_t **ret,
		       struct err *e);

/* List a target in a targets document. Return: 0; -EINVAL for a path that
 * leaves the directory; -EFBIG above TRUST_TARGET_MAX; -ENOMEM. */
int trust_make_target(json_t *document, const char *path, struct span bytes,
		      struct err *e);

#endif
